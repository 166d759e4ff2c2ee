/* strbuf -- a growing text buffer that knows its ceiling and keeps its first
 * failure: append freely, ask strbuf_ok() once at the end.
 *
 * The text is always NUL-terminated. After a failure (the ceiling, or memory)
 * the buffer keeps what it had and ignores every later append.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include "base/span.h"

struct strbuf {
    char *ptr; /* NULL until the first append */
    size_t len;
    size_t capacity;
    size_t max_bytes;
    bool failed;
};

/* Storage belongs to the caller; strbuf_clear() frees what was appended and
 * leaves the buffer empty, sound and ready for use again. */
void strbuf_init(struct strbuf *buf, size_t max_bytes);
void strbuf_clear(struct strbuf *buf);

/* Forgets the text and the failure but keeps the memory. */
void strbuf_rewind(struct strbuf *buf);

/* Takes back what was appended since the text was `len` long, and the failure;
 * `len` is not more than it is. */
void strbuf_truncate(struct strbuf *buf, size_t len);

void strbuf_append(struct strbuf *buf, struct span text);
void strbuf_append_string(struct strbuf *buf, const char *text);
void strbuf_append_char(struct strbuf *buf, char c);
void strbuf_printf(struct strbuf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline bool strbuf_ok(const struct strbuf *buf)
{
    return !buf->failed;
}

/* Borrowed from buf, until the next append. */
static inline struct span strbuf_span(const struct strbuf *buf)
{
    return span_from(buf->ptr == NULL ? "" : buf->ptr, buf->len);
}

static inline const char *strbuf_string(const struct strbuf *buf)
{
    return buf->ptr == NULL ? "" : buf->ptr;
}

/* The text as a string that the caller frees with free(), or NULL after a
 * failure. The buffer is left as by strbuf_clear() in both cases. */
char *strbuf_take(struct strbuf *buf);

#endif
