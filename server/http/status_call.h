/* status_call -- /status: the operator's page.
 */
#ifndef SERVER_HTTP_STATUS_CALL_H
#define SERVER_HTTP_STATUS_CALL_H

#include "server/http/http_context.h"

/* Lists of all hosts that the history is asked for at once, by all loops. */
enum { STATUS_LISTS_MAX = 4 };

/* 404 where there is no DYNDNS_ADMIN_TOKEN, as for any URL that there is not. */
void status_call(struct http_context *context, h2o_req_t *req);

#endif
