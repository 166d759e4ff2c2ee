/* validation_hash -- how a caller of the hash protocols (hash_v2.h, hash_v3.h)
 * shows that he knows a host's token, without sending it: the SHA-256 of his
 * address as this server sees it, the host's name, and the token, one behind
 * the other.
 *
 * It covers nothing else. Whoever has seen one may use it again, from the same
 * address, for as long as the token stands. Pure.
 */
#ifndef SERVER_HTTP_VALIDATION_HASH_H
#define SERVER_HTTP_VALIDATION_HASH_H

#include "s3db/host.h"

enum {
    VALIDATION_HASH_BYTES = 32,
    VALIDATION_HASH_DIGITS = VALIDATION_HASH_BYTES * 2,
};

struct validation_hash {
    unsigned char bytes[VALIDATION_HASH_BYTES];
};

/* Reads exactly VALIDATION_HASH_DIGITS hexadecimal digits, in either letter
 * case. False, with *out untouched, for anything else. */
bool validation_hash_parse(struct span text, struct validation_hash *out);

/* Whether this is the hash of the client's address in its canonical text, of
 * these bytes for the name, and of the host's token. `host` may be NULL for a
 * host that does not exist, which costs about the same and is always false. So
 * does one whose token is hashed in the table, and so it is.
 * Takes the same time for every wrong hash. False, too, when memory fails. */
bool validation_hash_matches(const struct validation_hash *hash,
                             const struct address *client, struct span name,
                             const struct host *host);

#endif
