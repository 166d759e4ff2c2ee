/* hash_words -- what the hash protocols say of a change, in the words that the
 * clients of the serverless system know, where that has words for it. Pure.
 */
#ifndef SERVER_HTTP_HASH_WORDS_H
#define SERVER_HTTP_HASH_WORDS_H

#include "server/http/protocol.h"

#include "base/dns_name.h"

enum { HASH_WORDS_MAX = 160 + DNS_NAME_MAX + ADDRESS_TEXT_MAX };

#define HASH_WORDS_BAD_HASH                                                    \
    "You must pass a valid sha256 hash in the hash= argument."
#define HASH_WORDS_MISMATCH "Validation hashes do not match."
#define HASH_WORDS_UNCHANGED                                                   \
    "Your IP address matches the current Route53 DNS record."
#define HASH_WORDS_NO_ADDRESS "The proxy did not tell your address."
#define HASH_WORDS_TURNED_AWAY                                                 \
    "Too many wrong hashes came from your address, try again later."
#define HASH_WORDS_UNAVAILABLE "Not possible now, try again later."

/* Of a change that was not made, NUL-terminated. `dot` stands behind the
 * host's name. Some clients look for "success" in all of an answer: it is in
 * none of these words. */
void hash_words_of_failure(const struct protocol_result *result,
                           const char *dot, char out[HASH_WORDS_MAX]);

#endif
