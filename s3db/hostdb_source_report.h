/* hostdb_source_report -- how a load of the host table ended: what
 * hostdb_source.h promises its caller, and hostdb_transfer.h delivers.
 */
#ifndef S3DB_HOSTDB_SOURCE_REPORT_H
#define S3DB_HOSTDB_SOURCE_REPORT_H

#include "s3db/hostdb.h"

#include "aws/retry.h"
#include "base/status.h"

/* About a load that has ended, for people. Lives for the duration of the
 * callback; texts are never NULL. */
struct hostdb_source_report {
    const char *where;   /* "s3://bucket/key", or the file's path */
    const char *version; /* the ETag, or what stands for it; "" unknown */
    size_t hosts;        /* in the table; 0 without one */
    size_t faults;       /* rows left out, told and untold */
    uint64_t bytes;      /* of CSV read */
    size_t header_line;  /* of the new table; 0 without one */
    const char *columns_unknown;  /* its names that mean nothing; may be "" */
    const char *columns_repeated; /* that an earlier one says; may be "" */
    size_t line;            /* of the CSV that broke; 0: no certain line */
    const char *reason;     /* what went wrong; "" when nothing did */
    const char *advice;     /* what to do about it; may be "" */
    const char *code;       /* AWS's error code; "" without one */
    const char *request_id; /* to quote to AWS's support; "" without one */
    enum aws_condition condition; /* of S3; AWS_NOT_ASKED with a local file */
    bool repeated;                /* the very version that failed before */
    struct retry_failure failure; /* of S3: whether it may pass by itself */
};

/* Ends a load, with
 *   STATUS_OK           db is the new table; the callee takes the reference
 *   STATUS_UNCHANGED    the version last delivered is still the latest
 *   STATUS_INVALID      the CSV is broken, or AWS refuses the request itself
 *   STATUS_FULL         the CSV has more hosts than a hostdb holds
 *   STATUS_NOT_FOUND, STATUS_DENIED, STATUS_THROTTLED, STATUS_UNAVAILABLE,
 *   STATUS_NOMEM        the source could not be read
 * db is NULL but for STATUS_OK. The callee may start the next load. */
typedef void hostdb_source_done_fn(void *arg, enum status status,
                                   struct hostdb *db,
                                   const struct hostdb_source_report *report);

#endif
