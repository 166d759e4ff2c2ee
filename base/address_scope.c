#include "base/address_scope.h"

/* What a block says of the addresses in it. */
enum scope {
    SCOPE_GLOBAL,
    SCOPE_INTERNAL,
    /* The IPv4 address within decides: a packet ends up there. */
    SCOPE_OF_6TO4,
    SCOPE_OF_TEREDO,
    SCOPE_OF_NAT64,
};

struct scope_block {
    struct cidr block;
    enum scope scope;
};

/* The first block that holds an address decides, so exceptions come before
 * what they are taken out of. What is in no block is global. The deprecated
 * 6to4 relay (RFC 7526) and multicast are no business of the registry's
 * column, but no host's own address either. */
static const struct scope_block ipv4_blocks[] = {
    {{{ADDRESS_IPV4, {0}}, 8}, SCOPE_INTERNAL},            /* RFC 791 */
    {{{ADDRESS_IPV4, {10}}, 8}, SCOPE_INTERNAL},           /* RFC 1918 */
    {{{ADDRESS_IPV4, {100, 64}}, 10}, SCOPE_INTERNAL},     /* RFC 6598 */
    {{{ADDRESS_IPV4, {127}}, 8}, SCOPE_INTERNAL},          /* loopback */
    {{{ADDRESS_IPV4, {169, 254}}, 16}, SCOPE_INTERNAL},    /* link-local */
    {{{ADDRESS_IPV4, {172, 16}}, 12}, SCOPE_INTERNAL},     /* RFC 1918 */
    {{{ADDRESS_IPV4, {192, 0, 0, 9}}, 32}, SCOPE_GLOBAL},  /* PCP, RFC 7723 */
    {{{ADDRESS_IPV4, {192, 0, 0, 10}}, 32}, SCOPE_GLOBAL}, /* TURN, RFC 8155 */
    {{{ADDRESS_IPV4, {192, 0, 0}}, 24}, SCOPE_INTERNAL},   /* RFC 6890 */
    {{{ADDRESS_IPV4, {192, 88, 99}}, 24}, SCOPE_INTERNAL}, /* 6to4 relay */
    {{{ADDRESS_IPV4, {192, 168}}, 16}, SCOPE_INTERNAL},    /* RFC 1918 */
    {{{ADDRESS_IPV4, {198, 18}}, 15}, SCOPE_INTERNAL},     /* RFC 2544 */
    {{{ADDRESS_IPV4, {224}}, 4}, SCOPE_INTERNAL},          /* multicast */
    {{{ADDRESS_IPV4, {240}}, 4}, SCOPE_INTERNAL}, /* RFC 1112, broadcast */
};

/* Of IPv6 only 2000::/3 has been handed out to the public (RFC 4291 2.4, IANA
 * "Internet Protocol Version 6 Address Space"): loopback, link-local, unique
 * local, multicast, 100::/64, 64:ff9b:1::/48 and 5f00::/16 (SRv6) all lie
 * outside of it. NAT64's well-known prefix does too, but is reachable. */
static const struct scope_block ipv6_blocks[] = {
    /* NAT64, RFC 6052 */
    {{{ADDRESS_IPV6, {0x00, 0x64, 0xff, 0x9b}}, 96}, SCOPE_OF_NAT64},
    /* Teredo, RFC 4380 */
    {{{ADDRESS_IPV6, {0x20, 0x01, 0x00, 0x00}}, 32}, SCOPE_OF_TEREDO},
    /* PCP, TURN and DNS-SD SRP anycast, RFC 7723, 8155, 9665 */
    {{{ADDRESS_IPV6, {0x20, 0x01, 0x00, 0x01, [15] = 1}}, 128}, SCOPE_GLOBAL},
    {{{ADDRESS_IPV6, {0x20, 0x01, 0x00, 0x01, [15] = 2}}, 128}, SCOPE_GLOBAL},
    {{{ADDRESS_IPV6, {0x20, 0x01, 0x00, 0x01, [15] = 3}}, 128}, SCOPE_GLOBAL},
    /* AMT, RFC 7450 */
    {{{ADDRESS_IPV6, {0x20, 0x01, 0x00, 0x03}}, 32}, SCOPE_GLOBAL},
    /* AS112, RFC 7535 */
    {{{ADDRESS_IPV6, {0x20, 0x01, 0x00, 0x04, 0x01, 0x12}}, 48}, SCOPE_GLOBAL},
    /* ORCHIDv2, RFC 7343 */
    {{{ADDRESS_IPV6, {0x20, 0x01, 0x00, 0x20}}, 28}, SCOPE_GLOBAL},
    /* drones' entity tags, RFC 9374 */
    {{{ADDRESS_IPV6, {0x20, 0x01, 0x00, 0x30}}, 28}, SCOPE_GLOBAL},
    /* the rest of IETF protocol assignments (benchmarking, ORCHID), RFC 2928 */
    {{{ADDRESS_IPV6, {0x20, 0x01}}, 23}, SCOPE_INTERNAL},
    /* 6to4, RFC 3056 */
    {{{ADDRESS_IPV6, {0x20, 0x02}}, 16}, SCOPE_OF_6TO4},
    {{{ADDRESS_IPV6, {0x20}}, 3}, SCOPE_GLOBAL},
    {{{ADDRESS_IPV6, {0}}, 0}, SCOPE_INTERNAL},
};

static enum scope find_scope(const struct scope_block *blocks, size_t count,
                             const struct address *address)
{
    for (size_t i = 0; i < count; i++)
        if (cidr_contains(&blocks[i].block, address))
            return blocks[i].scope;
    return SCOPE_GLOBAL;
}

static bool ipv4_is_internal(const struct address *address)
{
    return find_scope(ipv4_blocks, sizeof ipv4_blocks / sizeof ipv4_blocks[0],
                      address) == SCOPE_INTERNAL;
}

/* Whether the IPv4 address that stands within an IPv6 address is internal;
 * Teredo writes its client's address with every bit turned over. */
static bool carries_internal(const struct address *address, size_t at,
                             unsigned char turned)
{
    struct address carried = {.family = ADDRESS_IPV4};

    for (size_t i = 0; i < 4; i++)
        carried.bytes[i] = address->bytes[at + i] ^ turned;
    return ipv4_is_internal(&carried);
}

static bool ipv6_is_internal(const struct address *address)
{
    switch (find_scope(ipv6_blocks, sizeof ipv6_blocks / sizeof ipv6_blocks[0],
                       address)) {
    case SCOPE_GLOBAL:
        return false;
    case SCOPE_OF_6TO4: /* 2002:V4ADDR::/48, RFC 3056 2 */
        return carries_internal(address, 2, 0);
    case SCOPE_OF_TEREDO: /* server, flags, port, client: RFC 4380 4 */
        return carries_internal(address, 4, 0) ||
               carries_internal(address, 12, 0xff);
    case SCOPE_OF_NAT64: /* RFC 6052 2.2; 3.1 forbids internal ones */
        return carries_internal(address, 12, 0);
    case SCOPE_INTERNAL:
        break;
    }
    return true;
}

bool address_is_internal(const struct address *address)
{
    if (address->family == ADDRESS_IPV4)
        return ipv4_is_internal(address);
    return address->family != ADDRESS_IPV6 || ipv6_is_internal(address);
}
