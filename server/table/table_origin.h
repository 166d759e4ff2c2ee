/* table_origin -- where a table in service came from: which version of which
 * file, and which of its rows were left out, with their lines. Made while the
 * table is read, and never changed from then on.
 */
#ifndef SERVER_TABLE_TABLE_ORIGIN_H
#define SERVER_TABLE_TABLE_ORIGIN_H

#include "base/dns_name.h"

enum {
    TABLE_ORIGIN_ROWS_MAX = 100,   /* more are counted, not kept */
    TABLE_ORIGIN_WHERE_MAX = 1200, /* a key of S3 has 1,024 bytes at most */
    TABLE_ORIGIN_VERSION_MAX = 256,
};

struct left_out_row {
    size_t line;        /* from 1, where the row begins */
    const char *reason; /* a literal */
    size_t name_len;
    char name[DNS_NAME_MAX]; /* its host's, when that is well-formed */
};

struct table_origin {
    char where[TABLE_ORIGIN_WHERE_MAX + 1];     /* for people */
    char version[TABLE_ORIGIN_VERSION_MAX + 1]; /* the ETag; "" unknown */
    size_t rows_left_out;                       /* in all */
    size_t count;                               /* of those that are kept */
    struct left_out_row rows[TABLE_ORIGIN_ROWS_MAX]; /* the first ones */
};

/* Forgets all. */
void table_origin_begin(struct table_origin *origin);

/* One more row is left out. */
void table_origin_add(struct table_origin *origin, size_t line,
                      const char *reason, struct span name);

/* What there is to say at the end; what is too long is cut. */
void table_origin_end(struct table_origin *origin, const char *where,
                      const char *version);

#endif
