/* previous_version -- the database as it was before its last change, where the
 * bucket keeps versions.
 *
 * That is the newest version with other bytes than the current one has. Where
 * the database was deleted, it is what was deleted.
 */
#ifndef CLI_PREVIOUS_VERSION_H
#define CLI_PREVIOUS_VERSION_H

#include "cli/database_object.h"

struct previous_version {
    char id[S3_VERSION_ID_MAX + 1];
    char modified[40];                  /* when it was written, as S3 says it */
    char current_etag[S3_ETAG_MAX + 1]; /* of what came after; "": nothing */
};

/* Finds it, and reads it into `text`. False: it is not to be had, and why, and
 * what to do, was said. */
bool previous_version_get(struct database_object *object,
                          struct previous_version *previous,
                          struct strbuf *text);

#endif
