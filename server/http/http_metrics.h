/* http_metrics -- what a loop counts of its callers. Each loop has one of these,
 * and nobody but its thread writes to it.
 */
#ifndef SERVER_HTTP_HTTP_METRICS_H
#define SERVER_HTTP_HTTP_METRICS_H

#include "base/metric.h"
#include "server/dns/outcome.h"
#include "server/http/answer.h"

/* The URLs, as far as there are any (routes.h). */
enum http_route {
    HTTP_ROUTE_NONE = 0, /* no URL of ours, or none that could be read */
    HTTP_ROUTE_CHECK_IP,
    HTTP_ROUTE_HEALTHZ,
    HTTP_ROUTE_LIVE_JS,
    HTTP_ROUTE_METRICS,
    HTTP_ROUTE_NIC_CHECKIP,
    HTTP_ROUTE_REFLECT,
    HTTP_ROUTE_STATUS,
    HTTP_ROUTE_STYLE_CSS,
    HTTP_ROUTE_FIRST_UPDATE, /* those that change records */
    HTTP_ROUTE_NIC_UPDATE = HTTP_ROUTE_FIRST_UPDATE,
    HTTP_ROUTE_REGISTER,
    HTTP_ROUTE_REGISTER_IP,
    HTTP_ROUTE_ROOT,
    HTTP_ROUTE_V3_UPDATE,
    HTTP_ROUTES,
};

enum { HTTP_METRICS_REQUESTS = HTTP_ROUTES * ANSWERS };

#define HTTP_METRICS(X)                                                        \
    X(counter, requests, HTTP_METRICS_REQUESTS, &by_route_and_outcome,         \
      "dyndns53_http_requests_total",                                          \
      "Requests answered, by URL and by what was answered.")                   \
    X(histogram, seconds, HTTP_ROUTES, &by_route,                              \
      "dyndns53_http_request_duration_seconds",                                \
      "Time from the first byte of a request to its answer.")                  \
    X(counter, changes, OUTCOMES, &by_outcome, "dyndns53_changes_total",       \
      "Changes of records that callers asked for, by what came of them.")      \
    X(histogram, wait, 1, &metric_shape_ms, "dyndns53_update_wait_seconds",    \
      "Time for which a request waited for Route 53.")                         \
    X(gauge, waiters, 1, NULL, "dyndns53_waiters",                             \
      "Requests that wait for Route 53 at present.")                           \
    X(gauge, connections, 1, NULL, "dyndns53_connections",                     \
      "Connections that are open.")                                            \
    X(gauge, connections_max, 1, NULL, "dyndns53_connections_max",             \
      "Connections that may be open at one time.")                             \
    X(counter, accepted, 1, NULL, "dyndns53_connections_accepted_total",       \
      "Connections accepted.")                                                 \
    X(counter, evicted, 1, NULL, "dyndns53_connections_evicted_total",         \
      "Connections closed to make room for others.")                           \
    X(counter, refused, 1, NULL, "dyndns53_connections_refused_total",         \
      "Connections closed at once, since their address has too many.")

struct http_metrics {
    _Alignas(64) /* nobody else's cache lines */
        HTTP_METRICS(METRIC_MEMBER)
};

extern const struct metric_table http_metric_table;

/* The path of a URL, a literal; "none" for HTTP_ROUTE_NONE. */
struct span http_route_path(enum http_route route);

/* A request was answered, so long after its first byte. */
static inline void http_metrics_note_answer(struct http_metrics *metrics,
                                            enum http_route route,
                                            enum answer answer,
                                            int64_t milliseconds)
{
    metric_add(&metrics->requests[(size_t)route * ANSWERS + answer], 1);
    metric_observe(&metrics->seconds[route], &metric_scale_ms, milliseconds);
}

#endif
