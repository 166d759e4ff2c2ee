#include "server/state/health_metrics.h"

#include "base/clock.h"
#include "tests/unit/metric_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct health health;

static void note(enum aws_condition condition)
{
    struct health_news news = {condition, "", "", ""};

    health_note_route53(&health, time(NULL), HEALTH_CHANGE, &news);
}

static struct health_metrics filled(void)
{
    struct health_metrics metrics = {0};

    health_metrics_fill(&health, &metrics);
    return metrics;
}

static void assert_says(const char *line)
{
    struct health_metrics metrics = filled();

    assert_told(&health_metric_table, &metrics, line);
}

static void test_before_the_first_table_nothing_is_said_of_it(void **state)
{
    struct health_metrics metrics;

    (void)state;
    health_init(&health, true, time(NULL));
    metrics = filled();
    assert_told(&health_metric_table, &metrics, "dyndns53_ready 0");
    assert_not_told(&health_metric_table, &metrics, "dyndns53_hosts ");
    assert_not_told(&health_metric_table, &metrics,
                    "dyndns53_table_age_seconds ");
    assert_not_told(&health_metric_table, &metrics,
                    "dyndns53_table_last_success_timestamp_seconds ");
}

static void test_with_a_table_and_route_53_it_is_ready(void **state)
{
    (void)state;
    health_init(&health, false, time(NULL));
    health_note_table(&health, 3);
    assert_says("dyndns53_ready 0"); /* Route 53 was not asked yet */
    note(AWS_WELL);
    assert_says("dyndns53_ready 1");
    assert_says("dyndns53_hosts 3");
    note(AWS_UNREACHABLE);
    assert_says("dyndns53_ready 0");
}

static void test_a_table_without_hosts_is_told_of(void **state)
{
    (void)state;
    health_init(&health, false, time(NULL));
    health_note_table(&health, 0);
    assert_says("dyndns53_hosts 0");
}

static void test_the_age_is_since_the_last_success(void **state)
{
    struct health_metrics metrics;

    (void)state;
    health_init(&health, false, time(NULL));
    health_note_table(&health, 3);
    atomic_store(&health.table_confirmed_ms, clock_now_ms() - 3600 * 1000);
    atomic_store(&health.table_confirmed_at, 1795302831);
    health_note_reload_failed(&health);
    assert_says("dyndns53_table_last_success_timestamp_seconds 1795302831");
    metrics = filled();
    assert_true(metric_value(metrics.age) >= 3600);
    health_note_table(&health, 3);
    metrics = filled();
    assert_true(metric_value(metrics.age) < 3600);
}

static void test_one_state_of_each_service_is_1(void **state)
{
    struct health_metrics metrics;

    (void)state;
    health_init(&health, true, time(NULL));
    note(AWS_THROTTLED);
    assert_says("dyndns53_aws_state{service=\"route53\",state=\"throttled\"} "
                "1");
    assert_says("dyndns53_aws_state{service=\"route53\",state=\"ok\"} 0");
    assert_says("dyndns53_aws_state{service=\"s3\",state=\"unknown\"} 1");
    assert_says("dyndns53_aws_state{service=\"s3\",state=\"unreachable\"} 0");
    health_init(&health, false, time(NULL));
    metrics = filled();
    assert_not_told(&health_metric_table, &metrics,
                    "dyndns53_aws_state{service=\"s3\"");
}

static void test_a_certificate_is_told_of_where_there_is_one(void **state)
{
    struct health_metrics metrics;

    (void)state;
    health_init(&health, false, time(NULL));
    metrics = filled();
    assert_not_told(&health_metric_table, &metrics,
                    "dyndns53_tls_certificate_expiry_timestamp_seconds ");
    health_note_certificate(&health, 1795302831);
    assert_says("dyndns53_tls_certificate_expiry_timestamp_seconds "
                "1795302831");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_before_the_first_table_nothing_is_said_of_it),
        cmocka_unit_test(test_with_a_table_and_route_53_it_is_ready),
        cmocka_unit_test(test_a_table_without_hosts_is_told_of),
        cmocka_unit_test(test_the_age_is_since_the_last_success),
        cmocka_unit_test(test_a_certificate_is_told_of_where_there_is_one),
        cmocka_unit_test(test_one_state_of_each_service_is_1),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
