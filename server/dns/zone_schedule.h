/* zone_schedule -- which hosted zone's batch leaves next, for one lane of
 * every zone's queue.
 *
 * A zone that has changes and no batch in flight is either *ready*, ordered by how long
 * its first change has waited (which is what makes the account's calls a fair
 * share for each zone), or *resting* after a failure, ordered by when that is
 * over. Finding the next one, and putting one back in its place, takes
 * logarithmic time, so that ten thousand zones are no burden.
 *
 * Whoever changes a queue, its batch in flight or its retry_at calls
 * zone_schedule_place() afterwards. Pure.
 */
#ifndef SERVER_DNS_ZONE_SCHEDULE_H
#define SERVER_DNS_ZONE_SCHEDULE_H

#include "server/dns/zone_queue.h"

struct zone_schedule {
    enum lane lane;
    struct heap ready;   /* by the first change's asked_at */
    struct heap resting; /* by retry_at */
    int64_t now;         /* the latest that was told */
    size_t changes;      /* that wait, of all zones */
};

void zone_schedule_init(struct zone_schedule *schedule, enum lane lane);

/* Every zone must have been removed. */
void zone_schedule_clear(struct zone_schedule *schedule);

/* Makes room for that many zones; STATUS_NOMEM changes nothing. */
NODISCARD enum status zone_schedule_reserve(struct zone_schedule *schedule,
                                            size_t zones);

/* Puts the zone where it belongs now. There must be room for it. */
void zone_schedule_place(struct zone_schedule *schedule,
                         struct zone_queue *zone);

/* Before a zone is freed. */
void zone_schedule_remove(struct zone_schedule *schedule,
                          struct zone_queue *zone);

/* The zone whose batch is to leave next, or NULL. */
struct zone_queue *zone_schedule_first(struct zone_schedule *schedule,
                                       int64_t now);

/* Milliseconds until there is one; INT64_MAX: not before an event. */
int64_t zone_schedule_wait_ms(const struct zone_schedule *schedule,
                              int64_t now);

#endif
