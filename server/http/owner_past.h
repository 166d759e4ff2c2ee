/* owner_past -- what of a host's history is its present owner's to see. A name that
 * dyndb took out and added again may have been another's before, whose addresses
 * and calls are nobody else's business. Pure.
 */
#ifndef SERVER_HTTP_OWNER_PAST_H
#define SERVER_HTTP_OWNER_PAST_H

#include "server/history/history_query.h"

struct owner_past {
    struct history_host host;
    size_t event_count; /* of the answer's events, the first ones */
};

/* Of an answer to HISTORY_HOST that has the host: without what is from before the
 * newest of its edits that added the host. Addresses stay: they are what the
 * records say. Texts are the answer's. */
struct owner_past owner_past_of(const struct history_query *answer);

#endif
