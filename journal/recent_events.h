/* recent_events -- what people look at later: changes of records, edits of the
 * database, and calls that were refused; the newest of them, for all and for each
 * host. One thread at a time (the owner locks).
 *
 * Half of the memory is for refusals, the other for the rest, so that no stranger
 * who is refused all day drives out a change; of each half the oldest are dropped.
 * Refusals of a host that follow one another, with the same outcome and reason and
 * nothing else in between, are one, which says how often (`refused`), since when
 * (`first_at`) and who was the last. An event takes about 290 bytes: 64 MiB are
 * for 230,000 of them; an edit about 60 for each host that it names, so that one
 * of 10,000 hosts takes a fiftieth of its half.
 *
 * The order is that of time, by seconds, in whatever order they are added.
 */
#ifndef JOURNAL_RECENT_EVENTS_H
#define JOURNAL_RECENT_EVENTS_H

#include "journal/event.h"

enum { RECENT_EVENTS_BYTES = 64 * 1024 * 1024 }; /* what a server keeps */

/* Kinds, as bits. */
enum {
    RECENT_CHANGES = 1,
    RECENT_REFUSALS = 2,
    RECENT_EDITS = 4,
    RECENT_ALL = 7,
};

struct recent_events;

/* NULL: memory or the kernel's randomness is short. */
struct recent_events *recent_events_new(size_t max_bytes);
void recent_events_free(struct recent_events *recent); /* NULL is allowed */

/* Adds an event, unless it is none of these kinds, or older than all that finds
 * room. STATUS_NOMEM leaves all as it was, but for what was dropped. */
NODISCARD enum status recent_events_add(struct recent_events *recent,
                                        const struct event *event);

/* What is wanted: a page of it, the newest first. Of all hosts, an edit of many is
 * told by its first event alone (hosts_before). */
struct recent_query {
    unsigned kinds;
    struct span host;     /* normalised; empty: of all */
    size_t offset, count; /* so many are passed over, so many are told */
};

/* The event is valid until `each` returns; false ends it. STATUS_NOMEM. */
typedef bool recent_event_fn(void *arg, const struct event *event);
NODISCARD enum status recent_events_each(struct recent_events *recent,
                                         const struct recent_query *query,
                                         recent_event_fn *each, void *arg);

/* All of them, the oldest first: whoever adds them in this order keeps what is told
 * here, and in the same order. STATUS_NOMEM. */
NODISCARD enum status recent_events_replay(struct recent_events *recent,
                                           recent_event_fn *each, void *arg);

/* How many there are, whatever the page. Of all hosts it is known, of one they
 * are counted. */
size_t recent_events_count(const struct recent_events *recent,
                           const struct recent_query *query);

size_t recent_events_bytes(const struct recent_events *recent);

/* How many entries were passed on the way to the places of those that were added:
 * none, where they came in the order of time or in the reverse of it. */
uint64_t recent_events_steps(const struct recent_events *recent);

#endif
