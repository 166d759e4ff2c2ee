/* s3_versions_xml -- S3's list of the versions of an object, read. Pure;
 * private to this floor.
 */
#ifndef AWS_S3_VERSIONS_XML_H
#define AWS_S3_VERSIONS_XML_H

#include "aws/s3_version.h"
#include "base/status.h"

#include <libxml/tree.h>

/* A page read; what its spans point into lives until s3_versions_xml_clear(). */
struct s3_versions {
    xmlDoc *doc;
    struct s3_version *versions;
    size_t count;
    struct s3_version_cursor next;
};

/* Reads a ListVersionsResult, as far as it is about this very key: the listing
 * is of all keys that begin like it, in their order, so that the first other
 * one ends it. STATUS_INVALID when it is no such document, or one that lacks
 * what the schema demands; STATUS_NOMEM. On failure there is nothing to clear.
 */
NODISCARD enum status s3_versions_xml_read(struct s3_versions *page,
                                           struct span text, const char *key);
void s3_versions_xml_clear(struct s3_versions *page);

#endif
