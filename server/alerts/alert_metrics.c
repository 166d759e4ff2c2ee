#include "server/alerts/alert_metrics.h"

static bool label_kind(size_t element, struct strbuf *out)
{
    strbuf_printf(out, "kind=\"%s\"",
                  alert_kind_word((enum alert_kind)element));
    return true;
}

static bool label_sender(size_t element, struct strbuf *out)
{
    strbuf_printf(
        out, "sender=\"%s\",result=\"%s\"",
        alert_sender_word((enum alert_sender)(element / ALERT_RESULTS)),
        element % ALERT_RESULTS == ALERT_SENT ? "sent" : "failed");
    return false;
}

static const struct metric_shape by_kind = {.labels = label_kind};
static const struct metric_shape by_sender_and_result = {.labels =
                                                             label_sender};

#define ROW(...) METRIC_ROW(struct alert_metrics, __VA_ARGS__)
METRIC_TABLE(alert_metric_table, struct alert_metrics, ALERT_METRICS(ROW))
