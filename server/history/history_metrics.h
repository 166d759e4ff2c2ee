/* history_metrics -- what is told of the keeping of what happened, found out when
 * somebody asks.
 */
#ifndef SERVER_HISTORY_HISTORY_METRICS_H
#define SERVER_HISTORY_HISTORY_METRICS_H

#include "base/metric.h"
#include "server/history/carrier.h"
#include "server/history/outbox.h"

#define HISTORY_METRICS(X)                                                     \
    X(counter, lost, 1, NULL, "dyndns53_state_events_lost_total",              \
      "Calls and changes that the history had no room for.")                   \
    X(gauge, hosts, 1, NULL, "dyndns53_state_hosts",                           \
      "Hosts whose state is known.")                                           \
    X(gauge, known, 1, NULL, "dyndns53_state_known_bytes",                     \
      "Memory of what is known of hosts, and of what happened lately.")        \
    X(gauge, as_of, 1, NULL, "dyndns53_state_as_of_timestamp_seconds",         \
      "Until when the calls of all copies are known.")                         \
    X(counter, put, 1, NULL, "dyndns53_state_objects_put_total",               \
      "Objects that were put into the store of DYNDNS_STATE.")                 \
    X(counter, dropped, 1, NULL, "dyndns53_state_objects_dropped_total",       \
      "Objects that the store did not take in time.")                          \
    X(counter, failures, 1, NULL, "dyndns53_state_failures_total",             \
      "Calls to the store that failed.")                                       \
    X(counter, damaged, 1, NULL, "dyndns53_state_damaged_total",               \
      "What was found in the store and could not be read.")                    \
    X(counter, snapshots, 1, NULL, "dyndns53_state_snapshots_total",           \
      "Snapshots that this server has put.")                                   \
    X(gauge, waiting, 1, NULL, "dyndns53_state_objects_waiting",               \
      "Objects that wait for the store.")                                      \
    X(gauge, bytes, 1, NULL, "dyndns53_state_waiting_bytes",                   \
      "Memory that they take.")                                                \
    X(gauge, oldest, 1, NULL, "dyndns53_state_waiting_age_seconds",            \
      "How long the oldest of them has waited; 0: none waits.")                \
    X(gauge, contact, 1, NULL, "dyndns53_state_contact_timestamp_seconds",     \
      "When a call to the store last succeeded.")

struct history_metrics {
    HISTORY_METRICS(METRIC_MEMBER)
};

extern const struct metric_table history_metric_table;

struct history_figures {
    uint64_t lost;
    size_t hosts, known_bytes;
    int64_t as_of;  /* history.h */
    bool has_store; /* else the rest is not looked at */
    struct outbox_state outbox;
    struct carrier_figures carrier;
};

/* Fills in a struct history_metrics that is zeroed. What there is not without a
 * store is not known without one. `now`: ms since 1970. */
void history_metrics_fill(const struct history_figures *from, int64_t now,
                          struct history_metrics *to);

#endif
