/* http1 -- who relies on HTTP/1, and the check that it is spoken.
 *
 * - waiting, verification: a request outlives a caller who hangs up, since
 *   libh2o's HTTP/1 neither reads from a connection nor times it out between a
 *   request and its reply. A stream of HTTP/2 may be reset at any time, and its
 *   request is freed then.
 * - parking, admission: until the reply, the bytes of the request stand at the
 *   beginning of the connection's input.
 * - connection: a connection has one request at a time, so that it is either
 *   idle or in hand; and all connections are found among those of HTTP/1.
 *
 * So HTTP/2 is switched off, and requests by anything but HTTP/1 are refused
 * before the rest of the server sees them (admission.h). Who would do harm all
 * the same demands it here: it is better to end than to write into a request
 * that is gone.
 */
#ifndef SERVER_HTTP_HTTP1_H
#define SERVER_HTTP_HTTP1_H

#include <h2o.h>
#include <stdbool.h>

/* Whether a request came by HTTP/1.0 or HTTP/1.1. */
static inline bool http1_is_spoken(const h2o_req_t *req)
{
    return req->version < 0x200; /* major and minor, a byte each */
}

/* Ends the process, saying so on standard error. */
_Noreturn void http1_abort(const char *who);

/* `who` relies on it that the request came by HTTP/1. In every build. */
static inline void http1_require(const h2o_req_t *req, const char *who)
{
    if (!http1_is_spoken(req))
        http1_abort(who);
}

/* `who` relies on it that connections are made with HTTP/1 alone. */
static inline void http1_require_alone(const h2o_globalconf_t *h2o,
                                       const char *who)
{
    if (h2o->http1.upgrade_to_http2)
        http1_abort(who);
}

#endif
