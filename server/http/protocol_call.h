/* protocol_call -- takes a request through a protocol adapter: finds out who
 * calls and whether he may, has the adapter say what is wanted, answers what
 * the cache knows by itself, lets the rest wait for the updater, and sends what
 * the adapter makes of the outcomes.
 */
#ifndef SERVER_HTTP_PROTOCOL_CALL_H
#define SERVER_HTTP_PROTOCOL_CALL_H

#include "server/http/http_context.h"
#include "server/http/protocol.h"

/* `protocol` outlives the request. */
void protocol_call(struct http_context *context, h2o_req_t *req,
                   const struct protocol *protocol);

/* The same for one that changes nothing, so that a link on another site's page
 * may lead to it. */
void protocol_read(struct http_context *context, h2o_req_t *req,
                   const struct protocol *protocol);

#endif
