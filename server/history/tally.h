/* tally -- what happened in a span of time: calls added up by host, changes one
 * by one, each once, until they are told as events of the journal.
 *
 * One thread at a time. Its memory is that of the hosts that were called, and of
 * so many changes; of agents so many are kept, and what comes behind them has
 * none.
 */
#ifndef SERVER_HISTORY_TALLY_H
#define SERVER_HISTORY_TALLY_H

#include "journal/event.h"
#include "server/state/event_queue.h"

enum {
    TALLY_AGENTS_MAX = 16384,
    TALLY_CHANGES_MAX = 200000, /* more than Route 53 admits in a minute */
};

struct tally;

struct tally *tally_new(void); /* NULL when memory is short */
void tally_free(struct tally *tally);

/* Adds what happened. `succeeded_at`: of a call, when its host last had what it
 * asked for, as far as is known; this call itself counts without being in it.
 * STATUS_NOMEM, or STATUS_FULL of a change: it is not added. */
NODISCARD enum status tally_add(struct tally *tally,
                                const struct happening *happening,
                                int64_t succeeded_at);

/* The event that one happening is by itself; its spans are the happening's, or
 * literals. */
void tally_event_of(const struct happening *happening, int64_t succeeded_at,
                    struct event *out);

struct tally_sums {
    uint64_t calls, refused, changes;
};
struct tally_sums tally_sums(const struct tally *tally);

/* each() for every event: changes in their order, then the calls of each host.
 * False ends it. */
typedef bool tally_each_fn(void *arg, const struct event *event);
void tally_each(const struct tally *tally, tally_each_fn *each, void *arg);

/* Forgets all. */
void tally_clear(struct tally *tally);

#endif
