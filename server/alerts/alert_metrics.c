#include "server/alerts/alert_metrics.h"

#include "base/metric_text.h"

static bool label_kind(size_t element, struct strbuf *out)
{
    metric_write_label(out, "kind", alert_kind_word((enum alert_kind)element));
    return true;
}

static bool label_sender(size_t element, struct strbuf *out)
{
    enum alert_sender sender = (enum alert_sender)(element / ALERT_RESULTS);
    bool is_sent = element % ALERT_RESULTS == ALERT_SENT;

    metric_write_label(out, "sender", alert_sender_word(sender));
    metric_write_label(out, "result", is_sent ? "sent" : "failed");
    return true;
}

static const struct metric_shape by_kind = {.labels = label_kind};
static const struct metric_shape by_sender_and_result = {.labels =
                                                             label_sender};

#define ROW(...) METRIC_ROW(struct alert_metrics, __VA_ARGS__)
METRIC_TABLE(alert_metric_table, struct alert_metrics, ALERT_METRICS(ROW))
