#include "server/listener.h"

#include <errno.h>
#include <unistd.h>

union socket_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage storage;
};

static socklen_t to_sockaddr(const struct listen_address *from,
                             union socket_address *out)
{
    memset(out, 0, sizeof *out);
    if (from->address.family == ADDRESS_IPV4) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(from->port);
        memcpy(&out->v4.sin_addr, from->address.bytes, 4);
        return sizeof out->v4;
    }
    out->v6.sin6_family = AF_INET6;
    out->v6.sin6_port = htons(from->port);
    memcpy(&out->v6.sin6_addr, from->address.bytes, 16);
    return sizeof out->v6;
}

/* Returns the socket, or -1 with errno set. */
static int open_one(const struct listen_address *wanted)
{
    union socket_address address;
    socklen_t len = to_sockaddr(wanted, &address);
    int fd = socket(address.any.sa_family,
                    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1, off = 0, saved;

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (address.any.sa_family != AF_INET6 ||
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0) &&
        bind(fd, &address.any, len) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static void log_listening(int fd)
{
    union socket_address address;
    socklen_t len = sizeof address;
    struct address bound;
    char text[ADDRESS_TEXT_MAX];

    if (getsockname(fd, &address.any, &len) != 0)
        return;
    bound = address_from_sockaddr(&address.any);
    address_format(&bound, text);
    log_event(LOG_LEVEL_INFO, "listening", log_str("address", text),
              log_int("port", ntohs(address.any.sa_family == AF_INET6
                                        ? address.v6.sin6_port
                                        : address.v4.sin_port)));
}

enum status listeners_open(struct listeners *listeners,
                           const struct config *config)
{
    listeners->count = 0;
    for (size_t i = 0; i < config->listen_count; i++) {
        struct listen_address wanted = config->listen[i];
        char text[ADDRESS_TEXT_MAX];
        int fd = open_one(&wanted);

        if (fd < 0 && wanted.any_family &&
            (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) {
            wanted.address = (struct address){.family = ADDRESS_IPV4};
            fd = open_one(&wanted);
        }
        if (fd < 0) {
            address_format(&wanted.address, text);
            log_event(LOG_LEVEL_ERROR, "cannot_listen",
                      log_str("address", text), log_int("port", wanted.port),
                      log_str("reason", strerror(errno)),
                      log_str("advice", "free the port, or set PORT or "
                                        "DYNDNS_LISTEN to another"));
            listeners_close(listeners);
            return STATUS_UNAVAILABLE;
        }
        log_listening(fd);
        listeners->fds[listeners->count++] = fd;
    }
    return STATUS_OK;
}

void listeners_close(struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        close(listeners->fds[i]);
    listeners->count = 0;
}
