/* healthz -- /healthz: whether this server can do its work (health.h).
 */
#ifndef SERVER_HTTP_HEALTHZ_H
#define SERVER_HTTP_HEALTHZ_H

#include "server/http/http_context.h"

void healthz(struct http_context *context, h2o_req_t *req);

#endif
