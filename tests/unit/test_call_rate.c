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

/* After some seventy seconds. */
static void test_a_lone_server_has_most_of_a_cut_back_soon(void **state)
{
    struct call_rate rate;

    (void)state;
    call_rate_init(&rate, 5);
    call_rate_throttled(&rate, 100, 0);
    assert_in_range(calls_until(&rate, 4.5), 250, 300);
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

/* Else the faster of two copies would grow faster, too. */
static void test_what_a_second_gives_back_is_the_same_at_any_rate(void **state)
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
    assert_in_range((fast.per_second - fast_before) * fast_before * 1e9,
                    1041666, 1041667);
    assert_in_range((slow.per_second - slow_before) * slow_before * 1e9,
                    1041666, 1041667);
}

/* From the floor, which is a minute and three quarters away. */
static void test_who_meets_nobody_any_more_grows_faster(void **state)
{
    struct call_rate rate;

    (void)state;
    call_rate_init(&rate, 5);
    for (int64_t t = 0; t < 100; t++)
        call_rate_throttled(&rate, t, t);
    assert_in_range(calls_until(&rate, 4.5), 90, 130);
}

static void test_who_meets_somebody_grows_by_small_steps_again(void **state)
{
    static const bool is_throttled[] = {false, true};

    (void)state;
    for (size_t i = 0; i < COUNT(is_throttled); i++) {
        struct call_rate rate;
        double before, hasty;

        call_rate_init(&rate, 5);
        for (int64_t t = 0; t < 6; t++)
            call_rate_throttled(&rate, t, t);
        for (int call = 0; call < 30; call++)
            call_rate_accepted(&rate);
        before = rate.per_second;
        call_rate_accepted(&rate);
        hasty = rate.per_second - before;
        if (is_throttled[i])
            call_rate_throttled(&rate, 1000, 1000);
        else
            call_rate_met_another(&rate, 1000, 0);
        before = rate.per_second;
        call_rate_accepted(&rate);
        if (rate.per_second - before > hasty / 2)
            fail_msg("%s: %f after %f", is_throttled[i] ? "throttled" : "busy",
                     rate.per_second - before, hasty);
    }
}

/* --- the timetable ----------------------------------------------------------- */

enum { SHORTEST_MS = 200, ROUND_MS = 16 * SHORTEST_MS, MAX_CALLS = 64 };

/* When the calls of some time leave that leave as soon as they may, none of
 * which counts for the rate. */
static int calls_within(struct call_rate *rate, int64_t *now, int64_t ms,
                        int64_t *at)
{
    int64_t ends_at = *now + ms;
    int count = 0;

    while (*now + call_rate_wait_ms(rate, *now) < ends_at) {
        *now += call_rate_wait_ms(rate, *now);
        if (count == MAX_CALLS)
            fail_msg("more than %d calls in %lld ms", count, (long long)ms);
        at[count++] = *now;
        call_rate_spend(rate, *now);
    }
    *now = ends_at;
    return count;
}

/* Of five a second, cut so many times; its timetable begins at 1000. */
static void make_cut(struct call_rate *rate, int cuts)
{
    call_rate_init(rate, 5);
    for (int64_t t = 0; t < cuts; t++)
        call_rate_throttled(rate, t, t);
    rate->next_at = 1000;
}

static void test_a_round_has_as_many_turns_as_make_the_rate(void **state)
{
    (void)state;
    for (int cuts = 1; cuts < 8; cuts++) {
        struct call_rate rate;
        int64_t now = 1000, at[MAX_CALLS];
        int calls;

        make_cut(&rate, cuts);
        calls = calls_within(&rate, &now, ROUND_MS, at);
        if (fabs(calls - rate.per_second * ROUND_MS / 1000) > 0.5)
            fail_msg("after %d cuts: %d calls", cuts, calls);
        for (int i = 1; i < calls; i++)
            if (at[i] - at[i - 1] < SHORTEST_MS)
                fail_msg("after %d cuts: %lld ms apart", cuts,
                         (long long)(at[i] - at[i - 1]));
    }
}

static void test_who_may_not_call_once_a_round_has_longer_rounds(void **state)
{
    static const struct {
        double per_second;
        int64_t interval_ms;
    } rows[] = {{0.2, ROUND_MS}, {0.15, 2 * ROUND_MS}, {0.1, 2 * ROUND_MS}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct call_rate rate;

        make_cut(&rate, 1);
        rate.per_second = rows[i].per_second;
        call_rate_spend(&rate, 1000);
        assert_int_equal(call_rate_wait_ms(&rate, 1000), rows[i].interval_ms);
    }
}

/* So that those of two copies stand still against each other. */
static void test_turns_come_again_at_the_same_time_of_every_round(void **state)
{
    (void)state;
    for (int cuts = 1; cuts < 8; cuts++) {
        struct call_rate rate;
        int64_t now = 1000, first[MAX_CALLS], later[MAX_CALLS];
        int turns;

        make_cut(&rate, cuts);
        turns = calls_within(&rate, &now, ROUND_MS, first);
        for (int64_t round = 1; round < 100; round++) {
            assert_int_equal(calls_within(&rate, &now, ROUND_MS, later), turns);
            for (int i = 0; i < turns; i++)
                if (later[i] != first[i] + round * ROUND_MS)
                    fail_msg("after %d cuts: turn %d of round %lld at %lld",
                             cuts, i, (long long)round, (long long)later[i]);
        }
    }
}

static const struct {
    const char *label;
    int64_t late_ms;
} latenesses[] = {
    {"a call that is a little late", 80},
    {"one that is late by half a round", ROUND_MS / 2},
    {"one after an idle spell", 1000 * ROUND_MS + 300},
};

static void test_a_call_that_is_late_leaves_at_once_and_moves_no_turn(
    void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(latenesses); i++) {
        struct call_rate rate;
        int64_t now = 1000, before[MAX_CALLS], after[MAX_CALLS], late;
        int turns;

        make_cut(&rate, 4);
        turns = calls_within(&rate, &now, ROUND_MS, before);
        late = now + latenesses[i].late_ms;
        if (call_rate_wait_ms(&rate, late) != 0)
            fail_msg("%s waits", latenesses[i].label);
        call_rate_spend(&rate, late);
        if (call_rate_wait_ms(&rate, late) < SHORTEST_MS)
            fail_msg("%s is followed by another at once", latenesses[i].label);
        now += 2000 * ROUND_MS;
        call_rate_spend(&rate, now);
        now += SHORTEST_MS;
        assert_int_equal(calls_within(&rate, &now, ROUND_MS, after), turns);
        for (int turn = 0; turn < turns; turn++)
            if ((after[turn] - before[(turn + 1) % turns]) % ROUND_MS != 0)
                fail_msg("%s moves turn %d", latenesses[i].label, turn);
    }
}

static const struct {
    double dice;
    int64_t moved_ms;
} moves[] = {{0, 40}, {0.5, 60}, {1, 80}};

static void test_a_turn_that_meets_another_moves_it_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(moves); i++) {
        struct call_rate rate;
        int64_t now = 1000, before[MAX_CALLS], after[MAX_CALLS];
        int turns;

        make_cut(&rate, 4);
        turns = calls_within(&rate, &now, ROUND_MS, before);
        assert_int_equal(turns, 4);
        /* It left a little late, and its answer came after the next call. */
        call_rate_met_another(&rate, before[1] + 20, moves[i].dice);
        assert_int_equal(calls_within(&rate, &now, ROUND_MS, after), turns);
        for (int turn = 0; turn < turns; turn++)
            assert_int_equal(after[turn] - before[turn] - ROUND_MS,
                             turn == 1 ? moves[i].moved_ms : 0);
    }
}

static void test_without_a_timetable_the_next_call_moves(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(moves); i++) {
        struct call_rate rate;

        call_rate_init(&rate, 5);
        call_rate_spend(&rate, 1000);
        call_rate_met_another(&rate, 1000, moves[i].dice);
        assert_int_equal(call_rate_wait_ms(&rate, 1000),
                         SHORTEST_MS + moves[i].moved_ms);
        assert_true(rate.per_second == 5);
    }
}

static void test_a_new_turn_stands_in_the_middle_of_the_widest_gap(void **state)
{
    static const int64_t expected[][4] = {
        {0}, {0, 1600}, {0, 800, 1600}, {0, 800, 1600, 2400}};

    (void)state;
    for (int turns = 1; turns <= 4; turns++) {
        struct call_rate rate;
        int64_t now = 1000, at[MAX_CALLS];

        make_cut(&rate, 1);
        for (int n = 1; n < turns; n++) {
            rate.per_second = n * 5.0 / 16;
            calls_within(&rate, &now, ROUND_MS, at);
        }
        rate.per_second = turns * 5.0 / 16;
        calls_within(&rate, &now, ROUND_MS, at);
        assert_int_equal(calls_within(&rate, &now, ROUND_MS, at), turns);
        for (int i = 0; i < turns; i++)
            assert_int_equal((at[i] - 1000) % ROUND_MS, expected[turns - 1][i]);
    }
}

static void test_the_turn_that_was_throttled_goes_first(void **state)
{
    (void)state;
    for (int throttled = 0; throttled < 4; throttled++) {
        struct call_rate rate;
        int64_t now = 1000, before[MAX_CALLS], after[MAX_CALLS];

        make_cut(&rate, 4);
        assert_int_equal(calls_within(&rate, &now, ROUND_MS, before), 4);
        call_rate_throttled(&rate, now, before[throttled]);
        assert_int_equal(calls_within(&rate, &now, ROUND_MS, after), 3);
        for (int i = 0; i < 3; i++)
            assert_int_equal(after[i] - ROUND_MS, before[i + (i >= throttled)]);
    }
}

static void test_a_cut_of_several_turns_takes_several(void **state)
{
    struct call_rate rate;
    int64_t now = 1000, at[MAX_CALLS];

    (void)state;
    make_cut(&rate, 1);
    assert_int_equal(calls_within(&rate, &now, ROUND_MS, at), 11);
    call_rate_throttled(&rate, now, at[3]);
    calls_within(&rate, &now, ROUND_MS, at);
    assert_int_equal(calls_within(&rate, &now, ROUND_MS, at), 8);
}

/* Where a turn has been moved close to the next one. */
static void test_no_two_calls_leave_within_an_interval(void **state)
{
    (void)state;
    for (int moved = 0; moved < 11; moved++) {
        struct call_rate rate;
        int64_t now = 1000, at[MAX_CALLS];

        make_cut(&rate, 1);
        assert_int_equal(calls_within(&rate, &now, ROUND_MS, at), 11);
        call_rate_met_another(&rate, at[moved], 1);
        assert_int_equal(calls_within(&rate, &now, ROUND_MS, at), 11);
        for (int i = 1; i < 11; i++)
            if (at[i] - at[i - 1] < SHORTEST_MS)
                fail_msg("%d and %d: %lld ms apart", i - 1, i,
                         (long long)(at[i] - at[i - 1]));
    }
}

static void test_a_cut_that_is_less_than_a_turn_takes_none(void **state)
{
    struct call_rate rate;
    int64_t now = 1000, at[MAX_CALLS];

    (void)state;
    make_cut(&rate, 4);
    rate.per_second = 1.4 * 5 / 16;
    assert_int_equal(calls_within(&rate, &now, ROUND_MS, at), 1);
    call_rate_throttled(&rate, now, at[0]);
    assert_int_equal(calls_within(&rate, &now, ROUND_MS, at), 1);
    assert_int_equal(at[0], 1000 + ROUND_MS);
}

static void test_at_its_maximum_a_copy_has_no_timetable(void **state)
{
    struct call_rate rate;
    int64_t now = 1000, at[MAX_CALLS];

    (void)state;
    make_cut(&rate, 4);
    calls_within(&rate, &now, ROUND_MS, at);
    rate.per_second = 5;
    now += 12345;
    for (int i = 0; i < 20; i++) {
        call_rate_spend(&rate, now);
        assert_int_equal(call_rate_wait_ms(&rate, now), SHORTEST_MS);
        now += SHORTEST_MS;
    }
    call_rate_spend(&rate, now);
    call_rate_met_another(&rate, now, 1);
    assert_int_equal(call_rate_wait_ms(&rate, now), SHORTEST_MS + 80);
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
        cmocka_unit_test(test_a_lone_server_has_most_of_a_cut_back_soon),
        cmocka_unit_test(test_the_last_tenth_comes_back_slowly_and_no_more),
        cmocka_unit_test(test_what_a_second_gives_back_is_the_same_at_any_rate),
        cmocka_unit_test(test_who_meets_nobody_any_more_grows_faster),
        cmocka_unit_test(test_who_meets_somebody_grows_by_small_steps_again),
        cmocka_unit_test(test_a_round_has_as_many_turns_as_make_the_rate),
        cmocka_unit_test(test_who_may_not_call_once_a_round_has_longer_rounds),
        cmocka_unit_test(test_turns_come_again_at_the_same_time_of_every_round),
        cmocka_unit_test(
            test_a_call_that_is_late_leaves_at_once_and_moves_no_turn),
        cmocka_unit_test(test_a_turn_that_meets_another_moves_it_alone),
        cmocka_unit_test(test_without_a_timetable_the_next_call_moves),
        cmocka_unit_test(
            test_a_new_turn_stands_in_the_middle_of_the_widest_gap),
        cmocka_unit_test(test_the_turn_that_was_throttled_goes_first),
        cmocka_unit_test(test_a_cut_of_several_turns_takes_several),
        cmocka_unit_test(test_no_two_calls_leave_within_an_interval),
        cmocka_unit_test(test_a_cut_that_is_less_than_a_turn_takes_none),
        cmocka_unit_test(test_at_its_maximum_a_copy_has_no_timetable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
