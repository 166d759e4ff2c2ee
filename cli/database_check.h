/* database_check -- all that the server would find wrong with a database, with
 * the place of each fault.
 */
#ifndef CLI_DATABASE_CHECK_H
#define CLI_DATABASE_CHECK_H

#include "s3db/hostdb.h"
#include "s3db/hostdb_columns.h"

#include "base/status.h"

struct database_fault {
    size_t row_line;     /* from 1, where the row begins; 0: the whole text */
    size_t line, column; /* from 1, of the field that is wrong */
    const char *reason;  /* in plain words; a literal */
    struct span host;    /* its name, when that is well-formed; else empty */
};

typedef void database_fault_fn(void *arg, const struct database_fault *fault);

struct database_report {
    size_t hosts, faults;
    struct hostdb_columns columns; /* as the header line names them */
};

/* Reads `body` with the server's parser, and tells each fault. STATUS_OK: there
 * is none. STATUS_INVALID: there are, or no host. STATUS_NOMEM: nothing is
 * known. `db`, if it is not NULL, is set to the hosts that the server would
 * take, with one reference that is the caller's; NULL: none. */
NODISCARD enum status database_read(struct span body, database_fault_fn *fault,
                                    void *arg, struct database_report *report,
                                    struct hostdb **db);

/* The same for a person: each fault on standard error, as compilers do, by the
 * `name` of the file; unless `quiet`, also which of its columns the server
 * ignores. */
NODISCARD enum status database_check(const char *name, struct span body,
                                     bool quiet, size_t *hosts);

#endif
