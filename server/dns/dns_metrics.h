/* dns_metrics -- what is counted of the changes of DNS, on the updater's thread.
 */
#ifndef SERVER_DNS_DNS_METRICS_H
#define SERVER_DNS_DNS_METRICS_H

#include "base/metric.h"

/* What became of a batch: accepted, refused for one of its records, throttled,
 * or none of them. */
enum dns_batch_result {
    DNS_BATCH_ACCEPTED,
    DNS_BATCH_REFUSED,
    DNS_BATCH_THROTTLED,
    DNS_BATCH_FAILED,
    DNS_BATCH_RESULTS,
};

#define DNS_METRICS(X)                                                         \
    X(gauge, pending, 1, NULL, "dyndns53_changes_pending",                     \
      "Changes of records that wait to be sent to Route 53.")                  \
    X(counter, batches, DNS_BATCH_RESULTS, &by_result,                         \
      "dyndns53_batches_total",                                                \
      "Batches of changes answered by Route 53, by the answer.")               \
    X(histogram, batch_size, 1, &by_size, "dyndns53_batch_changes",            \
      "Changes in a batch that was sent to Route 53.")                         \
    X(counter, calls, 1, NULL, "dyndns53_route53_calls_total",                 \
      "Calls to Route 53 that count against the account's limit.")             \
    X(counter, expired, 1, NULL, "dyndns53_records_expired_total",             \
      "Records removed because their hosts did not call any more.")            \
    X(counter, throttles, 1, NULL, "dyndns53_route53_throttles_total",         \
      "Calls to Route 53 that it throttled.")                                  \
    X(gauge, rate, 1, NULL, "dyndns53_route53_calls_per_second_allowed",       \
      "Calls a second that the server allows itself at present.")              \
    X(gauge, rate_max, 1, NULL, "dyndns53_route53_calls_per_second_max",       \
      "Calls a second that it may make at most: DYNDNS_ROUTE53_RATE.")

struct dns_metrics {
    DNS_METRICS(METRIC_MEMBER)
};

extern const struct metric_table dns_metric_table;
extern const struct metric_scale dns_metric_scale; /* of batch_size */

#endif
