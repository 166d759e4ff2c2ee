/* service_manager -- what systemd is told of how this server does, by the
 * protocol of sd_notify(3): a datagram for each piece of news, to the socket
 * that NOTIFY_SOCKET names. The protocol is meant to be spoken without a library.
 *
 * Lives on the main thread. Where nobody wants to hear it, as with another
 * manager or none, everything here is harmless and costs nothing.
 */
#ifndef SERVER_SERVICE_MANAGER_H
#define SERVER_SERVICE_MANAGER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

enum {
    SERVICE_STATUS_MAX_BYTES = 512,
    /* A manager that does not read must hold up nobody's stop. */
    SERVICE_MANAGER_PATIENCE_MS = 1000,
};

struct service_manager {
    int fd; /* -1: nobody is told */
    struct sockaddr_un address;
    socklen_t address_len;
    int64_t watchdog_ms; /* so often it must hear that all is well; 0: never */
    bool failed;         /* which is logged once */
    char status[SERVICE_STATUS_MAX_BYTES]; /* the last one told */
};

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of the
 * environment, lest a child speaks in our name. Before the second thread, and
 * after log_open(): an address that is none is logged. */
void service_manager_init(struct service_manager *manager);
void service_manager_clear(struct service_manager *manager);

static inline bool service_manager_listens(
    const struct service_manager *manager)
{
    return manager->fd >= 0;
}

/* Callers are served. */
void service_manager_ready(struct service_manager *manager);

/* A reload begins now; it ends with service_manager_ready(). */
void service_manager_reloading(struct service_manager *manager);

void service_manager_stopping(struct service_manager *manager);

/* The watchdog is not to bite. */
void service_manager_alive(struct service_manager *manager);

/* One line for people (systemctl status), without a line feed; told if it is
 * another one than before. What is too long is cut. */
void service_manager_status(struct service_manager *manager,
                            const char *status);

#endif
