/* coalescer -- many callers' changes, few calls to Route 53.
 *
 * Route 53 admits a handful of calls a second for a whole account and one
 * change batch at a time for a hosted zone, but one batch carries 500 UPSERTs.
 * So changes are group-committed: an idle zone sends at once; whatever is
 * asked for while a batch is in flight, or while the account's calls are
 * spent, is pending and leaves together.
 *
 * The coalescer decides *when* a batch leaves and what its outcome means.
 * It is pure: no I/O, no clock (`now` is in milliseconds of a clock that never
 * goes back, and is passed in), no randomness but the seed it is given. Its
 * owner sends what coalescer_next() hands out and reports with
 * coalescer_done(). One thread owns it.
 */
#ifndef SERVER_DNS_COALESCER_H
#define SERVER_DNS_COALESCER_H

#include "server/dns/rrset_state.h"
#include "server/dns/zone_queue.h"

#include "aws/aws_reply.h"
#include "base/status.h"

struct coalescer;

/* Where a name belongs, as far as is known now. */
enum zone_answer {
    ZONE_FOUND,
    ZONE_ABSENT,  /* the hosted zones were just read: none holds the name */
    ZONE_UNKNOWN, /* they have yet to be read, or read again */
};

/* What a caller wants a record to say. */
struct desired_rrset {
    struct span name; /* normalised */
    const struct address *address;
    const struct address *client; /* who asks, for the log */
    uint32_t ttl;                 /* seconds */
    bool is_proven; /* Route 53 is known to have had this record once, so it is
                       an unlikely culprit when a batch is refused */
};

/* A change that Route 53 has accepted. */
struct accepted_change {
    struct span name;
    enum rrset_type type;
    const struct address *address;
    const struct address *client; /* who asked for it last */
    struct span zone_id;
    int64_t asked_at, sent_at;
    const struct list *waiters; /* who wait for it, by waiter.in_change, the
                                   newest last */
    struct span trace;          /* the word of the one who asked, for the log */
    bool is_latest;             /* false: a newer change is pending already */
};

/* A change that Route 53 refuses, whatever it is batched with. */
struct refused_change {
    struct span name;
    enum rrset_type type;
    const struct address *client; /* as above */
    struct span zone_id;
    const struct list *waiters; /* as above */
    const struct aws_reply *reply;
};

/* A record that is to go, as a listing has just shown it. */
struct unwanted_rrset {
    struct span name; /* normalised */
    const struct address *address;
    uint32_t ttl; /* seconds */
};

/* How a removal ended. But for REMOVAL_DONE the record is as it was, or as
 * others have made it. */
enum removal_end {
    REMOVAL_DONE,
    REMOVAL_CHANGED,   /* Route 53 refuses it: the record says something else by
                          now, or is gone */
    REMOVAL_DENIED,    /* the credentials may not remove records */
    REMOVAL_OVERTAKEN, /* somebody wants the record to say something */
    REMOVAL_GIVEN_UP,  /* it could not be sent soon enough */
};

struct ended_removal {
    enum removal_end end;
    struct span name;
    const struct address *address; /* that the record had */
    struct span zone_id;
    const struct aws_reply *reply; /* NULL: none came to it */
};

/* What the coalescer needs from, and reports to, the rest of the server. All are
 * called synchronously; none may call the coalescer. */
struct coalescer_hooks {
    void *arg;

    /* With ZONE_FOUND, *zone_id is set, borrowed until the return. */
    enum zone_answer (*find_zone)(void *arg, struct span name,
                                  struct span *zone_id);

    /* From now on nobody may rely on what was known of this record: a change
     * of it has been taken on. */
    void (*invalidate)(void *arg, struct span name, enum rrset_type type);

    /* Route 53 has accepted a change. */
    void (*accepted)(void *arg, const struct accepted_change *written);

    /* Route 53 knows no such hosted zone (any more). */
    void (*zone_gone)(void *arg, struct span zone_id);

    /* Route 53 has refused a change. */
    void (*refused)(void *arg, const struct refused_change *change);

    /* A removal that was taken on has ended. May be NULL if none is asked
     * for. */
    void (*removal_ended)(void *arg, const struct ended_removal *ended);
};

struct coalescer_limits {
    double calls_per_second;
    size_t max_waiters; /* callers that wait at one time */
    size_t max_changes; /* records with something to be done */
    size_t max_zones;
    size_t max_bytes; /* of memory for records */
};

/* `hooks` is copied. NULL when memory is short. */
struct coalescer *coalescer_new(const struct coalescer_limits *limits,
                                const struct coalescer_hooks *hooks,
                                uint64_t seed);

/* Batches still in flight are abandoned: nobody may report on them any more.
 * Waiters that are left get OUTCOME_UNAVAILABLE. */
void coalescer_free(struct coalescer *c);

/* A caller wants the record to say `address`. With STATUS_OK, waiter->done is
 * called later, once, at waiter->deadline_at at the latest (if somebody calls
 * coalescer_expire()); otherwise never:
 *   STATUS_FULL       a ceiling is reached; ask again later
 *   STATUS_INVALID    Route 53 refused this record a short while ago
 *   STATUS_BUSY       Route 53 refused it before, and so many others wait to
 *                     be tried again that its turn comes after the deadline:
 *                     the change is taken on, but nobody waits for it
 *   STATUS_NOT_FOUND  no hosted zone holds the name
 *   STATUS_NOMEM */
NODISCARD enum status coalescer_submit(struct coalescer *c, int64_t now,
                                       const struct desired_rrset *desired,
                                       struct waiter *waiter);

/* The record is to be removed, if it is exactly so; for nobody waits for that,
 * it gives way to others. With STATUS_OK, removal_ended() is called later, once;
 * otherwise never:
 *   STATUS_BUSY       a change of the record is under way: somebody wants it
 *   STATUS_INVALID    Route 53 refused the record a short while ago
 *   STATUS_FULL       a ceiling is reached
 *   STATUS_NOT_FOUND  no hosted zone is known to hold the name
 *   STATUS_NOMEM
 * A later coalescer_submit() for the record replaces a removal that is pending,
 * and follows one that is in flight. */
NODISCARD enum status coalescer_remove(struct coalescer *c, int64_t now,
                                       const struct unwanted_rrset *unwanted);

/* The next batch that may leave now, or NULL. The caller sends it and then
 * calls coalescer_done(), once, at a later time. */
struct batch *coalescer_next(struct coalescer *c, int64_t now);

/* What became of a batch: the statuses of aws/route53.h. A batch that could
 * not even be sent is STATUS_UNAVAILABLE. */
void coalescer_done(struct coalescer *c, int64_t now, const struct batch *batch,
                    const struct aws_reply *reply);

/* Answers the waiters whose deadline has come. A change that nobody waits for
 * any more goes behind those that somebody does. */
void coalescer_expire(struct coalescer *c, int64_t now);

/* Whether changes wait for the hosted zones to be read (again). */
bool coalescer_wants_zones(const struct coalescer *c);

/* The hosted zones have been read, wholly: changes without a zone find one or
 * are answered OUTCOME_NO_ZONE. */
void coalescer_zones_read(struct coalescer *c);

/* Another call to Route 53 (a listing) shares the account's budget. Before it:
 * 0 if it may leave now, else how many milliseconds to wait, INT64_MAX while
 * only the end of the one call that probes an outage will show. Then spend it,
 * and report what became of it. */
int64_t coalescer_call_wait_ms(const struct coalescer *c, int64_t now);
void coalescer_call_spend(struct coalescer *c, int64_t now);
void coalescer_call_done(struct coalescer *c, int64_t now, int64_t sent_at,
                         enum status status);

/* Milliseconds until coalescer_next() or coalescer_expire() may have
 * something to do, 0 if at once, -1 if only an event can bring that about. */
int64_t coalescer_wait_ms(const struct coalescer *c, int64_t now);

/* Whether a change of this rrset is pending or in flight. */
bool coalescer_has_change(const struct coalescer *c, struct span name,
                          enum rrset_type type);

/* For the log and the tests. */
struct coalescer_stats {
    size_t waiters, changes, zones, in_flight, bytes;
    size_t pending;          /* changes that wait to be sent */
    size_t alone;            /* refused before, and waiting to be tried again */
    size_t removals;         /* of those pending, how many are to go */
    double calls_per_second; /* allowed at present */
};
struct coalescer_stats coalescer_stats(const struct coalescer *c);

#endif
