#include "s3db/host.h"

#include <openssl/crypto.h>

bool host_token_matches(const struct host *host, struct span token)
{
    /* Stands in for the token of a host that does not exist, or whose token
     * has another length: as many bytes are compared in every case. */
    static const char dummy[HOSTDB_TOKEN_MAX_BYTES];
    bool comparable = host != NULL && host->token.len == token.len;
    const char *expected = comparable ? host->token.ptr : dummy;
    size_t len = token.len < sizeof dummy ? token.len : sizeof dummy;

    return (CRYPTO_memcmp(expected, token.ptr, len) == 0) & comparable;
}

bool host_attribute_ttl(const struct host *host, uint32_t *out)
{
    return host_attributes_number(host->attributes, HOST_ATTRIBUTE_TTL, out);
}
