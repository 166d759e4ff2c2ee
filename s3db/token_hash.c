#include "s3db/token_hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

/* What OpenSSL may take beside the table of 128 * N * R bytes: 128 * R * P, and
 * some blocks. */
enum { SCRYPT_OTHER_BYTES = 1024 * 1024 };

static bool make_sha256(struct span salt, struct span token,
                        unsigned char hash[TOKEN_HASH_BYTES])
{
    unsigned char text[TOKEN_SALT_MAX_BYTES + TOKEN_MAX_BYTES];
    bool made;

    if (salt.len > TOKEN_SALT_MAX_BYTES || token.len > TOKEN_MAX_BYTES)
        return false;
    memcpy(text, salt.ptr, salt.len);
    memcpy(text + salt.len, token.ptr, token.len);
    made = SHA256(text, salt.len + token.len, hash) != NULL;
    OPENSSL_cleanse(text, salt.len + token.len);
    return made;
}

static bool make_scrypt(const struct token_form *form, struct span token,
                        unsigned char hash[TOKEN_HASH_BYTES])
{
    uint64_t table_bytes = UINT64_C(128) * form->n * form->r;

    return EVP_PBE_scrypt(
               token.ptr, token.len, (const unsigned char *)form->salt.ptr,
               form->salt.len, form->n, form->r, form->p,
               table_bytes + SCRYPT_OTHER_BYTES, hash, TOKEN_HASH_BYTES) == 1;
}

bool token_hash_make(const struct token_form *form, struct span token,
                     unsigned char hash[TOKEN_HASH_BYTES])
{
    return form->kind == TOKEN_SHA256 ? make_sha256(form->salt, token, hash)
                                      : make_scrypt(form, token, hash);
}

bool token_hash_matches(const struct token_form *form, struct span token)
{
    unsigned char hash[TOKEN_HASH_BYTES];

    return token.len > 0 && token_hash_make(form, token, hash) &&
           CRYPTO_memcmp(hash, form->hash, sizeof hash) == 0;
}
