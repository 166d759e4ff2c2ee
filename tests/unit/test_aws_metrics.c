#include "aws/aws_metrics.h"

#include "aws/aws_error.h"
#include "tests/unit/metric_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define CALLS "dyndns53_aws_calls_total{operation=\"ChangeResourceRecordSets\","

static struct aws_response refusal(long http_status, const char *code,
                                   char body[256])
{
    int len = snprintf(body, 256,
                       "<ErrorResponse xmlns=\"https://route53.amazonaws.com/"
                       "doc/2013-04-01/\"><Error><Type>Sender</Type><Code>%s"
                       "</Code><Message>no</Message></Error>"
                       "</ErrorResponse>",
                       code);

    return (struct aws_response){.service = AWS_ROUTE53,
                                 .http_status = http_status,
                                 .body = span_from(body, (size_t)len)};
}

static void assert_counted(const struct aws_response *response,
                           const char *line)
{
    static struct aws_metrics metrics;

    memset(&metrics, 0, sizeof metrics);
    aws_metrics_note(&metrics, AWS_CHANGE_RECORDS, response, 120);
    assert_told(&aws_metric_table, &metrics, line);
    assert_told(&aws_metric_table, &metrics,
                "dyndns53_aws_call_duration_seconds_sum{operation="
                "\"ChangeResourceRecordSets\"} 0.12");
}

static const struct {
    const char *label;
    struct aws_response response;
    const char *line;
} ended[] = {
    {"a good answer", {.http_status = 200}, CALLS "code=\"ok\"} 1"},
    {"that nothing is new", {.http_status = 304}, CALLS "code=\"ok\"} 1"},
    {"none in time",
     {.transport = STATUS_UNAVAILABLE, .timed_out = true},
     CALLS "code=\"timeout\"} 1"},
    {"none",
     {.transport = STATUS_UNAVAILABLE},
     CALLS "code=\"unreachable\"} 1"},
    {"one that was cut short",
     {.transport = STATUS_UNAVAILABLE, .http_status = 200},
     CALLS "code=\"unreachable\"} 1"},
    {"a refusal without a word",
     {.http_status = 403},
     CALLS "code=\"other\"} 1"},
};

static void test_a_call_is_counted_by_how_it_ended(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ended / sizeof ended[0]; i++) {
        print_message("  %s\n", ended[i].label);
        assert_counted(&ended[i].response, ended[i].line);
    }
}

static void test_codes_that_are_known_are_labels_and_no_others(void **state)
{
    struct aws_response response;
    char body[256];

    (void)state;
    response = refusal(400, "Throttling", body);
    assert_counted(&response, CALLS "code=\"Throttling\"} 1");
    response = refusal(400, "UnknownOperationException", body);
    assert_counted(&response, CALLS "code=\"UnknownOperationException\"} 1");
    response = refusal(400, "BandwidthLimitExceeded", body);
    assert_counted(&response, CALLS "code=\"BandwidthLimitExceeded\"} 1");
    response = refusal(400, "code=&quot;} 7", body);
    assert_counted(&response, CALLS "code=\"other\"} 1");
}

static void test_each_code_and_operation_has_its_own_place(void **state)
{
    static struct aws_metrics metrics;
    const struct aws_response well = {.http_status = 200};

    (void)state;
    memset(&metrics, 0, sizeof metrics);
    for (int i = 0; i < AWS_OPERATIONS; i++)
        aws_metrics_note(&metrics, (enum aws_operation)i, &well, 1);
    assert_told(&aws_metric_table, &metrics,
                "dyndns53_aws_calls_total{operation=\"FetchCredentials\","
                "code=\"ok\"} 1");
    assert_told(&aws_metric_table, &metrics,
                "dyndns53_aws_calls_total{operation=\"GetObject\","
                "code=\"ok\"} 1");
    for (size_t i = 0; i < AWS_ERROR_CODES; i++)
        assert_int_equal(aws_error_code_place(aws_error_code_at(i)), i);
}

/* Of the tool's own calls nothing is told by a server that never makes them. */
static void test_what_the_server_calls_is_there_before_it_does(void **state)
{
    static const struct aws_metrics metrics;

    (void)state;
    assert_told(&aws_metric_table, &metrics, CALLS "code=\"ok\"} 0");
    assert_told(&aws_metric_table, &metrics,
                "dyndns53_aws_call_duration_seconds_count{operation="
                "\"GetObject\"} 0");
    assert_not_told(&aws_metric_table, &metrics, CALLS "code=\"Throttling\"}");
    assert_not_told(&aws_metric_table, &metrics,
                    "dyndns53_aws_calls_total{operation=\"PutObject\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_is_counted_by_how_it_ended),
        cmocka_unit_test(test_codes_that_are_known_are_labels_and_no_others),
        cmocka_unit_test(test_each_code_and_operation_has_its_own_place),
        cmocka_unit_test(test_what_the_server_calls_is_there_before_it_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
