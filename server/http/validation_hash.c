#include "server/http/validation_hash.h"

#include "base/dns_name.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

enum {
    NAME_MAX_BYTES = DNS_NAME_MAX + 1, /* with its trailing dot */
    HASHED_MAX_BYTES =
        ADDRESS_TEXT_MAX + NAME_MAX_BYTES + HOSTDB_TOKEN_MAX_BYTES,
};

/* Stands in for the token of a host that does not exist, or whose token is
 * hashed: of that there is nothing here but what is no secret. As long as those
 * that people make by "openssl rand -hex 16". */
static const struct span DUMMY = SPAN_LITERAL("0123456789abcdef"
                                              "0123456789abcdef");

static bool hex_value(char c, unsigned char *out)
{
    if (c >= '0' && c <= '9')
        *out = (unsigned char)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *out = (unsigned char)(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
        *out = (unsigned char)(c - 'A' + 10);
    else
        return false;
    return true;
}

bool validation_hash_parse(struct span text, struct validation_hash *out)
{
    struct validation_hash hash;

    if (text.len != VALIDATION_HASH_DIGITS)
        return false;
    for (size_t i = 0; i < VALIDATION_HASH_BYTES; i++) {
        unsigned char high, low;

        if (!hex_value(text.ptr[2 * i], &high) ||
            !hex_value(text.ptr[2 * i + 1], &low))
            return false;
        hash.bytes[i] = (unsigned char)(high << 4 | low);
    }
    *out = hash;
    return true;
}

static char *append(char *end, struct span text)
{
    return text.len == 0 ? end : (char *)mempcpy(end, text.ptr, text.len);
}

bool validation_hash_matches(const struct validation_hash *hash,
                             const struct address *client, struct span name,
                             const struct host *host)
{
    bool is_plain = host != NULL && host_token_is_plain(host);
    char hashed[HASHED_MAX_BYTES], *end = hashed;
    unsigned char digest[EVP_MAX_MD_SIZE];
    bool made;

    if (name.len > NAME_MAX_BYTES)
        name.len = NAME_MAX_BYTES; /* that of no host: whatever it gives */
    end += address_format(client, end);
    end = append(end, name);
    end = append(end, is_plain ? host->token : DUMMY);
    made = EVP_Digest(hashed, (size_t)(end - hashed), digest, NULL,
                      EVP_sha256(), NULL) == 1;
    OPENSSL_cleanse(hashed, sizeof hashed);
    return made &&
           (CRYPTO_memcmp(digest, hash->bytes, sizeof hash->bytes) == 0) &
               is_plain;
}
