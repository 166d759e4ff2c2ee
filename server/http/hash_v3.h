/* hash_v3 -- the protocol of the serverless system in its third version, which
 * is a Lambda function alone: POST / with an object of JSON.
 *
 * execution_mode   "get" or "set"
 * ddns_hostname    the host; hashed as it is sent
 * validation_hash  validation_hash.h
 *
 * The status says what became of it; the answer is JSON, first its status. A
 * client takes all digits and dots of an answer to "get" for the address.
 */
#ifndef SERVER_HTTP_HASH_V3_H
#define SERVER_HTTP_HASH_V3_H

#include "server/http/protocol.h"

extern const struct protocol hash_v3_protocol;

#endif
