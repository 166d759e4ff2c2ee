#include "aws/route53_name.h"

static bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

/* Reads one character of a name as Route 53 writes it; returns how many bytes
 * it took, 0 when they are no such character. */
static size_t read_char(struct span text, char *out)
{
    const char *p = text.ptr;

    if (text.len == 0)
        return 0;
    if (p[0] != '\\') {
        *out = p[0];
        return 1;
    }
    if (text.len < 4 || p[1] > '3' || !is_octal(p[1]) || !is_octal(p[2]) ||
        !is_octal(p[3]))
        return 0;
    *out = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0'));
    return 4;
}

size_t route53_name_decode(struct span escaped, char out[DNS_NAME_MAX])
{
    char decoded[DNS_NAME_MAX + 1]; /* with the last dot */
    size_t len = 0;

    while (escaped.len > 0) {
        size_t taken;

        if (len == sizeof decoded)
            return 0;
        taken = read_char(escaped, &decoded[len]);
        if (taken == 0 || (taken > 1 && decoded[len] == '.'))
            return 0;
        escaped = span_from(escaped.ptr + taken, escaped.len - taken);
        len++;
    }
    return dns_name_normalize(span_from(decoded, len), out);
}
