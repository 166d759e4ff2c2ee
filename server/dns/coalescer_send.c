#include "server/dns/coalescer_state.h"

enum {
    OUT_OF_MEMORY_PAUSE_MS = 100,

    /* Of so many calls that the account may make, one may try again a record
     * that was refused before: permanently broken hosts that ask for ever
     * leave three quarters of the calls to the others, and to the account's
     * other programs. */
    CALLS_FOR_EACH_ALONE = 4,

    /* While others wait, each call that searches for a culprit is followed by
     * so many that do not. */
    CALLS_BETWEEN_SEARCHES = 3,

    /* The same for each call that removes records, for which nobody waits. */
    CALLS_BETWEEN_REMOVALS = 3,
};

int64_t coalescer_call_wait_ms(const struct coalescer *c, int64_t now)
{
    int64_t wait = call_rate_wait_ms(&c->rate, now);

    if (c->outage.failures > 0 && c->in_flight_count > 0)
        return INT64_MAX;
    if (c->gate_at > now && c->gate_at - now > wait)
        wait = c->gate_at - now;
    return wait;
}

/* Drops from the front of a lane what is stale. Returns whether that was so. */
static bool drop_stale(struct coalescer *c, struct zone_queue *zone,
                       enum lane lane, int64_t now)
{
    struct rrset_state *record;
    bool dropped = false;

    while ((record = zone_queue_head(zone, lane)) != NULL &&
           zone_queue_is_stale(record, now)) {
        if (record->pending.is_removal)
            coalescer_end_removal(c, record, &record->pending, REMOVAL_GIVEN_UP,
                                  NULL);
        else
            coalescer_end_change(c, record, &record->pending, OUTCOME_EXPIRED);
        coalescer_drop_record(c, record);
        dropped = true;
    }
    return dropped;
}

/* The zone whose change in this lane has waited longest, or NULL. */
static struct zone_queue *first_zone(struct coalescer *c, enum lane lane,
                                     int64_t now)
{
    struct zone_queue *zone;

    while ((zone = zone_schedule_first(&c->schedules[lane], now)) != NULL &&
           drop_stale(c, zone, lane, now)) {
        coalescer_place_zone(c, zone);
        coalescer_drop_zone(c, zone);
    }
    return zone;
}

static int64_t asked_at(const struct zone_queue *zone, enum lane lane)
{
    return zone == NULL ? INT64_MAX
                        : zone_queue_head(zone, lane)->pending.asked_at;
}

/* The zone that goes next, and the lane; NULL: none. Who has waited longest
 * goes first, but the search for culprits gives way to the others unless it is
 * its turn, and so do removals; and a lone record waits until the next one may
 * go. */
static struct zone_queue *pick_zone(struct coalescer *c, int64_t now,
                                    enum lane *lane)
{
    struct zone_queue *first[LANE_COUNT] = {
        [LANE_SHARED] = first_zone(c, LANE_SHARED, now),
        [LANE_SEARCH] = first_zone(c, LANE_SEARCH, now),
        [LANE_REMOVAL] = first_zone(c, LANE_REMOVAL, now),
    };

    if (now >= c->alone_at)
        first[LANE_ALONE] = first_zone(c, LANE_ALONE, now);
    if (first[LANE_SHARED] != NULL && c->since_search < CALLS_BETWEEN_SEARCHES)
        first[LANE_SEARCH] = NULL;
    if ((first[LANE_SHARED] != NULL || first[LANE_SEARCH] != NULL) &&
        c->since_removal < CALLS_BETWEEN_REMOVALS)
        first[LANE_REMOVAL] = NULL;
    *lane = LANE_SHARED;
    for (int other = LANE_SEARCH; other < LANE_COUNT; other++)
        if (asked_at(first[other], (enum lane)other) <
            asked_at(first[*lane], *lane))
            *lane = (enum lane)other;
    return first[*lane];
}

struct batch *coalescer_next(struct coalescer *c, int64_t now)
{
    struct zone_queue *zone;
    struct batch *batch;
    enum lane lane;

    if (coalescer_call_wait_ms(c, now) > 0)
        return NULL;
    zone = pick_zone(c, now, &lane);
    if (zone == NULL)
        return NULL;
    batch = zone_queue_take_batch(zone, lane, now);
    if (batch == NULL) {
        c->gate_at = now + OUT_OF_MEMORY_PAUSE_MS;
        return NULL;
    }
    coalescer_place_zone(c, zone);
    coalescer_call_spend(c, now);
    c->since_search = lane == LANE_SEARCH ? 0 : c->since_search + 1;
    c->since_removal = lane == LANE_REMOVAL ? 0 : c->since_removal + 1;
    if (lane == LANE_ALONE)
        c->alone_at = now + coalescer_alone_interval_ms(c);
    return batch;
}

int64_t coalescer_alone_interval_ms(const struct coalescer *c)
{
    return (int64_t)(CALLS_FOR_EACH_ALONE * 1000 / c->rate.per_second);
}

void coalescer_call_spend(struct coalescer *c, int64_t now)
{
    call_rate_spend(&c->rate, now);
    c->in_flight_count++;
}

void coalescer_call_done(struct coalescer *c, int64_t now, int64_t sent_at,
                         enum status status)
{
    c->in_flight_count--;
    switch (status) {
    case STATUS_THROTTLED:
        call_rate_throttled(&c->rate, now, sent_at);
        c->gate_at = now + call_rate_wait_ms(&c->rate, now);
        c->gate_at += jitter_up_to(&c->jitter, c->gate_at - now);
        return;
    case STATUS_UNAVAILABLE:
    case STATUS_DENIED:
        c->gate_at = now + backoff_fail(&c->outage, &c->jitter);
        return;
    case STATUS_BUSY: /* most likely, another copy's batch is under way */
        call_rate_met_another(&c->rate, sent_at,
                              (double)jitter_up_to(&c->jitter, 1000) / 1000);
        break;
    default:
        call_rate_accepted(&c->rate);
        break;
    }
    backoff_reset(&c->outage);
}

/* When the first zone that has something to send is ready. */
static int64_t zones_wait_ms(const struct coalescer *c, int64_t now)
{
    int64_t wait = zone_schedule_wait_ms(&c->schedules[LANE_SHARED], now);
    int64_t search = zone_schedule_wait_ms(&c->schedules[LANE_SEARCH], now);
    int64_t alone = zone_schedule_wait_ms(&c->schedules[LANE_ALONE], now);
    int64_t removal = zone_schedule_wait_ms(&c->schedules[LANE_REMOVAL], now);

    if (alone != INT64_MAX && c->alone_at > now && alone < c->alone_at - now)
        alone = c->alone_at - now;
    if (search < wait)
        wait = search;
    if (removal < wait)
        wait = removal;
    return alone < wait ? alone : wait;
}

int64_t coalescer_wait_ms(const struct coalescer *c, int64_t now)
{
    int64_t wait = zones_wait_ms(c, now);
    int64_t account = coalescer_call_wait_ms(c, now);

    if (wait != INT64_MAX && account > wait)
        wait = account;
    if (!list_is_empty(&c->deadlines)) {
        int64_t left =
            list_entry(c->deadlines.next, struct waiter, in_deadlines)
                ->deadline_at -
            now;

        if (left < wait)
            wait = left > 0 ? left : 0;
    }
    return wait == INT64_MAX ? -1 : wait;
}
