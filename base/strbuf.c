#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_CAPACITY_BYTES = 256 };

void strbuf_init(struct strbuf *buf, size_t max_bytes)
{
    *buf = (struct strbuf){.max_bytes = max_bytes};
}

void strbuf_clear(struct strbuf *buf)
{
    free(buf->ptr);
    strbuf_init(buf, buf->max_bytes);
}

void strbuf_rewind(struct strbuf *buf)
{
    strbuf_truncate(buf, 0);
}

void strbuf_truncate(struct strbuf *buf, size_t len)
{
    buf->len = len;
    buf->failed = false;
    if (buf->ptr != NULL)
        buf->ptr[len] = '\0';
}

/* Makes room for `more` bytes and the terminator; false keeps the failure. */
static bool reserve(struct strbuf *buf, size_t more)
{
    size_t wanted, capacity = buf->capacity;
    char *ptr;

    if (buf->failed)
        return false;
    if (more > buf->max_bytes - buf->len) {
        buf->failed = true;
        return false;
    }
    wanted = buf->len + more + 1;
    if (wanted <= capacity)
        return true;
    if (capacity < FIRST_CAPACITY_BYTES)
        capacity = FIRST_CAPACITY_BYTES;
    while (capacity < wanted)
        capacity += capacity / 2;
    ptr = realloc(buf->ptr, capacity);
    if (ptr == NULL) {
        buf->failed = true;
        return false;
    }
    buf->ptr = ptr;
    buf->capacity = capacity;
    return true;
}

void strbuf_append(struct strbuf *buf, struct span text)
{
    if (!reserve(buf, text.len))
        return;
    if (text.len > 0)
        memcpy(buf->ptr + buf->len, text.ptr, text.len);
    buf->len += text.len;
    buf->ptr[buf->len] = '\0';
}

void strbuf_append_string(struct strbuf *buf, const char *text)
{
    strbuf_append(buf, span_from_string(text));
}

void strbuf_append_char(struct strbuf *buf, char c)
{
    strbuf_append(buf, span_from(&c, 1));
}

void strbuf_printf(struct strbuf *buf, const char *format, ...)
{
    va_list args;
    int needed;

    va_start(args, format);
    needed = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (needed < 0) {
        buf->failed = true;
        return;
    }
    if (!reserve(buf, (size_t)needed))
        return;
    va_start(args, format);
    vsnprintf(buf->ptr + buf->len, (size_t)needed + 1, format, args);
    va_end(args);
    buf->len += (size_t)needed;
}

char *strbuf_take(struct strbuf *buf)
{
    char *text = NULL;

    strbuf_append(buf, span_from("", 0)); /* so that "" is not NULL */
    if (strbuf_ok(buf)) {
        text = buf->ptr;
        buf->ptr = NULL;
    }
    strbuf_clear(buf);
    return text;
}
