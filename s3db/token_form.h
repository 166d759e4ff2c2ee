/* token_form -- how a token may be written in the host table: plain, or hashed,
 * so that who reads the table does not have the token.
 *
 *     sha256:SALT:HASH         SHA-256 of the salt and the token, one behind
 *                              the other; for random tokens
 *     scrypt:N:R:P:SALT:HASH   scrypt (RFC 7914) with these parameters, 32
 *                              bytes of it; for passwords that people choose
 *
 * The salt is the bytes as they stand there, from 8 to 64 letters, digits and
 * + / = . _ -. The hash is 64 hexadecimal digits. All else is a plain token,
 * but what begins like one of these two must be of its form. Pure.
 */
#ifndef S3DB_TOKEN_FORM_H
#define S3DB_TOKEN_FORM_H

#include "base/span.h"

#include <stdint.h>

enum {
    TOKEN_MAX_BYTES = 1024, /* that a host may send */

    TOKEN_SALT_MIN_BYTES = 8,
    TOKEN_SALT_MAX_BYTES = 64,
    TOKEN_HASH_BYTES = 32,

    /* What one verification takes: 128 * N * R bytes, so at most 32 MiB, and a
     * time that grows with N * R * P, a tenth of a second at most on a core
     * that is not slow. What is weaker than the least is no hash of a password. */
    TOKEN_SCRYPT_N_MIN = 1024,
    TOKEN_SCRYPT_N_MAX = 32768,
    TOKEN_SCRYPT_R_MAX = 32,
    TOKEN_SCRYPT_P_MAX = 16,
    TOKEN_SCRYPT_COST_MAX = 262144, /* N * R * P */

    TOKEN_HASHED_MAX_BYTES = sizeof "scrypt:32768:32:16::" - 1 +
                             TOKEN_SALT_MAX_BYTES + TOKEN_HASH_BYTES * 2,
};

enum token_kind { TOKEN_PLAIN, TOKEN_SHA256, TOKEN_SCRYPT, TOKEN_KIND_COUNT };

struct token_form {
    enum token_kind kind; /* of a plain one nothing else is set */
    uint32_t n, r, p;     /* of scrypt */
    struct span salt;     /* borrowed from the text */
    unsigned char hash[TOKEN_HASH_BYTES];
};

/* By its beginning alone, which decides for every token of a host table. */
enum token_kind token_form_kind(struct span text);

/* NULL; or, with *out untouched, what is wrong with it: a literal. */
const char *token_form_parse(struct span text, struct token_form *out);

/* Writes a hashed token in its form, without a NUL; returns its length. */
size_t token_form_write(const struct token_form *form,
                        char out[TOKEN_HASHED_MAX_BYTES]);

#endif
