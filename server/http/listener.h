/* listener -- the sockets that callers connect to.
 */
#ifndef SERVER_HTTP_LISTENER_H
#define SERVER_HTTP_LISTENER_H

#include "base/status.h"
#include "server/http/passed_sockets.h"

struct listener {
    int fd;
    struct listen_address as; /* as it was asked for */
    bool is_passed;           /* others hold it too, and it outlives us */
};

struct listeners {
    struct listener all[HTTP_LISTEN_MAX];
    size_t count;
};

/* Opens, binds and listens on every address in the settings, unless a socket was
 * passed that has it already. A socket that is bound to "::" takes IPv4 callers
 * too, unless an IPv4 address with the same port is listed beside it: then each
 * takes its own family. All that were passed are taken; where there are some, the
 * default address (that of PORT) is not wanted. Each is logged with the port it
 * really has. STATUS_UNAVAILABLE, with the reason in the log, when one cannot be
 * had; all are closed then. */
NODISCARD enum status listeners_open(struct listeners *listeners,
                                     const struct http_settings *settings,
                                     struct passed_sockets *passed);
void listeners_close(struct listeners *listeners);

#endif
