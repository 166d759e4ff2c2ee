/* updater -- the one thread that talks to AWS: it changes DNS and reads the
 * host table.
 *
 * Loops post updates to it and go on; it answers each once. A new host table
 * is handed to a callback on its thread.
 */
#ifndef SERVER_UPDATER_H
#define SERVER_UPDATER_H

#include "base/metric_text.h"
#include "server/config.h"
#include "server/state/event_queue.h"
#include "server/dns/dns_metrics.h"
#include "server/state/health.h"
#include "server/table/table_metrics.h"
#include "server/table/host_table.h"
#include "server/dns/expiry_request.h"
#include "server/dns/update_request.h"

struct updater;

/* A new table is in service; the callee acquires what it keeps. Called on the
 * updater's thread. */
typedef void updater_table_fn(void *arg, struct host_table *host_table);

/* All are borrowed and must outlive the updater. What it counts is registered in
 * `metrics`, and is there to be read until updater_free(). NULL when memory is
 * short or TLS cannot be set up. */
struct updater *updater_new(const struct config *config, struct health *health,
                            struct in_transit_counts *in_transit,
                            struct metric_registry *metrics,
                            updater_table_fn *table, void *arg);

/* Gives it a queue for what it sees happen, which is borrowed and must outlive
 * it. Before updater_start(); without this nobody wants to know. */
void updater_use_queue(struct updater *updater, struct event_queue *events);

/* What it has to say of itself, as far as a `copy` line holds it (journal/event.h):
 * changes that wait, and sums since the start. Any thread, while there is an
 * updater. */
struct updater_figures {
    uint64_t pending, route53_calls, throttled;
};
struct updater_figures updater_look(const struct updater *updater);

/* What it counts of changes of DNS, and of the host table; any thread, while there
 * is an updater. */
const struct dns_metrics *updater_dns_metrics(const struct updater *updater);
const struct table_metrics *updater_table_metrics(
    const struct updater *updater);

/* Starts the thread. */
NODISCARD enum status updater_start(struct updater *updater);

/* Hands a request over; request->done is called once, on the updater's thread.
 * The caller has called in_transit_begin() for the name of each open change.
 * Thread-safe; never blocks for longer than it takes to link a list. */
void updater_post(struct updater *updater, struct update_request *request);

/* Hands over records that are to go; request->done is called once, on the
 * updater's thread, or by updater_free(). One at a time. Thread-safe. */
void updater_expire(struct updater *updater, struct expiry_request *request);

/* Asks for the host table to be read again. Thread-safe. */
void updater_reload(struct updater *updater);

/* How many of these calls are answered, since a load that began after them has
 * ended; and whether any load has ended. Thread-safe. */
unsigned updater_reloads_answered(const struct updater *updater);
bool updater_has_tried_to_load(const struct updater *updater);

/* Has loaded(arg) called on the updater's thread whenever one of these two says
 * something new; a table that was loaded serves then. Before updater_start(). */
typedef void updater_loaded_fn(void *arg);
void updater_on_load(struct updater *updater, updater_loaded_fn *loaded,
                     void *arg);

/* Whether the thread has gone round since this was last asked. Asking wakes it,
 * so that after a while it has, unless it hangs. By one thread alone. */
bool updater_is_alive(struct updater *updater);

/* Ends the thread, once no update waits for its answer any more or clock_now_ms
 * reaches `deadline_at`, and waits for its end. Changes that are left end
 * with OUTCOME_UNAVAILABLE. */
void updater_stop(struct updater *updater, int64_t deadline_at);

/* After updater_stop(), or for an updater that was never started. */
void updater_free(struct updater *updater);

#endif
