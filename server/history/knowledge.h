/* knowledge -- all that is known of what happened: the sum of the events of all
 * copies, whatever the order in which they are heard. One thread at a time.
 */
#ifndef SERVER_HISTORY_KNOWLEDGE_H
#define SERVER_HISTORY_KNOWLEDGE_H

#include "journal/host_states.h"
#include "journal/recent_events.h"
#include "server/history/copies.h"
#include "server/history/day_sums.h"

struct knowledge {
    struct host_states *states;
    struct recent_events *recent;
    struct copies *copies;
    struct day_sums sums;
};

/* `self`, `interval_ms`: copies.h. NULL when memory is short. */
struct knowledge *knowledge_new(const char *self, int64_t interval_ms);
void knowledge_free(struct knowledge *knowledge); /* NULL is allowed */

/* Memory of what grows with hosts and events. */
size_t knowledge_bytes(const struct knowledge *knowledge);

/* Adds what `before` alone knows: what this copy has said of itself. */
void knowledge_take_over(struct knowledge *knowledge,
                         const struct knowledge *before);

/* Adds an event, once each. `now`: ms since 1970. STATUS_NOMEM: it is not known. */
NODISCARD enum status knowledge_add(struct knowledge *knowledge, int64_t now,
                                    const struct event *event);

#endif
