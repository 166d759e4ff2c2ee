/* metric_text -- metrics, written in the text format of Prometheus (version
 * 0.0.4): "# HELP", "# TYPE", and a line for each number.
 *
 * What several threads count in structs of one kind is added up. How long the
 * text is depends on the tables alone, and not on what was counted. Pure, but
 * for what a source's `fill` does.
 */
#ifndef BASE_METRIC_TEXT_H
#define BASE_METRIC_TEXT_H

#include "base/metric.h"

enum {
    METRIC_SOURCES_MAX = 16,
    METRIC_OWNERS_MAX = 64, /* of one source */
};

/* Where the numbers of one table are. */
struct metric_source {
    const struct metric_table *table;
    size_t count;
    const void *owners[METRIC_OWNERS_MAX]; /* structs of the table's kind */

    /* Instead of owners: sets the gauges and counters of one that is zeroed.
     * On any thread. */
    void (*fill)(void *arg, void *metrics);
    void *arg;
};

/* Everything that is told. Filled before the first reader, and then read by
 * any thread; what is registered must stay. */
struct metric_registry {
    size_t count;
    struct metric_source sources[METRIC_SOURCES_MAX];
};

/* One more struct to be added up with those of its table. More than there is
 * room for end the process: their number is the program's own. */
void metric_register(struct metric_registry *registry,
                     const struct metric_table *table, const void *owner);

/* What is found out when somebody asks. */
void metric_register_filled(struct metric_registry *registry,
                            const struct metric_table *table,
                            void (*fill)(void *arg, void *metrics), void *arg);

/* Appends all of it; `out` has failed when memory is short. */
void metric_write_text(const struct metric_registry *registry,
                       struct strbuf *out);

/* Appends name="value", the value as a literal of ours: it is not escaped. */
void metric_write_label(struct strbuf *out, const char *name,
                        const char *value);

#endif
