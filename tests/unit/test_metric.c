#include "base/metric.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct metric_scale scale = {
    .per_unit = 1, .count = 3, .bounds = {1, 10, 100}};

static const struct {
    const char *label;
    int64_t value;
    size_t bucket;
    uint64_t sum;
} observed[] = {
    {"nothing is in the first", 0, 0, 0},
    {"a bound is in its own", 1, 0, 1},
    {"and what is above it in the next", 2, 1, 2},
    {"the last bound too", 100, 2, 100},
    {"what is beyond all bounds is kept", 101, 3, 101},
    {"however much it is", INT64_MAX, 3, INT64_MAX},
    {"a clock that was set back counts as no time", -5, 0, 0},
};

static void test_a_value_is_in_the_first_bucket_that_holds_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof observed / sizeof observed[0]; i++) {
        struct metric_histogram histogram = {0};

        print_message("  %s\n", observed[i].label);
        metric_observe(&histogram, &scale, observed[i].value);
        for (size_t j = 0; j <= METRIC_BOUNDS_MAX; j++)
            assert_int_equal(metric_count(&histogram.buckets[j]),
                             j == observed[i].bucket);
        assert_int_equal(metric_count(&histogram.sum), observed[i].sum);
    }
}

static void test_bounds_ascend(void **state)
{
    (void)state;
    assert_in_range(metric_scale_ms.count, 1, METRIC_BOUNDS_MAX);
    for (size_t i = 1; i < metric_scale_ms.count; i++)
        assert_true(metric_scale_ms.bounds[i - 1] < metric_scale_ms.bounds[i]);
}

enum { EVENTS = 200000 };

static void *count_events(void *arg)
{
    struct metric_counter *counter = arg;

    for (size_t i = 0; i < EVENTS; i++)
        metric_add(counter, 1);
    return NULL;
}

/* For TSan, too. */
static void test_a_reader_sees_a_counter_grow_and_nothing_else(void **state)
{
    struct metric_counter counter = {0};
    uint64_t before = 0, now;
    pthread_t writer;

    (void)state;
    assert_int_equal(pthread_create(&writer, NULL, count_events, &counter), 0);
    do {
        now = metric_count(&counter);
        assert_true(now >= before);
        before = now;
    } while (now < EVENTS);
    pthread_join(writer, NULL);
    assert_int_equal(metric_count(&counter), EVENTS);
}

static void test_a_gauge_says_what_was_set_last(void **state)
{
    struct metric_gauge gauge = {0};

    (void)state;
    assert_true(metric_value(&gauge) <= 0);
    metric_set(&gauge, 2.5);
    metric_set(&gauge, -1.5);
    assert_true(metric_value(&gauge) <= -1.5 && metric_value(&gauge) >= -1.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_value_is_in_the_first_bucket_that_holds_it),
        cmocka_unit_test(test_bounds_ascend),
        cmocka_unit_test(test_a_reader_sees_a_counter_grow_and_nothing_else),
        cmocka_unit_test(test_a_gauge_says_what_was_set_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
