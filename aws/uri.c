#include "aws/uri.h"

static bool is_unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
           c == '~';
}

static void append_byte(struct strbuf *out, unsigned char c)
{
    static const char hex[] = "0123456789ABCDEF";
    char escaped[3] = {'%', hex[c >> 4], hex[c & 15]};

    if (is_unreserved(c))
        strbuf_append_char(out, (char)c);
    else
        strbuf_append(out, span_from(escaped, sizeof escaped));
}

void uri_append_encoded(struct strbuf *out, struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        append_byte(out, (unsigned char)text.ptr[i]);
}

void uri_append_path(struct strbuf *out, struct span path)
{
    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] == '/')
            strbuf_append_char(out, '/');
        else
            append_byte(out, (unsigned char)path.ptr[i]);
    }
}

static int first_encoded(unsigned char c)
{
    return is_unreserved(c) ? c : '%';
}

/* Compares as the encoded forms would: AWS sorts after encoding, where '%'
 * stands before every unreserved character, and two escapes stand in the
 * order of the bytes they mean. */
static int compare_encoded(struct span a, struct span b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        unsigned char x = (unsigned char)a.ptr[i];
        unsigned char y = (unsigned char)b.ptr[i];

        if (x == y)
            continue;
        if (first_encoded(x) != first_encoded(y))
            return first_encoded(x) - first_encoded(y);
        return x - y;
    }
    return (a.len > b.len) - (a.len < b.len);
}

static int compare_params(const struct uri_param *a, const struct uri_param *b)
{
    int order =
        compare_encoded(span_from_string(a->name), span_from_string(b->name));

    return order != 0 ? order : compare_encoded(a->value, b->value);
}

/* Insertion sort: a call to AWS has a handful of parameters. */
static void sort_params(struct uri_param *params, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct uri_param moved = params[i];
        size_t at = i;

        for (; at > 0 && compare_params(&moved, &params[at - 1]) < 0; at--)
            params[at] = params[at - 1];
        params[at] = moved;
    }
}

void uri_append_query(struct strbuf *out, struct uri_param *params,
                      size_t count)
{
    sort_params(params, count);
    for (size_t i = 0; i < count; i++) {
        strbuf_append_char(out, i == 0 ? '?' : '&');
        uri_append_encoded(out, span_from_string(params[i].name));
        strbuf_append_char(out, '=');
        uri_append_encoded(out, params[i].value);
    }
}
