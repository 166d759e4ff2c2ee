#include "server/dns/zone_schedule.h"

void zone_schedule_init(struct zone_schedule *schedule, enum lane lane)
{
    *schedule = (struct zone_schedule){.lane = lane, .now = INT64_MIN};
}

void zone_schedule_clear(struct zone_schedule *schedule)
{
    heap_clear(&schedule->ready);
    heap_clear(&schedule->resting);
}

enum status zone_schedule_reserve(struct zone_schedule *schedule, size_t zones)
{
    enum status status = heap_reserve(&schedule->ready, zones);

    return status == STATUS_OK ? heap_reserve(&schedule->resting, zones)
                               : status;
}

static void take_out(struct zone_schedule *schedule, struct zone_lane *lane)
{
    heap_remove(lane->is_resting ? &schedule->resting : &schedule->ready,
                &lane->due);
}

void zone_schedule_place(struct zone_schedule *schedule,
                         struct zone_queue *zone)
{
    struct zone_lane *lane = &zone->lanes[schedule->lane];
    const struct rrset_state *head = zone_queue_head(zone, schedule->lane);
    bool rests = zone->retry_at > schedule->now;

    schedule->changes += lane->count - lane->counted;
    lane->counted = lane->count;
    if (head == NULL || zone->in_flight != NULL) {
        take_out(schedule, lane);
        return;
    }
    if (lane->is_resting != rests)
        take_out(schedule, lane);
    lane->is_resting = rests;
    if (rests)
        heap_put(&schedule->resting, &lane->due, zone->retry_at);
    else
        heap_put(&schedule->ready, &lane->due, head->pending.asked_at);
}

void zone_schedule_remove(struct zone_schedule *schedule,
                          struct zone_queue *zone)
{
    struct zone_lane *lane = &zone->lanes[schedule->lane];

    schedule->changes -= lane->counted;
    lane->counted = 0;
    take_out(schedule, lane);
}

static struct zone_queue *zone_of(struct heap_node *due, enum lane lane)
{
    struct zone_lane *first =
        heap_entry(due, struct zone_lane, due) - (size_t)lane;

    return heap_entry(first, struct zone_queue, lanes);
}

struct zone_queue *zone_schedule_first(struct zone_schedule *schedule,
                                       int64_t now)
{
    struct heap_node *due;

    schedule->now = now;
    while ((due = heap_first(&schedule->resting)) != NULL && due->key <= now)
        zone_schedule_place(schedule, zone_of(due, schedule->lane));
    due = heap_first(&schedule->ready);
    return due == NULL ? NULL : zone_of(due, schedule->lane);
}

int64_t zone_schedule_wait_ms(const struct zone_schedule *schedule, int64_t now)
{
    const struct heap_node *resting = heap_first(&schedule->resting);

    if (schedule->ready.count > 0)
        return 0;
    if (resting == NULL)
        return INT64_MAX;
    return resting->key > now ? resting->key - now : 0;
}
