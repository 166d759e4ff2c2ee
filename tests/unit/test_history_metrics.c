#include "server/history/history_metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_without_a_store_nothing_is_known_of_one(void **state)
{
    const struct history_figures figures = {
        .lost = 3, .hosts = 5, .known_bytes = 700};
    struct history_metrics metrics = {.lost = {{0}}};

    (void)state;
    history_metrics_fill(&figures, 10000, &metrics);
    assert_int_equal(metric_count(metrics.lost), 3);
    assert_true(metric_value(metrics.hosts) == 5);
    assert_true(metric_value(metrics.known) == 700);
    assert_true(isnan(metric_value(metrics.as_of)));
    assert_true(isnan(metric_value(metrics.waiting)));
    assert_true(isnan(metric_value(metrics.oldest)));
    assert_true(isnan(metric_value(metrics.contact)));
}

static void test_what_waits_has_an_age(void **state)
{
    const struct history_figures figures = {
        .as_of = 9000,
        .has_store = true,
        .outbox = {.objects = 2, .bytes = 99, .dropped = 4, .oldest_at = 7000},
        .carrier = {.objects_put = 6,
                    .failures = 7,
                    .damaged = 8,
                    .snapshots = 9,
                    .contact_at = 8500},
    };
    struct history_metrics metrics = {.lost = {{0}}};

    (void)state;
    history_metrics_fill(&figures, 10000, &metrics);
    assert_true(metric_value(metrics.as_of) == 9);
    assert_true(metric_value(metrics.waiting) == 2);
    assert_true(metric_value(metrics.bytes) == 99);
    assert_true(metric_value(metrics.oldest) == 3);
    assert_true(metric_value(metrics.contact) == 8.5);
    assert_int_equal(metric_count(metrics.put), 6);
    assert_int_equal(metric_count(metrics.dropped), 4);
    assert_int_equal(metric_count(metrics.failures), 7);
    assert_int_equal(metric_count(metrics.damaged), 8);
    assert_int_equal(metric_count(metrics.snapshots), 9);
}

static void test_where_nothing_waits_it_is_not_old(void **state)
{
    const struct history_figures figures = {.has_store = true};
    struct history_metrics metrics = {.lost = {{0}}};

    (void)state;
    history_metrics_fill(&figures, 10000, &metrics);
    assert_true(metric_value(metrics.oldest) == 0);
    assert_true(isnan(metric_value(metrics.contact)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_store_nothing_is_known_of_one),
        cmocka_unit_test(test_what_waits_has_an_age),
        cmocka_unit_test(test_where_nothing_waits_it_is_not_old),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
