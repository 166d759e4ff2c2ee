#include "server/table/table_metrics.h"

#include "base/metric_text.h"

static bool name_result(size_t element, struct strbuf *out)
{
    static const char *const names[TABLE_LOAD_RESULTS] = {
        [TABLE_LOADED] = "loaded",
        [TABLE_UNCHANGED] = "unchanged",
        [TABLE_FAILED] = "failed",
    };

    metric_write_label(out, "result", names[element]);
    return true;
}

static const struct metric_shape by_result = {.labels = name_result};

#define ROW(...) METRIC_ROW(struct table_metrics, __VA_ARGS__)
METRIC_TABLE(table_metric_table, struct table_metrics, TABLE_METRICS(ROW))
