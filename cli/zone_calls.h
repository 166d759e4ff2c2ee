/* zone_calls -- reads hosted zones from Route 53, one call at a time: each
 * function waits for the answer, and tries again as long as that is sensible.
 */
#ifndef CLI_ZONE_CALLS_H
#define CLI_ZONE_CALLS_H

#include "cli/zone_map.h"

#include "aws/aws_client.h"
#include "aws/aws_reply.h"
#include "aws/retry.h"

struct zone_calls {
    struct aws_client *client; /* borrowed */
    struct retry_quota quota;
};

void zone_calls_init(struct zone_calls *calls, struct aws_client *client,
                     const struct aws_config *config);

/* Each returns reply->status; what was added to the map before a failure
 * stays. All public zones of the account: */
NODISCARD enum status zone_calls_list(struct zone_calls *calls,
                                      struct zone_map *map,
                                      struct aws_reply *reply);

/* The zone of this id. */
NODISCARD enum status zone_calls_get(struct zone_calls *calls, struct span id,
                                     struct zone_map *map,
                                     struct aws_reply *reply);

/* Whether the records of a zone can be read: their first page. */
NODISCARD enum status zone_calls_look_into(struct zone_calls *calls,
                                           struct span id,
                                           struct aws_reply *reply);

#endif
