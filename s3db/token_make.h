/* token_make -- a hashed token, made of a plain one, with a salt that is drawn
 * from the kernel's randomness.
 */
#ifndef S3DB_TOKEN_MAKE_H
#define S3DB_TOKEN_MAKE_H

#include "base/status.h"
#include "s3db/token_form.h"

enum {
    TOKEN_MAKE_SALT_BYTES = 16, /* random ones, so 32 in hexadecimal digits */

    /* Half of what a verification may cost: 16 MiB, and half as long. */
    TOKEN_MAKE_N = 16384,
    TOKEN_MAKE_R = 8,
    TOKEN_MAKE_P = 1,
};

struct token_text {
    size_t len;
    char bytes[TOKEN_HASHED_MAX_BYTES];
};

/* Which hash suits a token: TOKEN_SHA256 if it looks as if it was drawn at
 * random, so that nobody can guess it however fast he hashes; else
 * TOKEN_SCRYPT, also of a random one that looks as if people chose it. */
enum token_kind token_make_kind(struct span token);

/* A hash of this kind, not TOKEN_PLAIN. STATUS_UNAVAILABLE: the kernel has no
 * randomness. STATUS_INVALID: longer than any token. STATUS_NOMEM. */
NODISCARD enum status token_make(enum token_kind kind, struct span token,
                                 struct token_text *out);

#endif
