#include "server/zone_queue.h"

#include <stdlib.h>

enum {
    /* PriorRequestNotComplete clears within a second or so; a zone that stays
     * broken is asked about every few seconds. */
    ZONE_BACKOFF_FIRST_MS = 200,
    ZONE_BACKOFF_CAP_MS = 5000,
};

struct zone_queue *zone_queue_new(struct span id)
{
    struct zone_queue *zone;

    if (id.len > ROUTE53_ID_MAX)
        return NULL;
    zone = calloc(1, sizeof *zone);
    if (zone == NULL)
        return NULL;
    list_init(&zone->in_zones);
    list_init(&zone->records);
    zone->backoff.first_ms = ZONE_BACKOFF_FIRST_MS;
    zone->backoff.cap_ms = ZONE_BACKOFF_CAP_MS;
    if (id.len > 0)
        memcpy(zone->id, id.ptr, id.len);
    return zone;
}

void zone_queue_free(struct zone_queue *zone)
{
    free(zone);
}

int64_t zone_queue_head_asked_at(const struct zone_queue *zone)
{
    if (list_is_empty(&zone->records))
        return INT64_MAX;
    return list_entry(zone->records.next, struct record, in_queue)
        ->gathering.asked_at;
}

/* Picks what goes next: from the front on, all of the first one's group that
 * fit in one batch. Members of a group need not stand together. */
static size_t choose(const struct zone_queue *zone,
                     struct record *chosen[ROUTE53_BATCH_MAX_UPSERTS])
{
    size_t count = 0, chars = 0;
    uint32_t group = 0;

    for (struct list *node = zone->records.next;
         node != &zone->records && count < ROUTE53_BATCH_MAX_UPSERTS;
         node = node->next) {
        struct record *record = list_entry(node, struct record, in_queue);
        char value[ADDRESS_TEXT_MAX];

        if (count == 0)
            group = record->group;
        if (record->group != group)
            continue;
        chars += address_format(&record->gathering.address, value);
        if (chars > ROUTE53_BATCH_MAX_CHARS)
            break;
        chosen[count++] = record;
    }
    return count;
}

static void batch_free(struct batch *batch)
{
    free(batch->rrsets);
    free(batch->records);
    free(batch->values);
    free(batch);
}

static struct batch *batch_new(size_t count)
{
    struct batch *batch = calloc(1, sizeof *batch);

    if (batch == NULL)
        return NULL;
    batch->rrsets = calloc(count, sizeof *batch->rrsets);
    batch->records = calloc(count, sizeof(struct record *));
    batch->values = calloc(count, sizeof *batch->values);
    if (batch->rrsets == NULL || batch->records == NULL ||
        batch->values == NULL) {
        batch_free(batch);
        return NULL;
    }
    return batch;
}

/* The waiters' list is a ring through its head, so it is moved, not copied. */
static void move_change(struct change *to, struct change *from)
{
    struct list waiters;

    list_init(&waiters);
    list_take_all(&waiters, &from->waiters);
    *to = *from;
    list_init(&to->waiters);
    list_take_all(&to->waiters, &waiters);
    from->wanted = false;
    list_init(&from->waiters);
}

static void take_off(struct batch *batch, struct record *record, uint32_t ttl)
{
    char *value = batch->values[batch->count];

    list_remove(&record->in_queue);
    move_change(&record->flying, &record->gathering);
    batch->records[batch->count] = record;
    batch->rrsets[batch->count] = (struct rrset){
        .name = record_name(record),
        .type = record->type,
        .ttl = ttl,
        .value = {value, address_format(&record->flying.address, value)},
    };
    batch->count++;
}

struct batch *zone_queue_take_batch(struct zone_queue *zone, uint32_t ttl,
                                    int64_t now)
{
    struct record *chosen[ROUTE53_BATCH_MAX_UPSERTS];
    size_t count = choose(zone, chosen);
    struct batch *batch = count == 0 ? NULL : batch_new(count);

    if (batch == NULL)
        return NULL;
    batch->group = chosen[0]->group;
    for (size_t i = 0; i < count; i++)
        take_off(batch, chosen[i], ttl);
    batch->zone = zone;
    batch->sent_at = now;
    zone->flight = batch;
    return batch;
}

/* Back to gathering, right before `place` in the queue. */
static void return_to_queue(struct record *record, uint32_t group,
                            struct list *place)
{
    struct change *gathering = &record->gathering, *flying = &record->flying;

    if (gathering->wanted) {
        /* A newer address arrived meanwhile: it alone is still true. */
        list_remove(&record->in_queue);
        gathering->asked_at = flying->asked_at;
        list_take_all(&gathering->waiters, &flying->waiters);
        flying->wanted = false;
    } else {
        move_change(gathering, flying);
    }
    if (record->refusals == 0)
        record->group = group;
    list_insert_before(place, &record->in_queue);
}

void zone_queue_put_back(struct zone_queue *zone, struct batch *batch,
                         size_t from, size_t to, uint32_t group)
{
    struct list *front = zone->records.next;

    /* `front` itself may be a record of this batch with a newer change; step
     * over such records, since they are about to be moved. */
    while (front != &zone->records &&
           list_entry(front, struct record, in_queue)->flying.wanted)
        front = front->next;
    for (size_t i = from; i < to; i++)
        return_to_queue(batch->records[i], group, front);
}

void zone_queue_put_behind(struct zone_queue *zone, struct batch *batch,
                           size_t from, size_t to, uint32_t group)
{
    for (size_t i = from; i < to; i++)
        return_to_queue(batch->records[i], group, &zone->records);
}

void zone_queue_land(struct batch *batch)
{
    batch->zone->flight = NULL;
    batch_free(batch);
}
