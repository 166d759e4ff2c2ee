/* s3_version -- one of the versions that a bucket keeps of an object.
 *
 * A bucket keeps them if it was told to (PutBucketVersioning). Until then each
 * object has one version, whose id is "null"; so has one that was written
 * before.
 */
#ifndef AWS_S3_VERSION_H
#define AWS_S3_VERSION_H

#include "base/span.h"

enum { S3_VERSION_ID_MAX = 1024 }; /* S3 User Guide, "Version IDs" */

struct s3_version {
    struct span id;       /* never empty */
    struct span etag;     /* quotes included; empty for a delete marker */
    struct span modified; /* as S3 writes it: 2026-03-01T12:00:00.000Z */
    bool is_latest;
    bool is_delete_marker; /* here the object was deleted */
};

/* Where a listing goes on: behind this version. */
struct s3_version_cursor {
    struct span version;
};

#endif
