#include "server/http/http_metrics.h"

#include "tests/unit/metric_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *label;
    enum http_route route;
    enum answer answer;
    int64_t milliseconds;
    const char *counted, *timed;
} cases[] = {
    {"an update, and how long it took", HTTP_ROUTE_NIC_UPDATE, ANSWER_GOOD, 120,
     "dyndns53_http_requests_total{route=\"/nic/update\",outcome=\"good\"} 1",
     "dyndns53_http_request_duration_seconds_sum{route=\"/nic/update\"} 0.12"},
    {"what takes no time", HTTP_ROUTE_CHECK_IP, ANSWER_OK, 0,
     "dyndns53_http_requests_total{route=\"/check_ip\",outcome=\"ok\"} 1",
     "dyndns53_http_request_duration_seconds_bucket{route=\"/check_ip\","
     "le=\"0.001\"} 1"},
    {"the root", HTTP_ROUTE_ROOT, ANSWER_NOCHG, 30,
     "dyndns53_http_requests_total{route=\"/\",outcome=\"nochg\"} 1",
     "dyndns53_http_request_duration_seconds_bucket{route=\"/\",le=\"0.025\"} "
     "0"},
    {"no URL of ours", HTTP_ROUTE_NONE, ANSWER_NOT_FOUND, 1,
     "dyndns53_http_requests_total{route=\"none\",outcome=\"not_found\"} 1",
     "dyndns53_http_request_duration_seconds_count{route=\"none\"} 1"},
    {"what is not to be expected", HTTP_ROUTE_CHECK_IP, ANSWER_ABUSE, 1,
     "dyndns53_http_requests_total{route=\"/check_ip\",outcome=\"abuse\"} 1",
     "dyndns53_http_request_duration_seconds_count{route=\"/check_ip\"} 1"},
    {"the last of all", (enum http_route)(HTTP_ROUTES - 1),
     (enum answer)(ANSWERS - 1), 1,
     "dyndns53_http_requests_total{route=\"/v3/update\",outcome=\"other\"} 1",
     "dyndns53_http_request_duration_seconds_count{route=\"/v3/update\"} 1"},
};

static void test_an_answer_is_counted_and_timed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct http_metrics metrics = {0};

        print_message("  %s\n", cases[i].label);
        http_metrics_note_answer(&metrics, cases[i].route, cases[i].answer,
                                 cases[i].milliseconds);
        assert_told(&http_metric_table, &metrics, cases[i].counted);
        assert_told(&http_metric_table, &metrics, cases[i].timed);
    }
}

static void test_what_is_to_be_expected_is_there_before_it_happens(void **state)
{
    struct http_metrics metrics = {0};

    (void)state;
    assert_told(&http_metric_table, &metrics,
                "dyndns53_http_requests_total{route=\"/register_ip\","
                "outcome=\"badauth\"} 0");
    assert_told(&http_metric_table, &metrics,
                "dyndns53_http_requests_total{route=\"/reflect\","
                "outcome=\"ok\"} 0");
    assert_not_told(&http_metric_table, &metrics,
                    "dyndns53_http_requests_total{route=\"/check_ip\","
                    "outcome=\"abuse\"}");
    assert_not_told(&http_metric_table, &metrics,
                    "dyndns53_changes_total{outcome=\"open\"}");
}

static void test_loops_share_no_cache_line(void **state)
{
    static struct http_metrics two[2];

    (void)state;
    assert_int_equal((uintptr_t)&two[0] % 64, 0);
    assert_int_equal(sizeof two[0] % 64, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_is_counted_and_timed),
        cmocka_unit_test(
            test_what_is_to_be_expected_is_there_before_it_happens),
        cmocka_unit_test(test_loops_share_no_cache_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
