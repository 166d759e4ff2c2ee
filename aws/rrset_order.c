#include "aws/rrset_order.h"

#include "aws/route53_name.h"

enum {
    /* Of a wildcard's "*" Route 53 makes four characters, and there is one at
     * most. */
    KEY_MAX = DNS_NAME_MAX + 4,
};

static size_t put_label(char *out, struct span label)
{
    static const char star[] = "\\052";

    if (span_is(label, "*"))
        label = span_from(star, sizeof star - 1);
    memcpy(out, label.ptr, label.len);
    out[label.len] = '.';
    return label.len + 1;
}

static struct span make_key(struct span name, char out[KEY_MAX])
{
    size_t end = name.len, len = 0;

    for (size_t at = name.len; at-- > 0;) {
        if (name.ptr[at] != '.')
            continue;
        len += put_label(out + len, span_from(name.ptr + at + 1, end - at - 1));
        end = at;
    }
    len += put_label(out + len, span_from(name.ptr, end));
    return span_from(out, len);
}

int rrset_order_compare(struct span a, struct span b)
{
    char room_a[KEY_MAX], room_b[KEY_MAX];
    struct span key_a = make_key(a, room_a), key_b = make_key(b, room_b);
    size_t shorter = key_a.len < key_b.len ? key_a.len : key_b.len;
    int order = memcmp(key_a.ptr, key_b.ptr, shorter);

    return order != 0 ? order
                      : (key_a.len > key_b.len) - (key_a.len < key_b.len);
}

bool rrset_order_is_behind(const struct rrset_cursor *next, struct span name)
{
    char decoded[DNS_NAME_MAX];
    size_t len;

    if (next->name.len == 0)
        return true;
    len = route53_name_decode(next->name, decoded);
    return len > 0 && rrset_order_compare(name, span_from(decoded, len)) < 0;
}
