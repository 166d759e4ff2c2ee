/* event_queue -- what a thread has seen happen, on its way to the history: a
 * bounded queue of bytes with one writer and one reader. Its lock is held by the
 * writer for the copying of a few bytes, and by the reader for an exchange of two
 * buffers of each queue, so neither waits for the other's work. What finds no room
 * is counted, not kept.
 */
#ifndef SERVER_STATE_EVENT_QUEUE_H
#define SERVER_STATE_EVENT_QUEUE_H

#include "base/address.h"

#include <stdint.h>

enum { HAPPENING_AGENT_MAX_BYTES = 80 }; /* of a User-Agent; the rest is cut */

enum happening_kind { HAPPENED_CALL, HAPPENED_CHANGE };

/* How a call ended for a host. */
enum call_ending {
    CALL_SERVED,  /* its record says what was asked for: good, nochg */
    CALL_REFUSED, /* it will not be: wrong credentials, locked, ... */
    CALL_FAILED,  /* the service could not do it now: 911 */
};

/* One call of one host, or one change of one record. */
struct happening {
    enum happening_kind kind;
    int64_t at;       /* ms since 1970 (clock_date_ms) */
    struct span host; /* normalised, at most DNS_NAME_MAX bytes */
    struct address client;

    /* Of a call. */
    enum call_ending ending;
    bool is_authentic;   /* the right credentials came with it */
    struct span agent;   /* as it was sent */
    const char *outcome; /* a literal: a word of dyndns2 */
    const char *reason;  /* a literal, for people; "": it was not refused */
    struct address records[2]; /* of CALL_SERVED: what A and AAAA say, as far as
                                  the call was about them; else ADDRESS_NONE */

    /* Of a change. */
    struct address before, after; /* ADDRESS_NONE: unknown; removed */
    enum address_family family;   /* A or AAAA */
    const char *why;              /* a literal: "call", "expired", "missing",
                                     "found" */
};

struct event_queue;

/* Called on the writer's thread when the queue is half full, once between two
 * takes: the reader had better come. It must not wait. */
typedef void event_queue_wake_fn(void *arg);

/* Holds `max_bytes` of what happened, and another as much while it is being read;
 * memory is had as it is needed. NULL when it is short. */
struct event_queue *event_queue_new(size_t max_bytes, event_queue_wake_fn *wake,
                                    void *arg);
void event_queue_free(struct event_queue *queue);

/* The writer: everything is copied but the literals. With NULL for the queue
 * nobody wants to know, and nothing is done. */
void event_queue_put(struct event_queue *queue,
                     const struct happening *happening);

/* Read together: the loops', and of whoever else sees things happen. */
enum { EVENT_QUEUES_MAX = 72 };

/* The reader: takes all that was put in these queues before one moment. So with an
 * effect its cause is taken too, or was before. */
void event_queues_take(struct event_queue *const *queues, size_t count);

/* The reader: each(arg, ...) for what was taken last from these queues, in the
 * order in which it was put, by clock_now_ns(): a millisecond has room for a call
 * and for another that came because of its answer. Spans live for the duration of
 * the call. */
typedef void event_queue_each_fn(void *arg, const struct happening *happening);
void event_queues_each(struct event_queue *const *queues, size_t count,
                       event_queue_each_fn *each, void *arg);

/* Any thread: how many found no room since the start. */
uint64_t event_queue_lost(const struct event_queue *queue);

#endif
