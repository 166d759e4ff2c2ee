#include "s3db/host_attributes.h"

#include "base/decimal.h"

enum kind {
    NUMBER, /* decimal, 0 to max; kept big-endian, without leading zero bytes */
    NOTE,   /* any text, not kept */
};

static const struct rule {
    const char *column;
    enum kind kind;
    uint32_t max;
    const char *fault; /* NULL: no value is wrong */
} rules[HOST_ATTRIBUTE_COUNT] = {
    [HOST_ATTRIBUTE_TTL] = {"ttl", NUMBER, HOST_TTL_MAX_SECONDS,
                            "the ttl is no number of seconds from 0 to "
                            "2147483647, in digits alone"},
    [HOST_ATTRIBUTE_COMMENT] = {"comment", NOTE, 0, NULL},
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

static void add_number(struct host_attributes *attributes,
                       enum host_attribute which, uint32_t number)
{
    unsigned char *p = attributes->bytes + attributes->len;
    size_t len = 0;

    while (len < sizeof number && number >> 8 * len != 0)
        len++;
    *p++ = (unsigned char)which;
    *p++ = (unsigned char)len;
    for (size_t i = len; i-- > 0;)
        *p++ = (unsigned char)(number >> 8 * i);
    attributes->len += 2 + len;
}

const char *host_attributes_add(struct host_attributes *attributes,
                                enum host_attribute which, struct span text)
{
    const struct rule *rule = &rules[which];
    uint32_t number;

    if (text.len == 0 || rule->kind == NOTE)
        return NULL;
    if (!decimal_parse(text, rule->max, &number))
        return rule->fault;
    add_number(attributes, which, number);
    return NULL;
}

/* False when the row does not have the attribute. */
static bool find(struct span attributes, enum host_attribute which,
                 struct span *value)
{
    const char *p = attributes.ptr, *end = p + attributes.len;

    while (p < end) {
        *value = span_from(p + 2, (unsigned char)p[1]);
        if ((unsigned char)p[0] == which)
            return true;
        p = value->ptr + value->len;
    }
    return false;
}

bool host_attributes_number(struct span attributes, enum host_attribute which,
                            uint32_t *out)
{
    struct span value;
    uint32_t number = 0;

    if (attributes.len == 0 || !find(attributes, which, &value))
        return false;
    for (size_t i = 0; i < value.len; i++)
        number = number << 8 | (unsigned char)value.ptr[i];
    *out = number;
    return true;
}
