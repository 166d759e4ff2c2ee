/* expiry_request -- records whose hosts are gone, on their way to the updater
 * and back: each is removed if it is as it is expected to be, and if nobody
 * wants it.
 *
 * Made and filled in by who finds hosts silent, who gets it back with `done` and
 * frees it. In between it belongs to the updater.
 */
#ifndef SERVER_DNS_EXPIRY_REQUEST_H
#define SERVER_DNS_EXPIRY_REQUEST_H

#include "aws/rrset.h"
#include "base/dns_name.h"
#include "base/list.h"

#include <stdbool.h>
#include <stddef.h>

enum expiry_outcome {
    EXPIRY_OPEN = 0, /* not known yet */
    EXPIRY_REMOVED,
    EXPIRY_WOULD_GO,    /* it is a dry run */
    EXPIRY_ABSENT,      /* there is no such record */
    EXPIRY_SPECIAL,     /* an alias, several values, or a routing policy */
    EXPIRY_OTHER_VALUE, /* it says something else than is expected */
    EXPIRY_CHANGED,     /* so it was by the time of the removal */
    EXPIRY_LOCKED,      /* by its row */
    EXPIRY_WANTED,      /* it was written, or asked for, in the meantime */
    EXPIRY_REFUSED,     /* Route 53 refused the record before */
    EXPIRY_DENIED,      /* the credentials do not allow it */
    EXPIRY_NO_ZONE,     /* no hosted zone of ours holds the name */
    EXPIRY_UNAVAILABLE, /* not now: Route 53 is away, or it took too long */
};

enum { EXPIRY_OUTCOMES = EXPIRY_UNAVAILABLE + 1 };

struct expired_rrset {
    /* What is asked for. */
    size_t name_len;
    char name[DNS_NAME_MAX]; /* normalised */
    enum rrset_type type;
    struct address expected; /* ADDRESS_NONE: not known, so any */
    uint32_t limit_s;     /* whatever was learnt of it less long ago shows that
                                somebody called */
    uint32_t silent_s;    /* how long ago its host called, for the log */
    uint32_t last_sign_s; /* the requester's own */
    bool is_missing;      /* it was absent before: if it still is, the history
                             is to hear of it */

    /* What became of it. */
    enum expiry_outcome outcome;
    struct address
        shown; /* what the record said; ADDRESS_NONE: nothing plain */

    /* The updater's. */
    bool is_handed_over; /* to the coalescer */
};

struct expiry_request;
typedef void expiry_done_fn(struct expiry_request *request);

struct expiry_request {
    bool is_dry_run;      /* look, and leave everything as it is */
    int64_t good_until;   /* of clock_now_ms(): later it is not known that the
                           hosts are silent */
    expiry_done_fn *done; /* on the updater's thread, once, when no outcome is
                             open any more */
    void *owner;          /* for `done` */

    struct list in_inbox; /* the updater's */

    size_t count;
    struct expired_rrset rrsets[];
};

/* One with room for so many, zeroed, `count` being 0. NULL when memory is
 * short. */
struct expiry_request *expiry_request_new(size_t room);
void expiry_request_free(struct expiry_request *request); /* NULL is allowed */

static inline struct span expired_rrset_name(const struct expired_rrset *rrset)
{
    return span_from(rrset->name, rrset->name_len);
}

/* Gives all that are open this outcome, and the request back. */
void expiry_request_end(struct expiry_request *request,
                        enum expiry_outcome outcome);

/* Why a record was left, in words; "": it was not. A literal. */
const char *expiry_outcome_reason(enum expiry_outcome outcome);

#endif
