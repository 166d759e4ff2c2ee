#include "server/history/history_metrics.h"

#include "base/metric_text.h"

#include <math.h>

/* Moments are told in seconds; 0: there was none. */
static double seconds_of(int64_t ms)
{
    return ms == 0 ? (double)NAN : (double)ms / 1000;
}

static void fill_store(const struct history_figures *from, int64_t now,
                       struct history_metrics *to)
{
    int64_t oldest_at = from->outbox.oldest_at;

    metric_add(to->put, from->carrier.objects_put);
    metric_add(to->dropped, from->outbox.dropped);
    metric_add(to->failures, from->carrier.failures);
    metric_add(to->damaged, from->carrier.damaged);
    metric_add(to->snapshots, from->carrier.snapshots);
    metric_set(to->waiting, (double)from->outbox.objects);
    metric_set(to->bytes, (double)from->outbox.bytes);
    metric_set(to->oldest,
               oldest_at == 0 ? 0 : (double)(now - oldest_at) / 1000);
    metric_set(to->contact, seconds_of(from->carrier.contact_at));
}

void history_metrics_fill(const struct history_figures *from, int64_t now,
                          struct history_metrics *to)
{
    metric_add(to->lost, from->lost);
    metric_set(to->hosts, (double)from->hosts);
    metric_set(to->known, (double)from->known_bytes);
    metric_set(to->as_of, seconds_of(from->as_of));
    metric_set(to->waiting, (double)NAN);
    metric_set(to->bytes, (double)NAN);
    metric_set(to->oldest, (double)NAN);
    metric_set(to->contact, (double)NAN);
    if (from->has_store)
        fill_store(from, now, to);
}

#define ROW(...) METRIC_ROW(struct history_metrics, __VA_ARGS__)
METRIC_TABLE(history_metric_table, struct history_metrics, HISTORY_METRICS(ROW))
