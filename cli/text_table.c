#include "cli/text_table.h"

enum { GAP = 2, INDENT = 4 };

/* ---- one row's cells ---- */

void text_cells_init(struct text_cells *cells, size_t max_bytes)
{
    *cells = (struct text_cells){.count = 0};
    strbuf_init(&cells->text, max_bytes);
}

void text_cells_clear(struct text_cells *cells)
{
    strbuf_clear(&cells->text);
}

void text_cells_rewind(struct text_cells *cells)
{
    strbuf_rewind(&cells->text);
    cells->count = 0;
}

void text_cells_next(struct text_cells *cells)
{
    if (cells->count < TEXT_TABLE_COLUMNS_MAX)
        cells->ends[cells->count++] = cells->text.len;
}

static struct span cell(const struct text_cells *cells, size_t column)
{
    size_t begin;

    if (column >= cells->count)
        return span_from("", 0);
    begin = column == 0 ? 0 : cells->ends[column - 1];
    return span_from(strbuf_string(&cells->text) + begin,
                     cells->ends[column] - begin);
}

/* ---- widths ---- */

/* In characters of UTF-8. */
static size_t width_of(struct span text)
{
    size_t width = 0;

    for (size_t i = 0; i < text.len; i++)
        width += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return width;
}

void text_table_init(struct text_table *table, const char *const *titles,
                     size_t columns, size_t line_max)
{
    *table = (struct text_table){
        .titles = titles, .columns = columns, .line_max = line_max};
}

void text_table_measure(struct text_table *table,
                        const struct text_cells *cells)
{
    for (size_t i = 0; i < table->columns; i++) {
        size_t width = width_of(cell(cells, i)),
               title = strlen(table->titles[i]);

        if (width > 0 && width < title)
            width = title;
        if (width > table->width[i])
            table->width[i] = width;
    }
}

/* The column behind the last one that fits into a line from `first` on, of which
 * there is always one. */
static size_t line_end(const struct text_table *table, size_t first)
{
    size_t used = first == 0 ? 0 : INDENT, end = first;
    bool is_first = true;

    for (; end < table->columns; end++) {
        if (table->width[end] == 0)
            continue;
        used += table->width[end] + (is_first ? 0 : GAP);
        if (!is_first && table->line_max > 0 && used > table->line_max)
            break;
        is_first = false;
    }
    return end;
}

/* ---- lines ---- */

static void append_clean(struct strbuf *out, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        strbuf_append_char(out, c < ' ' || c == 0x7f ? '?' : text.ptr[i]);
    }
}

/* Ends a line, without the blanks that fill up its last cells. */
static void end_line(struct strbuf *out)
{
    while (out->len > 0 && out->ptr[out->len - 1] == ' ')
        out->ptr[--out->len] = '\0';
    strbuf_append_char(out, '\n');
}

/* Whether the row has anything in these columns. */
static bool has_text(const struct text_cells *cells, size_t first, size_t end)
{
    for (; first < end; first++)
        if (cell(cells, first).len > 0)
            return true;
    return false;
}

void text_table_append_row(const struct text_table *table,
                           const struct text_cells *cells, struct strbuf *out)
{
    for (size_t first = 0, end; first < table->columns; first = end) {
        end = line_end(table, first);
        if (first > 0 && !has_text(cells, first, end))
            continue;
        strbuf_printf(out, "%*s", first == 0 ? 0 : INDENT, "");
        for (size_t i = first; i < end; i++) {
            if (table->width[i] == 0)
                continue;
            append_clean(out, cell(cells, i));
            strbuf_printf(
                out, "%*s",
                (int)(table->width[i] - width_of(cell(cells, i))) + GAP, "");
        }
        end_line(out);
    }
}

void text_table_append_titles(const struct text_table *table,
                              const char *colour_begin, const char *colour_end,
                              struct strbuf *out)
{
    struct text_cells titles;

    text_cells_init(&titles, (size_t)1024);
    for (size_t i = 0; i < table->columns; i++) {
        if (table->width[i] > 0)
            strbuf_append_string(&titles.text, table->titles[i]);
        text_cells_next(&titles);
    }
    strbuf_append_string(out, colour_begin);
    text_table_append_row(table, &titles, out);
    if (colour_end[0] != '\0' && strbuf_ok(out)) { /* before the line feed */
        out->ptr[--out->len] = '\0';
        strbuf_append_string(out, colour_end);
        strbuf_append_char(out, '\n');
    }
    text_cells_clear(&titles);
}
