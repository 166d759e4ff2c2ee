/* hostdb_csv -- builds a hostdb from CSV that arrives in pieces.
 *
 *     struct hostdb_csv *csv = hostdb_csv_new(print_fault, NULL);
 *     while (status == STATUS_OK && more(&chunk))
 *         status = hostdb_csv_feed(csv, chunk);
 *     if (status == STATUS_OK)
 *         status = hostdb_csv_finish(csv, &db);
 *     hostdb_csv_free(csv);
 *
 * The text is RFC 4180: rows of `hostname,token`, one a line; fields may
 * stand in double quotes. A first row whose first two fields are "hostname"
 * and "token" or "shared_secret" (in any letter case) is a header line, which
 * may name further columns (hostdb_columns.h): those of attributes
 * (host_attributes.h), and others, which are ignored. A row may then have as many fields as the header
 * line, or fewer. Without a header line it has exactly two. Accepted without a
 * word: a UTF-8 byte order mark, CRLF, blank lines, a last line without its
 * end, and blanks around a field that is not quoted, which are no part of it.
 *
 * Two kinds of fault. A row that breaks a rule (its number of fields, its
 * name, its token, an attribute, a name seen before) is left out, and reported.
 * A text that breaks CSV's grammar (a quote left open or out of place, a NUL
 * byte, a field beyond HOSTDB_CSV_FIELD_MAX_BYTES) fails as a whole, for nobody
 * can tell what the rest of it means; so does one in which there is no host.
 *
 * How the text is cut into pieces never changes the result.
 */
#ifndef S3DB_HOSTDB_CSV_H
#define S3DB_HOSTDB_CSV_H

#include "s3db/hostdb.h"
#include "s3db/hostdb_columns.h"

#include "base/status.h"

enum {
    /* A quote left open swallows what follows: this bounds how much. */
    HOSTDB_CSV_FIELD_MAX_BYTES = 64 * 1024,
};

struct hostdb_csv;

/* What is wrong, and where. Never holds a token. */
struct hostdb_csv_fault {
    size_t line;        /* from 1, where the row begins; 0: the whole text */
    const char *reason; /* in plain words; a literal */
    struct span name;   /* the host's, when it is well-formed; else empty */
    size_t field;       /* of the row, from 1: where it is wrong; 0: unknown */
};

/* Told of every row that is left out, in the text's order, from within
 * hostdb_csv_feed() and hostdb_csv_finish(). */
typedef void hostdb_csv_fault_fn(void *arg,
                                 const struct hostdb_csv_fault *fault);

/* `fault` may be NULL. Returns NULL when memory fails. NULL is allowed in
 * hostdb_csv_free(), which may be called at any point. */
struct hostdb_csv *hostdb_csv_new(hostdb_csv_fault_fn *fault, void *arg);
void hostdb_csv_free(struct hostdb_csv *csv);

/* Takes the next bytes; nothing of them is kept but the rows. STATUS_INVALID:
 * see hostdb_csv_error(). STATUS_FULL: more hosts than a hostdb holds.
 * STATUS_NOMEM. After a failure every later call fails with the same status. */
NODISCARD enum status hostdb_csv_feed(struct hostdb_csv *csv,
                                      struct span chunk);

/* Ends the text. STATUS_OK: *out is the new hostdb, with one reference that
 * is the caller's. Else fails like hostdb_csv_feed(), *out untouched. After
 * either, only the two questions below and hostdb_csv_free() are left. */
NODISCARD enum status hostdb_csv_finish(struct hostdb_csv *csv,
                                        struct hostdb **out);

/* Why the text as a whole failed; its reason is "" when it did not. */
struct hostdb_csv_fault hostdb_csv_error(const struct hostdb_csv *csv);

/* How many rows were left out so far. */
size_t hostdb_csv_faults(const struct hostdb_csv *csv);

/* What the header line names; once that was read, and until csv is freed. */
const struct hostdb_columns *hostdb_csv_columns(const struct hostdb_csv *csv);

#endif
