/* csv_rows -- where the rows and fields of a CSV text lie, so that one of them
 * can be changed and no byte of the others.
 *
 * Positions are found by what hostdb_csv relies on too: in a text that libcsv
 * accepts strictly, an odd number of quotes means that a field is open. So this
 * is only of use for a text that hostdb_csv took. What a field says is read by
 * libcsv.
 *
 *     csv_rows_init(&rows, text);
 *     while (csv_rows_next(&rows, &row))
 *         for (cursor = 0; csv_row_next_field(&row, &cursor, &raw);)
 *             ...
 *
 * Spans point into the text.
 */
#ifndef S3DB_CSV_ROWS_H
#define S3DB_CSV_ROWS_H

#include "base/status.h"
#include "base/strbuf.h"

struct csv_rows {
    struct span text;
    size_t offset; /* in the text, of what was not looked at */
    size_t line;   /* from 1, of that */
};

struct csv_row {
    struct span text;   /* without the end of its last line */
    size_t begin, next; /* offsets of it, and of what follows its line end */
    size_t line;        /* from 1, where it begins */
};

/* The byte order mark of UTF-8, with which a text may begin. */
extern const struct span csv_rows_bom;
bool csv_rows_has_bom(struct span text);

/* Begins behind a byte order mark. */
void csv_rows_init(struct csv_rows *rows, struct span text);

/* The next row; blank lines are none. False: there is no other. */
bool csv_rows_next(struct csv_rows *rows, struct csv_row *row);

/* Where field `field`, from 1, of the row that begins in `line` stands: its line
 * and its column, from 1, in characters of UTF-8. Goes on from where `rows` is,
 * so that whoever looks for many, in their order, reads the text once. False:
 * there is no such row. A field that the row lacks is at its end. */
bool csv_rows_find_field(struct csv_rows *rows, size_t line, size_t field,
                         size_t *at_line, size_t *at_column);

/* The next field of a row with its quotes and the blanks around it; *cursor is
 * 0 at first. False: there is no other. A row has at least one. */
bool csv_row_next_field(const struct csv_row *row, size_t *cursor,
                        struct span *raw);

/* Sets `out` to what the field says. STATUS_INVALID: it is no field of a text
 * that hostdb_csv would take. STATUS_NOMEM. */
NODISCARD enum status csv_field_read(struct span raw, struct strbuf *out);

/* Appends a field that says `value`, in quotes if it must be. */
void csv_field_write(struct strbuf *out, struct span value);

/* The end of the first line, as the text has it: LF, CRLF or CR. LF when no
 * line has an end. */
struct span csv_rows_line_end(struct span text);

#endif
