#include "server/http/change_budget.h"

#include "tests/unit/failing_calloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1000 * 1000, MOST = 6, TEN_MINUTES_MS = 600 * 1000 };

static struct change_budget *begin(unsigned most)
{
    struct change_budget *budget = change_budget_new(most);

    assert_non_null(budget);
    return budget;
}

static bool ask(struct change_budget *budget, const char *name,
                const char *text, int64_t now_ms)
{
    struct address address;

    assert_true(address_parse(span_from_string(text), &address));
    return change_budget_grants(budget, span_from_string(name), &address,
                                now_ms);
}

/* To and fro, so many times. Returns how many were granted. */
static unsigned flap(struct change_budget *budget, const char *name,
                     unsigned count, int64_t now_ms)
{
    unsigned granted = 0;

    for (unsigned i = 0; i < count; i++)
        granted +=
            ask(budget, name, i % 2 == 0 ? "192.0.2.1" : "192.0.2.2", now_ms);
    return granted;
}

static void test_a_record_may_change_so_often(void **state)
{
    struct change_budget *budget = begin(MOST);

    (void)state;
    assert_int_equal(flap(budget, "a.example.org", MOST, NOW), MOST);
    assert_false(ask(budget, "a.example.org", "192.0.2.1", NOW));
    assert_false(ask(budget, "a.example.org", "192.0.2.3", NOW));
    change_budget_free(budget);
}

static void test_each_record_has_its_own(void **state)
{
    struct change_budget *budget = begin(MOST);

    (void)state;
    assert_int_equal(flap(budget, "a.example.org", MOST, NOW), MOST);
    assert_true(ask(budget, "a.example.org", "2001:db8::1", NOW));
    assert_true(ask(budget, "b.example.org", "192.0.2.1", NOW));
    assert_true(ask(budget, "a.example.com", "192.0.2.1", NOW));
    change_budget_free(budget);
}

/* An outage of Route 53, say, during which a client asks once a second. */
static void test_to_ask_again_for_the_same_costs_nothing(void **state)
{
    struct change_budget *budget = begin(MOST);

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_true(ask(budget, "a.example.org", "192.0.2.1", NOW));
    assert_int_equal(flap(budget, "a.example.org", MOST + 1, NOW), MOST);
    change_budget_free(budget);
}

static void test_what_was_granted_last_is_granted_again(void **state)
{
    struct change_budget *budget = begin(MOST);

    (void)state;
    assert_int_equal(flap(budget, "a.example.org", MOST, NOW), MOST);
    assert_false(ask(budget, "a.example.org", "192.0.2.1", NOW));
    assert_true(ask(budget, "a.example.org", "192.0.2.2", NOW));
    change_budget_free(budget);
}

static void test_a_wish_that_is_refused_is_granted_in_its_time(void **state)
{
    struct change_budget *budget = begin(MOST);

    (void)state;
    assert_int_equal(flap(budget, "a.example.org", MOST, NOW), MOST);
    assert_false(ask(budget, "a.example.org", "192.0.2.3", NOW));
    assert_false(
        ask(budget, "a.example.org", "192.0.2.3", NOW + TEN_MINUTES_MS - 1000));
    assert_true(
        ask(budget, "a.example.org", "192.0.2.3", NOW + TEN_MINUTES_MS + 1));
    assert_false(
        ask(budget, "a.example.org", "192.0.2.4", NOW + TEN_MINUTES_MS + 1));
    change_budget_free(budget);
}

/* All of them have a new address at the same moment. */
static void test_very_many_hosts_may_change_at_once(void **state)
{
    enum { HOSTS = 4 * CHANGE_BUDGET_RECORDS };
    struct change_budget *budget = begin(MOST);

    (void)state;
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < HOSTS; i++) {
            char name[32];

            snprintf(name, sizeof name, "h%u.example.org", i);
            assert_true(
                ask(budget, name, round == 0 ? "192.0.2.1" : "192.0.2.2", NOW));
        }
    change_budget_free(budget);
}

static void test_zero_is_no_limit(void **state)
{
    struct change_budget *budget = begin(0);

    (void)state;
    assert_int_equal(flap(budget, "a.example.org", 10000, NOW), 10000);
    change_budget_free(budget);
}

static void test_one_is_a_limit(void **state)
{
    struct change_budget *budget = begin(1);

    (void)state;
    assert_int_equal(flap(budget, "a.example.org", 2, NOW), 1);
    change_budget_free(budget);
}

static void test_memory_may_be_short(void **state)
{
    (void)state;
    for (unsigned successes = 0; successes < 3; successes++) {
        calloc_fail_after(successes);
        assert_null(change_budget_new(MOST));
        assert_true(calloc_fail_never());
    }
    change_budget_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_record_may_change_so_often),
        cmocka_unit_test(test_each_record_has_its_own),
        cmocka_unit_test(test_to_ask_again_for_the_same_costs_nothing),
        cmocka_unit_test(test_what_was_granted_last_is_granted_again),
        cmocka_unit_test(test_a_wish_that_is_refused_is_granted_in_its_time),
        cmocka_unit_test(test_very_many_hosts_may_change_at_once),
        cmocka_unit_test(test_zero_is_no_limit),
        cmocka_unit_test(test_one_is_a_limit),
        cmocka_unit_test(test_memory_may_be_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
