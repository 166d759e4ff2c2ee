/* history -- what happened to every host: in memory, and in the journal where
 * there is a DYNDNS_STATE. Two threads: the *keeper* takes what the others have
 * seen, adds it up, makes an object of it each minute, and answers questions;
 * the *carrier* (carrier.h) puts objects into the store, reads those of other
 * copies and the snapshot, and writes a snapshot now and then. They share what is
 * known under one lock (knowledge.h), which neither holds while it waits.
 *
 * Loops and the updater never wait for either: they leave what they see in an
 * event_queue, and ask by message (history_query.h).
 */
#ifndef SERVER_HISTORY_HISTORY_H
#define SERVER_HISTORY_HISTORY_H

#include "aws/aws_config.h"
#include "base/metric_text.h"
#include "base/status.h"
#include "server/history/history_query.h"
#include "server/history/history_settings.h"
#include "server/history/host_rows.h"
#include "server/state/event_queue.h"
#include "server/table/host_table.h"

struct history;

/* What this server says of itself in each object, as far as others know it:
 * fills in `pending` and, as sums since the start, route53_calls and throttled. On
 * the keeper's thread. */
typedef void history_describe_fn(void *arg, struct event_copy *copy);

/* All are borrowed and must outlive the history. What it counts is registered in
 * `metrics`. NULL when memory is short. */
struct history *history_new(const struct history_settings *settings,
                            const struct aws_config *aws,
                            struct metric_registry *metrics,
                            history_describe_fn *describe, void *arg);

/* A queue for one thread that sees things happen; it lives as long as the
 * history. Who sees causes of what others see gets his after theirs: the updater
 * after the loops. Before history_start(). NULL when memory is short. */
struct event_queue *history_add_queue(struct history *history);

/* Starts the threads. What the journal says is read while the server serves. */
NODISCARD enum status history_start(struct history *history);

/* Any thread: the table that is now in service, which is acquired. */
void history_use_table(struct history *history, struct host_table *host_table);

/* After the last event_queue_put(): puts everything into the store, until
 * `deadline_at` (clock_now_ms), and ends the threads. Questions that were asked
 * before are answered; none may be asked from now on. */
void history_stop(struct history *history, int64_t deadline_at);

/* After history_stop(), or one that was never started. NULL is allowed. */
void history_free(struct history *history);

/* Any thread: asks; query->done is called once, on the keeper's thread, and the
 * query is its caller's again. */
void history_ask(struct history *history, struct history_query *query);

/* --- for who looks at all hosts: alerts, expiry ------------------------------- */

/* How far the silence of a host can be believed. Moments in ms since 1970. */
struct history_view {
    /* When the last complete reading of the store began; without a store, now.
     * Other copies put what they hear into it once in `seconds`
     * (history_settings.h): so what they heard is known until then but for the
     * last twice as long. 0: the journal has not been read yet, so nothing is
     * known. */
    int64_t as_of;
    /* Since when, without a break, this server hears calls, keeps what it hears,
     * and is in touch with the store; 0: it is not. Silence is only silence if
     * it began after that. */
    int64_t in_touch_since;
    /* When a copy that has fallen silent without a farewell was last heard, the
     * earliest of them: what it was told since is not known. 0: there is none.
     * Copies not heard of for two days are forgotten. */
    int64_t unsure_since;
    /* Of a scan: its caller was told of every host, or has ended it himself. Else
     * the table was replaced meanwhile, or nothing is known yet. */
    bool is_whole;
};

struct history_view history_look(struct history *history);

/* Calls each() for every host of the table in service that has `attribute`
 * (HOST_ATTRIBUTE_COUNT: for every host), once a name, with its state; one never
 * heard of has a state of nothing but its name. On the calling thread, in chunks
 * under the lock: each() is quick, and asks the history nothing. It returns false
 * to end the scan. Returns the view from before it began; with as_of 0 nobody was
 * called, and unless it is whole not all were. Any thread but the loops. */
struct history_view history_scan(struct history *history,
                                 enum host_attribute attribute,
                                 host_rows_each_fn *each, void *arg);

#endif
