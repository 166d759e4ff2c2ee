/* zone_queue -- the changes that wait for one hosted zone, in the order in
 * which they were asked for, and what of them fits in the next batch.
 *
 * Changes of one group travel together and with nobody else: that is how the
 * halves of a refused batch stay apart, and how a record that Route 53 refused
 * before goes alone. Group 0 is the free crowd.
 */
#ifndef SERVER_ZONE_QUEUE_H
#define SERVER_ZONE_QUEUE_H

#include "server/backoff.h"
#include "server/record.h"

/* One ChangeResourceRecordSets under way. Made by zone_queue_take_batch(). */
struct batch {
    struct zone_queue *zone;
    int64_t sent_at;
    uint32_t group; /* of all its changes when they were taken */
    size_t count;
    struct rrset *rrsets;    /* what to UPSERT: names and values borrowed */
    struct record **records; /* the same, each with its flying change */
    char (*values)[ADDRESS_TEXT_MAX];
    void *sender; /* for whoever sends the batch */
};

struct zone_queue {
    struct list in_zones;
    struct list records;  /* by record.in_queue */
    struct batch *flight; /* NULL: idle */
    struct backoff backoff;
    int64_t retry_at; /* no batch before this */
    char id[ROUTE53_ID_MAX + 1];
};

/* NULL when memory is short. The queue must be empty and idle when freed. */
struct zone_queue *zone_queue_new(struct span id);
void zone_queue_free(struct zone_queue *zone);

/* When the change that stands first was asked for; INT64_MAX when the queue
 * is empty. */
int64_t zone_queue_head_asked_at(const struct zone_queue *zone);

/* Takes the next batch from the front: as many changes of the first one's
 * group as Route 53 takes in one call (ROUTE53_BATCH_MAX_UPSERTS and
 * ROUTE53_BATCH_MAX_CHARS), turning each from gathering to flying. NULL when
 * memory is short or the queue is empty; nothing has changed then. */
struct batch *zone_queue_take_batch(struct zone_queue *zone, uint32_t ttl,
                                    int64_t now);

/* Turns flying changes from..to (exclusive) of a batch back into gathering
 * ones at the front of the queue, in their order, as a group. Where a newer
 * change of the record gathers already, that one stays and takes over the
 * older one's callers and place. Each record keeps a group of its own while
 * it is remembered as refused. */
void zone_queue_put_back(struct zone_queue *zone, struct batch *batch,
                         size_t from, size_t to, uint32_t group);

/* The same, but to the end of the queue. */
void zone_queue_put_behind(struct zone_queue *zone, struct batch *batch,
                           size_t from, size_t to, uint32_t group);

/* Ends the flight and frees the batch; its records are the caller's. */
void zone_queue_land(struct batch *batch);

#endif
