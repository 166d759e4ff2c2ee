/* caller -- where a request came from, as HTTP tells it.
 */
#ifndef SERVER_HTTP_CALLER_H
#define SERVER_HTTP_CALLER_H

#include "server/http/http_context.h"

/* The socket's other end; ADDRESS_NONE once it is gone. */
struct address caller_peer(h2o_req_t *req);

/* The client's address (client_address.h); ADDRESS_NONE when a trusted proxy
 * did not tell. */
struct address caller_address(const struct http_context *context,
                              h2o_req_t *req);

/* The word by which the caller finds the log's lines about his request
 * (trace_id.h); empty if he gave none. Found in the headers, so it is for those
 * who are about to log something. */
struct span caller_trace(const h2o_req_t *req);

#endif
