/* s3_listing -- which of a bucket's objects are to be listed.
 */
#ifndef AWS_S3_LISTING_H
#define AWS_S3_LISTING_H

#include "base/span.h"

enum { S3_TOKEN_MAX = 4096 }; /* stores put the last key into it, encoded */

struct s3_listing {
    const char *prefix;      /* of their keys; "": all */
    const char *start_after; /* those behind this one; "": all */
    struct span token;       /* from the page before; empty: from the start */
};

#endif
