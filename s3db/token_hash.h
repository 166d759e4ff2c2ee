/* token_hash -- what stands in a hashed token for what a caller sends, and
 * whether the two belong together.
 *
 * That of sha256 takes a microsecond, that of scrypt as long and as much memory
 * as its parameters say (token_form.h): never on a thread that others wait for.
 */
#ifndef S3DB_TOKEN_HASH_H
#define S3DB_TOKEN_HASH_H

#include "s3db/token_form.h"

/* Hashes the token as the form's kind, salt and parameters say, be they within
 * the bounds of token_form.h or not. False, with hash[] undefined, when memory
 * is short, or there can be no such hash. Of a form that is not plain. */
bool token_hash_make(const struct token_form *form, struct span token,
                     unsigned char hash[TOKEN_HASH_BYTES]);

/* Whether the form's hash is that of the token. An empty token is nobody's.
 * Takes the same time for every wrong token of one length. */
bool token_hash_matches(const struct token_form *form, struct span token);

#endif
