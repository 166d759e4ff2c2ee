/* s3_objects_xml -- S3's list of the objects in a bucket, read. Pure; private to
 * this floor.
 */
#ifndef AWS_S3_OBJECTS_XML_H
#define AWS_S3_OBJECTS_XML_H

#include "aws/s3_listing.h"
#include "base/span.h"
#include "base/status.h"

#include <libxml/tree.h>

/* A page read; what its spans point into lives until s3_objects_xml_clear(). */
struct s3_objects {
    xmlDoc *doc;
    char *text; /* the keys, decoded */
    struct span *keys;
    size_t count;
    struct span next; /* the token to go on with; empty: that is all */
};

/* Reads a ListBucketResult of ListObjectsV2, whose keys may stand percent-encoded,
 * if it says so. STATUS_INVALID when it is no such document, or one that lacks
 * what the schema demands; STATUS_NOMEM. On failure there is nothing to clear. */
NODISCARD enum status s3_objects_xml_read(struct s3_objects *page,
                                          struct span text);
void s3_objects_xml_clear(struct s3_objects *page);

#endif
