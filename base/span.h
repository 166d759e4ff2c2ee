/* span -- a run of bytes that somebody else owns: a pointer and a length.
 *
 * Never NUL-terminated by promise. A plain value: copy it freely, but it is
 * valid only while its owner keeps the bytes.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct span {
    const char *ptr;
    size_t len;
};

/* A literal as a constant initialiser. */
#define SPAN_LITERAL(text)                                                     \
    {                                                                          \
        (text), sizeof(text) - 1                                               \
    }

static inline struct span span_from(const char *ptr, size_t len)
{
    return (struct span){ptr, len};
}

/* NULL gives the empty span. */
static inline struct span span_from_string(const char *text)
{
    return (struct span){text, text == NULL ? 0 : strlen(text)};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool span_is(struct span a, const char *text)
{
    return span_equal(a, span_from_string(text));
}

/* ASCII letters compare without case. */
static inline bool span_is_nocase(struct span a, const char *text)
{
    return a.len == strlen(text) && strncasecmp(a.ptr, text, a.len) == 0;
}

/* Without the spaces and tabs at both ends. */
static inline struct span span_trim(struct span s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* Cuts the part before the first `separator` off the front of *rest and
 * returns it; without one, all of *rest. False once nothing is left, so that
 * a loop sees "a,,b" as three parts and "" as none. */
static inline bool span_split(struct span *rest, char separator,
                              struct span *part)
{
    const char *end;

    if (rest->ptr == NULL || rest->len == 0)
        return false;
    end = memchr(rest->ptr, separator, rest->len);
    if (end == NULL) {
        *part = *rest;
        *rest = (struct span){NULL, 0};
        return true;
    }
    *part = span_from(rest->ptr, (size_t)(end - rest->ptr));
    rest->len -= part->len + 1;
    rest->ptr = end + 1;
    return true;
}

#endif
