/* process_metrics -- what is told of the process, by the names that Prometheus's
 * own libraries use, found out when somebody asks.
 */
#ifndef SERVER_PROCESS_METRICS_H
#define SERVER_PROCESS_METRICS_H

#include "base/metric.h"

#define PROCESS_METRICS(X)                                                     \
    X(gauge, build, 1, &build_info, "dyndns53_build_info",                     \
      "Always 1: the version is in the label.")                                \
    X(counter, log_lines_lost, 1, NULL, "dyndns53_log_lines_lost_total",       \
      "Lines of the log that were lost, since nobody read them in time.")      \
    X(gauge, started_at, 1, NULL, "process_start_time_seconds",                \
      "When the process was started.")                                         \
    X(counter, cpu, 1, &metric_shape_ms, "process_cpu_seconds_total",          \
      "Time that the process had a processor.")                                \
    X(gauge, resident, 1, NULL, "process_resident_memory_bytes",               \
      "Memory of the process that is in RAM.")                                 \
    X(gauge, fds, 1, NULL, "process_open_fds",                                 \
      "File descriptors that are open; each connection is one.")               \
    X(gauge, fds_max, 1, NULL, "process_max_fds",                              \
      "File descriptors that may be open at one time.")

struct process_metrics {
    PROCESS_METRICS(METRIC_MEMBER)
};

extern const struct metric_table process_metric_table;

/* For metric_register_filled(). `started_at` is a time_t: the date of the start.
 * How long it takes depends on how many descriptors are open, some 50 ns for
 * each, and on nothing else. */
void process_metrics_fill(void *started_at, void *metrics);

#endif
