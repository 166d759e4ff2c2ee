/* listener -- the sockets that callers connect to.
 */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include "server/config.h"

struct listeners {
    int fds[CONFIG_LISTEN_MAX];
    size_t count;
};

/* Opens, binds and listens on every configured address; IPv6 sockets that are
 * bound to "::" take IPv4 callers too. Each is told in the log with the port
 * it really has. STATUS_UNAVAILABLE, with the reason in the log, when one
 * cannot be had; the others are closed then. */
NODISCARD enum status listeners_open(struct listeners *listeners,
                                     const struct config *config);
void listeners_close(struct listeners *listeners);

#endif
