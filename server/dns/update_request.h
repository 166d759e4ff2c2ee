/* update_request -- the changes that one caller asks for, on their way to the
 * updater and back.
 *
 * A request holds any number of changes, of hosts and types at will, and their
 * outcomes. The updater takes them on as one message, so that those of one
 * hosted zone leave in one batch where it has room, and answers once: when the
 * last outcome is known, or at the deadline. A change whose outcome is known
 * from the start is passed over: it holds a place in the reply.
 *
 * Made and filled in by the caller's side, which gets it back with `done` and
 * frees it. In between it belongs to the updater.
 */
#ifndef SERVER_DNS_UPDATE_REQUEST_H
#define SERVER_DNS_UPDATE_REQUEST_H

#include "base/status.h"
#include "server/dns/rrset_state.h"

struct update_request;

/* Called once, on the updater's thread, when no outcome is open any more. */
typedef void update_done_fn(struct update_request *request);

struct update_change {
    /* What is asked for. */
    size_t name_len;
    char name[DNS_NAME_MAX]; /* normalised */
    struct address address;  /* its family decides between A and AAAA */
    uint32_t ttl;            /* seconds */

    /* What became of it. */
    enum outcome outcome;
    struct address written; /* what the rrset says now: OUTCOME_ACCEPTED (it may
                               be newer than what was asked for), _UNCHANGED */

    /* The updater's. */
    bool was_open; /* when the request was taken on */
    struct update_request *request;
    struct waiter waiter;
};

struct update_request {
    struct address client; /* who asks, for the log */
    char *trace;           /* his word for the request; NULL: he has none */
    int64_t deadline_at;   /* of clock_now_ms() */
    update_done_fn *done;
    void *owner; /* for `done` */

    struct list in_inbox; /* the updater's */
    size_t open;          /* likewise: outcomes to come, and its own hold */

    size_t count;
    struct update_change changes[];
};

/* A request of `count` changes, to be filled in; NULL when memory is short. */
struct update_request *update_request_new(size_t count);
void update_request_free(struct update_request *request);

/* By which word the log is to tell of the request, which is copied; "" and
 * want of memory leave it without one. */
void update_request_set_trace(struct update_request *request,
                              struct span trace);

static inline struct span update_request_trace(
    const struct update_request *request)
{
    return span_from_string(request->trace == NULL ? "" : request->trace);
}

/* What a change asks for. The name is copied; it is at most DNS_NAME_MAX long,
 * and may be empty only where the outcome is known from the start. */
void update_change_set(struct update_change *change, struct span name,
                       const struct address *address, uint32_t ttl);

static inline struct span update_change_name(const struct update_change *change)
{
    return span_from(change->name, change->name_len);
}

/* Updater: takes the request on. It stays until update_request_release(). */
void update_request_hold(struct update_request *request);

/* Updater: one outcome is known. `written` may be NULL. */
void update_change_end(struct update_change *change, enum outcome outcome,
                       const struct address *written);

/* Updater: gives up its hold. The request may be gone afterwards. */
void update_request_release(struct update_request *request);

#endif
