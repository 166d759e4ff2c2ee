#include "server/http/http_metrics.h"

#include "base/metric_text.h"

static const struct span routes[HTTP_ROUTES] = {
    [HTTP_ROUTE_NONE] = SPAN_LITERAL("none"),
    [HTTP_ROUTE_CHECK_IP] = SPAN_LITERAL("/check_ip"),
    [HTTP_ROUTE_HEALTHZ] = SPAN_LITERAL("/healthz"),
    [HTTP_ROUTE_LIVE_JS] = SPAN_LITERAL("/live.js"),
    [HTTP_ROUTE_METRICS] = SPAN_LITERAL("/metrics"),
    [HTTP_ROUTE_NIC_CHECKIP] = SPAN_LITERAL("/nic/checkip"),
    [HTTP_ROUTE_REFLECT] = SPAN_LITERAL("/reflect"),
    [HTTP_ROUTE_STATUS] = SPAN_LITERAL("/status"),
    [HTTP_ROUTE_STYLE_CSS] = SPAN_LITERAL("/style.css"),
    [HTTP_ROUTE_NIC_UPDATE] = SPAN_LITERAL("/nic/update"),
    [HTTP_ROUTE_REGISTER] = SPAN_LITERAL("/register"),
    [HTTP_ROUTE_REGISTER_IP] = SPAN_LITERAL("/register_ip"),
    [HTTP_ROUTE_ROOT] = SPAN_LITERAL("/"),
    [HTTP_ROUTE_V3_UPDATE] = SPAN_LITERAL("/v3/update"),
};

struct span http_route_path(enum http_route route)
{
    return routes[route];
}

/* A counter that comes into being with its first event shows no increase then,
 * so what is to be expected of a URL stands there from the start. */
static bool is_to_be_expected(enum http_route route, enum answer answer)
{
    switch (answer) {
    case ANSWER_OK:
        return route != HTTP_ROUTE_NONE && route < HTTP_ROUTE_FIRST_UPDATE;
    case ANSWER_NOCHG:
    case ANSWER_GOOD:
    case ANSWER_NOHOST:
    case ANSWER_ABUSE:
    case ANSWER_DNSERR:
    case ANSWER_911:
    case ANSWER_BADAUTH:
    case ANSWER_NOAUTH:
        return route >= HTTP_ROUTE_FIRST_UPDATE;
    case ANSWER_BAD_REQUEST:
    case ANSWER_NOT_FOUND:
        return route == HTTP_ROUTE_NONE;
    case ANSWER_UNAVAILABLE:
        return route == HTTP_ROUTE_HEALTHZ;
    default:
        return false;
    }
}

static bool name_route_and_outcome(size_t element, struct strbuf *out)
{
    enum http_route route = (enum http_route)(element / ANSWERS);
    enum answer answer = (enum answer)(element % ANSWERS);

    metric_write_label(out, "route", routes[route].ptr);
    metric_write_label(out, "outcome", answer_name(answer));
    return is_to_be_expected(route, answer);
}

static bool name_route(size_t element, struct strbuf *out)
{
    metric_write_label(out, "route", routes[element].ptr);
    return true;
}

static bool name_outcome(size_t element, struct strbuf *out)
{
    static const char *const names[OUTCOMES] = {
        [OUTCOME_OPEN] = "open",
        [OUTCOME_ACCEPTED] = "accepted",
        [OUTCOME_UNCHANGED] = "unchanged",
        [OUTCOME_REFUSED] = "refused",
        [OUTCOME_NO_ZONE] = "no_zone",
        [OUTCOME_UNAVAILABLE] = "unavailable",
        [OUTCOME_EXPIRED] = "expired",
    };

    metric_write_label(out, "outcome", names[element]);
    return element != OUTCOME_OPEN;
}

static const struct metric_shape by_route_and_outcome = {
    .labels = name_route_and_outcome};
static const struct metric_shape by_route = {.labels = name_route,
                                             .scale = &metric_scale_ms};

static const struct metric_shape by_outcome = {.labels = name_outcome};

#define ROW(...) METRIC_ROW(struct http_metrics, __VA_ARGS__)
METRIC_TABLE(http_metric_table, struct http_metrics, HTTP_METRICS(ROW))
