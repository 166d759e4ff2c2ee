#include "base/metric_text.h"

#include "tests/unit/failing_calloc.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { TEXT_MAX_BYTES = 64 * 1024 };

static const struct metric_scale tens = {
    .per_unit = 10, .count = 2, .bounds = {1, 100}};

static bool name_sort(size_t element, struct strbuf *out)
{
    metric_write_label(out, "sort", element == 0 ? "green" : "black");
    if (element == 1)
        metric_write_label(out, "sweet", "no");
    return element == 0;
}

static const struct metric_shape by_sort = {.labels = name_sort};
static const struct metric_shape in_tens = {.scale = &tens};
static const struct metric_shape by_sort_in_tens = {.labels = name_sort,
                                                    .scale = &tens};

#define TEA_METRICS(X)                                                         \
    X(counter, cups, 2, &by_sort, "tea_cups_total", "Cups poured.")            \
    X(gauge, celsius, 1, NULL, "tea_celsius", "How hot it is.")                \
    X(histogram, steeped, 1, &in_tens, "tea_steeped_seconds", "How long.")     \
    X(counter, poured, 1, &in_tens, "tea_poured_total", "How much.")

struct tea {
    TEA_METRICS(METRIC_MEMBER)
};

#define ROW(...) METRIC_ROW(struct tea, __VA_ARGS__)
extern const struct metric_table tea_table;
METRIC_TABLE(tea_table, struct tea, TEA_METRICS(ROW))

static struct metric_registry registry;
static struct tea pots[2];
static struct strbuf text;

static int set_up(void **state)
{
    (void)state;
    memset(&registry, 0, sizeof registry);
    memset(pots, 0, sizeof pots);
    strbuf_init(&text, TEXT_MAX_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    strbuf_clear(&text);
    return 0;
}

static const char *write_all(void)
{
    metric_write_text(&registry, &text);
    return strbuf_string(&text);
}

static void test_nothing_counted_is_told_as_0(void **state)
{
    (void)state;
    metric_register(&registry, &tea_table, &pots[0]);
    assert_string_equal(write_all(),
                        "# HELP tea_cups_total Cups poured.\n"
                        "# TYPE tea_cups_total counter\n"
                        "tea_cups_total{sort=\"green\"} 0\n"
                        "# HELP tea_celsius How hot it is.\n"
                        "# TYPE tea_celsius gauge\n"
                        "tea_celsius 0\n"
                        "# HELP tea_steeped_seconds How long.\n"
                        "# TYPE tea_steeped_seconds histogram\n"
                        "tea_steeped_seconds_bucket{le=\"0.1\"} 0\n"
                        "tea_steeped_seconds_bucket{le=\"10\"} 0\n"
                        "tea_steeped_seconds_bucket{le=\"+Inf\"} 0\n"
                        "tea_steeped_seconds_sum 0\n"
                        "tea_steeped_seconds_count 0\n"
                        "# HELP tea_poured_total How much.\n"
                        "# TYPE tea_poured_total counter\n"
                        "tea_poured_total 0\n");
}

static void assert_told(const char *line)
{
    if (strstr(strbuf_string(&text), line) == NULL)
        fail_msg("no %s in\n%s", line, strbuf_string(&text));
}

static void test_what_several_count_is_added_up(void **state)
{
    (void)state;
    metric_register(&registry, &tea_table, &pots[0]);
    metric_register(&registry, &tea_table, &pots[1]);
    for (size_t i = 0; i < 2; i++) {
        metric_add(&pots[i].cups[0], 3 + i);
        metric_add(&pots[i].cups[1], UINT32_MAX);
        metric_set(pots[i].celsius, 40.25);
        metric_observe(pots[i].steeped, &tens, 1);
        metric_observe(pots[i].steeped, &tens, 101);
    }
    metric_add(pots[1].poured, 25);
    write_all();
    assert_told("\ntea_cups_total{sort=\"green\"} 7\n");
    assert_told("\ntea_cups_total{sort=\"black\",sweet=\"no\"} 8589934590\n");
    assert_told("\ntea_celsius 80.5\n");
    assert_told("\ntea_steeped_seconds_bucket{le=\"0.1\"} 2\n");
    assert_told("\ntea_steeped_seconds_bucket{le=\"10\"} 2\n");
    assert_told("\ntea_steeped_seconds_bucket{le=\"+Inf\"} 4\n");
    assert_told("\ntea_steeped_seconds_sum 20.4\n");
    assert_told("\ntea_steeped_seconds_count 4\n");
    assert_told("\ntea_poured_total 2.5\n");
}

/* A date has ten digits, and a fraction. */
static void test_a_gauge_keeps_its_digits(void **state)
{
    (void)state;
    metric_register(&registry, &tea_table, &pots[0]);
    metric_set(pots[0].celsius, 1795302831.125);
    write_all();
    assert_told("\ntea_celsius 1795302831.125\n");
}

static void test_what_is_not_known_is_not_told(void **state)
{
    (void)state;
    metric_register(&registry, &tea_table, &pots[0]);
    metric_set(pots[0].celsius, (double)NAN);
    write_all();
    assert_told("# TYPE tea_celsius gauge\n# HELP");
}

static const struct metric histograms[] = {
    {"tea_seconds", "By sort.", METRIC_TYPE_histogram,
     offsetof(struct tea, steeped), 1, &by_sort_in_tens}};
static const struct metric_table labelled = {histograms, 1, sizeof(struct tea)};

static void test_a_bucket_has_its_labels_before_its_bound(void **state)
{
    (void)state;
    metric_register(&registry, &labelled, &pots[0]);
    write_all();
    assert_told("\ntea_seconds_bucket{sort=\"green\",le=\"+Inf\"} 0\n");
    assert_told("\ntea_seconds_sum{sort=\"green\"} 0\n");
}

static void fill(void *arg, void *metrics)
{
    struct tea *tea = metrics;
    const double *celsius = arg;

    assert_int_equal(metric_count(tea->cups), 0);
    metric_add(tea->cups, 1);
    metric_set(tea->celsius, *celsius);
}

static void test_what_is_found_out_is_found_out_each_time(void **state)
{
    double celsius = 20;

    (void)state;
    metric_register_filled(&registry, &tea_table, fill, &celsius);
    write_all();
    assert_told("\ntea_celsius 20\n");
    celsius = 21;
    strbuf_rewind(&text);
    write_all();
    assert_told("\ntea_celsius 21\n");
    assert_told("\ntea_cups_total{sort=\"green\"} 1\n");
}

static void test_without_memory_the_text_has_failed(void **state)
{
    double celsius = 20;

    (void)state;
    metric_register_filled(&registry, &tea_table, fill, &celsius);
    calloc_fail_after(0);
    metric_write_text(&registry, &text);
    assert_true(calloc_fail_never());
    assert_false(strbuf_ok(&text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_counted_is_told_as_0,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_several_count_is_added_up,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_gauge_keeps_its_digits, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_not_known_is_not_told,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_bucket_has_its_labels_before_its_bound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_what_is_found_out_is_found_out_each_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_without_memory_the_text_has_failed,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
