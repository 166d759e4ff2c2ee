/* routes -- which URL means what: the table of them, and of their methods.
 *
 * A URL is a function that takes a context and a request, and sees to it that
 * one reply is sent: at once, or later (waiting.h). What speaks a protocol of
 * dynamic DNS is a file of its own beside register_ip.c, and a line in the
 * table.
 */
#ifndef SERVER_HTTP_ROUTES_H
#define SERVER_HTTP_ROUTES_H

#include "server/http/http_context.h"

/* Registers one handler for all URLs of callers; it belongs to the host. */
h2o_handler_t *routes_register(h2o_hostconf_t *host);

/* The same for the listeners of DYNDNS_METRICS_LISTEN: /metrics, and /healthz,
 * so that whoever watches need not reach where callers do. */
h2o_handler_t *routes_register_metrics(h2o_hostconf_t *host);

/* The context for the requests of one loop, borrowed. To be called before the
 * first of them. */
void routes_use(h2o_handler_t *handler, h2o_context_t *h2o,
                struct http_context *context);

#endif
