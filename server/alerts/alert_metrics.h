/* alert_metrics -- what is counted of alerts, on their thread.
 */
#ifndef SERVER_ALERTS_ALERT_METRICS_H
#define SERVER_ALERTS_ALERT_METRICS_H

#include "base/metric.h"
#include "server/alerts/alert.h"

enum alert_result { ALERT_SENT, ALERT_NOT_SENT, ALERT_RESULTS };

enum { ALERT_METRICS_MESSAGES = ALERT_SENDERS * ALERT_RESULTS };

#define ALERT_METRICS(X)                                                       \
    X(gauge, going_on, ALERT_KINDS, &by_kind, "dyndns53_alerts",               \
      "Alerts that go on, of all copies together.")                            \
    X(counter, messages, ALERT_METRICS_MESSAGES, &by_sender_and_result,        \
      "dyndns53_alert_messages_total",                                         \
      "Attempts of this copy to tell of alerts, by sender and by what came "   \
      "of it.")

struct alert_metrics {
    ALERT_METRICS(METRIC_MEMBER)
};

extern const struct metric_table alert_metric_table;

static inline void alert_metrics_note(struct alert_metrics *metrics,
                                      enum alert_sender sender,
                                      enum alert_result result)
{
    metric_add(&metrics->messages[(size_t)sender * ALERT_RESULTS + result], 1);
}

#endif
