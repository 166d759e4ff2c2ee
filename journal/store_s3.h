/* store_s3 -- an object store below a prefix of an S3 bucket. Private to this
 * floor.
 *
 * A client of its own, which is polled while a call is under way, and by no one
 * else: so there is no thread, and a call that is interrupted stays where it is
 * until the store is freed.
 */
#ifndef JOURNAL_STORE_S3_H
#define JOURNAL_STORE_S3_H

#include "aws/aws_client.h"
#include "journal/object_types.h"

extern const struct object_store_kind store_s3;

/* Its `self`. `place` is "BUCKET" or "BUCKET/PREFIX", with or without a slash at
 * the end; `config` is borrowed. NULL when memory is short. */
void *store_s3_new(const char *place, const struct aws_config *config);

/* What its calls came to. */
const struct aws_metrics *store_s3_metrics(const void *self);

#endif
