/* record -- what is still to be done about one record set (a name and a type),
 * and the table that finds it.
 *
 * A record has at most two changes: one in flight, which is part of a batch
 * that Route 53 is working on, and one pending, which waits for the next.
 * Each has the callers who wait for it. A record also remembers that Route 53
 * refused it, so that it goes alone next time.
 *
 * Owned by the coalescer and touched by its thread only.
 */
#ifndef SERVER_DNS_RRSET_STATE_H
#define SERVER_DNS_RRSET_STATE_H

#include "aws/route53.h"
#include "base/address.h"
#include "base/dns_name.h"
#include "base/hash_table.h"
#include "base/list.h"
#include "server/dns/outcome.h"

struct zone_queue;

struct waiter;
struct rrset_state;

/* Called exactly once. `written` is what Route 53 accepted, with
 * OUTCOME_ACCEPTED;
 * it may be newer than what this waiter asked for. The waiter is unlinked
 * already and belongs to its owner again. */
typedef void waiter_done_fn(struct waiter *waiter, enum outcome outcome,
                            const struct address *written);

/* One caller; a member of the caller's own struct. */
struct waiter {
    struct list in_change;
    struct list in_deadlines;
    struct rrset_state *record;
    int64_t deadline_at;  /* set by the owner before submitting */
    waiter_done_fn *done; /* likewise */
};

struct change {
    bool wanted;     /* false: there is no such change, the rest is unset */
    bool is_removal; /* the record is to go, if it says exactly this; nobody
                        waits for that */
    struct address address;
    struct address client; /* who asked last, for the log */
    uint32_t ttl;          /* seconds */
    int64_t asked_at;      /* when the oldest of its callers asked */
    int64_t renewed_at;    /* when the newest did */
    struct list waiters;
};

/* With whom a change may share a batch. */
enum lane {
    LANE_SHARED,  /* with all others */
    LANE_SEARCH,  /* with others among whom a culprit is searched for */
    LANE_ALONE,   /* with nobody: Route 53 refused the record before */
    LANE_REMOVAL, /* with other removals */
    LANE_COUNT,
};

struct rrset_state {
    struct hash_link in_table;
    struct list in_queue;   /* of its zone, while `pending` is wanted */
    struct list in_refused; /* while it is remembered as refused */
    struct zone_queue *zone;
    struct change pending;
    struct change in_flight;
    enum lane lane; /* of `pending` */
    uint32_t group; /* of `pending`; 0: everybody's in its lane */
    bool is_proven; /* Route 53 is known to have had this record once */
    unsigned refusals;
    int64_t refused_until; /* until then the answer is known: refused */
    enum rrset_type type;
    size_t name_len;
    char name[];
};

static inline struct span rrset_state_name(const struct rrset_state *record)
{
    return span_from(record->name, record->name_len);
}

struct rrset_table {
    struct hash_table records;
    size_t name_bytes; /* of all records */
};

NODISCARD enum status rrset_table_init(struct rrset_table *table);

/* Frees the buckets; every record must have been removed. */
void rrset_table_clear(struct rrset_table *table);

struct rrset_state *rrset_table_find(const struct rrset_table *table,
                                     struct span name, enum rrset_type type);

/* Makes a record with no change wanted; NULL when memory is short. The name
 * is normalised and at most DNS_NAME_MAX long. */
struct rrset_state *rrset_table_add(struct rrset_table *table, struct span name,
                                    enum rrset_type type);

/* Takes the record out and frees it; it must be linked nowhere else. */
void rrset_table_remove(struct rrset_table *table, struct rrset_state *record);

size_t rrset_table_count(const struct rrset_table *table);

/* The memory of all records and of the table. */
size_t rrset_table_bytes(const struct rrset_table *table);

#endif
