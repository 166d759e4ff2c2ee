/* metric -- numbers that one thread counts and every thread may read.
 *
 * Each has one writer, so that counting takes a load, an addition and a store,
 * none of them locked, and nobody else's cache line: what several threads count
 * is counted by each for itself and added up by who reads (metric_text.h). A
 * reader sees each number whole, and several of them from moments that lie close
 * together.
 *
 * Who counts describes its numbers in one list, from which both its struct and
 * the table for readers are made, so that one more is one more line:
 *
 *     #define TEA_METRICS(X)                                               \
 *         X(counter, cups, 1, NULL, "tea_cups_total", "Cups poured.")      \
 *         X(gauge, degrees, 1, NULL, "tea_celsius", "How hot it is.")
 *
 *     struct tea_metrics {
 *         TEA_METRICS(METRIC_MEMBER)
 *     };
 *     extern const struct metric_table tea_metric_table;
 *
 * and in the .c file
 *
 *     #define ROW(...) METRIC_ROW(struct tea_metrics, __VA_ARGS__)
 *     METRIC_TABLE(tea_metric_table, struct tea_metrics, TEA_METRICS(ROW))
 *
 * Each member is an array, of one element where there are no labels, so
 * metric_add(tea->cups, 1) is right for both. Zeroed memory is ready to be used.
 */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include "base/strbuf.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { METRIC_BOUNDS_MAX = 16 };

struct metric_counter {
    _Atomic uint64_t value;
};

struct metric_gauge {
    _Atomic double value; /* NAN: not known, and not shown */
};

/* How many values are at most bounds[i], and more than the one before; and
 * beyond all of them. */
struct metric_histogram {
    struct metric_counter buckets[METRIC_BOUNDS_MAX + 1];
    struct metric_counter sum;
};

/* What is measured in whole milliseconds is shown in seconds: 1,000 of them
 * are one. */
struct metric_scale {
    uint64_t per_unit;
    size_t count;
    uint32_t bounds[METRIC_BOUNDS_MAX]; /* ascending */
};

extern const struct metric_scale metric_scale_ms; /* 1 ms to 30 s */

static inline void metric_add(struct metric_counter *counter, uint64_t more)
{
    uint64_t now = atomic_load_explicit(&counter->value, memory_order_relaxed);

    atomic_store_explicit(&counter->value, now + more, memory_order_relaxed);
}

static inline uint64_t metric_count(const struct metric_counter *counter)
{
    return atomic_load_explicit(&counter->value, memory_order_relaxed);
}

static inline void metric_set(struct metric_gauge *gauge, double value)
{
    atomic_store_explicit(&gauge->value, value, memory_order_relaxed);
}

static inline double metric_value(const struct metric_gauge *gauge)
{
    return atomic_load_explicit(&gauge->value, memory_order_relaxed);
}

/* Whoever measures with a clock that was set back may pass less than 0, which
 * counts as 0. */
static inline void metric_observe(struct metric_histogram *histogram,
                                  const struct metric_scale *scale,
                                  int64_t value)
{
    uint64_t positive = value > 0 ? (uint64_t)value : 0;
    size_t i = 0;

    while (i < scale->count && positive > scale->bounds[i])
        i++;
    metric_add(&histogram->buckets[i], 1);
    metric_add(&histogram->sum, positive);
}

/* --- tables of them -------------------------------------------------------- */

enum metric_type {
    METRIC_TYPE_counter,
    METRIC_TYPE_gauge,
    METRIC_TYPE_histogram,
};

/* What the elements of a member stand for. */
struct metric_shape {
    /* Appends the labels of one, as in `route="/",outcome="ok"`. Returns whether
     * it is shown although it is 0. NULL: there are no labels. */
    bool (*labels)(size_t element, struct strbuf *out);
    const struct metric_scale *scale; /* of histograms, and of counters that
                                         count parts of what is shown */
};

extern const struct metric_shape
    metric_shape_ms; /* no labels, metric_scale_ms */

struct metric {
    const char *name, *help;
    enum metric_type type;
    size_t place, count;              /* where its elements are in the struct */
    const struct metric_shape *shape; /* NULL: one element without labels */
};

struct metric_table {
    const struct metric *metrics;
    size_t count;
    size_t struct_size;
};

#define METRIC_MEMBER(type_, member_, count_, shape_, name_, help_)            \
    struct metric_##type_ member_[count_];

#define METRIC_ROW(struct_, type_, member_, count_, shape_, name_, help_)      \
    {name_,  help_, METRIC_TYPE_##type_, offsetof(struct_, member_),           \
     count_, shape_},

#define METRIC_TABLE(table_, struct_, rows_)                                   \
    static const struct metric table_##_rows[] = {rows_};                      \
    const struct metric_table table_ = {                                       \
        table_##_rows, sizeof table_##_rows / sizeof table_##_rows[0],         \
        sizeof(struct_)};

#endif
