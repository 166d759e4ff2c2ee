/* What is bounded: how long anybody waits, how many may, and how much memory
 * that takes.
 */
#include "tests/unit/coalescer_world.h"
#include "tests/unit/failing_calloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* --- deadlines ------------------------------------------------------------------------ */

static void test_a_deadline_is_met_to_the_millisecond(void **state)
{
    struct world *w = world_new();
    struct caller *a = world_ask_until(w, "a", "192.0.2.1", w->now + 500);
    struct batch *batch = world_send(w);

    (void)state;
    assert_int_equal(coalescer_wait_ms(w->c, w->now), 500);
    w->now += 499;
    coalescer_expire(w->c, w->now);
    assert_unanswered(a);
    assert_int_equal(coalescer_wait_ms(w->c, w->now), 1);
    w->now++;
    assert_int_equal(coalescer_wait_ms(w->c, w->now), 0);
    coalescer_expire(w->c, w->now);
    assert_answer(a, OUTCOME_EXPIRED);
    world_reply(w, batch, STATUS_OK);
    world_free(w);
}

static void test_a_change_goes_out_though_nobody_waits_any_more(void **state)
{
    struct world *w = world_new();
    struct caller *in_flight =
        world_ask_until(w, "a", "192.0.2.1", w->now + 500);
    struct batch *batch = world_send(w);
    struct caller *pending = world_ask_until(w, "b", "192.0.2.2", w->now + 500);

    (void)state;
    world_wait(w, 500);
    assert_answer(in_flight, OUTCOME_EXPIRED);
    assert_answer(pending, OUTCOME_EXPIRED);
    world_reply(w, batch, STATUS_OK);
    world_run_out(w);
    assert_string_equal(world_held(w, "a", RRSET_A), "192.0.2.1");
    assert_string_equal(world_held(w, "b", RRSET_A), "192.0.2.2");
    assert_events(w,
                  "invalidate a A;invalidate b A;accepted a A;accepted b A;");
    world_free(w);
}

static void test_each_waits_for_its_own_deadline(void **state)
{
    static const int64_t after[] = {700, 300, 500, 300, 900};
    enum { COUNT = sizeof after / sizeof after[0] };
    struct world *w = world_new();
    struct caller *callers[COUNT];
    struct batch *batch;
    int64_t start = w->now;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        callers[i] = world_ask_until(w, "a", "192.0.2.1", start + after[i]);
    batch = world_send(w);
    world_wait(w, 1000);
    for (size_t i = 0; i < COUNT; i++) {
        assert_answer(callers[i], OUTCOME_EXPIRED);
        assert_int_equal(callers[i]->answered_at, start + after[i]);
    }
    world_reply(w, batch, STATUS_OK);
    world_free(w);
}

static void test_a_deadline_that_has_passed_is_answered_next(void **state)
{
    struct world *w = world_new();
    struct caller *a = world_ask_until(w, "a", "192.0.2.1", w->now - 1);

    (void)state;
    assert_unanswered(a);
    coalescer_expire(w->c, w->now);
    assert_answer(a, OUTCOME_EXPIRED);
    world_free(w);
}

static void test_whom_nobody_waits_for_steps_back(void **state)
{
    struct world *w = world_new();
    struct batch *batch;

    (void)state;
    world_ask(w, "first", "192.0.2.9");
    batch = world_send(w);
    world_ask_until(w, "a", "192.0.2.1", w->now + 500);
    world_ask(w, "b", "192.0.2.2");
    world_ask_until(w, "c", "192.0.2.3", w->now + 600);
    world_ask(w, "d", "192.0.2.4");
    world_wait(w, 600);
    world_reply(w, batch, STATUS_OK);
    batch = world_send(w);
    assert_string_equal(batch_text(batch), "b=192.0.2.2 d=192.0.2.4 "
                                           "a=192.0.2.1 c=192.0.2.3");
    world_reply(w, batch, STATUS_OK);
    world_free(w);
}

static void test_one_of_two_callers_is_enough_to_stay(void **state)
{
    struct world *w = world_new();
    struct batch *batch;

    (void)state;
    world_ask(w, "first", "192.0.2.9");
    batch = world_send(w);
    world_ask_until(w, "a", "192.0.2.1", w->now + 500);
    world_ask(w, "b", "192.0.2.2");
    world_ask(w, "a", "192.0.2.1");
    world_wait(w, 600);
    world_reply(w, batch, STATUS_OK);
    batch = world_send(w);
    assert_string_equal(batch_text(batch), "a=192.0.2.1 b=192.0.2.2");
    world_reply(w, batch, STATUS_OK);
    world_free(w);
}

/* --- ceilings ------------------------------------------------------------------------- */

static void test_waiters_have_a_ceiling(void **state)
{
    struct coalescer_limits limits = world_limits();
    struct world *w;

    (void)state;
    limits.max_waiters = 3;
    w = world_new_with(limits);
    world_ask(w, "a", "192.0.2.1");
    world_ask(w, "a", "192.0.2.1");
    world_ask(w, "b", "192.0.2.2");
    assert_events(w, "invalidate a A;invalidate a A;invalidate b A;");
    assert_int_equal(world_try(w, "a", "192.0.2.1"), STATUS_FULL);
    assert_int_equal(world_try(w, "c", "192.0.2.3"), STATUS_FULL);
    assert_events(w, "");
    assert_int_equal(coalescer_stats(w->c).changes, 2);
    world_run_out(w);
    assert_string_equal(world_held(w, "c", RRSET_A), "-");
    assert_int_equal(world_try(w, "c", "192.0.2.3"), STATUS_OK);
    world_free(w);
}

static void test_changes_have_a_ceiling(void **state)
{
    struct coalescer_limits limits = world_limits();
    struct world *w;

    (void)state;
    limits.max_changes = 2;
    w = world_new_with(limits);
    world_ask(w, "a", "192.0.2.1");
    world_ask(w, "b.z1", "192.0.2.1");
    assert_int_equal(world_try(w, "c.z2", "192.0.2.1"), STATUS_FULL);
    assert_int_equal(world_try(w, "a", "2001:db8::1"), STATUS_FULL);
    assert_int_equal(coalescer_stats(w->c).zones, 2);
    /* One that is there already needs no more room. */
    assert_int_equal(world_try(w, "a", "192.0.2.2"), STATUS_OK);
    world_run_out(w);
    assert_int_equal(world_try(w, "c.z2", "192.0.2.1"), STATUS_OK);
    world_free(w);
}

static void test_zones_have_a_ceiling(void **state)
{
    struct coalescer_limits limits = world_limits();
    struct world *w;

    (void)state;
    limits.max_zones = 2;
    w = world_new_with(limits);
    world_ask(w, "a.z1", "192.0.2.1");
    world_ask(w, "a.z2", "192.0.2.1");
    assert_int_equal(world_try(w, "a.z3", "192.0.2.1"), STATUS_FULL);
    assert_int_equal(coalescer_stats(w->c).changes, 2);
    assert_int_equal(world_try(w, "b.z2", "192.0.2.1"), STATUS_OK);
    world_run_out(w);
    assert_int_equal(world_try(w, "a.z3", "192.0.2.1"), STATUS_OK);
    world_free(w);
}

static void test_bytes_have_a_ceiling(void **state)
{
    struct coalescer_limits limits = world_limits();
    struct world *w;
    size_t taken = 0;

    (void)state;
    limits.max_bytes = 16 * 1024;
    w = world_new_with(limits);
    for (int i = 0; i < 1000; i++) {
        char name[WORLD_NAME_MAX];

        snprintf(name, sizeof name, "h%d", i);
        taken += world_try(w, name, "192.0.2.1") == STATUS_OK;
    }
    assert_in_range(taken, 10, 100);
    /* Beyond the ceiling by one record at most. */
    assert_true(coalescer_stats(w->c).bytes <
                limits.max_bytes + sizeof(struct rrset_state) + WORLD_NAME_MAX);
    world_run_out(w);
    assert_int_equal(world_try(w, "x", "192.0.2.1"), STATUS_OK);
    world_free(w);
}

static void test_without_memory_nothing_has_changed(void **state)
{
    struct world *w = world_new();
    struct coalescer_stats before, after;

    (void)state;
    for (unsigned successes = 1; successes < 3; successes++) {
        enum status status;

        before = coalescer_stats(w->c);
        calloc_fail_after(successes); /* the caller itself is the first */
        status = world_try(w, "a.z7", "192.0.2.1");
        assert_true(calloc_fail_never());
        /* The zone cannot be had, or the record. */
        assert_int_equal(status, successes == 1 ? STATUS_FULL : STATUS_NOMEM);
        after = coalescer_stats(w->c);
        assert_int_equal(after.waiters, before.waiters);
        assert_int_equal(after.changes, before.changes);
        assert_int_equal(after.zones, before.zones);
        assert_int_equal(after.bytes, before.bytes);
    }
    assert_events(w, "");
    assert_int_equal(coalescer_wait_ms(w->c, w->now), -1);
    world_free(w);
}

static void test_without_memory_there_is_no_coalescer(void **state)
{
    struct coalescer_limits limits = world_limits();
    struct coalescer_hooks hooks = {.arg = NULL};

    (void)state;
    for (unsigned successes = 0; successes < 3; successes++) {
        calloc_fail_after(successes);
        assert_null(coalescer_new(&limits, &hooks, 1));
        assert_true(calloc_fail_never());
    }
    coalescer_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_deadline_is_met_to_the_millisecond),
        cmocka_unit_test(test_a_change_goes_out_though_nobody_waits_any_more),
        cmocka_unit_test(test_each_waits_for_its_own_deadline),
        cmocka_unit_test(test_a_deadline_that_has_passed_is_answered_next),
        cmocka_unit_test(test_whom_nobody_waits_for_steps_back),
        cmocka_unit_test(test_one_of_two_callers_is_enough_to_stay),
        cmocka_unit_test(test_waiters_have_a_ceiling),
        cmocka_unit_test(test_changes_have_a_ceiling),
        cmocka_unit_test(test_zones_have_a_ceiling),
        cmocka_unit_test(test_bytes_have_a_ceiling),
        cmocka_unit_test(test_without_memory_nothing_has_changed),
        cmocka_unit_test(test_without_memory_there_is_no_coalescer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
