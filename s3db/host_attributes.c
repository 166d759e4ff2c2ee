#include "s3db/host_attributes.h"

#include "base/address.h"
#include "base/decimal.h"
#include "base/duration.h"

#include <endian.h>

/* Adds a value, which is not empty; false, with nothing added, when it is
 * wrong. */
typedef bool add_fn(struct host_attributes *attributes,
                    enum host_attribute which, struct span text);

static add_fn add_record_type, add_ttl, add_flag, add_mac_address, add_user,
    add_ipv6_suffix, add_duration;

#define FLAG_FAULT(column)                                                     \
    "the " column " is none of true, yes, 1, false, no and 0"

#define DURATION_FAULT(column)                                                 \
    "the " column " is neither a span of time from 1s to 3650d, such as 15m, " \
    "12h or 30d, nor the word never"

static const struct rule {
    const char *column;
    add_fn *add;       /* NULL: any text, which is not kept */
    const char *fault; /* when `add` says that a value is wrong */
} rules[HOST_ATTRIBUTE_COUNT] = {
    [HOST_ATTRIBUTE_RECORD_TYPE] = {"record_type", add_record_type,
                                    "the record_type is neither A nor AAAA, "
                                    "nor empty for both"},
    [HOST_ATTRIBUTE_TTL] = {"ttl", add_ttl,
                            "the ttl is no number of seconds from 0 to "
                            "2147483647, in digits alone"},
    [HOST_ATTRIBUTE_ALLOW_INTERNAL] = {"allow_internal", add_flag,
                                       FLAG_FAULT("allow_internal")},
    [HOST_ATTRIBUTE_LOCK_RECORD] = {"lock_record", add_flag,
                                    FLAG_FAULT("lock_record")},
    [HOST_ATTRIBUTE_READ_PRIVILEGE] = {"read_privilege", add_flag,
                                       FLAG_FAULT("read_privilege")},
    [HOST_ATTRIBUTE_MAC_ADDRESS] = {"mac_address", add_mac_address,
                                    "the mac_address is not six pairs of "
                                    "hexadecimal digits with ':' or '-' "
                                    "between"},
    [HOST_ATTRIBUTE_USER] = {"user", add_user,
                             "the user is longer than 253 bytes, or holds a "
                             "colon or a control character, which no client "
                             "can send"},
    [HOST_ATTRIBUTE_IPV6_SUFFIX] = {"ipv6_suffix", add_ipv6_suffix,
                                    "the ipv6_suffix is no interface "
                                    "identifier written as an IPv6 address, "
                                    "such as ::1234:5678:9abc:def0"},
    [HOST_ATTRIBUTE_EXPECT_WITHIN] = {"expect_within", add_duration,
                                      DURATION_FAULT("expect_within")},
    [HOST_ATTRIBUTE_EXPIRE_AFTER] = {"expire_after", add_duration,
                                     DURATION_FAULT("expire_after")},
    [HOST_ATTRIBUTE_COMMENT] = {"comment", NULL, NULL},
};

bool host_attribute_find(struct span column, enum host_attribute *out)
{
    for (int i = 0; i < HOST_ATTRIBUTE_COUNT; i++)
        if (span_is_nocase(column, rules[i].column)) {
            *out = (enum host_attribute)i;
            return true;
        }
    return false;
}

const char *host_attribute_column(enum host_attribute which)
{
    return rules[which].column;
}

/* ---- what is kept of a value ---- */

static bool add_bytes(struct host_attributes *attributes,
                      enum host_attribute which, const void *bytes, size_t len)
{
    unsigned char *p = attributes->bytes + attributes->len;

    p[0] = (unsigned char)which;
    p[1] = (unsigned char)len;
    memcpy(p + 2, bytes, len);
    attributes->len += 2 + len;
    return true;
}

static bool add_without_leading_zeros(struct host_attributes *attributes,
                                      enum host_attribute which,
                                      const unsigned char *bytes, size_t len)
{
    while (len > 0 && *bytes == 0) {
        bytes++;
        len--;
    }
    return add_bytes(attributes, which, bytes, len);
}

static bool add_number(struct host_attributes *attributes,
                       enum host_attribute which, uint32_t number)
{
    uint32_t big_endian = htobe32(number);

    return add_without_leading_zeros(attributes, which,
                                     (const unsigned char *)&big_endian,
                                     sizeof big_endian);
}

/* ---- values as people write them ---- */

static bool add_record_type(struct host_attributes *attributes,
                            enum host_attribute which, struct span text)
{
    if (span_is_nocase(text, "A"))
        return add_number(attributes, which, ADDRESS_IPV4);
    return span_is_nocase(text, "AAAA") &&
           add_number(attributes, which, ADDRESS_IPV6);
}

static bool add_ttl(struct host_attributes *attributes,
                    enum host_attribute which, struct span text)
{
    uint32_t seconds;

    return decimal_parse(text, HOST_TTL_MAX_SECONDS, &seconds) &&
           add_number(attributes, which, seconds);
}

static bool add_flag(struct host_attributes *attributes,
                     enum host_attribute which, struct span text)
{
    bool is_set = span_is_nocase(text, "true") || span_is_nocase(text, "yes") ||
                  span_is(text, "1");

    return (is_set || span_is_nocase(text, "false") ||
            span_is_nocase(text, "no") || span_is(text, "0")) &&
           add_number(attributes, which, is_set);
}

static bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F');
}

static bool add_mac_address(struct host_attributes *attributes,
                            enum host_attribute which, struct span text)
{
    static const char form[] = "xx-xx-xx-xx-xx-xx";

    if (text.len != sizeof form - 1 ||
        (text.ptr[2] != ':' && text.ptr[2] != '-'))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (form[i] == 'x' ? !is_hex_digit(text.ptr[i])
                           : text.ptr[i] != text.ptr[2])
            return false;
    return add_bytes(attributes, which, text.ptr, text.len);
}

/* RFC 7617 2: the colon ends a user-id, and neither it nor a password has
 * control characters. */
static bool add_user(struct host_attributes *attributes,
                     enum host_attribute which, struct span text)
{
    if (text.len > HOST_USER_MAX_BYTES)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f ||
            text.ptr[i] == ':')
            return false;
    return add_bytes(attributes, which, text.ptr, text.len);
}

/* The unspecified address identifies nothing. */
static bool add_ipv6_suffix(struct host_attributes *attributes,
                            enum host_attribute which, struct span text)
{
    static const unsigned char unspecified[16];
    struct address suffix;

    return address_parse(text, &suffix) && suffix.family == ADDRESS_IPV6 &&
           memcmp(suffix.bytes, unspecified, sizeof unspecified) != 0 &&
           add_without_leading_zeros(attributes, which, suffix.bytes,
                                     sizeof suffix.bytes);
}

static bool add_duration(struct host_attributes *attributes,
                         enum host_attribute which, struct span text)
{
    uint32_t seconds = 0;

    return (span_is_nocase(text, "never") ||
            duration_parse(text, 1, HOST_DURATION_MAX_SECONDS, &seconds)) &&
           add_number(attributes, which, seconds);
}

const char *host_attributes_add(struct host_attributes *attributes,
                                enum host_attribute which, struct span text)
{
    const struct rule *rule = &rules[which];

    if (text.len == 0 || rule->add == NULL ||
        rule->add(attributes, which, text))
        return NULL;
    return rule->fault;
}

/* ---- reading ---- */

bool host_attributes_value(struct span attributes, enum host_attribute which,
                           struct span *out)
{
    const char *p = attributes.ptr;

    while (attributes.len > 0 && p < attributes.ptr + attributes.len) {
        struct span value = span_from(p + 2, (unsigned char)p[1]);

        if ((unsigned char)p[0] == which) {
            *out = value;
            return true;
        }
        p = value.ptr + value.len;
    }
    return false;
}

bool host_attributes_number(struct span attributes, enum host_attribute which,
                            uint32_t *out)
{
    struct span value;
    uint32_t number = 0;

    if (!host_attributes_value(attributes, which, &value))
        return false;
    for (size_t i = 0; i < value.len; i++)
        number = number << 8 | (unsigned char)value.ptr[i];
    *out = number;
    return true;
}
