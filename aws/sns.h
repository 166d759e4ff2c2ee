/* sns -- publishing to a topic of Amazon SNS, whose subscribers get it by
 * mail, as a text message, or however else they asked for it.
 *
 * The query protocol, API version 2010-03-31. The reply's status is as in
 * route53.h; STATUS_NOT_FOUND: there is no such topic.
 */
#ifndef AWS_SNS_H
#define AWS_SNS_H

#include "aws/aws_client.h"
#include "aws/aws_reply.h"

enum { SNS_SUBJECT_MAX = 99 }; /* API Reference, "Publish", Subject: < 100 */

typedef void sns_done_fn(void *arg, const struct aws_reply *reply);

/* Publish. Signed for the region of the topic, whatever the environment says.
 * `subject` is cut after SNS_SUBJECT_MAX bytes; what of it is not printable
 * ASCII becomes '?', since SNS refuses that. STATUS_INVALID: `topic` has a
 * fault (topic_arn.h), or a text is empty; STATUS_NOMEM. What is given is
 * copied. */
NODISCARD enum status sns_publish(struct aws_client *client, const char *topic,
                                  struct span subject, struct span message,
                                  long timeout_ms, sns_done_fn *done,
                                  void *arg);

#endif
