#include "server/http/listener.h"

#include "base/log.h"

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

/* What the kernel keeps of a connection for either direction; it doubles these,
 * for its own needs. A caller who sends request after request and reads no
 * answer would else be granted megabytes (tcp_wmem and tcp_rmem of tcp(7)), and
 * as much of our memory, since a loop reads at once whatever has come. A reply
 * has some 200 bytes and a body 16 KiB at most; a longer head comes in turns. */
enum { RECEIVE_BUFFER_BYTES = 32 * 1024, SEND_BUFFER_BYTES = 16 * 1024 };

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

/* Of several ports that the kernel chooses, no two are the same. */
static bool same_port(const struct listen_address *a,
                      const struct listen_address *b)
{
    return a->port == b->port && a->port != 0;
}

/* "::" would take the IPv4 callers of its port as well, so Linux does not let
 * it stand beside an IPv4 address with that port. */
static bool shares_port_with_ipv4(const struct listen_address *wanted,
                                  const struct http_settings *settings)
{
    for (size_t i = 0; i < settings->listen_count; i++)
        if (settings->listen[i].address.family == ADDRESS_IPV4 &&
            same_port(&settings->listen[i], wanted))
            return true;
    return false;
}

/* Connections inherit them. That of the receiving side decides on the window's
 * scale, which is sent with the first segment, so it must be set before
 * listen(2). */
static bool limit_buffers(int fd)
{
    static const int receive = RECEIVE_BUFFER_BYTES, send = SEND_BUFFER_BYTES;

    return setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof receive) ==
               0 &&
           setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send, sizeof send) == 0;
}

/* Returns the socket, or -1 with errno set. */
static int open_one(const struct listen_address *wanted, bool ipv6_only)
{
    union socket_address address;
    socklen_t len = to_sockaddr(wanted, &address);
    int fd = socket(address.any.sa_family,
                    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1, only = ipv6_only, saved;

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        limit_buffers(fd) &&
        (address.any.sa_family != AF_INET6 ||
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) == 0) &&
        bind(fd, &address.any, len) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static const char *kind_of(const struct listen_address *as)
{
    if (as->metrics)
        return "metrics";
    if (as->proxy)
        return as->tls ? "proxy:tls" : "proxy";
    return as->tls ? "tls" : "http";
}

static void log_listening(const struct listener *listener)
{
    union socket_address address;
    socklen_t len = sizeof address;
    struct address bound;
    char text[ADDRESS_TEXT_MAX];

    if (getsockname(listener->fd, &address.any, &len) != 0)
        return;
    bound = address_from_sockaddr(&address.any);
    address_format(&bound, text);
    log_event(LOG_LEVEL_INFO, "listening", log_str("address", text),
              log_str("socket", listener->is_passed ? "passed" : "own"),
              log_str("kind", kind_of(&listener->as)),
              log_int("port", ntohs(address.any.sa_family == AF_INET6
                                        ? address.v6.sin6_port
                                        : address.v4.sin_port)));
}

static bool is_wildcard(const struct address *address)
{
    static const unsigned char zero[sizeof address->bytes];

    return memcmp(address->bytes, zero, sizeof zero) == 0;
}

/* Whether settings->listen[at] asks for what an earlier item has taken. */
static bool is_taken_by_an_earlier_one(const struct http_settings *settings,
                                       size_t at)
{
    const struct listen_address *wanted = &settings->listen[at];

    for (size_t i = 0; i < at; i++) {
        const struct listen_address *had = &settings->listen[i];

        if (same_port(had, wanted) &&
            had->address.family == wanted->address.family &&
            (address_equal(&had->address, &wanted->address) ||
             is_wildcard(&had->address) || is_wildcard(&wanted->address)))
            return true;
    }
    return false;
}

static bool is_passed_elsewhere(const struct passed_sockets *passed,
                                const struct listen_address *wanted)
{
    for (size_t i = 0; i < passed->count; i++)
        if (passed->all[i].as.port == wanted->port)
            return true;
    return false;
}

static void log_cannot_listen(const struct http_settings *settings, size_t at,
                              const struct passed_sockets *passed,
                              const struct listen_address *wanted, int fault)
{
    const char *advice = "set PORT or DYNDNS_LISTEN to another address";
    char text[ADDRESS_TEXT_MAX];

    if (wanted->metrics)
        advice = "set DYNDNS_METRICS_LISTEN to an address of this machine and "
                 "a port that nobody else has, not even DYNDNS_LISTEN";
    else if (fault == EADDRINUSE && is_taken_by_an_earlier_one(settings, at))
        advice = "DYNDNS_LISTEN names it twice: 0.0.0.0 and [::] stand for "
                 "all addresses of their family; leave one item out";
    else if (fault == EADDRINUSE && is_passed_elsewhere(passed, wanted))
        advice = "systemd listens on this port, at another address: let "
                 "DYNDNS_LISTEN and ListenStream= of dyndns53.socket be the "
                 "same";
    else if (fault == EADDRINUSE)
        advice = "free the port, or set PORT or DYNDNS_LISTEN to another";
    else if (fault == EADDRNOTAVAIL)
        advice = "this machine has no such address: set DYNDNS_LISTEN to one "
                 "that it has";
    else if (fault == EACCES)
        advice = "set PORT or DYNDNS_LISTEN to a port from 1024, or let "
                 "systemd open this one (dyndns53.socket)";
    address_format(&wanted->address, text);
    log_event(LOG_LEVEL_ERROR, "cannot_listen", log_str("address", text),
              log_int("port", wanted->port), log_str("reason", strerror(fault)),
              log_str("advice", advice));
}

/* Either -1, or the socket of settings->listen[at], and in *as what it is. */
static int open_own(const struct http_settings *settings, size_t at,
                    const struct passed_sockets *passed,
                    struct listen_address *as)
{
    int fd;

    *as = settings->listen[at];
    fd = open_one(as, shares_port_with_ipv4(as, settings));
    if (fd < 0 && as->any_family &&
        (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) {
        as->address = (struct address){.family = ADDRESS_IPV4};
        fd = open_one(as, false);
    }
    if (fd < 0)
        log_cannot_listen(settings, at, passed, as, errno);
    return fd;
}

static void add(struct listeners *listeners, const struct listener *listener)
{
    log_listening(listener);
    listeners->all[listeners->count++] = *listener;
}

static void add_passed(struct listeners *listeners,
                       struct passed_socket *passed,
                       const struct listen_address *as)
{
    struct listener listener = {passed->fd, *as, true};

    passed->fd = -1;
    limit_buffers(listener.fd); /* for those who connect from now on */
    add(listeners, &listener);
}

static bool open_wanted(struct listeners *listeners,
                        const struct http_settings *settings,
                        struct passed_sockets *passed)
{
    for (size_t i = 0; i < settings->listen_count; i++) {
        const struct listen_address *wanted = &settings->listen[i];
        struct passed_socket *found = passed_sockets_find(passed, wanted);
        struct listener own = {.fd = -1};

        if (wanted->any_family && passed->count > 0)
            continue;
        if (found != NULL) {
            add_passed(listeners, found, wanted);
            continue;
        }
        own.fd = open_own(settings, i, passed, &own.as);
        if (own.fd < 0)
            return false;
        add(listeners, &own);
    }
    return true;
}

static void log_strange_socket(const struct passed_socket *passed, bool is_full)
{
    log_event(
        LOG_LEVEL_ERROR, "cannot_use_socket", log_int("descriptor", passed->fd),
        log_str("name", passed->name),
        log_str("reason", is_full ? "there may be at most 16 listening sockets"
                                  : "its name does not say how to serve it"),
        log_str("advice",
                "let FileDescriptorName= of the socket's unit be http, "
                "tls, proxy, proxy-tls or metrics, or let DYNDNS_LISTEN "
                "have its address"));
}

/* Those that no item of the settings has asked for. */
static bool take_the_rest(struct listeners *listeners,
                          struct passed_sockets *passed)
{
    for (size_t i = 0; i < passed->count; i++) {
        struct passed_socket *socket = &passed->all[i];
        bool is_full = listeners->count == HTTP_LISTEN_MAX;

        if (socket->fd < 0)
            continue;
        if (is_full || !socket->is_known) {
            log_strange_socket(socket, is_full);
            return false;
        }
        add_passed(listeners, socket, &socket->as);
    }
    return true;
}

enum status listeners_open(struct listeners *listeners,
                           const struct http_settings *settings,
                           struct passed_sockets *passed)
{
    listeners->count = 0;
    if (open_wanted(listeners, settings, passed) &&
        take_the_rest(listeners, passed))
        return STATUS_OK;
    listeners_close(listeners);
    passed_sockets_clear(passed);
    return STATUS_UNAVAILABLE;
}

void listeners_close(struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        close(listeners->all[i].fd);
    listeners->count = 0;
}
