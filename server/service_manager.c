#include "server/service_manager.h"

#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void log_deaf(struct service_manager *manager, const char *reason)
{
    if (!manager->failed)
        log_event(LOG_LEVEL_WARN, "service_manager_deaf",
                  log_str("reason", reason),
                  log_str("advice",
                          "systemd cannot be told that this server serves, and "
                          "with Type=notify will end it: unset NOTIFY_SOCKET, "
                          "or let the server reach it"));
    manager->failed = true;
}

static void tell(struct service_manager *manager, const char *news)
{
    ssize_t sent;

    if (manager->fd < 0)
        return;
    do
        sent = sendto(manager->fd, news, strlen(news), MSG_NOSIGNAL,
                      (const struct sockaddr *)&manager->address,
                      manager->address_len);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        log_deaf(manager, strerror(errno));
}

/* --- the environment ----------------------------------------------------------- */

/* A path, or behind "@" a name in the abstract namespace. */
static bool take_address(struct service_manager *manager, const char *text)
{
    struct sockaddr_un *address = &manager->address;
    size_t len = strlen(text);
    bool is_abstract = text[0] == '@';

    if ((text[0] != '/' && !is_abstract) || len < 2 ||
        len >= sizeof address->sun_path)
        return false;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, text, len);
    if (is_abstract)
        address->sun_path[0] = '\0';
    manager->address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
                                       len + (is_abstract ? 0 : 1));
    return true;
}

static void open_socket(struct service_manager *manager)
{
    static const struct timeval patience = {
        .tv_sec = SERVICE_MANAGER_PATIENCE_MS / 1000};

    manager->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (manager->fd < 0 || setsockopt(manager->fd, SOL_SOCKET, SO_SNDTIMEO,
                                      &patience, sizeof patience) != 0)
        log_deaf(manager, strerror(errno));
}

/* 0 is no number that systemd gives. */
static uint64_t read_number(const char *text)
{
    char *end;
    uint64_t number;

    if (text == NULL || text[0] < '0' || text[0] > '9')
        return 0;
    number = strtoull(text, &end, 10);
    return *end == '\0' ? number : 0;
}

static int64_t read_watchdog(void)
{
    const char *pid = getenv("WATCHDOG_PID");
    uint64_t microseconds = read_number(getenv("WATCHDOG_USEC"));

    if (pid != NULL && read_number(pid) != (uint64_t)getpid())
        return 0;
    return (int64_t)(microseconds / 1000);
}

void service_manager_init(struct service_manager *manager)
{
    const char *text = getenv("NOTIFY_SOCKET");

    *manager = (struct service_manager){.fd = -1};
    if (text != NULL && text[0] != '\0') {
        if (take_address(manager, text))
            open_socket(manager);
        else
            log_deaf(manager, "NOTIFY_SOCKET is neither a path nor @name");
    }
    if (manager->fd >= 0)
        manager->watchdog_ms = read_watchdog();
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

void service_manager_clear(struct service_manager *manager)
{
    if (manager->fd >= 0)
        close(manager->fd);
    manager->fd = -1;
}

/* --- the news ------------------------------------------------------------------ */

void service_manager_ready(struct service_manager *manager)
{
    tell(manager, "READY=1");
}

void service_manager_reloading(struct service_manager *manager)
{
    char news[64];
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(news, sizeof news, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
             (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    tell(manager, news);
}

void service_manager_stopping(struct service_manager *manager)
{
    tell(manager, "STOPPING=1");
}

void service_manager_alive(struct service_manager *manager)
{
    tell(manager, "WATCHDOG=1");
}

void service_manager_status(struct service_manager *manager, const char *status)
{
    static const char begin[] = "STATUS=";
    char news[sizeof begin + sizeof manager->status];

    if (manager->fd < 0 ||
        strncmp(manager->status, status, sizeof manager->status - 1) == 0)
        return;
    snprintf(manager->status, sizeof manager->status, "%s", status);
    snprintf(news, sizeof news, "%s%s", begin, manager->status);
    tell(manager, news);
}
