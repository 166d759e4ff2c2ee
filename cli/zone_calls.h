/* zone_calls -- reads hosted zones from Route 53, each call with patience
 * (patient_call.h).
 */
#ifndef CLI_ZONE_CALLS_H
#define CLI_ZONE_CALLS_H

#include "aws/aws_client.h"
#include "aws/aws_reply.h"
#include "aws/retry.h"
#include "aws/zone_lookup.h"

/* Each returns reply->status, and leaves in `reply` what is to be said of a
 * failure, without its words. What was added to the lookup before a failure
 * stays in its unfinished listing. All zones of the account; STATUS_FULL: they
 * are more than can be looked through. */
NODISCARD enum status zone_calls_list(struct aws_client *client,
                                      struct retry_quota *quota,
                                      struct zone_lookup *zones,
                                      struct aws_reply *reply);

/* The zone of this id. */
NODISCARD enum status zone_calls_get(struct aws_client *client,
                                     struct retry_quota *quota, struct span id,
                                     struct zone_lookup *zones,
                                     struct aws_reply *reply);

/* Whether the records of a zone can be read: their first page. */
NODISCARD enum status zone_calls_look_into(struct aws_client *client,
                                           struct retry_quota *quota,
                                           struct span id,
                                           struct aws_reply *reply);

#endif
