#include "server/dns/call_rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct {
    const char *label;
    double per_second;
    int64_t interval_ms;
} rates[] = {
    {"Route 53's five a second", 5, 200},
    {"one a second", 1, 1000},
    {"one in ten seconds", 0.1, 10000},
    {"a thousand a second", 1000, 1},
    {"what does not divide is rounded up: never above the rate", 3, 334},
};

static void test_calls_are_evenly_spaced(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rates); i++) {
        struct call_rate rate;
        int64_t now = 7;

        call_rate_init(&rate, rates[i].per_second);
        for (int call = 0; call < 100; call++) {
            if (call_rate_wait_ms(&rate, now) != 0)
                fail_msg("%s: call %d may not leave", rates[i].label, call);
            call_rate_spend(&rate, now);
            if (call_rate_wait_ms(&rate, now) != rates[i].interval_ms ||
                call_rate_wait_ms(&rate, now + rates[i].interval_ms - 1) != 1)
                fail_msg("%s: waits for %lld ms", rates[i].label,
                         (long long)call_rate_wait_ms(&rate, now));
            now += rates[i].interval_ms;
        }
    }
}

static void test_the_first_call_leaves_at_once_at_any_time(void **state)
{
    static const int64_t times[] = {INT64_MIN / 2, -1, 0, 1, INT64_MAX / 2};
    struct call_rate rate;

    (void)state;
    call_rate_init(&rate, 5);
    for (size_t i = 0; i < COUNT(times); i++)
        assert_int_equal(call_rate_wait_ms(&rate, times[i]), 0);
}

/* An idle spell saves up nothing: no burst follows it. */
static void test_an_idle_spell_is_no_credit(void **state)
{
    struct call_rate rate;

    (void)state;
    call_rate_init(&rate, 5);
    call_rate_spend(&rate, 0);
    assert_int_equal(call_rate_wait_ms(&rate, 3600000), 0);
    call_rate_spend(&rate, 3600000);
    assert_int_equal(call_rate_wait_ms(&rate, 3600000), 200);
}

static void test_throttling_halves_and_waits_for_one_interval(void **state)
{
    struct call_rate rate;

    (void)state;
    call_rate_init(&rate, 5);
    call_rate_spend(&rate, 1000);
    call_rate_throttled(&rate, 1100, 1000);
    assert_true(rate.per_second == 2.5);
    assert_int_equal(call_rate_wait_ms(&rate, 1100), 400);
    call_rate_spend(&rate, 1500);
    call_rate_throttled(&rate, 1600, 1500);
    assert_true(rate.per_second == 1.25);
    assert_int_equal(call_rate_wait_ms(&rate, 1600), 800);
}

static void test_calls_that_left_before_the_cut_cut_no_more(void **state)
{
    struct call_rate rate;

    (void)state;
    call_rate_init(&rate, 40);
    call_rate_throttled(&rate, 1100, 1000);
    call_rate_throttled(&rate, 1110, 1025);
    call_rate_throttled(&rate, 1120, 1050);
    assert_true(rate.per_second == 20);
    call_rate_throttled(&rate, 1150, 1099);
    assert_true(rate.per_second == 20);
    /* One that left after it says that the new rate is too fast as well. */
    call_rate_throttled(&rate, 1250, 1150);
    assert_true(rate.per_second == 10);
}

static const struct {
    const char *label;
    double max, floor;
} floors[] = {
    {"a fast rate ends at one call in ten seconds", 1000, 0.1},
    {"the usual one does", 5, 0.1},
    {"the slowest that can be set stays as it is", 0.1, 0.1},
    {"a slower one is not raised", 0.05, 0.05},
};

static void test_throttling_never_ends_in_silence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(floors); i++) {
        struct call_rate rate;

        call_rate_init(&rate, floors[i].max);
        for (int64_t t = 0; t < 100; t++)
            call_rate_throttled(&rate, t, t);
        if (rate.per_second != floors[i].floor)
            fail_msg("%s: %f", floors[i].label, rate.per_second);
    }
}

static void test_sixteen_calls_bring_a_half_back_and_no_more(void **state)
{
    struct call_rate rate;

    (void)state;
    call_rate_init(&rate, 5);
    call_rate_throttled(&rate, 100, 0);
    for (int i = 0; i < 15; i++)
        call_rate_accepted(&rate);
    assert_true(rate.per_second < 5);
    call_rate_accepted(&rate);
    assert_true(rate.per_second == 5);
    call_rate_accepted(&rate);
    assert_true(rate.per_second == 5);
}

static void test_recovery_is_a_step_a_call_from_the_floor_too(void **state)
{
    struct call_rate rate;
    int calls = 0;

    (void)state;
    call_rate_init(&rate, 5);
    for (int64_t t = 0; t < 100; t++)
        call_rate_throttled(&rate, t, t);
    for (; rate.per_second < 5; calls++) {
        double before = rate.per_second;

        call_rate_accepted(&rate);
        assert_true(rate.per_second > before);
        assert_true(rate.per_second - before < 5.0 / 31);
    }
    assert_in_range(calls, 31, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_are_evenly_spaced),
        cmocka_unit_test(test_the_first_call_leaves_at_once_at_any_time),
        cmocka_unit_test(test_an_idle_spell_is_no_credit),
        cmocka_unit_test(test_throttling_halves_and_waits_for_one_interval),
        cmocka_unit_test(test_calls_that_left_before_the_cut_cut_no_more),
        cmocka_unit_test(test_throttling_never_ends_in_silence),
        cmocka_unit_test(test_sixteen_calls_bring_a_half_back_and_no_more),
        cmocka_unit_test(test_recovery_is_a_step_a_call_from_the_floor_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
