#include "server/dns/coalescer_state.h"

#include "aws/named_records.h"

enum {
    /* A refused record is tried again, alone, when it is asked for after this
     * long, doubled with each refusal: long enough that many broken hosts
     * leave the account's calls to the others, short enough for whoever
     * mends the zone at the console. */
    REFUSED_FIRST_MS = 5000,
    REFUSED_CAP_MS = 300000,
    REFUSED_MAX = 4096, /* records remembered; the oldest is forgotten */
};

static void batch_accepted(struct coalescer *c, const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct rrset_state *record = batch->items[i].record;
        struct accepted_change written = {
            .name = rrset_state_name(record),
            .type = record->type,
            .address = &record->in_flight.address,
            .client = &record->in_flight.client,
            .zone_id = span_from_string(batch->zone->id),
            .asked_at = record->in_flight.asked_at,
            .sent_at = batch->sent_at,
            .waiters = &record->in_flight.waiters,
            .is_latest = !record->pending.wanted,
        };

        c->hooks.accepted(c->hooks.arg, &written);
        record->is_proven = true;
        coalescer_forget_refusal(c, record);
        coalescer_end_change(c, record, &record->in_flight, OUTCOME_ACCEPTED);
        coalescer_drop_record(c, record);
    }
}

static void remember_refusal(struct coalescer *c, int64_t now,
                             struct rrset_state *record)
{
    record->refused_until =
        now +
        backoff_longest(REFUSED_FIRST_MS, REFUSED_CAP_MS, record->refusals);
    record->refusals++;
    if (record->refusals > 1)
        return;
    list_append(&c->refused, &record->in_refused);
    if (++c->refused_count > REFUSED_MAX) {
        struct rrset_state *oldest =
            list_entry(c->refused.next, struct rrset_state, in_refused);

        coalescer_forget_refusal(c, oldest);
        coalescer_drop_record(c, oldest);
    }
}

/* Route 53 will not have this record. A newer change of it that is
 * pending keeps its own callers and will go alone. */
static void refuse(struct coalescer *c, int64_t now, struct rrset_state *record,
                   struct span zone_id, const struct aws_reply *reply)
{
    const struct refused_change change = {
        .name = rrset_state_name(record),
        .type = record->type,
        .client = &record->in_flight.client,
        .zone_id = zone_id,
        .waiters = &record->in_flight.waiters,
        .reply = reply,
    };

    c->hooks.refused(c->hooks.arg, &change);
    remember_refusal(c, now, record);
    if (record->pending.wanted) {
        zone_queue_remove(record);
        zone_queue_append(record->zone, record);
    }
    coalescer_end_change(c, record, &record->in_flight, OUTCOME_REFUSED);
}

/* Refuses those records of the batch that Route 53's words name; the rest
 * moves up. Returns how many are left. */
static size_t refuse_named(struct coalescer *c, int64_t now,
                           struct batch *batch, const struct aws_reply *reply)
{
    struct named_records *named = named_records_new(aws_reply_words(reply));
    size_t left = 0;

    for (size_t i = 0; i < batch->count; i++) {
        struct rrset_state *record = batch->items[i].record;

        if (named_records_has(named, rrset_state_name(record), record->type))
            refuse(c, now, record, span_from_string(batch->zone->id), reply);
        else
            batch->items[left++] = batch->items[i];
    }
    named_records_free(named);
    return left;
}

/* The first `count` changes of the batch, to the front of a lane. */
static void return_to_front(struct batch *batch, size_t count, enum lane lane,
                            uint32_t group)
{
    while (count-- > 0)
        zone_queue_return_to_front(batch->items[count].record, lane, group);
}

static uint32_t new_pair(struct coalescer *c)
{
    return c->last_pair += 2;
}

static uint32_t other_half(uint32_t group)
{
    return group ^ 1;
}

/* Two groups, of which one holds the culprit. They go behind those who wait
 * already: were they to stay in front, ten culprits would keep a zone from
 * everybody else for half a minute. */
static void return_in_halves(struct coalescer *c, struct batch *batch)
{
    uint32_t first = new_pair(c);

    for (size_t i = 0; i < batch->count; i++)
        zone_queue_return_to_end(batch->items[i].record, LANE_SEARCH,
                                 i < batch->count / 2 ? first : first + 1);
}

/* Of a batch that nobody searched yet, the proven records are most probably
 * innocent: they go again at once, in one batch. The others are searched. */
static void return_by_suspicion(struct batch *batch)
{
    for (size_t i = batch->count; i-- > 0;)
        if (batch->items[i].record->is_proven)
            zone_queue_return_to_front(batch->items[i].record, LANE_SHARED, 0);
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].record->in_flight.wanted)
            zone_queue_return_to_end(batch->items[i].record, LANE_SEARCH, 0);
}

static size_t count_proven(const struct batch *batch)
{
    size_t count = 0;

    for (size_t i = 0; i < batch->count; i++)
        count += batch->items[i].record->is_proven;
    return count;
}

/* How many unproven records share a batch follows what Route 53 says: three
 * quarters after each refusal, half as many again after each acceptance. That
 * settles where two in five batches are accepted, which is next to the size at
 * which a call serves most: with a share p of culprits, a batch of n serves
 * n * (1 - p)^n, and most of all with n = 1 / p. */
static void expect_culprits(struct batch *batch, size_t unproven)
{
    size_t fewer = unproven * 3 / 4;

    zone_queue_limit_unproven(batch->zone, fewer > 0 ? fewer : 1);
}

static void expect_innocents(struct zone_queue *zone)
{
    size_t more = zone->unproven_max + (zone->unproven_max + 1) / 2;

    zone_queue_limit_unproven(zone, more < ROUTE53_BATCH_MAX_UPSERTS
                                        ? more
                                        : ROUTE53_BATCH_MAX_UPSERTS);
}

/* Route 53 refuses the batch and does not say for which record. */
static void search_culprit(struct coalescer *c, struct batch *batch)
{
    size_t proven = count_proven(batch), unproven = batch->count - proven;

    if (batch->group == 0 && unproven > 0)
        expect_culprits(batch, unproven);
    if (batch->group == 0 && unproven > 0 && proven > 0)
        return_by_suspicion(batch);
    else
        return_in_halves(c, batch);
}

/* A batch is all or nothing, so one bad rrset refuses its neighbours too.
 * Route 53 mostly names the culprits; then the rest goes again at once, and by
 * itself: newcomers may be culprits too, and with one in each batch the rest
 * would never be done. */
static void batch_refused(struct coalescer *c, int64_t now, struct batch *batch,
                          const struct aws_reply *reply)
{
    size_t left;

    if (batch->count == 1) {
        refuse(c, now, batch->items[0].record,
               span_from_string(batch->zone->id), reply);
        return;
    }
    left = refuse_named(c, now, batch, reply);
    if (left < batch->count)
        return_to_front(batch, left, LANE_SHARED, new_pair(c));
    else
        search_culprit(c, batch);
}

/* What an accepted batch says of those that are not sent yet. */
static void learn_from_acceptance(struct coalescer *c,
                                  const struct batch *batch)
{
    struct zone_queue *zone = batch->zone;

    if (batch->group != 0) {
        /* One half is free of culprits, so the other one is not: it need not
         * be refused once more before it is halved. */
        zone_queue_split_group(zone, other_half(batch->group), new_pair(c));
    } else if (batch->lane == LANE_SEARCH) {
        expect_innocents(zone);
    }
}

/* Nothing is known of what became of it, or nothing was applied: it goes
 * again. An UPSERT that was applied after all does no harm twice. */
static void batch_returns(struct batch *batch)
{
    return_to_front(batch, batch->count, batch->lane, batch->group);
}

/* The zone is gone, or stands under another id by now: its changes wait until
 * the hosted zones have been read again. */
static void unplace(struct coalescer *c, struct zone_queue *zone)
{
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        struct rrset_state *record;

        while ((record = zone_queue_head(zone, (enum lane)lane)) != NULL) {
            if (record->pending.is_removal) {
                coalescer_end_removal(c, record, &record->pending,
                                      REMOVAL_GIVEN_UP, NULL);
                coalescer_drop_record(c, record);
                continue;
            }
            zone_queue_remove(record);
            zone_queue_append(c->unplaced, record);
        }
    }
}

/* --- removals ---------------------------------------------------------------- */

static void removals_end(struct coalescer *c, const struct batch *batch,
                         enum removal_end end, const struct aws_reply *reply)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct rrset_state *record = batch->items[i].record;

        coalescer_end_removal(c, record, &record->in_flight, end, reply);
        coalescer_drop_record(c, record);
    }
}

/* As batch_returns(), but where a caller wants something of the record by now,
 * that alone is left. */
static void removals_return(struct coalescer *c, const struct batch *batch)
{
    for (size_t i = batch->count; i-- > 0;) {
        struct rrset_state *record = batch->items[i].record;

        if (record->pending.wanted)
            coalescer_end_removal(c, record, &record->in_flight,
                                  REMOVAL_OVERTAKEN, NULL);
        else
            zone_queue_return_to_front(record, LANE_REMOVAL, 0);
    }
}

/* Others have changed what Route 53 names, or have removed it themselves; the
 * rest goes again at once, and where it names none, in smaller batches. */
static void removals_refused(struct coalescer *c, struct batch *batch,
                             const struct aws_reply *reply)
{
    struct named_records *named = named_records_new(aws_reply_words(reply));
    size_t left = 0;

    for (size_t i = 0; i < batch->count; i++) {
        struct rrset_state *record = batch->items[i].record;

        if (batch->count > 1 &&
            !named_records_has(named, rrset_state_name(record), record->type)) {
            batch->items[left++] = batch->items[i];
            continue;
        }
        coalescer_end_removal(c, record, &record->in_flight, REMOVAL_CHANGED,
                              reply);
        coalescer_drop_record(c, record);
    }
    named_records_free(named);
    if (left == batch->count)
        batch->zone->removals_max = (left + 1) / 2;
    batch->count = left;
    removals_return(c, batch);
}

static void removals_accepted(struct coalescer *c, const struct batch *batch,
                              const struct aws_reply *reply)
{
    struct zone_queue *zone = batch->zone;

    zone->removals_max = zone->removals_max < ROUTE53_BATCH_MAX_DELETES / 2
                             ? zone->removals_max * 2
                             : ROUTE53_BATCH_MAX_DELETES;
    removals_end(c, batch, REMOVAL_DONE, reply);
}

static void settle_removals(struct coalescer *c, int64_t now,
                            struct batch *batch, const struct aws_reply *reply)
{
    struct zone_queue *zone = batch->zone;

    switch (reply->status) {
    case STATUS_OK:
        backoff_reset(&zone->backoff);
        removals_accepted(c, batch, reply);
        return;
    case STATUS_INVALID:
    case STATUS_CONFLICT:
        backoff_reset(&zone->backoff);
        removals_refused(c, batch, reply);
        return;
    case STATUS_NOT_FOUND:
        c->hooks.zone_gone(c->hooks.arg, span_from_string(zone->id));
        removals_end(c, batch, REMOVAL_GIVEN_UP, reply);
        unplace(c, zone);
        return;
    case STATUS_DENIED:
        removals_end(c, batch, REMOVAL_DENIED, reply);
        return;
    case STATUS_THROTTLED:
        break;
    default:
        zone->retry_at = now + backoff_fail(&zone->backoff, &c->jitter);
        break;
    }
    removals_return(c, batch);
}

/* --- all of them ------------------------------------------------------------- */

static void tell_all(struct coalescer *c, const struct batch *batch,
                     enum outcome outcome)
{
    for (size_t i = 0; i < batch->count; i++)
        coalescer_answer_all(c, &batch->items[i].record->in_flight, outcome);
}

static void settle(struct coalescer *c, int64_t now, struct batch *batch,
                   const struct aws_reply *reply)
{
    struct zone_queue *zone = batch->zone;

    switch (reply->status) {
    case STATUS_OK:
        backoff_reset(&zone->backoff);
        learn_from_acceptance(c, batch);
        batch_accepted(c, batch);
        return;
    case STATUS_INVALID:
    case STATUS_CONFLICT:
        backoff_reset(&zone->backoff);
        batch_refused(c, now, batch, reply);
        return;
    case STATUS_NOT_FOUND:
        c->hooks.zone_gone(c->hooks.arg, span_from_string(zone->id));
        batch_returns(batch);
        unplace(c, zone);
        return;
    case STATUS_THROTTLED: /* the account's trouble, not this zone's */
        batch_returns(batch);
        return;
    case STATUS_DENIED:
        tell_all(c, batch, OUTCOME_UNAVAILABLE);
        break;
    default:
        break;
    }
    zone->retry_at = now + backoff_fail(&zone->backoff, &c->jitter);
    batch_returns(batch);
}

void coalescer_done(struct coalescer *c, int64_t now, const struct batch *sent,
                    const struct aws_reply *reply)
{
    struct zone_queue *zone = sent->zone;
    struct batch *batch = zone->in_flight;

    if (batch_is_removal(batch)) {
        /* Who may not remove records may still change them. */
        coalescer_call_done(c, now, batch->sent_at,
                            reply->status == STATUS_DENIED ? STATUS_OK
                                                           : reply->status);
        settle_removals(c, now, batch, reply);
    } else {
        coalescer_call_done(c, now, batch->sent_at, reply->status);
        settle(c, now, batch, reply);
    }
    zone_queue_complete(batch);
    coalescer_place_zone(c, zone);
    coalescer_drop_zone(c, zone);
}
