/* coalescer_state -- what the coalescer's files share; nobody else includes
 * this.
 *
 *   coalescer_submit.c   taking changes on: submitting, deadlines, zones
 *   coalescer_send.c     when a batch leaves
 *   coalescer_outcome.c  what its outcome means
 */
#ifndef SERVER_DNS_COALESCER_STATE_H
#define SERVER_DNS_COALESCER_STATE_H

#include "server/dns/call_rate.h"
#include "server/dns/coalescer.h"
#include "server/dns/zone_schedule.h"

struct coalescer {
    struct coalescer_limits limits;
    struct coalescer_hooks hooks;
    struct rrset_table records;
    struct list zones; /* those with changes, a batch in flight, or trouble */
    struct hash_table zones_by_id;
    struct zone_schedule schedules[LANE_COUNT];
    struct zone_queue *unplaced; /* changes whose zone is not known */
    struct list deadlines;       /* waiters, the earliest first */
    struct list refused;         /* records, the oldest refusal first */
    struct call_rate rate;
    struct backoff outage;
    struct jitter jitter;
    int64_t gate_at;  /* no call before this */
    int64_t alone_at; /* no lone record is tried again before this */
    size_t waiter_count, zone_count, in_flight_count, refused_count;
    unsigned since_search;  /* calls since the last that searched a culprit */
    unsigned since_removal; /* calls since the last that removed records */
    uint32_t last_pair; /* the halves of a refused batch are the groups n and
                           n + 1, n being even: the newest n */
};

/* Answers all who wait for a change. */
void coalescer_answer_all(struct coalescer *c, struct change *change,
                          enum outcome outcome);

/* A zone's queue, batch in flight or retry_at has changed: finds its place anew. */
void coalescer_place_zone(struct coalescer *c, struct zone_queue *zone);

/* How far apart calls with a lone record are, milliseconds. */
int64_t coalescer_alone_interval_ms(const struct coalescer *c);

/* A change is no longer wanted: unlinks it and answers its waiters. */
void coalescer_end_change(struct coalescer *c, struct rrset_state *record,
                          struct change *change, enum outcome outcome);

/* A removal ends, pending or in flight: unlinks it and reports. `reply` may be
 * NULL. */
void coalescer_end_removal(struct coalescer *c, struct rrset_state *record,
                           struct change *change, enum removal_end end,
                           const struct aws_reply *reply);

/* Frees a record that has nothing left to do or to remember. */
void coalescer_drop_record(struct coalescer *c, struct rrset_state *record);

/* Frees a zone's queue that is empty and idle. */
void coalescer_drop_zone(struct coalescer *c, struct zone_queue *zone);

/* The record may share batches again. */
void coalescer_forget_refusal(struct coalescer *c, struct rrset_state *record);

#endif
