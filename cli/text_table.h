/* text_table -- rows and columns for a person, each column as wide as the widest
 * text in it.
 *
 * All rows are measured first, and then all are written. A column in which no row
 * has anything is left out. Where a row would be wider than a line may be, the
 * columns that find no room stand in further lines of the row, indented below the
 * first one. Pure.
 */
#ifndef CLI_TEXT_TABLE_H
#define CLI_TEXT_TABLE_H

#include "base/strbuf.h"

enum { TEXT_TABLE_COLUMNS_MAX = 12 };

/* The cells of one row, filled from the left to the right: append to `text`,
 * then text_cells_next(). Those that are not filled are empty. */
struct text_cells {
    struct strbuf text;
    size_t ends[TEXT_TABLE_COLUMNS_MAX];
    size_t count;
};

/* A row has at most max_bytes. text_cells_clear() is due. */
void text_cells_init(struct text_cells *cells, size_t max_bytes);
void text_cells_clear(struct text_cells *cells);

/* Begins another row. */
void text_cells_rewind(struct text_cells *cells);
void text_cells_next(struct text_cells *cells);

struct text_table {
    const char *const *titles;
    size_t columns;
    size_t line_max; /* in characters; 0: as wide as it gets */
    size_t width[TEXT_TABLE_COLUMNS_MAX];
};

/* `titles` is borrowed. */
void text_table_init(struct text_table *table, const char *const *titles,
                     size_t columns, size_t line_max);

void text_table_measure(struct text_table *table,
                        const struct text_cells *cells);

/* Appends the titles between what begins and ends a colour, "" for none. */
void text_table_append_titles(const struct text_table *table,
                              const char *colour_begin, const char *colour_end,
                              struct strbuf *out);

/* Appends a row. Control characters, which could steer the terminal, become
 * '?'. */
void text_table_append_row(const struct text_table *table,
                           const struct text_cells *cells, struct strbuf *out);

#endif
