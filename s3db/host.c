#include "s3db/host.h"

#include "s3db/token_hash.h"

#include <openssl/crypto.h>

enum token_kind host_token_kind(const struct host *host)
{
    return token_form_kind(host->token);
}

bool host_token_is_plain(const struct host *host)
{
    return host_token_kind(host) == TOKEN_PLAIN;
}

static bool plain_matches(const struct host *host, struct span token)
{
    /* Stands in for the token of a host that does not exist, or whose token
     * has another length: as many bytes are compared in every case. */
    static const char dummy[HOSTDB_TOKEN_MAX_BYTES];
    bool comparable = host != NULL && host->token.len == token.len;
    const char *expected = comparable ? host->token.ptr : dummy;
    size_t len = token.len < sizeof dummy ? token.len : sizeof dummy;

    return (CRYPTO_memcmp(expected, token.ptr, len) == 0) & comparable;
}

bool host_token_matches(const struct host *host, struct span token)
{
    struct token_form form;

    if (host == NULL || host_token_is_plain(host))
        return plain_matches(host, token);
    return host_token_kind(host) == TOKEN_SHA256 &&
           token_form_parse(host->token, &form) == NULL &&
           token_hash_matches(&form, token);
}

bool host_attribute_ttl(const struct host *host, uint32_t *out)
{
    return host_attributes_number(host->attributes, HOST_ATTRIBUTE_TTL, out);
}

bool host_has_type(const struct host *host)
{
    uint32_t family;

    return host_attributes_number(host->attributes, HOST_ATTRIBUTE_RECORD_TYPE,
                                  &family);
}

bool host_holds(const struct host *host, enum address_family family)
{
    uint32_t own;

    return !host_attributes_number(host->attributes, HOST_ATTRIBUTE_RECORD_TYPE,
                                   &own) ||
           own == family;
}

static bool flag(const struct host *host, enum host_attribute which,
                 bool otherwise)
{
    uint32_t value = otherwise;

    host_attributes_number(host->attributes, which, &value);
    return value != 0;
}

bool host_is_locked(const struct host *host)
{
    return flag(host, HOST_ATTRIBUTE_LOCK_RECORD, false);
}

bool host_is_readable(const struct host *host)
{
    return flag(host, HOST_ATTRIBUTE_READ_PRIVILEGE, false);
}

bool host_allows_internal(const struct host *host, bool otherwise)
{
    return flag(host, HOST_ATTRIBUTE_ALLOW_INTERNAL, otherwise);
}

static struct span text(const struct host *host, enum host_attribute which)
{
    struct span value = {"", 0};

    host_attributes_value(host->attributes, which, &value);
    return value;
}

struct span host_mac_address(const struct host *host)
{
    return text(host, HOST_ATTRIBUTE_MAC_ADDRESS);
}

struct span host_user(const struct host *host)
{
    return text(host, HOST_ATTRIBUTE_USER);
}

bool host_ipv6_suffix(const struct host *host, struct address *out)
{
    struct address suffix = {.family = ADDRESS_IPV6};
    struct span kept = text(host, HOST_ATTRIBUTE_IPV6_SUFFIX);

    if (kept.len == 0)
        return false;
    memcpy(suffix.bytes + sizeof suffix.bytes - kept.len, kept.ptr, kept.len);
    *out = suffix;
    return true;
}

bool host_expect_within(const struct host *host, uint32_t *out)
{
    return host_attributes_number(host->attributes,
                                  HOST_ATTRIBUTE_EXPECT_WITHIN, out);
}

bool host_expire_after(const struct host *host, uint32_t *out)
{
    return host_attributes_number(host->attributes, HOST_ATTRIBUTE_EXPIRE_AFTER,
                                  out);
}
