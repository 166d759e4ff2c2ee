/* hash_caller -- what a client of the hash protocols does, made by hand and on
 * no network.
 */
#ifndef TESTS_UNIT_HASH_CALLER_H
#define TESTS_UNIT_HASH_CALLER_H

#include "server/http/protocol.h"
#include "server/http/validation_hash.h"

/* NULL: ADDRESS_NONE. */
struct address address_of(const char *text);

/* As "printf '%s' ADDRESS NAME TOKEN | sha256sum" has it, NUL-terminated. */
void hash_of(const char *address, const char *name, const char *token,
             char out[VALIDATION_HASH_DIGITS + 1]);

/* What a protocol made of a request. */
struct hash_call {
    enum protocol_verdict verdict;
    struct protocol_changes changes;
    struct span claimed;
    struct protocol_reply reply;
};

void hash_call_parse(struct hash_call *call, const struct protocol *protocol,
                     const struct protocol_request *request);

/* Frees a long text. */
void hash_call_clear(struct hash_call *call);

struct span reply_span(const struct protocol_reply *reply);

#endif
