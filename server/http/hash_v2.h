/* hash_v2 -- the protocol of the serverless system in its second version, which
 * stands in API Gateway: GET /?mode=get, set or list_hosts.
 *
 * hostname    the host; hashed as it is sent, with a dot at its end
 * hash        validation_hash.h
 * internalIp  an address to set in place of the caller's own; no hash covers it
 *
 * The status is always 200, but without the key that is asked for: the answer
 * is in the JSON, first its message, as clients know it.
 */
#ifndef SERVER_HTTP_HASH_V2_H
#define SERVER_HTTP_HASH_V2_H

#include "server/http/protocol.h"

extern const struct protocol hash_v2_protocol;

#endif
