/* table_metrics -- what is counted of the reading of the host table, on the
 * updater's thread.
 */
#ifndef SERVER_TABLE_TABLE_METRICS_H
#define SERVER_TABLE_TABLE_METRICS_H

#include "base/metric.h"

enum table_load_result {
    TABLE_LOADED,    /* a new table */
    TABLE_UNCHANGED, /* the one in service is the latest */
    TABLE_FAILED,
    TABLE_LOAD_RESULTS,
};

#define TABLE_METRICS(X)                                                       \
    X(counter, loads, TABLE_LOAD_RESULTS, &by_result,                          \
      "dyndns53_table_loads_total",                                            \
      "Attempts to read the host table, by what came of them.")                \
    X(gauge, rows_left_out, 1, NULL, "dyndns53_table_rows_left_out",           \
      "Rows of the host table in service that are left out for a fault.")

struct table_metrics {
    TABLE_METRICS(METRIC_MEMBER)
};

extern const struct metric_table table_metric_table;

#endif
