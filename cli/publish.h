/* publish -- makes a text the database, with a person's eyes on it.
 *
 * What it changes is shown first, in one line. If it would remove more than
 * half of the hosts, or nobody can know that, somebody has to say yes. It never
 * replaces a version that its writer has not seen (conditional_put.h); then
 * what differs between the two is told, by the names of hosts alone.
 */
#ifndef CLI_PUBLISH_H
#define CLI_PUBLISH_H

#include "cli/database_object.h"
#include "cli/edit_record.h"

#include "s3db/hostdb.h"

/* Where the text comes from, which decides what to advise. */
enum publication_source {
    PUBLICATION_FILE,    /* and FILE.etag tells of what version it was made */
    PUBLICATION_PIPE,    /* or the standard input */
    PUBLICATION_VERSION, /* one that the bucket kept */
};

struct publication {
    enum publication_source source;
    const char *name; /* how messages call it */
    struct span text;
    const struct hostdb *hosts; /* those of the text */
    const char *seen;           /* what it may replace: see conditional_put() */
    struct edit_record *record; /* is told; NULL: nobody is */
    bool yes;                   /* it was said beforehand */
    bool quiet;
};

/* Does it, and returns the exit status, after an explanation of what failed.
 * EXIT_OK: `etag` is that of the version now there. */
int publish(struct database_object *object,
            const struct publication *publication, char etag[S3_ETAG_MAX + 1]);

#endif
