#include "server/alerts/alert_metrics.h"

#include "tests/unit/metric_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_each_kind_is_shown_even_at_nought(void **state)
{
    struct alert_metrics metrics = {0};

    (void)state;
    assert_told(&alert_metric_table, &metrics,
                "dyndns53_alerts{kind=\"login_attacked\"} 0");
    metric_set(&metrics.going_on[ALERT_HOST_SILENT], 3);
    assert_told(&alert_metric_table, &metrics,
                "dyndns53_alerts{kind=\"host_silent\"} 3");
}

/* Else Prometheus would not see the first of them as an increase. */
static void test_each_result_is_shown_even_at_nought(void **state)
{
    struct alert_metrics metrics = {0};

    (void)state;
    assert_told(
        &alert_metric_table, &metrics,
        "dyndns53_alert_messages_total{sender=\"sns\",result=\"failed\"} 0");
}

static void test_each_sender_has_its_results(void **state)
{
    static const struct {
        enum alert_sender sender;
        enum alert_result result;
        const char *line;
    } rows[] = {
        {ALERT_BY_SNS, ALERT_SENT,
         "dyndns53_alert_messages_total{sender=\"sns\",result=\"sent\"} 1"},
        {ALERT_BY_WEBHOOK, ALERT_NOT_SENT,
         "dyndns53_alert_messages_total{sender=\"webhook\",result=\"failed\"} "
         "1"},
        {ALERT_BY_COMMAND, ALERT_SENT,
         "dyndns53_alert_messages_total{sender=\"command\",result=\"sent\"} "
         "1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct alert_metrics metrics = {0};

        alert_metrics_note(&metrics, rows[i].sender, rows[i].result);
        assert_told(&alert_metric_table, &metrics, rows[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_is_shown_even_at_nought),
        cmocka_unit_test(test_each_result_is_shown_even_at_nought),
        cmocka_unit_test(test_each_sender_has_its_results),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
