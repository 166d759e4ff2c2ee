#include "base/metric_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the registry ------------------------------------------------------------
 */

static struct metric_source *add_source(struct metric_registry *registry,
                                        const struct metric_table *table)
{
    struct metric_source *source = &registry->sources[registry->count];

    if (registry->count == METRIC_SOURCES_MAX)
        abort();
    registry->count++;
    source->table = table;
    return source;
}

static struct metric_source *find_source(struct metric_registry *registry,
                                         const struct metric_table *table)
{
    for (size_t i = 0; i < registry->count; i++)
        if (registry->sources[i].table == table)
            return &registry->sources[i];
    return NULL;
}

void metric_register(struct metric_registry *registry,
                     const struct metric_table *table, const void *owner)
{
    struct metric_source *source = find_source(registry, table);

    if (source == NULL)
        source = add_source(registry, table);
    if (source->count == METRIC_OWNERS_MAX)
        abort();
    source->owners[source->count++] = owner;
}

void metric_register_filled(struct metric_registry *registry,
                            const struct metric_table *table,
                            void (*fill)(void *arg, void *metrics), void *arg)
{
    struct metric_source *source = add_source(registry, table);

    source->fill = fill;
    source->arg = arg;
}

/* --- the text ----------------------------------------------------------------
 */

/* One metric of the structs over which it is added up. */
struct sum {
    const struct metric *metric;
    const void *const *owners;
    size_t count;
    struct strbuf *out;
};

static const void *element_of(const struct sum *sum, size_t owner,
                              size_t element, size_t size)
{
    return (const char *)sum->owners[owner] + sum->metric->place +
           element * size;
}

/* "name_suffix{labels,more} "; without braces where there are no labels. */
static void begin_line(const struct sum *sum, const char *suffix,
                       struct span labels, const char *more)
{
    bool both = labels.len > 0 && more[0] != '\0';

    strbuf_append_string(sum->out, sum->metric->name);
    strbuf_append_string(sum->out, suffix);
    if (labels.len > 0 || more[0] != '\0') {
        strbuf_append_char(sum->out, '{');
        strbuf_append(sum->out, labels);
        strbuf_append_string(sum->out, both ? "," : "");
        strbuf_append_string(sum->out, more);
        strbuf_append_char(sum->out, '}');
    }
    strbuf_append_char(sum->out, ' ');
}

static void write_scaled(struct strbuf *out, const struct metric_scale *scale,
                         uint64_t total)
{
    strbuf_printf(out, "%.15g\n", (double)total / (double)scale->per_unit);
}

static void write_counter(const struct sum *sum, size_t element,
                          struct span labels, bool always)
{
    const struct metric_shape *shape = sum->metric->shape;
    uint64_t total = 0;

    for (size_t i = 0; i < sum->count; i++)
        total += metric_count(
            element_of(sum, i, element, sizeof(struct metric_counter)));
    if (total == 0 && !always)
        return;
    begin_line(sum, "", labels, "");
    if (shape != NULL && shape->scale != NULL)
        write_scaled(sum->out, shape->scale, total);
    else
        strbuf_printf(sum->out, "%" PRIu64 "\n", total);
}

static void write_gauge(const struct sum *sum, size_t element,
                        struct span labels, bool always)
{
    double total = 0;

    for (size_t i = 0; i < sum->count; i++)
        total += metric_value(
            element_of(sum, i, element, sizeof(struct metric_gauge)));
    if (isnan(total) || (total <= 0 && total >= 0 && !always))
        return;
    begin_line(sum, "", labels, "");
    strbuf_printf(sum->out, "%.15g\n", total);
}

static void write_bucket(const struct sum *sum, struct span labels, double le,
                         uint64_t count)
{
    char text[48];

    if (isinf(le))
        memcpy(text, "le=\"+Inf\"", sizeof "le=\"+Inf\"");
    else
        snprintf(text, sizeof text, "le=\"%g\"", le);
    begin_line(sum, "_bucket", labels, text);
    strbuf_printf(sum->out, "%" PRIu64 "\n", count);
}

/* The count is that of the buckets that were read, so that the two agree while
 * somebody counts on. */
static void write_histogram(const struct sum *sum, size_t element,
                            struct span labels, bool always)
{
    const struct metric_scale *scale = sum->metric->shape->scale;
    uint64_t buckets[METRIC_BOUNDS_MAX + 1] = {0}, total = 0, count = 0;

    for (size_t i = 0; i < sum->count; i++) {
        const struct metric_histogram *histogram =
            element_of(sum, i, element, sizeof(struct metric_histogram));

        for (size_t j = 0; j <= scale->count; j++)
            buckets[j] += metric_count(&histogram->buckets[j]);
        total += metric_count(&histogram->sum);
    }
    for (size_t j = 0; j <= scale->count; j++)
        count += buckets[j];
    if (count == 0 && !always)
        return;
    count = 0;
    for (size_t j = 0; j <= scale->count; j++) {
        count += buckets[j];
        write_bucket(sum, labels,
                     j < scale->count
                         ? scale->bounds[j] / (double)scale->per_unit
                         : (double)INFINITY,
                     count);
    }
    begin_line(sum, "_sum", labels, "");
    write_scaled(sum->out, scale, total);
    begin_line(sum, "_count", labels, "");
    strbuf_printf(sum->out, "%" PRIu64 "\n", count);
}

static const struct {
    const char *name;
    void (*write)(const struct sum *sum, size_t element, struct span labels,
                  bool always);
} types[] = {
    [METRIC_TYPE_counter] = {"counter", write_counter},
    [METRIC_TYPE_gauge] = {"gauge", write_gauge},
    [METRIC_TYPE_histogram] = {"histogram", write_histogram},
};

enum { LABELS_MAX_BYTES = 512 };

static void write_metric(const struct sum *sum)
{
    const struct metric *metric = sum->metric;
    struct strbuf labels;

    strbuf_printf(sum->out, "# HELP %s %s\n# TYPE %s %s\n", metric->name,
                  metric->help, metric->name, types[metric->type].name);
    strbuf_init(&labels, LABELS_MAX_BYTES);
    for (size_t i = 0; i < metric->count; i++) {
        bool always = true;

        strbuf_rewind(&labels);
        if (metric->shape != NULL && metric->shape->labels != NULL)
            always = metric->shape->labels(i, &labels);
        types[metric->type].write(sum, i, strbuf_span(&labels), always);
    }
    strbuf_clear(&labels);
}

static void write_table(const struct metric_table *table,
                        const void *const *owners, size_t count,
                        struct strbuf *out)
{
    for (size_t i = 0; i < table->count; i++) {
        struct sum sum = {&table->metrics[i], owners, count, out};

        write_metric(&sum);
    }
}

static void write_filled(const struct metric_source *source, struct strbuf *out)
{
    void *metrics = calloc(1, source->table->struct_size);
    const void *const owners[] = {metrics};

    if (metrics == NULL) {
        out->failed = true;
        return;
    }
    source->fill(source->arg, metrics);
    write_table(source->table, owners, 1, out);
    free(metrics);
}

void metric_write_text(const struct metric_registry *registry,
                       struct strbuf *out)
{
    for (size_t i = 0; i < registry->count; i++) {
        const struct metric_source *source = &registry->sources[i];

        if (source->fill != NULL)
            write_filled(source, out);
        else
            write_table(source->table, source->owners, source->count, out);
    }
}

void metric_write_label(struct strbuf *out, const char *name, const char *value)
{
    if (out->len > 0)
        strbuf_append_char(out, ',');
    strbuf_printf(out, "%s=\"%s\"", name, value);
}
