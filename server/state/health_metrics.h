/* health_metrics -- what /healthz says, as numbers, found out when somebody asks.
 */
#ifndef SERVER_STATE_HEALTH_METRICS_H
#define SERVER_STATE_HEALTH_METRICS_H

#include "base/metric.h"
#include "server/state/health.h"

enum { HEALTH_METRICS_STATES = HEALTH_SERVICES * HEALTH_CONDITIONS };

#define HEALTH_METRICS(X)                                                      \
    X(gauge, ready, 1, NULL, "dyndns53_ready",                                 \
      "Whether /healthz answers 200.")                                         \
    X(gauge, states, HEALTH_METRICS_STATES, &by_service_and_state,             \
      "dyndns53_aws_state",                                                    \
      "Is 1 for the state of a service of AWS, as /healthz has it, else 0.")   \
    X(gauge, hosts, 1, NULL, "dyndns53_hosts",                                 \
      "Hosts in the table in service; not told while none is.")                \
    X(gauge, confirmed_at, 1, NULL,                                            \
      "dyndns53_table_last_success_timestamp_seconds",                         \
      "When the host table in service was last read, or found to be the "      \
      "latest.")                                                               \
    X(gauge, age, 1, NULL, "dyndns53_table_age_seconds",                       \
      "Time since the host table was last read, or found to be the latest.")   \
    X(gauge, certificate, 1, NULL,                                             \
      "dyndns53_tls_certificate_expiry_timestamp_seconds",                     \
      "When the TLS certificate in service expires.")

struct health_metrics {
    HEALTH_METRICS(METRIC_MEMBER)
};

extern const struct metric_table health_metric_table;

/* For metric_register_filled(), with the struct health. */
void health_metrics_fill(void *health, void *metrics);

#endif
