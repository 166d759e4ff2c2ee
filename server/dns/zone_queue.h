/* zone_queue -- the changes that wait for one hosted zone, in the order in
 * which they were asked for, and what of them fits in the next batch.
 *
 * They stand in four lanes, so that a few culprits do not cost everybody's
 * time. Most share batches. A record that Route 53 refused before goes alone.
 * Where Route 53 refused a batch without naming a culprit, its parts are
 * searched, until it is found; and the zone is *cautious* for a while: records
 * that are not proven (Route 53 is not known to have had them before) are kept
 * from the proven ones, and only a few of them share a batch. Removals share
 * batches with removals alone: one is refused as soon as its record says anything
 * else, and whom nobody lets remove records may change them all the same.
 *
 * A batch holds changes of one group of one lane. The group 0 is that of
 * everybody in the lane; others have been part of a refused batch.
 */
#ifndef SERVER_DNS_ZONE_QUEUE_H
#define SERVER_DNS_ZONE_QUEUE_H

#include "base/heap.h"
#include "base/backoff.h"
#include "server/dns/rrset_state.h"

struct batch_item {
    struct rrset_state *record; /* with its in_flight change */
    char value[ADDRESS_TEXT_MAX];
};

/* One ChangeResourceRecordSets under way. Made by zone_queue_take_batch(). */
struct batch {
    struct zone_queue *zone;
    int64_t sent_at;
    enum lane lane; /* of all its changes when they were taken */
    uint32_t group; /* likewise */
    void *sender;   /* for whoever sends the batch */
    size_t count;
    struct batch_item items[];
};

/* What to UPSERT, or to remove, for an item; its spans are borrowed from the batch. */
struct rrset batch_rrset(const struct batch *batch, size_t item);

struct zone_lane {
    struct list records; /* by record.in_queue */
    size_t count;
    /* The rest belongs to zone_schedule. */
    struct heap_node due;
    bool is_resting;
    size_t counted;
};

struct zone_queue {
    struct hash_link in_table;
    struct list in_zones;
    struct zone_lane lanes[LANE_COUNT];
    struct batch *in_flight; /* NULL: idle */
    struct backoff backoff;
    int64_t retry_at;    /* no batch before this */
    size_t unproven_max; /* in one batch; below the maximum: cautious */
    size_t removals_max; /* likewise */
    char id[ROUTE53_ID_MAX + 1];
};

/* NULL when memory is short. The queue must be empty and idle when freed. */
struct zone_queue *zone_queue_new(struct span id);
void zone_queue_free(struct zone_queue *zone);

bool zone_queue_is_empty(const struct zone_queue *zone);

/* The change that stands first in a lane, or NULL. */
struct rrset_state *zone_queue_head(const struct zone_queue *zone,
                                    enum lane lane);

/* Puts a record's pending change at the end of the lane that it belongs to. */
void zone_queue_append(struct zone_queue *zone, struct rrset_state *record);

/* Takes a record's pending change out. */
void zone_queue_remove(struct rrset_state *record);

/* Whether nobody waits for the pending change and it is too old to be true:
 * by now its host has asked again, perhaps of another copy of the server, and
 * an old address must not win over a newer one. A removal is stale earlier. */
bool zone_queue_is_stale(const struct rrset_state *record, int64_t now);

/* Takes the next batch from the front of a lane: as many changes that may go
 * with the first one as Route 53 takes in one call (route53_limits.h), turning each from pending to in flight. Stale
 * ones are passed over. NULL when memory is short or the lane is empty;
 * nothing has changed then. */
struct batch *zone_queue_take_batch(struct zone_queue *zone, enum lane lane,
                                    int64_t now);

/* From now on at most so many unproven records share a batch. Below
 * ROUTE53_BATCH_MAX_UPSERTS the zone is cautious, and those that stand among
 * the proven ones are moved. */
void zone_queue_limit_unproven(struct zone_queue *zone, size_t unproven_max);

/* Whether these are removals. */
static inline bool batch_is_removal(const struct batch *batch)
{
    return batch->lane == LANE_REMOVAL;
}

/* Turns a change in flight of a batch back into a pending one, at the front
 * (the caller returns several in their reverse order) or at the end of a lane,
 * as one of a group. Where a newer change of the record is pending already, that
 * one stays and takes over the older one's callers and place. A record that is
 * remembered as refused goes alone, whatever the caller says. */
void zone_queue_return_to_front(struct rrset_state *record, enum lane lane,
                                uint32_t group);
void zone_queue_return_to_end(struct rrset_state *record, enum lane lane,
                              uint32_t group);

/* Halves the changes of a group (not 0), where they stand: the first half
 * becomes the group `first`, the rest `first` + 1. */
void zone_queue_split_group(struct zone_queue *zone, uint32_t group,
                            uint32_t first);

/* The batch is complete: frees it. Its records are the caller's. */
void zone_queue_complete(struct batch *batch);

#endif
