#include "journal/gzip_lines.h"

#include "base/strbuf.h"
#include "journal/gzip.h"

struct lines {
    gzip_line_fn *each;
    void *arg;
    struct strbuf begun; /* what came of a line that is not at its end */
};

static enum status overlook(void *arg, struct span piece)
{
    (void)arg;
    (void)piece;
    return STATUS_OK;
}

/* `end` is the rest of a line. */
static enum status tell(struct lines *lines, struct span end)
{
    enum status status;

    if (lines->begun.len == 0 && strbuf_ok(&lines->begun) &&
        end.len <= lines->begun.max_bytes)
        return lines->each(lines->arg, end);
    strbuf_append(&lines->begun, end);
    status = lines->each(lines->arg, strbuf_ok(&lines->begun)
                                         ? strbuf_span(&lines->begun)
                                         : span_from("", 0));
    strbuf_rewind(&lines->begun);
    return status;
}

static enum status take_piece(void *arg, struct span piece)
{
    struct lines *lines = arg;
    enum status status = STATUS_OK;

    while (status == STATUS_OK && piece.len > 0) {
        const char *end = memchr(piece.ptr, '\n', piece.len);
        size_t len = end == NULL ? piece.len : (size_t)(end - piece.ptr);

        if (end == NULL) {
            strbuf_append(&lines->begun, piece);
            return STATUS_OK;
        }
        status = tell(lines, span_from(piece.ptr, len));
        piece = span_from(end + 1, piece.len - len - 1);
    }
    return status;
}

enum status gzip_lines_each(struct span packed, size_t max_bytes,
                            size_t max_line_bytes, gzip_line_fn *each,
                            void *arg)
{
    struct lines lines = {.each = each, .arg = arg};
    enum status status = gzip_unpack_each(packed, max_bytes, overlook, NULL);

    if (status != STATUS_OK)
        return status;
    strbuf_init(&lines.begun, max_line_bytes);
    status = gzip_unpack_each(packed, max_bytes, take_piece, &lines);
    if (status == STATUS_OK &&
        (lines.begun.len > 0 || !strbuf_ok(&lines.begun)))
        status = tell(&lines, span_from("", 0));
    strbuf_clear(&lines.begun);
    return status;
}
