#include "aws/clock_skew.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define ERROR(code, message)                                                   \
    "<Error><Code>" code "</Code><Message>" message "</Message></Error>"

#define TOO_SKEWED ERROR("RequestTimeTooSkewed", "too large")
#define MISMATCH(message) ERROR("SignatureDoesNotMatch", message)

enum { NOW = 1700000000, HOUR = 3600, FIVE_MINUTES = 300 };

static const struct {
    const char *label;
    int64_t known, used;
    long http_status;
    int64_t date;
    const char *body;
    bool again;
    int64_t learnt;
} answers[] = {
    {"S3 says so, and our clock is behind", 0, 0, 403, NOW + HOUR, TOO_SKEWED,
     true, HOUR},
    {"and ahead", 0, 0, 403, NOW - HOUR, TOO_SKEWED, true, -HOUR},
    {"a code for the same", 0, 0, 400, NOW + HOUR, ERROR("RequestExpired", ""),
     true, HOUR},
    {"Route 53 says so in words", 0, 0, 403, NOW + FIVE_MINUTES,
     MISMATCH("Signature expired: 1 is now earlier than 2"), true,
     FIVE_MINUTES},
    {"and of a time to come", 0, 0, 403, NOW - FIVE_MINUTES,
     ERROR("InvalidSignatureException", "Signature not yet current: 3"), true,
     -FIVE_MINUTES},
    {"a signature that does not match for no stated reason", 0, 0, 403,
     NOW + HOUR, MISMATCH("check your key"), true, HOUR},
    {"an answer to HEAD has no words", 0, 0, 403, NOW + HOUR, "", true, HOUR},
    {"a signature that does not match at the right time", 0, 0, 403, NOW + 5,
     MISMATCH("check your key"), false, 0},
    {"a permission that is missing at the wrong time", 0, 0, 403, NOW + HOUR,
     ERROR("AccessDenied", "no"), false, 0},
    {"an object that is missing at the wrong time", 0, 0, 404, NOW + HOUR,
     ERROR("NoSuchKey", "no"), false, 0},
    {"a Date that agrees with us is no help", 0, 0, 403, NOW + 30, TOO_SKEWED,
     false, 0},
    {"nor is none", 0, 0, 403, 0, TOO_SKEWED, false, 0},
    {"nor one that no signature can carry", 0, 0, 403, INT64_C(253402300800),
     TOO_SKEWED, false, 0},
    {"what was used is what counts", HOUR, HOUR, 403, NOW + HOUR, TOO_SKEWED,
     false, HOUR},
    {"another request has learnt it meanwhile", HOUR, 0, 403, NOW + HOUR + 1,
     TOO_SKEWED, true, HOUR},
    {"a clock that goes on drifting", HOUR, HOUR, 403, NOW + 2 * HOUR,
     TOO_SKEWED, true, 2 * HOUR},
    {"a clock that was set right", HOUR, HOUR, 403, NOW - 1, TOO_SKEWED, true,
     0},
    {"an answer that is well says nothing", 0, 0, 200, NOW + HOUR, "", false,
     0},
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct aws_response response = {
            .service = AWS_S3,
            .http_status = answers[i].http_status,
            .date = answers[i].date,
            .body = span_from_string(answers[i].body),
            .request_id = "r-1",
        };
        int64_t known = answers[i].known;

        print_message("  %s\n", answers[i].label);
        assert_int_equal(
            clock_skew_learn(&known, answers[i].used, &response, NOW),
            answers[i].again);
        assert_int_equal(known, answers[i].learnt);
    }
}

static void test_half_an_answer_is_not_believed(void **state)
{
    struct aws_response response = {
        .transport = STATUS_UNAVAILABLE,
        .http_status = 403,
        .date = NOW + HOUR,
        .body = span_from_string(TOO_SKEWED),
    };
    int64_t known = 0;

    (void)state;
    assert_false(clock_skew_learn(&known, 0, &response, NOW));
    assert_int_equal(known, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_half_an_answer_is_not_believed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
