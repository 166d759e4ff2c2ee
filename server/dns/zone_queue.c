#include "server/dns/zone_queue.h"

#include <stdlib.h>

enum {
    /* PriorRequestNotComplete clears within a second or so; a zone that stays
     * broken is asked about every few seconds. */
    ZONE_BACKOFF_FIRST_MS = 200,
    ZONE_BACKOFF_CAP_MS = 5000,

    CHANGE_MAX_AGE_MS = 300000, /* of one that nobody waits for */

    /* What a listing said before that is not to be relied on: the sooner a
     * record goes after the look at its host, the better. */
    REMOVAL_MAX_AGE_MS = 30000,
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
    for (int lane = 0; lane < LANE_COUNT; lane++)
        list_init(&zone->lanes[lane].records);
    zone->backoff.first_ms = ZONE_BACKOFF_FIRST_MS;
    zone->backoff.cap_ms = ZONE_BACKOFF_CAP_MS;
    zone->unproven_max = ROUTE53_BATCH_MAX_UPSERTS;
    zone->removals_max = ROUTE53_BATCH_MAX_DELETES;
    if (id.len > 0)
        memcpy(zone->id, id.ptr, id.len);
    return zone;
}

void zone_queue_free(struct zone_queue *zone)
{
    free(zone);
}

/* --- the lanes -------------------------------------------------------------- */

bool zone_queue_is_empty(const struct zone_queue *zone)
{
    for (int lane = 0; lane < LANE_COUNT; lane++)
        if (!list_is_empty(&zone->lanes[lane].records))
            return false;
    return true;
}

struct rrset_state *zone_queue_head(const struct zone_queue *zone,
                                    enum lane lane)
{
    const struct list *records = &zone->lanes[lane].records;

    return list_is_empty(records)
               ? NULL
               : list_entry(records->next, struct rrset_state, in_queue);
}

static bool is_cautious(const struct zone_queue *zone)
{
    return zone->unproven_max < ROUTE53_BATCH_MAX_UPSERTS;
}

static void enqueue(struct zone_queue *zone, struct rrset_state *record,
                    enum lane lane, uint32_t group, bool in_front)
{
    bool is_alone = record->refusals > 0;
    struct zone_lane *to = &zone->lanes[is_alone ? LANE_ALONE : lane];

    record->zone = zone;
    record->lane = is_alone ? LANE_ALONE : lane;
    record->group = is_alone ? 0 : group;
    list_insert_before(in_front ? to->records.next : &to->records,
                       &record->in_queue);
    to->count++;
}

void zone_queue_append(struct zone_queue *zone, struct rrset_state *record)
{
    bool is_suspect = is_cautious(zone) && !record->is_proven;
    enum lane lane = is_suspect ? LANE_SEARCH : LANE_SHARED;

    enqueue(zone, record, record->pending.is_removal ? LANE_REMOVAL : lane, 0,
            false);
}

void zone_queue_remove(struct rrset_state *record)
{
    list_remove(&record->in_queue);
    record->zone->lanes[record->lane].count--;
}

void zone_queue_limit_unproven(struct zone_queue *zone, size_t unproven_max)
{
    bool was_cautious = is_cautious(zone);
    struct list *shared = &zone->lanes[LANE_SHARED].records, *next;

    zone->unproven_max = unproven_max;
    if (was_cautious || !is_cautious(zone))
        return;
    for (struct list *node = shared->next; node != shared; node = next) {
        struct rrset_state *record =
            list_entry(node, struct rrset_state, in_queue);

        next = node->next;
        if (record->is_proven || record->group != 0)
            continue;
        zone_queue_remove(record);
        zone_queue_append(zone, record);
    }
}

/* --- what goes next ----------------------------------------------------------
 */

bool zone_queue_is_stale(const struct rrset_state *record, int64_t now)
{
    const struct change *change = &record->pending;
    int64_t max_age_ms =
        change->is_removal ? REMOVAL_MAX_AGE_MS : CHANGE_MAX_AGE_MS;

    return list_is_empty(&change->waiters) &&
           now - change->renewed_at >= max_age_ms;
}

static size_t most_with(const struct rrset_state *first)
{
    if (first->lane == LANE_ALONE)
        return 1;
    if (first->lane == LANE_REMOVAL)
        return first->zone->removals_max;
    return first->lane == LANE_SEARCH && first->group == 0
               ? first->zone->unproven_max
               : ROUTE53_BATCH_MAX_UPSERTS;
}

/* Picks what goes next. Members of a group need not stand together. */
static size_t choose(const struct zone_queue *zone, enum lane lane, int64_t now,
                     struct rrset_state *chosen[ROUTE53_BATCH_MAX_DELETES])
{
    const struct list *records = &zone->lanes[lane].records;
    size_t count = 0, chars = 0,
           max_chars = lane == LANE_REMOVAL ? ROUTE53_BATCH_MAX_DELETE_CHARS
                                            : ROUTE53_BATCH_MAX_CHARS;

    for (struct list *node = records->next; node != records;
         node = node->next) {
        struct rrset_state *record =
            list_entry(node, struct rrset_state, in_queue);
        char value[ADDRESS_TEXT_MAX];

        if (zone_queue_is_stale(record, now) ||
            (count > 0 && record->group != chosen[0]->group))
            continue;
        chars += address_format(&record->pending.address, value);
        if (chars > max_chars)
            break;
        chosen[count++] = record;
        if (count == most_with(chosen[0]))
            break;
    }
    return count;
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

static void take_off(struct batch_item *item, struct rrset_state *record)
{
    zone_queue_remove(record);
    move_change(&record->in_flight, &record->pending);
    item->record = record;
    address_format(&record->in_flight.address, item->value);
}

struct batch *zone_queue_take_batch(struct zone_queue *zone, enum lane lane,
                                    int64_t now)
{
    struct rrset_state *chosen[ROUTE53_BATCH_MAX_DELETES];
    size_t count = choose(zone, lane, now, chosen);
    struct batch *batch;

    if (count == 0)
        return NULL;
    batch = calloc(1, sizeof *batch + count * sizeof batch->items[0]);
    if (batch == NULL)
        return NULL;
    *batch = (struct batch){
        .zone = zone,
        .sent_at = now,
        .lane = lane,
        .group = chosen[0]->group,
        .count = count,
    };
    for (size_t i = 0; i < count; i++)
        take_off(&batch->items[i], chosen[i]);
    zone->in_flight = batch;
    return batch;
}

struct rrset batch_rrset(const struct batch *batch, size_t item)
{
    const struct batch_item *it = &batch->items[item];

    return (struct rrset){
        .name = rrset_state_name(it->record),
        .type = it->record->type,
        .ttl = it->record->in_flight.ttl,
        .value = span_from_string(it->value),
    };
}

/* --- the way back -------------------------------------------------------------
 */

static void return_to_queue(struct rrset_state *record, enum lane lane,
                            uint32_t group, bool in_front)
{
    struct change *pending = &record->pending, *in_flight = &record->in_flight;

    if (pending->wanted) {
        /* A newer address arrived meanwhile: it alone is still true. */
        zone_queue_remove(record);
        pending->asked_at = in_flight->asked_at;
        list_take_all(&pending->waiters, &in_flight->waiters);
        in_flight->wanted = false;
    } else {
        move_change(pending, in_flight);
    }
    enqueue(record->zone, record, lane, group, in_front);
}

void zone_queue_return_to_front(struct rrset_state *record, enum lane lane,
                                uint32_t group)
{
    return_to_queue(record, lane, group, true);
}

void zone_queue_return_to_end(struct rrset_state *record, enum lane lane,
                              uint32_t group)
{
    return_to_queue(record, lane, group, false);
}

static size_t count_group(const struct zone_queue *zone, uint32_t group)
{
    const struct list *records = &zone->lanes[LANE_SEARCH].records;
    size_t count = 0;

    for (struct list *node = records->next; node != records; node = node->next)
        count += list_entry(node, struct rrset_state, in_queue)->group == group;
    return count;
}

void zone_queue_split_group(struct zone_queue *zone, uint32_t group,
                            uint32_t first)
{
    const struct list *records = &zone->lanes[LANE_SEARCH].records;
    size_t half = count_group(zone, group) / 2, seen = 0;

    for (struct list *node = records->next; node != records;
         node = node->next) {
        struct rrset_state *record =
            list_entry(node, struct rrset_state, in_queue);

        if (record->group == group)
            record->group = seen++ < half ? first : first + 1;
    }
}

void zone_queue_complete(struct batch *batch)
{
    batch->zone->in_flight = NULL;
    free(batch);
}
