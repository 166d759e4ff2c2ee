/* The problem. Route 53 takes about five calls a second from a whole account
 * and one change batch at a time for a hosted zone. A call for each host
 * carries five hosts a second; a call may carry 500.
 *
 * The idea is a database's group commit. What is asked for while the zone is
 * busy, or the account's calls are spent, is pending; when both are free, all
 * of it leaves as one batch. No timer ever delays an idle zone, so one caller
 * waits for one round trip, and the busier it gets the fuller the batches.
 *
 * An rrset (a name and a type) is in one of four states:
 *
 *     idle ---------- submit ---------> pending <---------+
 *      ^                                |    ^            | submit: another
 *      |                      the batch |    | the batch  | address
 *      |                      leaves    v    | returns    |
 *      +----- accepted, refused ----- in flight -----> in flight + pending
 *                                        ^                |
 *                                        +--- complete ---+ (the pending change
 *                                                            stays)
 *
 * A submission joins the change in flight when it asks for the same and nothing
 * newer is pending; else it takes the pending change's place. A batch in flight
 * completes in one of these ways:
 *
 *     accepted             OUTCOME_ACCEPTED; idle
 *     refused, one rrset   OUTCOME_REFUSED; it is remembered, and goes alone
 *                          until Route 53 accepts it
 *     refused, several     those that Route 53 names are refused, and the rest
 *                          goes again; without a name, see
 *                          coalescer_outcome.c
 *     throttled, busy,     back to the front of the queue, after a backoff of
 *     no answer            the account (throttled, no answer) or of the zone;
 *                          a newer change that is pending takes over the
 *                          waiters
 *     denied               as above, and OUTCOME_UNAVAILABLE now
 *     no such zone         its zone's changes wait for the zones to be read
 *
 * A *removal* is a change like others: it is pending, in flight, and then
 * complete. It comes from nobody who waits, is taken on for an idle rrset alone,
 * and says exactly what the record said in a listing a moment before, or Route 53
 * refuses it. A submission takes the place of one that is pending, and follows one
 * that is in flight, as it would with an older address. So the newest wish of a
 * caller wins, and what he hears is about his own change. A removal that is
 * refused ends, and is no culprit: another hand has changed the record. It has
 * batches of its own, so that no caller pays for that.
 *
 * Why no answer is ever false:
 *
 *  1. OUTCOME_ACCEPTED is given in one place, batch_accepted(), to the waiters
 *     of a change in flight, with the address that this very batch carried.
 *  2. A waiter is linked to a change that carries its own address or a newer
 *     one of the same rrset: it is linked on submission, and afterwards moves
 *     only when a change returns and a newer one is pending.
 *  3. A zone has one batch in flight at a time, so Route 53 applies the batches
 *     of a zone in the order in which they left. When an answer is lost, the
 *     batch may have been applied or not; it goes again, or what is newer goes
 *     in its place, before the rrset is called accepted, and until then nobody
 *     relies on it (`invalidate` was called when its change was taken on).
 *     While Route 53 still works on the lost one, it refuses the next batch of
 *     the zone (PriorRequestNotComplete). What cannot be ruled out from here:
 *     a request that is delayed on its way for longer than we wait for its
 *     answer, and reaches Route 53 only after a newer one was accepted. How
 *     long such a false answer is repeated is what DYNDNS_NOCHG_SECONDS bounds.
 *  4. OUTCOME_UNCHANGED comes from rrset_cache alone, which learns only what
 *     was accepted while nothing newer was pending. A removal invalidates it
 *     when it is taken on, like every change, and nothing is learnt from its
 *     end.
 *  5. Every waiter is in `deadlines` from its submission to its answer, and
 *     answer() is the one function that unlinks it and calls it: so it is
 *     called once, and not later than its deadline.
 *
 * Left out on purpose: reading each rrset before writing it (an UPSERT costs
 * the same call and cannot be outdated; rrset_preload reads 300 in a call,
 * once, and only while nobody waits), polling for INSYNC (PENDING is
 * accepted, and spreads within a minute), and a queue on disk (the callers ask
 * again; an address from before a crash may be false by now).
 */
#include "server/dns/coalescer_state.h"

#include <stdlib.h>

enum {
    /* While Route 53 does not answer, one call at a time asks whether it is
     * back, at most this far apart. */
    OUTAGE_BACKOFF_FIRST_MS = 100,
    OUTAGE_BACKOFF_CAP_MS = 5000,
};

struct coalescer *coalescer_new(const struct coalescer_limits *limits,
                                const struct coalescer_hooks *hooks,
                                uint64_t seed)
{
    struct coalescer *c = calloc(1, sizeof *c);

    if (c == NULL)
        return NULL;
    c->unplaced = zone_queue_new(span_from("", 0));
    if (c->unplaced == NULL || rrset_table_init(&c->records) != STATUS_OK ||
        hash_table_init(&c->zones_by_id) != STATUS_OK) {
        rrset_table_clear(&c->records);
        zone_queue_free(c->unplaced);
        free(c);
        return NULL;
    }
    for (int lane = 0; lane < LANE_COUNT; lane++)
        zone_schedule_init(&c->schedules[lane], (enum lane)lane);
    c->limits = *limits;
    c->hooks = *hooks;
    c->jitter.state = seed;
    c->outage.first_ms = OUTAGE_BACKOFF_FIRST_MS;
    c->outage.cap_ms = OUTAGE_BACKOFF_CAP_MS;
    c->gate_at = c->alone_at = INT64_MIN;
    call_rate_init(&c->rate, limits->calls_per_second);
    list_init(&c->zones);
    list_init(&c->deadlines);
    list_init(&c->refused);
    return c;
}

/* --- waiters ------------------------------------------------------------ */

static void answer(struct coalescer *c, struct waiter *waiter,
                   enum outcome outcome, const struct address *written)
{
    list_remove(&waiter->in_change);
    list_remove(&waiter->in_deadlines);
    c->waiter_count--;
    waiter->done(waiter, outcome, written);
}

/* Answers all who wait for a change. The list is moved first: a callback may
 * lead to a new submission for the same record. */
void coalescer_answer_all(struct coalescer *c, struct change *change,
                          enum outcome outcome)
{
    struct address written = change->address;
    struct list waiters;

    list_init(&waiters);
    list_take_all(&waiters, &change->waiters);
    while (!list_is_empty(&waiters))
        answer(c, list_entry(waiters.next, struct waiter, in_change), outcome,
               &written);
}

/* Requests reach us nearly in the order of their deadlines, so the search for
 * the place starts at the end. */
static void link_waiter(struct coalescer *c, struct rrset_state *record,
                        struct change *change, struct waiter *waiter)
{
    struct list *place = &c->deadlines;

    while (place->prev != &c->deadlines &&
           list_entry(place->prev, struct waiter, in_deadlines)->deadline_at >
               waiter->deadline_at)
        place = place->prev;
    list_insert_before(place, &waiter->in_deadlines);
    list_append(&change->waiters, &waiter->in_change);
    waiter->record = record;
    c->waiter_count++;
}

/* Under more load than Route 53 takes, first come first served would serve
 * only those who have given up. So a change without a waiter steps back; but
 * not among those that go alone, each of which is to have its turn. */
static void step_back(struct coalescer *c, struct rrset_state *record,
                      int64_t now)
{
    struct change *change = &record->pending;

    if (!change->wanted || !list_is_empty(&change->waiters) ||
        record->lane == LANE_ALONE)
        return;
    change->asked_at = now;
    zone_queue_remove(record);
    zone_queue_append(record->zone, record);
    coalescer_place_zone(c, record->zone);
}

void coalescer_expire(struct coalescer *c, int64_t now)
{
    while (!list_is_empty(&c->deadlines)) {
        struct waiter *first =
            list_entry(c->deadlines.next, struct waiter, in_deadlines);
        struct rrset_state *record = first->record;

        if (first->deadline_at > now)
            return;
        list_remove(&first->in_change);
        step_back(c, record, now);
        answer(c, first, OUTCOME_EXPIRED, NULL);
    }
}

/* --- records and zones --------------------------------------------------- */

void coalescer_forget_refusal(struct coalescer *c, struct rrset_state *record)
{
    if (record->refusals == 0)
        return;
    record->refusals = 0;
    list_remove(&record->in_refused);
    c->refused_count--;
}

/* Frees a record that has nothing left to do or to remember. */
void coalescer_drop_record(struct coalescer *c, struct rrset_state *record)
{
    if (!record->pending.wanted && !record->in_flight.wanted &&
        record->refusals == 0)
        rrset_table_remove(&c->records, record);
}

void coalescer_drop_zone(struct coalescer *c, struct zone_queue *zone)
{
    if (zone == c->unplaced || zone->in_flight != NULL ||
        !zone_queue_is_empty(zone))
        return;
    for (int lane = 0; lane < LANE_COUNT; lane++)
        zone_schedule_remove(&c->schedules[lane], zone);
    hash_table_remove(&c->zones_by_id, &zone->in_table);
    list_remove(&zone->in_zones);
    zone_queue_free(zone);
    c->zone_count--;
}

void coalescer_place_zone(struct coalescer *c, struct zone_queue *zone)
{
    for (int lane = 0; zone != c->unplaced && lane < LANE_COUNT; lane++)
        zone_schedule_place(&c->schedules[lane], zone);
}

void coalescer_end_change(struct coalescer *c, struct rrset_state *record,
                          struct change *change, enum outcome outcome)
{
    if (change == &record->pending)
        zone_queue_remove(record);
    change->wanted = false;
    coalescer_answer_all(c, change, outcome);
}

void coalescer_end_removal(struct coalescer *c, struct rrset_state *record,
                           struct change *change, enum removal_end end,
                           const struct aws_reply *reply)
{
    struct ended_removal ended = {
        .end = end,
        .name = rrset_state_name(record),
        .address = &change->address,
        .zone_id = span_from_string(record->zone->id),
        .reply = reply,
    };

    if (change == &record->pending)
        zone_queue_remove(record);
    change->wanted = false;
    if (c->hooks.removal_ended != NULL)
        c->hooks.removal_ended(c->hooks.arg, &ended);
}

static bool reserve_zone(struct coalescer *c)
{
    for (int lane = 0; lane < LANE_COUNT; lane++)
        if (zone_schedule_reserve(&c->schedules[lane], c->zone_count + 1) !=
            STATUS_OK)
            return false;
    return c->zone_count < c->limits.max_zones;
}

static struct zone_queue *zone_by_id(struct coalescer *c, struct span id)
{
    uint64_t hash = hash_text(id, 0);
    struct hash_link *link = hash_table_first(&c->zones_by_id, hash);
    struct zone_queue *zone;

    for (; link != NULL; link = hash_table_next(link)) {
        zone = hash_entry(link, struct zone_queue, in_table);
        if (span_is(id, zone->id))
            return zone;
    }
    zone = reserve_zone(c) ? zone_queue_new(id) : NULL;
    if (zone == NULL)
        return NULL;
    hash_table_add(&c->zones_by_id, &zone->in_table, hash);
    list_append(&c->zones, &zone->in_zones);
    c->zone_count++;
    return zone;
}

/* The queue a name's changes join. STATUS_FULL: no room for one more zone. */
static enum status find_queue(struct coalescer *c, struct span name,
                              struct zone_queue **queue)
{
    struct span id;

    switch (c->hooks.find_zone(c->hooks.arg, name, &id)) {
    case ZONE_ABSENT:
        return STATUS_NOT_FOUND;
    case ZONE_UNKNOWN:
        *queue = c->unplaced;
        return STATUS_OK;
    case ZONE_FOUND:
        break;
    }
    *queue = zone_by_id(c, id);
    return *queue == NULL ? STATUS_FULL : STATUS_OK;
}

/* --- submitting ---------------------------------------------------------- */

static bool has_room_for_record(const struct coalescer *c)
{
    return rrset_table_count(&c->records) < c->limits.max_changes &&
           rrset_table_bytes(&c->records) < c->limits.max_bytes;
}

/* Finds or makes the record, with the queue its changes belong to. */
static enum status prepare_record(struct coalescer *c, int64_t now,
                                  struct span name, enum rrset_type type,
                                  struct rrset_state **out)
{
    struct rrset_state *record = rrset_table_find(&c->records, name, type);
    struct zone_queue *queue;
    enum status status;

    if (record != NULL && record->refusals > 0 && now < record->refused_until)
        return STATUS_INVALID;
    if (record != NULL &&
        (record->pending.wanted || record->in_flight.wanted)) {
        *out = record;
        return STATUS_OK;
    }
    if (record == NULL && !has_room_for_record(c))
        return STATUS_FULL;
    status = find_queue(c, name, &queue);
    if (status != STATUS_OK)
        return status;
    if (record == NULL)
        record = rrset_table_add(&c->records, name, type);
    if (record == NULL) {
        coalescer_drop_zone(c, queue);
        return STATUS_NOMEM;
    }
    record->zone = queue;
    *out = record;
    return STATUS_OK;
}

static void make_pending(struct coalescer *c, int64_t now,
                         struct rrset_state *record,
                         const struct desired_rrset *desired)
{
    struct change *change = &record->pending;

    record->is_proven = record->is_proven || desired->is_proven;
    if (change->wanted && change->is_removal)
        coalescer_end_removal(c, record, change, REMOVAL_OVERTAKEN, NULL);
    if (!change->wanted) {
        change->wanted = true;
        change->is_removal = false;
        change->asked_at = now;
        zone_queue_append(record->zone, record);
        coalescer_place_zone(c, record->zone);
    }
    /* Two requests for one name may meet before the batch leaves. Only the
     * newest address is still true, so it replaces the older one; both
     * callers wait for the same answer, which names what was written. */
    change->address = *desired->address;
    change->client = *desired->client;
    change->ttl = desired->ttl;
    change->renewed_at = now;
    c->hooks.invalidate(c->hooks.arg, rrset_state_name(record), record->type);
}

static bool is_in_flight(const struct rrset_state *record,
                         const struct desired_rrset *desired)
{
    return record->in_flight.wanted && !record->in_flight.is_removal &&
           record->in_flight.ttl == desired->ttl &&
           address_equal(&record->in_flight.address, desired->address);
}

/* Whether a record that goes alone can have its turn before the deadline, for
 * all that others were refused before. */
static bool has_turn_in_time(const struct coalescer *c, int64_t now,
                             const struct rrset_state *record,
                             int64_t deadline_at)
{
    int64_t others = (int64_t)c->schedules[LANE_ALONE].changes - 1;

    return record->lane != LANE_ALONE ||
           now + others * coalescer_alone_interval_ms(c) <= deadline_at;
}

enum status coalescer_submit(struct coalescer *c, int64_t now,
                             const struct desired_rrset *desired,
                             struct waiter *waiter)
{
    enum rrset_type type = rrset_type_for(desired->address);
    struct rrset_state *record;
    enum status status;

    if (c->waiter_count >= c->limits.max_waiters)
        return STATUS_FULL;
    status = prepare_record(c, now, desired->name, type, &record);
    if (status != STATUS_OK)
        return status;
    /* What is in flight already, with nothing newer pending, needs no second
     * batch: its answer is this caller's answer too. */
    if (!record->pending.wanted && is_in_flight(record, desired)) {
        link_waiter(c, record, &record->in_flight, waiter);
        return STATUS_OK;
    }
    make_pending(c, now, record, desired);
    if (!has_turn_in_time(c, now, record, waiter->deadline_at))
        return STATUS_BUSY;
    link_waiter(c, record, &record->pending, waiter);
    return STATUS_OK;
}

/* --- removing -------------------------------------------------------------- */

/* The record as it is to be removed, which nobody else wants anything of. */
static enum status prepare_removal(struct coalescer *c, int64_t now,
                                   struct span name, enum rrset_type type,
                                   struct rrset_state **out)
{
    struct rrset_state *record = rrset_table_find(&c->records, name, type);
    struct span zone_id;

    if (record != NULL && (record->pending.wanted || record->in_flight.wanted))
        return STATUS_BUSY;
    if (record != NULL && record->refusals > 0)
        return STATUS_INVALID;
    if (c->hooks.find_zone(c->hooks.arg, name, &zone_id) != ZONE_FOUND)
        return STATUS_NOT_FOUND;
    return prepare_record(c, now, name, type, out);
}

enum status coalescer_remove(struct coalescer *c, int64_t now,
                             const struct unwanted_rrset *unwanted)
{
    enum rrset_type type = rrset_type_for(unwanted->address);
    struct rrset_state *record;
    enum status status = prepare_removal(c, now, unwanted->name, type, &record);

    if (status != STATUS_OK)
        return status;
    record->pending.wanted = true;
    record->pending.is_removal = true;
    record->pending.address = *unwanted->address;
    record->pending.client = (struct address){.family = ADDRESS_NONE};
    record->pending.ttl = unwanted->ttl;
    record->pending.asked_at = record->pending.renewed_at = now;
    zone_queue_append(record->zone, record);
    coalescer_place_zone(c, record->zone);
    c->hooks.invalidate(c->hooks.arg, rrset_state_name(record), type);
    return STATUS_OK;
}

/* --- the hosted zones ----------------------------------------------------- */

bool coalescer_wants_zones(const struct coalescer *c)
{
    return !zone_queue_is_empty(c->unplaced);
}

/* Moves a change without a zone to where it belongs, or ends it. */
static void place_change(struct coalescer *c, struct rrset_state *record)
{
    struct zone_queue *queue = c->unplaced;
    enum status status = find_queue(c, rrset_state_name(record), &queue);

    if (status == STATUS_OK) {
        zone_queue_remove(record);
        zone_queue_append(queue, record);
        coalescer_place_zone(c, queue);
        return;
    }
    coalescer_end_change(c, record, &record->pending,
                         status == STATUS_NOT_FOUND ? OUTCOME_NO_ZONE
                                                    : OUTCOME_UNAVAILABLE);
    coalescer_drop_record(c, record);
}

void coalescer_zones_read(struct coalescer *c)
{
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        /* As many as there are now: one that stays goes to the end. */
        size_t count = c->unplaced->lanes[lane].count;

        while (count-- > 0)
            place_change(c, zone_queue_head(c->unplaced, (enum lane)lane));
    }
}

/* --- time, figures, the end ----------------------------------------------- */

bool coalescer_has_change(const struct coalescer *c, struct span name,
                          enum rrset_type type)
{
    const struct rrset_state *record =
        rrset_table_find(&c->records, name, type);

    return record != NULL &&
           (record->pending.wanted || record->in_flight.wanted);
}

static size_t count_pending(const struct coalescer *c)
{
    size_t count = 0;

    for (int lane = 0; lane < LANE_COUNT; lane++)
        count += c->schedules[lane].changes + c->unplaced->lanes[lane].count;
    return count;
}

struct coalescer_stats coalescer_stats(const struct coalescer *c)
{
    return (struct coalescer_stats){
        .waiters = c->waiter_count,
        .changes = rrset_table_count(&c->records),
        .zones = c->zone_count,
        .in_flight = c->in_flight_count,
        .bytes = rrset_table_bytes(&c->records),
        .pending = count_pending(c),
        .alone = c->schedules[LANE_ALONE].changes,
        .removals = c->schedules[LANE_REMOVAL].changes,
        .calls_per_second = c->rate.per_second,
    };
}

static void empty_zone(struct coalescer *c, struct zone_queue *zone)
{
    struct batch *batch = zone->in_flight;

    if (batch != NULL) {
        for (size_t i = batch->count; i-- > 0;)
            zone_queue_return_to_front(batch->items[i].record, batch->lane, 0);
        zone_queue_complete(batch);
    }
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        struct rrset_state *record;

        while ((record = zone_queue_head(zone, (enum lane)lane)) != NULL) {
            record->pending.is_removal = false; /* nobody is to be told */
            coalescer_end_change(c, record, &record->pending,
                                 OUTCOME_UNAVAILABLE);
            coalescer_drop_record(c, record);
        }
    }
}

void coalescer_free(struct coalescer *c)
{
    if (c == NULL)
        return;
    empty_zone(c, c->unplaced);
    zone_queue_free(c->unplaced);
    while (!list_is_empty(&c->zones)) {
        struct zone_queue *zone =
            list_entry(c->zones.next, struct zone_queue, in_zones);

        empty_zone(c, zone);
        coalescer_drop_zone(c, zone);
    }
    while (!list_is_empty(&c->refused)) {
        struct rrset_state *record =
            list_entry(c->refused.next, struct rrset_state, in_refused);

        coalescer_forget_refusal(c, record);
        coalescer_drop_record(c, record);
    }
    for (int lane = 0; lane < LANE_COUNT; lane++)
        zone_schedule_clear(&c->schedules[lane]);
    hash_table_clear(&c->zones_by_id);
    rrset_table_clear(&c->records);
    free(c);
}
