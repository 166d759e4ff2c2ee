/* owner_call -- / by GET, for a browser: the page of a host's owner.
 */
#ifndef SERVER_HTTP_OWNER_CALL_H
#define SERVER_HTTP_OWNER_CALL_H

#include "server/http/http_context.h"
#include "server/http/protocol.h"

/* Whether a GET of the root is for the page: it has none of what callers of the
 * serverless protocol send, whose root this is too (hash_v2.h). */
bool owner_call_is_meant(const h2o_req_t *req);

/* For protocol_read(). */
extern const struct protocol owner_protocol;

#endif
