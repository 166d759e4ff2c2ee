/* conditional_put -- writes the database's object, but never over a version
 * that its writer has not seen.
 *
 * S3 checks this itself (PUT with If-Match or If-None-Match, since 2024). A
 * store that knows no conditional writes answers 501: then the version is
 * compared just before the write, and a warning says that another write in
 * between would be lost.
 *
 * A refusal although the object holds the very same bytes is no conflict. When
 * the answer to a write was lost, the write tried again is refused like this,
 * and counts as done.
 */
#ifndef CLI_CONDITIONAL_PUT_H
#define CLI_CONDITIONAL_PUT_H

#include "cli/database_object.h"

enum put_result {
    PUT_DONE,
    PUT_ALREADY_THERE, /* the object holds exactly these bytes */
    PUT_CONFLICT,      /* it is not the version that was seen */
    PUT_FAILED,        /* database_object_complain() has the words */
};

/* `seen`: the ETag of the version that may be replaced; "" when there must be
 * none yet; NULL to replace whatever is there, which is never a conflict.
 * With the first two results reply->etag is that of the version now there. */
enum put_result conditional_put(struct database_object *object,
                                struct span body, const char *seen,
                                struct database_object_reply *reply);

#endif
