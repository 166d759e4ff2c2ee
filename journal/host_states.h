/* host_states -- what is known of every host that ever called: the sum of the
 * journal. One thread at a time (the owner locks).
 *
 * Whatever the order in which events are applied, the states are the same in the
 * end, so nobody needs to put the objects of several copies into one order:
 *
 *   - The last call, and what each record says, is told by the newest event; of
 *     two of the same millisecond by one that was not served, else by the one
 *     whose content is greater, which is arbitrary but the same for all.
 *   - accessed_at, checked_at are the newest that were told.
 *   - Refusals in a row are those of the lines with the newest `succeeded_at`,
 *     added up: how often the host was refused since it last was not, as far as
 *     the copy that refused it knew then. So a success makes an end of what all
 *     copies have counted, and what a copy refuses before it has heard of it (two
 *     minutes) counts for what was before. A copy fills the member from
 *     host_state_succeeded() where there was no success in the minute itself.
 *
 *   - added_at is the newest edit's that added the host. An edit makes no host
 *     known: a database may have a million that never call. So who makes one known
 *     by its first call or change applies once more the edits that are remembered,
 *     for they may have been heard of first (knowledge.h).
 *
 * Each line of calls is to be applied once (applied_objects.h), since refusals are
 * added.
 *
 * A million hosts take about 130 MB: docs/PERFORMANCE.md. Of agents, outcomes and
 * reasons there are as many different ones as text_pool holds.
 */
#ifndef JOURNAL_HOST_STATES_H
#define JOURNAL_HOST_STATES_H

#include "journal/event.h"

enum { HOST_STATES_MAX_AGENTS = 4096, HOST_STATES_MAX_WORDS = 256 };

/* One host. Times: seconds since 1970; 0: never, as far as is known. Texts are
 * valid until the states are changed. Of pairs, the first is A, the other AAAA. */
struct host_state {
    struct span name;

    /* What the records say; ADDRESS_NONE: unknown, or removed. `updated_at`: since
     * a change that is known; else `seen_at`: at the newest call that told it. */
    struct address addresses[2];
    uint32_t updated_at[2], seen_at[2];

    uint32_t called_at;                             /* whatever came of it */
    uint32_t accessed_at, checked_at, succeeded_at; /* event.h */
    uint32_t refusals;                              /* in a row */

    /* dyndb added it to the database, the last time that is known: rounded up, so
     * that each time above that is less is from before, and may be another owner's. */
    uint32_t added_at;

    /* Of the last call: */
    struct address client;
    struct span agent, outcome, reason;

    /* Behind the seconds of called_at, succeeded_at, and of updated_at or
     * seen_at. */
    uint16_t called_ms, succeeded_ms, record_ms[2];
};

/* ms since 1970, for event_calls. */
static inline int64_t host_state_succeeded(const struct host_state *state)
{
    return (int64_t)state->succeeded_at * 1000 + state->succeeded_ms;
}

struct host_states;

struct host_states *host_states_new(void);         /* NULL: memory is short */
void host_states_free(struct host_states *states); /* NULL is allowed */

/* Words of copies are ignored. STATUS_NOMEM leaves it as it was. */
NODISCARD enum status host_states_apply(struct host_states *states,
                                        const struct event *event);

/* Takes a host from a snapshot. STATUS_CONFLICT: it is there already;
 * STATUS_NOMEM. */
NODISCARD enum status host_states_restore(struct host_states *states,
                                          const struct host_state *state);

size_t host_states_count(const struct host_states *states);
size_t host_states_bytes(const struct host_states *states);

/* index < count, stable while the states live (hosts are only ever added). */
void host_states_get(const struct host_states *states, uint32_t index,
                     struct host_state *out);
/* The name is normalised. */
bool host_states_find(const struct host_states *states, struct span name,
                      uint32_t *index);

#endif
