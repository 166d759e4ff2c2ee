#include "server/http/authority.h"

#include "server/http/char_table.h"

enum { PORT_MAX = 65535, PORT_DIGITS_MAX = 5 };

/* The unreserved characters, the sub-delims and the escapes of RFC 3986. */
static const char name_chars[CHAR_TABLE_LEN + 1] =
    "                                "
    " !  $%&'()*+,-. 0123456789 ; =  "
    " ABCDEFGHIJKLMNOPQRSTUVWXYZ    _"
    " abcdefghijklmnopqrstuvwxyz   ~ ";

static bool is_name(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!char_table_has(name_chars, text.ptr[i]))
            return false;
    return true;
}

/* What stands in brackets: an IPv6 address, maybe with a zone. */
static bool is_literal(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != ':' && !char_table_has(name_chars, text.ptr[i]))
            return false;
    return text.len > 0;
}

/* ":" and no digit is a port that is not written. */
static bool parse_port(struct span digits, uint32_t *port)
{
    uint32_t value = 0;

    if (digits.len > PORT_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return false;
        value = value * 10 + (uint32_t)(digits.ptr[i] - '0');
    }
    *port = value;
    return value <= PORT_MAX && (value > 0 || digits.len == 0);
}

/* How much of a text is the host; SIZE_MAX if none is at its beginning. */
static size_t host_length(struct span text)
{
    bool bracketed = text.ptr[0] == '[';
    const char *end = memchr(text.ptr, bracketed ? ']' : ':', text.len);
    size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);

    if (!bracketed)
        return len > 0 && is_name(span_from(text.ptr, len)) ? len : SIZE_MAX;
    if (end == NULL || !is_literal(span_from(text.ptr + 1, len - 1)))
        return SIZE_MAX;
    return len + 1;
}

bool authority_parse(struct span text, struct authority *out)
{
    size_t host_len;
    struct span rest;

    *out = (struct authority){{"", 0}, 0};
    if (text.len == 0)
        return true;
    host_len = host_length(text);
    if (host_len == SIZE_MAX)
        return false;
    out->host = span_from(text.ptr, host_len);
    rest = span_from(text.ptr + host_len, text.len - host_len);
    if (rest.len == 0)
        return true;
    return rest.ptr[0] == ':' &&
           parse_port(span_from(rest.ptr + 1, rest.len - 1), &out->port);
}
