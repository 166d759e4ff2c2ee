#include "server/dns/update_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static unsigned answers;

static void on_done(struct update_request *request)
{
    assert_int_equal(request->open, 0);
    answers++;
}

static struct update_request *request_of(size_t count)
{
    struct update_request *request = update_request_new(count);

    assert_non_null(request);
    request->done = on_done;
    answers = 0;
    return request;
}

static void test_a_new_request_is_open_in_all_its_changes(void **state)
{
    struct update_request *request = request_of(3);

    (void)state;
    assert_int_equal(request->count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(request->changes[i].outcome, OUTCOME_OPEN);
    update_request_free(request);
    update_request_free(NULL);
}

static void test_a_trace_is_copied_and_freed_with_the_request(void **state)
{
    char word[] = "4bf92f3577b34da6a3ce929d0e0e4736";
    struct update_request *request = request_of(1);

    (void)state;
    assert_int_equal(update_request_trace(request).len, 0);
    update_request_set_trace(request, span_from("", 0));
    assert_null(request->trace);
    update_request_set_trace(request, span_from(word, 32));
    word[0] = 'x';
    assert_true(span_is(update_request_trace(request),
                        "4bf92f3577b34da6a3ce929d0e0e4736"));
    update_request_free(request);
}

static void test_what_is_asked_for_is_copied(void **state)
{
    struct update_request *request = request_of(1);
    struct address address = {ADDRESS_IPV4, {192, 0, 2, 1}};
    char name[DNS_NAME_MAX];

    (void)state;
    memset(name, 'x', sizeof name);
    update_change_set(&request->changes[0], span_from(name, sizeof name),
                      &address, 60);
    memset(name, 'y', sizeof name);
    assert_int_equal(update_change_name(&request->changes[0]).len,
                     DNS_NAME_MAX);
    assert_int_equal(request->changes[0].name[DNS_NAME_MAX - 1], 'x');
    assert_true(address_equal(&request->changes[0].address, &address));
    assert_int_equal(request->changes[0].ttl, 60);
    update_request_free(request);
}

/* Not before the updater has let go of it, for it still looks at the names. */
static void test_the_answer_comes_with_the_last_outcome(void **state)
{
    struct update_request *request = request_of(2);
    struct address written = {ADDRESS_IPV4, {192, 0, 2, 1}};

    (void)state;
    update_request_hold(request);
    update_change_end(&request->changes[1], OUTCOME_ACCEPTED, &written);
    update_change_end(&request->changes[0], OUTCOME_REFUSED, NULL);
    assert_int_equal(answers, 0);
    update_request_release(request);
    assert_int_equal(answers, 1);
    assert_int_equal(request->changes[0].outcome, OUTCOME_REFUSED);
    assert_int_equal(request->changes[1].outcome, OUTCOME_ACCEPTED);
    assert_true(address_equal(&request->changes[1].written, &written));
    update_request_free(request);
}

static void test_an_outcome_may_come_after_the_hold(void **state)
{
    struct update_request *request = request_of(1);

    (void)state;
    update_request_hold(request);
    update_request_release(request);
    assert_int_equal(answers, 0);
    update_change_end(&request->changes[0], OUTCOME_EXPIRED, NULL);
    assert_int_equal(answers, 1);
    update_request_free(request);
}

static void test_what_is_known_from_the_start_is_not_waited_for(void **state)
{
    struct update_request *request = request_of(2);

    (void)state;
    request->changes[0].outcome = OUTCOME_UNCHANGED;
    update_request_hold(request);
    assert_false(request->changes[0].was_open);
    assert_true(request->changes[1].was_open);
    update_change_end(&request->changes[1], OUTCOME_ACCEPTED, NULL);
    update_request_release(request);
    assert_int_equal(answers, 1);
    update_request_free(request);
}

static void test_a_request_for_nothing_ends_with_its_hold(void **state)
{
    struct update_request *request = request_of(0);

    (void)state;
    update_request_hold(request);
    assert_int_equal(answers, 0);
    update_request_release(request);
    assert_int_equal(answers, 1);
    update_request_free(request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_request_is_open_in_all_its_changes),
        cmocka_unit_test(test_a_trace_is_copied_and_freed_with_the_request),
        cmocka_unit_test(test_what_is_asked_for_is_copied),
        cmocka_unit_test(test_the_answer_comes_with_the_last_outcome),
        cmocka_unit_test(test_an_outcome_may_come_after_the_hold),
        cmocka_unit_test(test_what_is_known_from_the_start_is_not_waited_for),
        cmocka_unit_test(test_a_request_for_nothing_ends_with_its_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
