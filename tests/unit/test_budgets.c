#include "server/http/budgets.h"

#include "tests/unit/failing_calloc.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1000 * 1000, MINUTE_MS = 60 * 1000 };

/* 60 at once; one comes back in a minute. Who had no room waits for half. */
static const struct budget_terms terms = {
    .most = 60, .rest = 30, .repeat = 1.0 / 4, .memory = 4, .sets = 1};

static struct budgets *begin(const struct budget_terms *some)
{
    struct budgets *budgets = budgets_new(some);

    assert_non_null(budgets);
    return budgets;
}

/* So many different things. Returns how many were granted. */
static unsigned spend(struct budgets *budgets, uint64_t key, unsigned count,
                      int64_t now_ms)
{
    static uint64_t tag;
    unsigned granted = 0;

    while (count-- > 0)
        granted += budgets_spend(budgets, key, ++tag, now_ms).granted;
    return granted;
}

static void test_there_is_so_much_at_once_and_no_more(void **state)
{
    struct budgets *budgets = begin(&terms);

    (void)state;
    assert_int_equal(spend(budgets, 7, 59, NOW), 59);
    assert_int_equal(budgets_wait_ms(budgets, 7, NOW), 0);
    assert_true(budgets_spend(budgets, 7, 1000, NOW).is_last);
    assert_int_equal(spend(budgets, 7, 10, NOW), 0);
    assert_true(budgets_wait_ms(budgets, 7, NOW) > 0);
    budgets_free(budgets);
}

static void test_each_key_has_its_own(void **state)
{
    struct budgets *budgets = begin(&terms);

    (void)state;
    assert_int_equal(spend(budgets, 7, 100, NOW), 60);
    assert_int_equal(budgets_wait_ms(budgets, 8, NOW), 0);
    assert_int_equal(spend(budgets, 8, 100, NOW), 60);
    assert_int_equal(spend(budgets, 0, 100, NOW), 60);
    budgets_free(budgets);
}

/* Of 60 that are spent, so many have come back after so many minutes. */
static const struct {
    const char *label;
    double rest;
    int64_t minutes;
    unsigned granted;
} hours[] = {
    {"at once there is nothing", 30, 0, 0},
    {"nor before half has come back", 30, 29, 0},
    {"then there is that half", 30, 30, 30},
    {"in an hour there is all of it", 30, 60, 60},
    {"and never more", 30, 600, 60},
    {"to rest for one is to go on with each that comes back", 59, 1, 1},
    {"and with both", 59, 2, 2},
    {"time that goes back gives nothing", 59, -100, 0},
};

static void test_it_comes_back_evenly(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++) {
        struct budget_terms some = terms;
        int64_t later = NOW + hours[i].minutes * MINUTE_MS;
        struct budgets *budgets;
        unsigned granted;

        some.rest = hours[i].rest;
        budgets = begin(&some);
        assert_int_equal(spend(budgets, 7, 60, NOW), 60);
        granted = spend(budgets, 7, 100, later);
        if (granted != hours[i].granted)
            fail_msg("%s: %u", hours[i].label, granted);
        budgets_free(budgets);
    }
}

static void test_the_wait_is_as_long_as_it_says(void **state)
{
    struct budgets *budgets = begin(&terms);
    int64_t wait;

    (void)state;
    spend(budgets, 7, 60, NOW);
    wait = budgets_wait_ms(budgets, 7, NOW);
    assert_in_range(wait, 30 * MINUTE_MS, 30 * MINUTE_MS + 1);
    assert_true(budgets_wait_ms(budgets, 7, NOW + wait - 2) > 0);
    assert_int_equal(spend(budgets, 7, 1, NOW + wait - 2), 0);
    assert_int_equal(budgets_wait_ms(budgets, 7, NOW + wait), 0);
    assert_int_equal(spend(budgets, 7, 1, NOW + wait), 1);
    budgets_free(budgets);
}

/* --- repeats ------------------------------------------------------------------ */

static void test_what_is_repeated_costs_less(void **state)
{
    struct budgets *budgets = begin(&terms);
    unsigned granted = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        granted += budgets_spend(budgets, 7, 5, NOW).granted;
    /* One, and four for each of 58 more: then there is no room for 1. */
    assert_int_equal(granted, 1 + 4 * 58 + 1);
    budgets_free(budgets);
}

static void test_what_costs_nothing_is_always_granted(void **state)
{
    struct budget_terms free_repeats = terms;
    struct budgets *budgets;

    (void)state;
    free_repeats.repeat = 0;
    free_repeats.memory = 1;
    budgets = begin(&free_repeats);
    assert_int_equal(spend(budgets, 7, 59, NOW), 59);
    assert_true(budgets_spend(budgets, 7, 5, NOW).is_last);
    for (int i = 0; i < 1000; i++)
        assert_true(budgets_spend(budgets, 7, 5, NOW).granted);
    assert_false(budgets_spend(budgets, 7, 6, NOW).granted);
    assert_true(budgets_spend(budgets, 7, 5, NOW).granted);
    budgets_free(budgets);
}

/* As many as are remembered, in turn, for an hour. */
static void test_so_many_are_remembered(void **state)
{
    struct budgets *budgets = begin(&terms);

    (void)state;
    for (uint64_t i = 0; i < 4 * 10; i++)
        assert_true(budgets_spend(budgets, 7, i % 4, NOW).granted);
    assert_true(budgets_spend(budgets, 7, 0, NOW).spent <= 4 + 36 / 4.0 + 0.5);
    budgets_free(budgets);
}

/* One more than is remembered, in turn: most are, all the same. And those that
 * come no more make room in the end. */
static void test_one_too_many_does_not_make_it_forget_all(void **state)
{
    static const uint64_t spread = 0x9e3779b97f4a7c15;
    struct budget_terms many = terms;
    struct budgets *budgets;
    double spent = 0, before = 0;

    (void)state;
    many.most = 10000;
    many.rest = 5000;
    many.repeat = 0;
    budgets = begin(&many);
    for (uint64_t i = 0; i < 5 * 100; i++)
        spent = budgets_spend(budgets, 7, (i % 5 + 1) * spread, NOW).spent;
    assert_true(spent < 5 * 100 * 2 / 3.0);
    for (uint64_t i = 0; i < 4 * 100; i++) {
        before = spent;
        spent = budgets_spend(budgets, 7, (i % 4 + 11) * spread, NOW).spent;
    }
    assert_true(spent <= before);
    budgets_free(budgets);
}

/* --- where it is full ----------------------------------------------------------- */

static void test_a_flood_of_keys_forgets_no_one_near_the_end(void **state)
{
    struct budgets *budgets = begin(&terms);

    (void)state;
    assert_int_equal(spend(budgets, 7, 60, NOW), 60);
    for (uint64_t key = 100; key < 1100; key++)
        assert_int_equal(spend(budgets, key, 1, NOW), 1);
    assert_int_equal(spend(budgets, 7, 1, NOW), 0);
    budgets_free(budgets);
}

static void test_who_is_forgotten_is_forgiven(void **state)
{
    struct budgets *budgets = begin(&terms);

    (void)state;
    assert_int_equal(spend(budgets, 7, 20, NOW), 20);
    for (uint64_t key = 100; key < 100 + BUDGETS_WAYS; key++)
        assert_int_equal(spend(budgets, key, 30, NOW), 30);
    assert_int_equal(spend(budgets, 7, 60, NOW), 60);
    budgets_free(budgets);
}

/* All places are taken by those who have none left: one of them is forgotten,
 * and the newcomer has what he spends. */
static void test_a_newcomer_always_has_his_own(void **state)
{
    struct budgets *budgets = begin(&terms);

    (void)state;
    for (uint64_t key = 100; key < 200; key++)
        assert_int_equal(spend(budgets, key, 100, NOW), 60);
    assert_int_equal(spend(budgets, 7, 100, NOW), 60);
    budgets_free(budgets);
}

static void test_memory_may_be_short(void **state)
{
    (void)state;
    for (unsigned successes = 0; successes < 2; successes++) {
        calloc_fail_after(successes);
        assert_null(budgets_new(&terms));
        assert_true(calloc_fail_never());
    }
    budgets_free(NULL);
}

/* --- threads ---------------------------------------------------------------------- */

enum { THREADS = 4, EACH = 2000 };

struct spender {
    struct budgets *budgets;
    unsigned granted;
    uint64_t first_tag;
};

static void *spend_much(void *arg)
{
    struct spender *spender = arg;

    for (unsigned i = 0; i < EACH; i++) {
        spender->granted +=
            budgets_spend(spender->budgets, 7, spender->first_tag + i, NOW)
                .granted;
        (void)budgets_wait_ms(spender->budgets, i, NOW);
        (void)budgets_spend(spender->budgets, 1000 + i, 1, NOW);
    }
    return NULL;
}

static void test_threads_have_one_budget_together(void **state)
{
    struct budget_terms many = terms;
    struct spender spenders[THREADS];
    pthread_t threads[THREADS];
    unsigned granted = 0;

    (void)state;
    many.sets = 256;
    many.most = 2 * EACH;
    many.rest = EACH;
    for (size_t i = 0; i < THREADS; i++)
        spenders[i] = (struct spender){.first_tag = 1 + i * EACH};
    spenders[0].budgets = begin(&many);
    for (size_t i = 0; i < THREADS; i++) {
        spenders[i].budgets = spenders[0].budgets;
        assert_int_equal(
            pthread_create(&threads[i], NULL, spend_much, &spenders[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        granted += spenders[i].granted;
    }
    assert_int_equal(granted, 2 * EACH);
    budgets_free(spenders[0].budgets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_is_so_much_at_once_and_no_more),
        cmocka_unit_test(test_each_key_has_its_own),
        cmocka_unit_test(test_it_comes_back_evenly),
        cmocka_unit_test(test_the_wait_is_as_long_as_it_says),
        cmocka_unit_test(test_what_is_repeated_costs_less),
        cmocka_unit_test(test_what_costs_nothing_is_always_granted),
        cmocka_unit_test(test_so_many_are_remembered),
        cmocka_unit_test(test_one_too_many_does_not_make_it_forget_all),
        cmocka_unit_test(test_a_flood_of_keys_forgets_no_one_near_the_end),
        cmocka_unit_test(test_who_is_forgotten_is_forgiven),
        cmocka_unit_test(test_a_newcomer_always_has_his_own),
        cmocka_unit_test(test_memory_may_be_short),
        cmocka_unit_test(test_threads_have_one_budget_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
