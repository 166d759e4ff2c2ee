#include "server/http/wanted_addresses.h"

#include "base/decimal.h"
#include "server/http/query.h"

enum {
    /* Some ten addresses: there is use for two. */
    LIST_MAX_BYTES = 512,
    IPV4_BITS = 32,
    IPV6_BITS = 128,
    LAN_PREFIX_BITS = 64, /* of a network whose prefix has no length */
};

/* What the two lists say so far. */
struct reading {
    struct wanted_addresses *wanted;
    bool says_address, keeps_ipv4, keeps_ipv6;
};

/* --- one address --------------------------------------------------------------
 */

/* "192.0.2.1", or "2001:db8::1/64", whose length goes to *bits; without one
 * *bits is left alone. */
static bool parse_address(struct span text, struct address *out, uint32_t *bits)
{
    struct span address = text;
    const char *slash = memchr(text.ptr, '/', text.len);

    if (slash != NULL)
        address.len = (size_t)(slash - text.ptr);
    if (!address_parse(span_trim(address), out))
        return false;
    if (slash == NULL)
        return true;
    text.ptr = slash + 1;
    text.len -= address.len + 1;
    return decimal_parse(span_trim(text),
                         out->family == ADDRESS_IPV4 ? IPV4_BITS : IPV6_BITS,
                         bits);
}

static enum refusal add_address(struct reading *reading,
                                const struct address *address)
{
    struct address *place = address->family == ADDRESS_IPV4
                                ? &reading->wanted->ipv4
                                : &reading->wanted->ipv6;

    if (place->family != ADDRESS_NONE && !address_equal(place, address))
        return REFUSAL_TWO_ADDRESSES;
    *place = *address;
    reading->says_address = true;
    return REFUSAL_NONE;
}

/* --- the lists ----------------------------------------------------------------
 */

/* `keeps` is what "preserve" sets. */
static enum refusal read_list(struct reading *reading, struct span list,
                              bool *keeps)
{
    enum refusal refusal = REFUSAL_NONE;
    struct span item;

    while (refusal == REFUSAL_NONE && span_split(&list, ',', &item)) {
        struct address address;
        uint32_t bits;

        item = span_trim(item);
        if (span_is_nocase(item, "preserve"))
            *keeps = true;
        else if (item.len == 0)
            continue;
        else if (parse_address(item, &address, &bits))
            refusal = add_address(reading, &address);
        else
            refusal = REFUSAL_NOT_AN_ADDRESS;
    }
    return refusal;
}

static enum refusal read_parameter(struct reading *reading, struct span query,
                                   struct span form, const char *name,
                                   bool *keeps)
{
    char text[LIST_MAX_BYTES];
    struct span list;

    switch (query_find_either(query, form, name, text, sizeof text, &list)) {
    case QUERY_FOUND:
        return read_list(reading, list, keeps);
    case QUERY_TOO_LONG:
        return REFUSAL_NOT_AN_ADDRESS;
    case QUERY_ABSENT:
        break;
    }
    return REFUSAL_NONE;
}

/* --- the prefix ---------------------------------------------------------------
 */

static void clear_host_bits(struct cidr *prefix)
{
    for (unsigned bit = prefix->prefix_bits; bit < IPV6_BITS; bit++)
        prefix->base.bytes[bit / 8] &= (unsigned char)~(0x80 >> bit % 8);
}

static enum refusal read_prefix(struct wanted_addresses *wanted,
                                struct span query, struct span form)
{
    char text[LIST_MAX_BYTES];
    uint32_t bits = LAN_PREFIX_BITS;
    struct span value;
    enum query_result found = query_find_either(query, form, "myip6prefix",
                                                text, sizeof text, &value);

    if (found == QUERY_ABSENT)
        found = query_find_either(query, form, "ip6lanprefix", text,
                                  sizeof text, &value);
    if (found == QUERY_TOO_LONG)
        return REFUSAL_NOT_AN_ADDRESS;
    if (found == QUERY_ABSENT || span_trim(value).len == 0)
        return REFUSAL_NONE; /* a router without IPv6 fills in nothing */
    if (!parse_address(span_trim(value), &wanted->prefix.base, &bits) ||
        wanted->prefix.base.family != ADDRESS_IPV6)
        return REFUSAL_NOT_AN_ADDRESS;
    wanted->prefix.prefix_bits = bits;
    clear_host_bits(&wanted->prefix);
    return REFUSAL_NONE;
}

/* --- all together ---------------------------------------------------------------
 */

static void use_client(struct wanted_addresses *wanted,
                       const struct address *client)
{
    if (client->family == ADDRESS_IPV4)
        wanted->ipv4 = *client;
    else if (client->family == ADDRESS_IPV6)
        wanted->ipv6 = *client;
    else
        wanted->refusal = REFUSAL_UNKNOWN_ADDRESS;
}

/* Whatever else is said of a family: what was to be kept is not touched. */
static void keep(const struct reading *reading)
{
    struct wanted_addresses *wanted = reading->wanted;

    if (reading->keeps_ipv4)
        wanted->ipv4.family = ADDRESS_NONE;
    if (reading->keeps_ipv6)
        wanted->ipv6.family = wanted->prefix.base.family = ADDRESS_NONE;
}

void wanted_addresses_read(struct wanted_addresses *wanted, struct span query,
                           struct span form, const struct address *client)
{
    struct reading reading = {.wanted = wanted};

    memset(wanted, 0, sizeof *wanted);
    wanted->refusal =
        read_parameter(&reading, query, form, "myip", &reading.keeps_ipv4);
    if (wanted->refusal == REFUSAL_NONE)
        wanted->refusal = read_parameter(&reading, query, form, "myipv6",
                                         &reading.keeps_ipv6);
    if (wanted->refusal == REFUSAL_NONE)
        wanted->refusal = read_prefix(wanted, query, form);
    if (wanted->refusal == REFUSAL_NONE && !reading.says_address)
        use_client(wanted, client);
    keep(&reading);
}

static bool is_within(const struct address *suffix, unsigned prefix_bits)
{
    for (unsigned bit = 0; bit < prefix_bits; bit++)
        if (suffix->bytes[bit / 8] & 0x80 >> bit % 8)
            return false;
    return true;
}

enum refusal wanted_addresses_ipv6(const struct wanted_addresses *wanted,
                                   const struct host *row, struct address *out)
{
    struct address suffix;

    *out = wanted->ipv6;
    if (wanted->prefix.base.family == ADDRESS_NONE ||
        !host_ipv6_suffix(row, &suffix))
        return REFUSAL_NONE;
    *out = wanted->prefix.base;
    if (!is_within(&suffix, wanted->prefix.prefix_bits))
        return REFUSAL_SUFFIX;
    for (size_t i = 0; i < sizeof out->bytes; i++)
        out->bytes[i] |= suffix.bytes[i];
    return REFUSAL_NONE;
}
