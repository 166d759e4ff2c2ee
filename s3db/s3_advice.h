/* s3_advice -- what a person can do about a refusal of S3's, in words. Pure.
 */
#ifndef S3DB_S3_ADVICE_H
#define S3DB_S3_ADVICE_H

#include "aws/aws_reply.h"

enum s3_use {
    S3_USE_READ,
    S3_USE_WRITE,
    S3_USE_LIST_VERSIONS,
    S3_USE_READ_VERSION,
};

/* Advice about a reply that is not STATUS_OK to an attempt at such a use of the
 * database's object. A literal; "" when there is none to give. */
const char *s3_advice(const struct aws_reply *reply, enum s3_use use);

#endif
