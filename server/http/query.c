#include "server/http/query.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool is_escape(struct span text, size_t at)
{
    return text.ptr[at] == '%' && text.len - at > 2 &&
           hex_value(text.ptr[at + 1]) >= 0 && hex_value(text.ptr[at + 2]) >= 0;
}

static bool decode(struct span raw, char *out, size_t size, size_t *len)
{
    size_t count = 0;

    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];

        if (count == size)
            return false;
        if (is_escape(raw, i)) {
            c = (char)(hex_value(raw.ptr[i + 1]) * 16 +
                       hex_value(raw.ptr[i + 2]));
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        out[count++] = c;
    }
    *len = count;
    return true;
}

/* The value of "name=value", or of "name" alone, still encoded. */
static bool has_name(struct span pair, const char *name, size_t name_len,
                     struct span *raw)
{
    if (pair.len < name_len || memcmp(pair.ptr, name, name_len) != 0)
        return false;
    *raw = span_from(pair.ptr + name_len, pair.len - name_len);
    if (raw->len == 0)
        return true;
    if (raw->ptr[0] != '=')
        return false;
    *raw = span_from(raw->ptr + 1, raw->len - 1);
    return true;
}

enum query_result query_find(struct span query, const char *name, char *out,
                             size_t size, struct span *value)
{
    size_t name_len = strlen(name), len;
    struct span rest = query, pair, raw;

    while (span_split(&rest, '&', &pair)) {
        if (!has_name(pair, name, name_len, &raw))
            continue;
        if (!decode(raw, out, size, &len))
            return QUERY_TOO_LONG;
        *value = span_from(out, len);
        return QUERY_FOUND;
    }
    return QUERY_ABSENT;
}

enum query_result query_find_either(struct span query, struct span form,
                                    const char *name, char *out, size_t size,
                                    struct span *value)
{
    enum query_result found = query_find(query, name, out, size, value);

    return found == QUERY_ABSENT ? query_find(form, name, out, size, value)
                                 : found;
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

void query_append(struct strbuf *out, const char *name, struct span value)
{
    if (out->len > 0)
        strbuf_append_char(out, '&');
    strbuf_append_string(out, name);
    strbuf_append_char(out, '=');
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];

        if (is_plain(c))
            strbuf_append_char(out, c);
        else
            strbuf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
    }
}
