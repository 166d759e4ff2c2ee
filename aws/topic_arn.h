/* topic_arn -- the name of an SNS topic:
 * arn:aws:sns:eu-west-1:123456789012:alerts. Pure.
 */
#ifndef AWS_TOPIC_ARN_H
#define AWS_TOPIC_ARN_H

#include "aws/endpoint.h"

enum { TOPIC_ARN_MAX = 400 }; /* with a topic of 256 characters, and some */

/* Whether this can be the ARN of an SNS topic, in any partition of AWS's.
 * Returns NULL when it can, else what is wrong with it, in words. */
const char *topic_arn_fault(const char *arn);

/* The region of a topic whose ARN has no fault. */
void topic_arn_region(const char *arn, char region[ENDPOINT_REGION_MAX + 1]);

#endif
