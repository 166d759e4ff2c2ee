#include "s3db/csv_rows.h"

#include <csv.h>

const struct span csv_rows_bom = SPAN_LITERAL("\xef\xbb\xbf");

bool csv_rows_has_bom(struct span text)
{
    return text.len >= csv_rows_bom.len &&
           memcmp(text.ptr, csv_rows_bom.ptr, csv_rows_bom.len) == 0;
}

void csv_rows_init(struct csv_rows *rows, struct span text)
{
    *rows = (struct csv_rows){text,
                              csv_rows_has_bom(text) ? csv_rows_bom.len : 0, 1};
}

/* ---- lines ---- */

static bool ends_line(char c)
{
    return c == '\n' || c == '\r';
}

/* How long the line end is with which the text goes on at `offset`: CR and LF
 * together are one. */
static size_t line_end_at(struct span text, size_t offset)
{
    if (offset >= text.len || !ends_line(text.ptr[offset]))
        return 0;
    return text.ptr[offset] == '\r' && offset + 1 < text.len &&
                   text.ptr[offset + 1] == '\n'
               ? 2
               : 1;
}

/* Sets row->text and row->next, from row->begin on; moves *line behind it. */
static void find_end(struct span text, struct csv_row *row, size_t *line)
{
    size_t at = row->begin, end;
    bool in_quotes = false;

    while (at < text.len) {
        end = line_end_at(text, at);
        if (end > 0 && !in_quotes)
            break;
        *line += end > 0;
        in_quotes ^= text.ptr[at] == '"';
        at += end > 0 ? end : 1;
    }
    end = line_end_at(text, at);
    *line += end > 0;
    row->text = span_from(text.ptr + row->begin, at - row->begin);
    row->next = at + end;
}

bool csv_rows_next(struct csv_rows *rows, struct csv_row *row)
{
    while (rows->offset < rows->text.len) {
        row->begin = rows->offset;
        row->line = rows->line;
        find_end(rows->text, row, &rows->line);
        rows->offset = row->next;
        if (span_trim(row->text).len > 0)
            return true;
    }
    return false;
}

struct span csv_rows_line_end(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (ends_line(text.ptr[i]))
            return span_from(text.ptr + i, line_end_at(text, i));
    return span_from("\n", 1);
}

/* ---- fields ---- */

bool csv_row_next_field(const struct csv_row *row, size_t *cursor,
                        struct span *raw)
{
    size_t begin = *cursor, at = begin;
    bool in_quotes = false;

    if (begin > row->text.len)
        return false;
    for (; at < row->text.len; at++) {
        if (row->text.ptr[at] == ',' && !in_quotes)
            break;
        in_quotes ^= row->text.ptr[at] == '"';
    }
    *raw = span_from(row->text.ptr + begin, at - begin);
    *cursor = at + 1; /* behind the comma, or beyond the end */
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* ---- positions ---- */

/* How many lines and characters a part of a row is from its beginning on. */
static void measure(struct span part, size_t *lines, size_t *column)
{
    *lines = 0;
    *column = 1;
    for (size_t i = 0; i < part.len;) {
        size_t end = line_end_at(part, i);

        *lines += end > 0;
        if (end > 0)
            *column = 1;
        else if (((unsigned char)part.ptr[i] & 0xc0) != 0x80)
            ++*column; /* no further byte of a character */
        i += end > 0 ? end : 1;
    }
}

/* The part of a row before a field and the blanks before it. */
static struct span before_field(const struct csv_row *row, size_t field)
{
    size_t cursor = 0, begin = 0;
    struct span raw = {NULL, 0};

    for (size_t i = 1; i <= field; i++) {
        begin = cursor;
        if (!csv_row_next_field(row, &cursor, &raw))
            return row->text;
    }
    while (begin < row->text.len && raw.len > 0 &&
           (row->text.ptr[begin] == ' ' || row->text.ptr[begin] == '\t'))
        begin++;
    return span_from(row->text.ptr, begin);
}

bool csv_rows_find_field(struct csv_rows *rows, size_t line, size_t field,
                         size_t *at_line, size_t *at_column)
{
    struct csv_row row;
    size_t lines;

    while (rows->line <= line && csv_rows_next(rows, &row)) {
        if (row.line != line)
            continue;
        measure(before_field(&row, field), &lines, at_column);
        *at_line = line + lines;
        return true;
    }
    return false;
}

/* ---- what a field says ---- */

static void on_field(void *text, size_t len, void *arg)
{
    strbuf_append(arg, span_from(text, len));
}

enum status csv_field_read(struct span raw, struct strbuf *out)
{
    struct csv_parser parser;
    enum status status = STATUS_OK;

    strbuf_rewind(out);
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return STATUS_NOMEM;
    if (csv_parse(&parser, raw.ptr, raw.len, on_field, NULL, out) != raw.len ||
        csv_fini(&parser, on_field, NULL, out) != 0)
        status =
            csv_error(&parser) == CSV_EPARSE ? STATUS_INVALID : STATUS_NOMEM;
    csv_free(&parser);
    return status == STATUS_OK && !strbuf_ok(out) ? STATUS_NOMEM : status;
}

static bool needs_quotes(struct span value)
{
    if (value.len == 0)
        return false;
    if (is_space(value.ptr[0]) || is_space(value.ptr[value.len - 1]))
        return true;
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] == ',' || value.ptr[i] == '"' ||
            ends_line(value.ptr[i]))
            return true;
    return false;
}

void csv_field_write(struct strbuf *out, struct span value)
{
    if (!needs_quotes(value)) {
        strbuf_append(out, value);
        return;
    }
    strbuf_append_char(out, '"');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"')
            strbuf_append_char(out, '"');
        strbuf_append_char(out, value.ptr[i]);
    }
    strbuf_append_char(out, '"');
}
