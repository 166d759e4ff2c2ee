#include "server/http/passed_sockets.h"

#include "base/decimal.h"
#include "base/log.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_FD = 3 };

static bool read_number(const char *name, uint32_t *number)
{
    const char *text = getenv(name);

    return text != NULL &&
           decimal_parse(span_from_string(text), INT32_MAX, number);
}

/* How many are meant for us. */
static uint32_t count_ours(void)
{
    uint32_t pid, count;

    if (!read_number("LISTEN_PID", &pid) || (pid_t)pid != getpid() ||
        !read_number("LISTEN_FDS", &count))
        return 0;
    return count;
}

/* Cuts the next name off a list that is separated by colons. */
static struct span next_name(struct span *rest)
{
    const char *colon = memchr(rest->ptr, ':', rest->len);
    size_t len = colon == NULL ? rest->len : (size_t)(colon - rest->ptr);
    struct span name = span_from(rest->ptr, len);

    *rest = colon == NULL ? span_from("", 0)
                          : span_from(colon + 1, rest->len - name.len - 1);
    return name;
}

/* "unknown" and the name of the unit are what systemd says when nobody has given
 * a name. */
static bool is_nobodys_name(struct span name)
{
    static const char unit[] = ".socket";
    size_t len = sizeof unit - 1;

    return name.len == 0 || span_is(name, "unknown") ||
           (name.len > len &&
            memcmp(name.ptr + name.len - len, unit, len) == 0);
}

static void read_name(struct passed_socket *passed, struct span name)
{
    size_t len =
        name.len < sizeof passed->name - 1 ? name.len : sizeof passed->name - 1;

    memcpy(passed->name, name.ptr, len);
    passed->name[len] = '\0';
    passed->as.proxy = span_is(name, "proxy") || span_is(name, "proxy-tls");
    passed->as.tls = span_is(name, "tls") || span_is(name, "proxy-tls");
    passed->as.metrics = span_is(name, "metrics");
    passed->is_known = passed->as.proxy || passed->as.tls ||
                       passed->as.metrics || span_is(name, "http") ||
                       is_nobodys_name(name);
}

static bool has_option(int fd, int option, int wanted)
{
    int value;
    socklen_t len = sizeof value;

    return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 &&
           value == wanted;
}

static bool read_address(int fd, struct listen_address *as)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_storage storage;
    } bound;
    socklen_t len = sizeof bound;

    if (getsockname(fd, &bound.any, &len) != 0)
        return false;
    as->address = address_from_sockaddr(&bound.any);
    as->port = ntohs(bound.any.sa_family == AF_INET6 ? bound.v6.sin6_port
                                                     : bound.v4.sin_port);
    return as->address.family != ADDRESS_NONE;
}

/* Neither may a child inherit it, nor a loop wait in accept(2) when another one
 * was faster. */
static bool set_flags(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && flags >= 0 &&
           fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

static void log_refused(int fd, const char *name, const char *reason)
{
    log_event(LOG_LEVEL_ERROR, "cannot_use_socket", log_int("descriptor", fd),
              log_str("name", name), log_str("reason", reason),
              log_str("advice",
                      "what systemd passes must be a ListenStream= of "
                      "a TCP port, with Accept=no"));
}

static enum status take_one(struct passed_sockets *sockets, int fd,
                            struct span name)
{
    struct passed_socket *passed = &sockets->all[sockets->count];

    *passed = (struct passed_socket){.fd = fd};
    read_name(passed, name);
    if (!has_option(fd, SO_TYPE, SOCK_STREAM) ||
        !has_option(fd, SO_ACCEPTCONN, 1) || !read_address(fd, &passed->as) ||
        !set_flags(fd)) {
        log_refused(fd, passed->name, "it does not listen for TCP");
        return STATUS_INVALID;
    }
    sockets->count++;
    return STATUS_OK;
}

static enum status take_all(struct passed_sockets *passed)
{
    const char *names = getenv("LISTEN_FDNAMES");
    struct span rest = span_from_string(names == NULL ? "" : names);
    uint32_t count = count_ours();

    if (count > HTTP_LISTEN_MAX) {
        log_refused(FIRST_FD + HTTP_LISTEN_MAX, "",
                    "there may be at most 16 of them");
        return STATUS_INVALID;
    }
    for (uint32_t i = 0; i < count; i++)
        if (take_one(passed, FIRST_FD + (int)i, next_name(&rest)) != STATUS_OK)
            return STATUS_INVALID;
    return STATUS_OK;
}

enum status passed_sockets_take(struct passed_sockets *passed)
{
    enum status status;

    *passed = (struct passed_sockets){.count = 0};
    status = take_all(passed);
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return status;
}

struct passed_socket *passed_sockets_find(struct passed_sockets *passed,
                                          const struct listen_address *wanted)
{
    for (size_t i = 0; i < passed->count; i++) {
        struct passed_socket *socket = &passed->all[i];

        if (socket->fd >= 0 && socket->as.port == wanted->port &&
            address_equal(&socket->as.address, &wanted->address))
            return socket;
    }
    return NULL;
}

void passed_sockets_clear(struct passed_sockets *passed)
{
    for (size_t i = 0; i < passed->count; i++)
        if (passed->all[i].fd >= 0)
            close(passed->all[i].fd);
    passed->count = 0;
}
