/* metrics_page -- /metrics: what this server counts, as Prometheus reads it.
 */
#ifndef SERVER_HTTP_METRICS_PAGE_H
#define SERVER_HTTP_METRICS_PAGE_H

#include "server/http/http_context.h"

#include <h2o.h>

/* Answers in one turn of the loop. The text has some 50 KB whatever was counted
 * and however many hosts there are. */
void metrics_page(struct http_context *context, h2o_req_t *req);

#endif
