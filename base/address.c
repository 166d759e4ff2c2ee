#include "base/address.h"

#include "base/decimal.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static struct address from_ipv4(const void *bytes)
{
    struct address address = {.family = ADDRESS_IPV4};

    memcpy(address.bytes, bytes, 4);
    return address;
}

static struct address from_ipv6(const void *bytes)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0,    0,
                                             0, 0, 0, 0, 0xff, 0xff};
    struct address address = {.family = ADDRESS_IPV6};

    if (memcmp(bytes, mapped, sizeof mapped) == 0)
        return from_ipv4((const unsigned char *)bytes + sizeof mapped);
    memcpy(address.bytes, bytes, 16);
    return address;
}

bool address_parse(struct span text, struct address *out)
{
    char copy[ADDRESS_TEXT_MAX];
    unsigned char bytes[16];

    if (text.len == 0 || text.len >= sizeof copy ||
        memchr(text.ptr, '\0', text.len) != NULL)
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (inet_pton(AF_INET, copy, bytes) == 1)
        *out = from_ipv4(bytes);
    else if (inet_pton(AF_INET6, copy, bytes) == 1)
        *out = from_ipv6(bytes);
    else
        return false;
    return true;
}

struct address address_from_sockaddr(const struct sockaddr *sa)
{
    if (sa->sa_family == AF_INET)
        return from_ipv4(
            &((const struct sockaddr_in *)(const void *)sa)->sin_addr);
    if (sa->sa_family == AF_INET6)
        return from_ipv6(
            &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
    return (struct address){.family = ADDRESS_NONE};
}

/* inet_ntop(3) prints through snprintf; every reply carries an address, so
 * the four numbers of IPv4 are worth writing by hand. */
static size_t format_ipv4(const unsigned char *bytes, char *out)
{
    char *p = out;

    for (int i = 0; i < 4; i++) {
        unsigned value = bytes[i];

        if (i > 0)
            *p++ = '.';
        if (value >= 100)
            *p++ = (char)('0' + value / 100);
        if (value >= 10)
            *p++ = (char)('0' + value / 10 % 10);
        *p++ = (char)('0' + value % 10);
    }
    *p = '\0';
    return (size_t)(p - out);
}

size_t address_format(const struct address *address, char out[ADDRESS_TEXT_MAX])
{
    if (address->family == ADDRESS_IPV4)
        return format_ipv4(address->bytes, out);
    if (address->family == ADDRESS_IPV6 &&
        inet_ntop(AF_INET6, address->bytes, out, ADDRESS_TEXT_MAX) != NULL)
        return strlen(out);
    memcpy(out, "-", 2);
    return 1;
}

static size_t family_bytes(enum address_family family)
{
    return family == ADDRESS_IPV4 ? 4 : family == ADDRESS_IPV6 ? 16 : 0;
}

bool address_equal(const struct address *a, const struct address *b)
{
    return a->family == b->family &&
           memcmp(a->bytes, b->bytes, family_bytes(a->family)) == 0;
}

struct address address_network(const struct address *address)
{
    struct address network = *address;

    if (network.family == ADDRESS_IPV6)
        memset(network.bytes + 8, 0, 8);
    return network;
}

/* Whether the first `bits` of both are the same. */
static bool same_prefix(const unsigned char *a, const unsigned char *b,
                        unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;

    if (memcmp(a, b, whole) != 0)
        return false;
    return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

bool cidr_contains(const struct cidr *block, const struct address *address)
{
    return block->base.family == address->family &&
           same_prefix(block->base.bytes, address->bytes, block->prefix_bits);
}

/* Whether all bits beyond the prefix are zero. */
static bool host_bits_clear(const struct cidr *block)
{
    static const unsigned char zero[16];
    struct cidr masked = *block;
    size_t bytes = family_bytes(block->base.family);
    size_t whole = block->prefix_bits / 8;

    if (whole < bytes) {
        masked.base.bytes[whole] = (unsigned char)(masked.base.bytes[whole]
                                                   << (block->prefix_bits % 8));
        return memcmp(masked.base.bytes + whole, zero, bytes - whole) == 0;
    }
    return true;
}

bool cidr_parse(struct span text, struct cidr *out)
{
    const char *slash = text.len == 0 ? NULL : memchr(text.ptr, '/', text.len);
    struct span base = text;
    struct cidr block;
    uint32_t bits;

    if (slash != NULL)
        base.len = (size_t)(slash - text.ptr);
    if (!address_parse(base, &block.base))
        return false;
    bits = (uint32_t)family_bytes(block.base.family) * 8;
    if (slash != NULL &&
        !decimal_parse(span_from(slash + 1, text.len - base.len - 1), bits,
                       &bits))
        return false;
    block.prefix_bits = bits;
    if (!host_bits_clear(&block))
        return false;
    *out = block;
    return true;
}
