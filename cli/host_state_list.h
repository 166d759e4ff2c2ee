/* host_state_list -- the hosts of a database with what is known of each: which of
 * them are wanted, in which order. Pure.
 *
 * A host is a name, whether it has one row or two.
 */
#ifndef CLI_HOST_STATE_LIST_H
#define CLI_HOST_STATE_LIST_H

#include "journal/host_states.h"

#include "s3db/hostdb.h"

enum host_state_order {
    HOST_STATES_BY_SILENCE, /* the longest silent first; who never called
                                counts as the longest */
    HOST_STATES_BY_NAME,
    HOST_STATES_BY_CHANGE,   /* the newest first */
    HOST_STATES_BY_REFUSALS, /* the most in a row first */
    HOST_STATES_BY_ROW,      /* as they stand in the database */
};

struct host_state_query {
    int64_t now; /* seconds since 1970 */
    enum host_state_order order;
    uint32_t silent_s; /* only those silent for longer; 0: all */
    bool overdue; /* only those silent for longer than their expect_within */
    bool stale;   /* only those silent for longer than their expire_after,
                          and not known to have been removed already */
    uint32_t expire_after_s; /* of hosts whose row does not say; 0: never */
};

/* One that is wanted. */
struct host_state_entry {
    uint32_t row;
    uint32_t state; /* index in the states; NO_HOST_STATE: nothing is known */
};

#define NO_HOST_STATE UINT32_MAX

struct host_state_list {
    struct host_state_entry *entries;
    size_t count;
};

/* Both are borrowed until the list is cleared. STATUS_NOMEM leaves nothing to
 * clear. */
NODISCARD enum status host_state_list_init(
    struct host_state_list *list, const struct hostdb *db,
    const struct host_states *states, const struct host_state_query *query);
void host_state_list_clear(struct host_state_list *list);

/* What is known of an entry: zeroed, but for the name, if nothing is. */
void host_state_list_get(const struct host_state_list *list,
                         const struct hostdb *db,
                         const struct host_states *states, size_t index,
                         struct host *host, struct host_state *state);

/* When the records changed last, as far as is known; 0: never. */
uint32_t host_state_changed_at(const struct host_state *state);

#endif
