#include "server/dns/dns_metrics.h"

#include "aws/route53_limits.h"
#include "tests/unit/metric_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_each_result_of_a_batch_has_its_word(void **state)
{
    static const char *const lines[DNS_BATCH_RESULTS] = {
        [DNS_BATCH_ACCEPTED] = "dyndns53_batches_total{result=\"accepted\"} 1",
        [DNS_BATCH_REFUSED] = "dyndns53_batches_total{result=\"refused\"} 1",
        [DNS_BATCH_THROTTLED] =
            "dyndns53_batches_total{result=\"throttled\"} 1",
        [DNS_BATCH_FAILED] = "dyndns53_batches_total{result=\"failed\"} 1",
    };

    (void)state;
    for (size_t i = 0; i < DNS_BATCH_RESULTS; i++) {
        struct dns_metrics metrics = {0};

        metric_add(&metrics.batches[i], 1);
        assert_told(&dns_metric_table, &metrics, lines[i]);
    }
}

static void test_the_fullest_batch_is_within_the_bounds(void **state)
{
    struct dns_metrics metrics = {0};

    (void)state;
    metric_observe(metrics.batch_size, &dns_metric_scale,
                   ROUTE53_BATCH_MAX_UPSERTS);
    assert_told(&dns_metric_table, &metrics,
                "dyndns53_batch_changes_bucket{le=\"250\"} 0");
    assert_told(&dns_metric_table, &metrics,
                "dyndns53_batch_changes_bucket{le=\"500\"} 1");
    assert_told(&dns_metric_table, &metrics, "dyndns53_batch_changes_sum 500");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_result_of_a_batch_has_its_word),
        cmocka_unit_test(test_the_fullest_batch_is_within_the_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
