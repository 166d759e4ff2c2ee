#include "server/coalescer_state.h"

enum {
    /* A change that nobody waits for any more is given up after this long: by
     * then its host has asked again, perhaps of another copy of the server,
     * and an old address must not win over a newer one. */
    CHANGE_MAX_AGE_MS = 300000,

    OUT_OF_MEMORY_PAUSE_MS = 100,
};

int64_t coalescer_call_wait_ms(const struct coalescer *c, int64_t now)
{
    int64_t wait = call_rate_wait_ms(&c->rate, now);

    if (c->outage.failures > 0 && c->flight_count > 0)
        return INT64_MAX;
    if (c->gate_at > now && c->gate_at - now > wait)
        wait = c->gate_at - now;
    return wait;
}

static bool zone_is_ready(const struct zone_queue *zone, int64_t now)
{
    return zone->flight == NULL && zone->retry_at <= now;
}

/* Drops from the front what nobody waits for and is too old to be true. */
static void drop_stale(struct coalescer *c, struct zone_queue *zone,
                       int64_t now)
{
    while (!list_is_empty(&zone->records)) {
        struct record *record =
            list_entry(zone->records.next, struct record, in_queue);

        if (!list_is_empty(&record->gathering.waiters) ||
            now - record->gathering.renewed_at < CHANGE_MAX_AGE_MS)
            return;
        coalescer_end_change(c, record, &record->gathering, OUTCOME_DEADLINE);
        coalescer_drop_record(c, record);
    }
}

/* The ready zone whose first change has waited longest: that is what makes
 * the account's calls a fair share for each zone. */
static struct zone_queue *pick_zone(struct coalescer *c, int64_t now)
{
    struct zone_queue *best = NULL;
    int64_t best_asked_at = INT64_MAX;
    struct list *next;

    for (struct list *node = c->zones.next; node != &c->zones; node = next) {
        struct zone_queue *zone = list_entry(node, struct zone_queue, in_zones);

        next = node->next;
        if (!zone_is_ready(zone, now))
            continue;
        drop_stale(c, zone, now);
        if (zone_queue_head_asked_at(zone) < best_asked_at) {
            best = zone;
            best_asked_at = zone_queue_head_asked_at(zone);
        }
        coalescer_drop_zone(c, zone);
    }
    return best;
}

struct batch *coalescer_next(struct coalescer *c, int64_t now)
{
    struct zone_queue *zone;
    struct batch *batch;

    if (coalescer_call_wait_ms(c, now) > 0)
        return NULL;
    zone = pick_zone(c, now);
    if (zone == NULL)
        return NULL;
    batch = zone_queue_take_batch(zone, c->limits.ttl, now);
    if (batch == NULL) {
        c->gate_at = now + OUT_OF_MEMORY_PAUSE_MS;
        return NULL;
    }
    coalescer_call_spend(c, now);
    return batch;
}

void coalescer_call_spend(struct coalescer *c, int64_t now)
{
    call_rate_spend(&c->rate, now);
    c->flight_count++;
}

void coalescer_call_done(struct coalescer *c, int64_t now, int64_t sent_at,
                         enum status status)
{
    c->flight_count--;
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
    default:
        call_rate_accepted(&c->rate);
        backoff_reset(&c->outage);
    }
}

/* When the first zone that has something to send is ready. */
static int64_t zones_wait_ms(const struct coalescer *c, int64_t now)
{
    int64_t wait = INT64_MAX;

    for (struct list *node = c->zones.next; node != &c->zones;
         node = node->next) {
        const struct zone_queue *zone =
            list_entry(node, const struct zone_queue, in_zones);
        int64_t ready = zone->retry_at > now ? zone->retry_at - now : 0;

        if (zone->flight == NULL && !list_is_empty(&zone->records) &&
            ready < wait)
            wait = ready;
    }
    return wait;
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
