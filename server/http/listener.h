/* listener -- the sockets that callers connect to.
 */
#ifndef SERVER_HTTP_LISTENER_H
#define SERVER_HTTP_LISTENER_H

#include "base/status.h"
#include "server/http/http_settings.h"

struct listener {
    int fd;
    struct listen_address as; /* as it was asked for */
};

struct listeners {
    struct listener all[HTTP_LISTEN_MAX];
    size_t count;
};

/* Opens, binds and listens on every address in the settings. A socket that is
 * bound to "::" takes IPv4 callers too, unless an IPv4 address with the same
 * port is listed beside it: then each takes its own family. Each is logged with
 * the port it really has. STATUS_UNAVAILABLE, with the reason in the log, when
 * one cannot be had; the others are closed then. */
NODISCARD enum status listeners_open(struct listeners *listeners,
                                     const struct http_settings *settings);
void listeners_close(struct listeners *listeners);

#endif
