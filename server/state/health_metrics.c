#include "server/state/health_metrics.h"

#include "base/clock.h"
#include "base/metric_text.h"

#include <math.h>

static bool name_service_and_state(size_t element, struct strbuf *out)
{
    static const char *const services[HEALTH_SERVICES] = {
        [HEALTH_ROUTE53] = "route53",
        [HEALTH_S3] = "s3",
    };

    metric_write_label(out, "service", services[element / HEALTH_CONDITIONS]);
    metric_write_label(out, "state",
                       health_condition_name(
                           (enum aws_condition)(element % HEALTH_CONDITIONS)));
    return true;
}

static void fill_states(const struct health *health,
                        struct health_metrics *metrics)
{
    for (size_t i = 0; i < HEALTH_METRICS_STATES; i++) {
        enum health_service service =
            (enum health_service)(i / HEALTH_CONDITIONS);
        bool is_so =
            (size_t)health_condition(health, service) == i % HEALTH_CONDITIONS;

        metric_set(&metrics->states[i], service == HEALTH_S3 && !health->has_s3
                                            ? (double)NAN
                                        : is_so ? 1
                                                : 0);
    }
}

void health_metrics_fill(void *health, void *metrics)
{
    const struct health *from = health;
    struct health_metrics *to = metrics;
    int64_t confirmed_at = atomic_load(&from->table_confirmed_at);
    int64_t confirmed_ms = atomic_load(&from->table_confirmed_ms);
    int64_t not_after = atomic_load(&from->certificate_not_after);
    bool loaded = atomic_load(&from->table_loaded);

    metric_set(to->ready, health_is_ready(from));
    metric_set(to->hosts,
               loaded ? (double)atomic_load(&from->hosts) : (double)NAN);
    metric_set(to->confirmed_at, loaded ? (double)confirmed_at : (double)NAN);
    metric_set(to->age, loaded ? (double)(clock_now_ms() - confirmed_ms) / 1000
                               : (double)NAN);
    metric_set(to->certificate,
               not_after != 0 ? (double)not_after : (double)NAN);
    fill_states(from, to);
}

static const struct metric_shape by_service_and_state = {
    .labels = name_service_and_state};

#define ROW(...) METRIC_ROW(struct health_metrics, __VA_ARGS__)
METRIC_TABLE(health_metric_table, struct health_metrics, HEALTH_METRICS(ROW))
