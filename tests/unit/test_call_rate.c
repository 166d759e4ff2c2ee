#include "server/dns/call_rate.h"

#include <math.h>
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
    {"no limit", (double)INFINITY, 0},
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

static void test_throttling_cuts_and_waits_for_one_interval(void **state)
{
    struct call_rate rate;

    (void)state;
    call_rate_init(&rate, 10);
    call_rate_spend(&rate, 1000);
    call_rate_throttled(&rate, 1100, 1000);
    assert_true(rate.per_second == 7);
    assert_int_equal(call_rate_wait_ms(&rate, 1100), 143);
    call_rate_spend(&rate, 1500);
    call_rate_throttled(&rate, 1600, 1500);
    assert_in_range(rate.per_second * 1000, 4899, 4901);
    assert_int_equal(call_rate_wait_ms(&rate, 1600), 205);
}

static void test_calls_that_left_before_the_cut_cut_no_more(void **state)
{
    struct call_rate rate;

    (void)state;
    call_rate_init(&rate, 40);
    call_rate_throttled(&rate, 1100, 1000);
    call_rate_throttled(&rate, 1110, 1025);
    call_rate_throttled(&rate, 1120, 1050);
    assert_true(rate.per_second == 28);
    call_rate_throttled(&rate, 1150, 1099);
    assert_true(rate.per_second == 28);
    /* One that left after it says that the new rate is too fast as well. */
    call_rate_throttled(&rate, 1250, 1150);
    assert_true(rate.per_second < 20);
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

/* How many calls bring the rate to this. */
static int calls_until(struct call_rate *rate, double per_second)
{
    int calls = 0;

    for (; rate->per_second < per_second; calls++) {
        double before = rate->per_second;

        call_rate_accepted(rate);
        if (rate->per_second <= before || calls > 10000)
            fail_msg("it does not grow beyond %f", before);
    }
    return calls;
}

static void test_sixty_four_calls_undo_most_of_a_cut(void **state)
{
    struct call_rate rate;

    (void)state;
    call_rate_init(&rate, 5);
    call_rate_throttled(&rate, 100, 0);
    assert_in_range(calls_until(&rate, 4.5), 63, 65);
}

static void test_the_last_tenth_comes_back_slowly_and_no_more(void **state)
{
    struct call_rate rate;

    (void)state;
    call_rate_init(&rate, 5);
    call_rate_throttled(&rate, 100, 0);
    calls_until(&rate, 4.5);
    assert_in_range(calls_until(&rate, 5), 2000, 2100);
    call_rate_accepted(&rate);
    assert_true(rate.per_second == 5);
}

static void test_what_a_call_gives_back_is_the_same_at_any_rate(void **state)
{
    struct call_rate fast, slow;
    double fast_before, slow_before;

    (void)state;
    call_rate_init(&fast, 5);
    call_rate_init(&slow, 5);
    call_rate_throttled(&fast, 0, 0);
    for (int64_t t = 0; t < 5; t++)
        call_rate_throttled(&slow, t, t);
    fast_before = fast.per_second;
    slow_before = slow.per_second;
    call_rate_accepted(&fast);
    call_rate_accepted(&slow);
    assert_true(slow_before < fast_before / 3);
    assert_in_range((fast.per_second - fast_before) * 1e6, 15624, 15626);
    assert_in_range((slow.per_second - slow_before) * 1e6, 15624, 15626);
}

/* From the floor, every step alike would take more than three hundred calls,
 * each some seconds after the other. */
static void test_who_is_throttled_no_more_grows_faster(void **state)
{
    struct call_rate rate;

    (void)state;
    call_rate_init(&rate, 5);
    for (int64_t t = 0; t < 100; t++)
        call_rate_throttled(&rate, t, t);
    assert_in_range(calls_until(&rate, 4.5), 20, 60);
}

/* Calls as soon as they may leave, none of which is throttled or counts. */
static double mean_interval(struct call_rate *rate, int64_t *now, int calls,
                            int64_t *shortest)
{
    int64_t began = *now;

    for (int i = 0; i < calls; i++) {
        int64_t wait = call_rate_wait_ms(rate, *now);

        *now += wait;
        if (i > 0 && wait < *shortest)
            *shortest = wait;
        call_rate_spend(rate, *now);
    }
    return (double)(*now - began) / calls;
}

static void test_beats_are_left_out_so_that_the_mean_is_the_rate(void **state)
{
    (void)state;
    for (int cuts = 1; cuts < 8; cuts++) {
        struct call_rate rate;
        int64_t now = 1000, shortest = INT64_MAX;
        double mean;

        call_rate_init(&rate, 5);
        for (int64_t t = 0; t < cuts; t++)
            call_rate_throttled(&rate, t, t);
        mean = mean_interval(&rate, &now, 1000, &shortest);
        if (mean < 990 / rate.per_second || mean > 1010 / rate.per_second)
            fail_msg("after %d cuts: every %f ms", cuts, mean);
        if (shortest < 200)
            fail_msg("after %d cuts: %lld ms apart", cuts, (long long)shortest);
    }
}

/* So that those of two copies stand still against each other. */
static void test_calls_keep_to_a_beat_that_is_a_power_of_two(void **state)
{
    struct call_rate rate;
    int64_t now = 1000, phase = -1;

    (void)state;
    call_rate_init(&rate, 5);
    for (int64_t t = 0; t < 4; t++)
        call_rate_throttled(&rate, t, t); /* 1.2 a second: beats of 800 ms */
    for (int i = 0; i < 200; i++) {
        now += call_rate_wait_ms(&rate, now);
        if (i == 2)
            phase = now % 800;
        if (i > 2 && now % 800 != phase)
            fail_msg("call %d leaves at %lld", i, (long long)now);
        call_rate_spend(&rate, now);
    }
}

static const struct {
    const char *label;
    int64_t late_ms;
    bool is_kept;
} latenesses[] = {
    {"one in time", 0, true},
    {"one that is late by a tenth of a beat", 80, true},
    {"one that is late by half a beat begins another", 400, false},
    {"one after an idle spell begins another", 60300, false},
};

static void test_a_call_that_is_a_little_late_keeps_the_beat(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(latenesses); i++) {
        struct call_rate rate;
        int64_t now = 5000, phase;
        bool is_kept;

        call_rate_init(&rate, 5);
        for (int64_t t = 0; t < 4; t++)
            call_rate_throttled(&rate, t, t);
        call_rate_spend(&rate, now);
        now += call_rate_wait_ms(&rate, now);
        phase = now % 800;
        now += latenesses[i].late_ms;
        call_rate_spend(&rate, now);
        now += call_rate_wait_ms(&rate, now);
        is_kept = now % 800 == phase;
        if (is_kept != latenesses[i].is_kept)
            fail_msg("%s", latenesses[i].label);
    }
}

static void test_who_meets_another_moves_by_part_of_the_shortest(void **state)
{
    static const struct {
        double dice;
        int64_t moved_ms;
    } rows[] = {{0, 50}, {0.5, 100}, {1, 150}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct call_rate rate;

        call_rate_init(&rate, 5);
        call_rate_spend(&rate, 1000);
        call_rate_met_another(&rate, rows[i].dice);
        assert_int_equal(call_rate_wait_ms(&rate, 1000),
                         200 + rows[i].moved_ms);
        assert_true(rate.per_second == 5);
    }
}

/* Where others are met often, a beat that is left out is one that somebody else
 * cannot rely on. */
static void test_in_a_crowd_beats_are_longer_and_none_is_left_out(void **state)
{
    struct call_rate rate;
    int64_t now = 1000;

    (void)state;
    call_rate_init(&rate, 5);
    call_rate_throttled(&rate, 0, 0); /* 3.5 a second */
    for (int i = 0; i < 3; i++)
        call_rate_met_another(&rate, 0);
    now += call_rate_wait_ms(&rate, now);
    for (int i = 0; i < 50; i++) {
        call_rate_spend(&rate, now);
        assert_int_equal(call_rate_wait_ms(&rate, now), 400);
        now += 400;
    }
}

static void test_a_crowd_is_forgotten_when_nobody_is_met_any_more(void **state)
{
    struct call_rate rate;
    int64_t now = 1000, shortest = INT64_MAX;

    (void)state;
    call_rate_init(&rate, 5);
    call_rate_throttled(&rate, 0, 0);
    for (int i = 0; i < 3; i++)
        call_rate_met_another(&rate, 0);
    for (int i = 0; i < 20; i++)
        call_rate_accepted(&rate);
    mean_interval(&rate, &now, 20, &shortest);
    assert_int_equal(shortest, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_are_evenly_spaced),
        cmocka_unit_test(test_the_first_call_leaves_at_once_at_any_time),
        cmocka_unit_test(test_an_idle_spell_is_no_credit),
        cmocka_unit_test(test_throttling_cuts_and_waits_for_one_interval),
        cmocka_unit_test(test_calls_that_left_before_the_cut_cut_no_more),
        cmocka_unit_test(test_throttling_never_ends_in_silence),
        cmocka_unit_test(test_sixty_four_calls_undo_most_of_a_cut),
        cmocka_unit_test(test_the_last_tenth_comes_back_slowly_and_no_more),
        cmocka_unit_test(test_what_a_call_gives_back_is_the_same_at_any_rate),
        cmocka_unit_test(test_who_is_throttled_no_more_grows_faster),
        cmocka_unit_test(test_beats_are_left_out_so_that_the_mean_is_the_rate),
        cmocka_unit_test(test_calls_keep_to_a_beat_that_is_a_power_of_two),
        cmocka_unit_test(test_a_call_that_is_a_little_late_keeps_the_beat),
        cmocka_unit_test(test_who_meets_another_moves_by_part_of_the_shortest),
        cmocka_unit_test(test_in_a_crowd_beats_are_longer_and_none_is_left_out),
        cmocka_unit_test(test_a_crowd_is_forgotten_when_nobody_is_met_any_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
