/* caller -- who sent a request, as HTTP tells it: the client's address, and the
 * host that its credentials are for.
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

/* Whether the request's credentials are those of a host of the table in
 * service, which is then *host. Wrong ones are logged, absent ones are not: a browser's or wget's first try is no refusal. */
bool caller_authenticate(struct http_context *context, h2o_req_t *req,
                         const struct address *client, struct host *host);

#endif
