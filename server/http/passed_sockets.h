/* passed_sockets -- listening sockets that were open before this server was, by
 * the protocol of sd_listen_fds(3): systemd opens them (dyndns53.socket), keeps
 * them while one server ends and the next one starts, and so nobody is refused
 * in between. They are descriptors from 3 on, as many as LISTEN_FDS says, meant
 * for the process LISTEN_PID; LISTEN_FDNAMES has a name for each.
 *
 * A socket's name tells what comes before HTTP on its connections, as the words
 * of DYNDNS_LISTEN do: "tls", "proxy", "proxy-tls"; "http" is nothing at all, and
 * so are the names that systemd itself gives. "metrics" is as if DYNDNS_METRICS_LISTEN
 * had its address. Where an item of these two variables has the address of a
 * socket, that item tells, whatever the name.
 */
#ifndef SERVER_HTTP_PASSED_SOCKETS_H
#define SERVER_HTTP_PASSED_SOCKETS_H

#include "base/status.h"
#include "server/http/http_settings.h"

enum { PASSED_SOCKET_NAME_MAX_BYTES = 64 };

struct passed_socket {
    int fd; /* -1: somebody has taken it */
    struct listen_address as;
    bool is_known; /* the name says how to serve */
    char name[PASSED_SOCKET_NAME_MAX_BYTES];
};

struct passed_sockets {
    struct passed_socket all[HTTP_LISTEN_MAX];
    size_t count;
};

/* Takes the sockets that are meant for this process, none if there are none, and
 * the variables out of the environment, which a child would take for its own.
 * STATUS_INVALID, with the reason in the log, when one of them does not listen
 * for TCP, or there are too many. Before the second thread. */
NODISCARD enum status passed_sockets_take(struct passed_sockets *passed);

/* The one that listens exactly there and is still to be had; or NULL. */
struct passed_socket *passed_sockets_find(struct passed_sockets *passed,
                                          const struct listen_address *wanted);

/* Closes those that nobody has taken. */
void passed_sockets_clear(struct passed_sockets *passed);

#endif
