#include "server/dns/expiry_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static unsigned answers;

static void on_done(struct expiry_request *request)
{
    (void)request;
    answers++;
}

static void test_what_is_open_ends_and_the_rest_stays(void **state)
{
    struct expiry_request *request = expiry_request_new(3);

    (void)state;
    answers = 0;
    assert_non_null(request);
    assert_int_equal(request->count, 0);
    request->count = 3;
    request->done = on_done;
    request->rrsets[1].outcome = EXPIRY_REMOVED;
    expiry_request_end(request, EXPIRY_UNAVAILABLE);
    assert_int_equal(answers, 1);
    assert_int_equal(request->rrsets[0].outcome, EXPIRY_UNAVAILABLE);
    assert_int_equal(request->rrsets[1].outcome, EXPIRY_REMOVED);
    assert_int_equal(request->rrsets[2].outcome, EXPIRY_UNAVAILABLE);
    expiry_request_free(request);
    expiry_request_free(NULL);
}

static void test_every_outcome_that_leaves_a_record_has_a_reason(void **state)
{
    (void)state;
    for (int i = 0; i < EXPIRY_OUTCOMES; i++) {
        const char *reason = expiry_outcome_reason((enum expiry_outcome)i);

        assert_non_null(reason);
        assert_int_equal(reason[0] == '\0',
                         i == EXPIRY_OPEN || i == EXPIRY_REMOVED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_open_ends_and_the_rest_stays),
        cmocka_unit_test(test_every_outcome_that_leaves_a_record_has_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
