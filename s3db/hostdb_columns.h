/* hostdb_columns -- which column of the CSV holds what, as its header line
 * says.
 *
 * The first two are `hostname` and `token`, or `shared_secret`, always; a
 * header line is known by these names. The columns after them may stand in any order. Ignored are
 * those whose names are unknown, and those that repeat an earlier one, which
 * alone counts; their names are kept for people.
 */
#ifndef S3DB_HOSTDB_COLUMNS_H
#define S3DB_HOSTDB_COLUMNS_H

#include "s3db/host_attributes.h"

enum { HOSTDB_COLUMN_NAMES_MAX_BYTES = 200 };

/* Names as the header line has them, with ", " between. Instead of those that
 * find no room there is "...". "": none. */
struct hostdb_column_names {
    char text[HOSTDB_COLUMN_NAMES_MAX_BYTES + sizeof ", ..."];
    bool full;
};

/* Zeroed: without a header line. */
struct hostdb_columns {
    size_t line;                            /* of the header; 0 without one */
    size_t count;                           /* named so far */
    size_t column_of[HOST_ATTRIBUTE_COUNT]; /* from 0; 0: there is none */
    struct hostdb_column_names unknown, repeated;
};

/* Whether a first row whose first two fields are these is a header line. */
bool hostdb_columns_is_header(struct span first, struct span second);

/* Whether a field is one of the names by which a header line is known. */
bool hostdb_columns_is_name(struct span field);

/* The next field of the header line, from the first on. */
void hostdb_columns_add(struct hostdb_columns *columns, struct span name);

/* The attribute that the fields of a column hold, counted from 0. False, with
 * *out untouched, when they hold none. */
bool hostdb_columns_attribute(const struct hostdb_columns *columns,
                              size_t column, enum host_attribute *out);

#endif
