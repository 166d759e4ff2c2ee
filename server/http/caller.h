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

#endif
