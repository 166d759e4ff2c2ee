/* s3_region -- which region a bucket is really in, as S3 itself says.
 *
 * S3 refuses a request that was sent to, or signed for, another region than
 * the bucket's (301 PermanentRedirect, 307 TemporaryRedirect, 400
 * AuthorizationHeaderMalformed) and names the right one: in a header, else in
 * the body's <Region>, else within the body's <Endpoint>. Where it names none,
 * HeadBucket does, in a header of whatever it answers. Pure; private to this
 * floor.
 */
#ifndef AWS_S3_REGION_H
#define AWS_S3_REGION_H

#include "aws/endpoint.h"
#include "aws/response.h"

/* What S3 named last. All zero: nothing yet. */
struct s3_region {
    char bucket[256]; /* no bucket's name is longer */
    char name[ENDPOINT_REGION_MAX + 1];
};

/* The bucket's region if S3 named it, else `otherwise`. */
const char *s3_region_of(const struct s3_region *known, const char *bucket,
                         const char *otherwise);

/* Whether the answer says that the bucket is in another region than the one
 * `used`; if so, remembers it. False also for a region that is no name. */
bool s3_region_learn(struct s3_region *known, const char *bucket,
                     const char *used, const struct aws_response *response);

/* Whether the answer may mean that the bucket is in another region, so that
 * HeadBucket should be asked for it. For answers of which s3_region_learn() is
 * false. */
bool s3_region_is_in_doubt(const struct aws_response *response);

/* The same as s3_region_learn(), of an answer to HeadBucket. */
bool s3_region_learn_from_bucket(struct s3_region *known, const char *bucket,
                                 const char *used,
                                 const struct aws_response *response);

#endif
