#include "server/dns/dns_metrics.h"

#include "base/metric_text.h"

static bool name_result(size_t element, struct strbuf *out)
{
    static const char *const names[DNS_BATCH_RESULTS] = {
        [DNS_BATCH_ACCEPTED] = "accepted",
        [DNS_BATCH_REFUSED] = "refused",
        [DNS_BATCH_THROTTLED] = "throttled",
        [DNS_BATCH_FAILED] = "failed",
    };

    metric_write_label(out, "result", names[element]);
    return true;
}

/* Up to ROUTE53_BATCH_MAX_UPSERTS. */
const struct metric_scale dns_metric_scale = {
    .per_unit = 1,
    .count = 9,
    .bounds = {1, 2, 5, 10, 25, 50, 100, 250, 500},
};

static const struct metric_shape by_result = {.labels = name_result};
static const struct metric_shape by_size = {.scale = &dns_metric_scale};

#define ROW(...) METRIC_ROW(struct dns_metrics, __VA_ARGS__)
METRIC_TABLE(dns_metric_table, struct dns_metrics, DNS_METRICS(ROW))
