#include "server/coalescer_state.h"

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
        struct record *record = batch->records[i];
        struct written written = {
            .name = record_name(record),
            .type = record->type,
            .address = &record->flying.address,
            .client = &record->flying.client,
            .zone_id = span_from_string(batch->zone->id),
            .asked_at = record->flying.asked_at,
            .sent_at = batch->sent_at,
            .is_latest = !record->gathering.wanted,
        };

        c->hooks.written(c->hooks.arg, &written);
        coalescer_forget_refusal(c, record);
        coalescer_end_change(c, record, &record->flying, OUTCOME_GOOD);
        coalescer_drop_record(c, record);
    }
}

static void remember_refusal(struct coalescer *c, int64_t now,
                             struct record *record)
{
    int64_t wait = REFUSED_FIRST_MS;

    for (unsigned i = 0; i < record->refusals && wait < REFUSED_CAP_MS; i++)
        wait *= 2;
    record->refusals++;
    record->refused_until =
        now + (wait < REFUSED_CAP_MS ? wait : REFUSED_CAP_MS);
    if (record->refusals > 1)
        return;
    list_append(&c->refused, &record->in_refused);
    if (++c->refused_count > REFUSED_MAX) {
        struct record *oldest =
            list_entry(c->refused.next, struct record, in_refused);

        coalescer_forget_refusal(c, oldest);
        coalescer_drop_record(c, oldest);
    }
}

/* Route 53 will not have this record. A newer change of it that gathers
 * already keeps its own callers and will go alone. */
static void refuse(struct coalescer *c, int64_t now, struct record *record,
                   struct span zone_id, const struct aws_reply *reply)
{
    c->hooks.refused(c->hooks.arg, record_name(record), record->type, zone_id,
                     reply);
    remember_refusal(c, now, record);
    if (record->gathering.wanted)
        record->group = ++c->last_group;
    coalescer_end_change(c, record, &record->flying, OUTCOME_REFUSED);
}

/* Refuses those records of the batch that Route 53's words name; the rest
 * moves up. Returns how many are left. */
static size_t refuse_named(struct coalescer *c, int64_t now,
                           struct batch *batch, const struct aws_reply *reply)
{
    struct span message = span_from_string(reply->message);
    size_t left = 0;

    for (size_t i = 0; i < batch->count; i++) {
        struct record *record = batch->records[i];

        if (route53_message_names(message, record_name(record), record->type))
            refuse(c, now, record, span_from_string(batch->zone->id), reply);
        else
            batch->records[left++] = record;
    }
    return left;
}

/* A batch is all or nothing, so one bad record refuses its neighbours too.
 * Route 53 mostly names the culprit; where it does not, the two halves go
 * separately, which finds it in twice as many calls as the batch has bits.
 * They go behind those who wait already: were they to stay in front, ten
 * culprits would keep a zone from everybody else for half a minute. */
static void batch_refused(struct coalescer *c, int64_t now, struct batch *batch,
                          const struct aws_reply *reply)
{
    size_t count = batch->count, left, half;

    if (count == 1) {
        refuse(c, now, batch->records[0], span_from_string(batch->zone->id),
               reply);
        return;
    }
    left = refuse_named(c, now, batch, reply);
    if (left < count) {
        zone_queue_put_back(batch->zone, batch, 0, left, 0);
        return;
    }
    half = count / 2;
    zone_queue_put_behind(batch->zone, batch, 0, half, ++c->last_group);
    zone_queue_put_behind(batch->zone, batch, half, count, ++c->last_group);
}

/* Nothing is known of what became of it, or nothing was applied: it goes
 * again. An UPSERT that was applied after all does no harm twice. */
static void batch_returns(struct batch *batch)
{
    zone_queue_put_back(batch->zone, batch, 0, batch->count, batch->group);
}

static void tell_all(struct coalescer *c, const struct batch *batch,
                     enum outcome outcome)
{
    for (size_t i = 0; i < batch->count; i++)
        coalescer_answer_all(c, &batch->records[i]->flying, outcome);
}

/* The zone is gone, or stands under another id by now: its changes wait until
 * the hosted zones have been read again. */
static void unplace(struct coalescer *c, struct zone_queue *zone)
{
    for (struct list *node = zone->records.next; node != &zone->records;
         node = node->next)
        list_entry(node, struct record, in_queue)->zone = c->unplaced;
    list_take_all(&c->unplaced->records, &zone->records);
}

static void settle(struct coalescer *c, int64_t now, struct batch *batch,
                   const struct aws_reply *reply)
{
    struct zone_queue *zone = batch->zone;

    switch (reply->status) {
    case STATUS_OK:
        backoff_reset(&zone->backoff);
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
    struct batch *batch = zone->flight;

    coalescer_call_done(c, now, batch->sent_at, reply->status);
    settle(c, now, batch, reply);
    zone_queue_land(batch);
    coalescer_drop_zone(c, zone);
}
