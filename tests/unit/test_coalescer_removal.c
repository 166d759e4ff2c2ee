/* Removing records: how a removal ends, that it gives way to every caller, and
 * that nobody pays for it.
 */
#include "tests/unit/coalescer_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* A world in which these records say 192.0.2.1, and nothing is under way. */
static struct world *world_with(const char *const *names)
{
    struct world *w = world_new();

    for (; *names != NULL; names++)
        world_ask(w, *names, "192.0.2.1");
    world_run_out(w);
    strbuf_rewind(&w->events);
    return w;
}

#define WORLD_WITH(...) world_with((const char *const[]){__VA_ARGS__, NULL})

static void refuse_removal(struct world *w, struct batch *batch,
                           const char *name, const char *why)
{
    char words[256];

    snprintf(words, sizeof words,
             "[Tried to delete resource record set [name='%s.example.org.', "
             "type='A'] %s]",
             name, why);
    world_refuse(w, batch, words);
}

/* --- how it ends ------------------------------------------------------------- */

static void test_a_removal_leaves_at_once_and_says_what_is_there(void **state)
{
    struct world *w = WORLD_WITH("a");
    struct batch *batch;

    (void)state;
    assert_int_equal(world_remove(w, "a", "192.0.2.1"), STATUS_OK);
    assert_events(w, "invalidate a A;");
    assert_int_equal(coalescer_stats(w->c).removals, 1);
    batch = world_send_soon(w);
    assert_true(batch_is_removal(batch));
    assert_string_equal(batch_text(batch), "a=192.0.2.1");
    assert_int_equal(batch_rrset(batch, 0).ttl, WORLD_TTL);
    world_reply(w, batch, STATUS_OK);
    assert_events(w, "removed a A;");
    assert_string_equal(world_held(w, "a", RRSET_A), "-");
    assert_int_equal(coalescer_stats(w->c).changes, 0);
    assert_int_equal(coalescer_stats(w->c).zones, 0);
    world_free(w);
}

static void test_removals_share_batches_but_not_with_callers(void **state)
{
    struct world *w = WORLD_WITH("a", "b", "c");
    struct caller *d;

    (void)state;
    assert_int_equal(world_remove(w, "a", "192.0.2.1"), STATUS_OK);
    assert_int_equal(world_remove(w, "b", "192.0.2.1"), STATUS_OK);
    d = world_ask(w, "d", "192.0.2.4");
    assert_int_equal(world_remove(w, "c", "192.0.2.1"), STATUS_OK);
    /* Nobody waits for a removal, so it goes behind who came later. */
    world_reply(w, world_send_soon(w), STATUS_OK);
    assert_good(d, "192.0.2.4");
    assert_string_equal(batch_text(world_send_soon(w)),
                        "a=192.0.2.1 b=192.0.2.1 c=192.0.2.1");
    world_run_out(w);
    assert_events(w, "invalidate a A;invalidate b A;invalidate d A;"
                     "invalidate c A;accepted d A;"
                     "removed a A;removed b A;removed c A;");
    world_free(w);
}

static void test_a_batch_holds_a_thousand(void **state)
{
    struct world *w = world_new();
    char name[16];

    (void)state;
    for (int i = 0; i < 1500; i++) {
        snprintf(name, sizeof name, "h%d", i);
        assert_int_equal(world_remove(w, name, "192.0.2.1"), STATUS_OK);
    }
    assert_int_equal(world_send_soon(w)->count, 1000);
    world_reply(w, w->in_flight[0].batch, STATUS_OK);
    assert_int_equal(world_send_soon(w)->count, 500);
    world_run_out(w);
    world_free(w);
}

/* What Route 53 answers, and how it ends with what is left. */
static void test_one_that_changed_is_no_culprit_and_the_rest_goes(void **state)
{
    static const char *const whys[] = {
        "but it was not found",
        "but the values provided do not match the current values"};

    (void)state;
    for (size_t i = 0; i < sizeof whys / sizeof whys[0]; i++) {
        struct world *w = WORLD_WITH("a", "b", "c");

        world_remove(w, "a", "192.0.2.1");
        world_remove(w, "b", "192.0.2.9");
        world_remove(w, "c", "192.0.2.1");
        refuse_removal(w, world_send_soon(w), "b", whys[i]);
        assert_events(w, "invalidate a A;invalidate b A;invalidate c A;"
                         "changed b A;");
        assert_string_equal(batch_text(world_send_soon(w)),
                            "a=192.0.2.1 c=192.0.2.1");
        world_run_out(w);
        assert_events(w, "removed a A;removed c A;");
        /* It goes with the others as ever, and is not told dnserr. */
        world_ask(w, "b", "192.0.2.2");
        world_ask(w, "d", "192.0.2.2");
        assert_int_equal(world_send_soon(w)->count, 2);
        world_run_out(w);
        world_free(w);
    }
}

static void test_who_is_not_named_is_found_by_smaller_batches(void **state)
{
    struct world *w = world_new();
    char name[16];

    (void)state;
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "h%d", i);
        world_ask(w, name, "192.0.2.1");
    }
    world_run_out(w);
    strbuf_rewind(&w->events);
    w->calls = 0;
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "h%d", i);
        world_remove(w, name, i == 37 ? "192.0.2.9" : "192.0.2.1");
    }
    world_run_out(w);
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "h%d", i);
        assert_string_equal(world_held(w, name, RRSET_A),
                            i == 37 ? "192.0.2.1" : "-");
    }
    assert_non_null(strstr(strbuf_string(&w->events), "changed h37 A;"));
    assert_null(strstr(strbuf_string(&w->events), "given up"));
    assert_in_range(w->calls, 2, 25);
    world_free(w);
}

static void test_who_may_not_remove_may_still_change(void **state)
{
    struct world *w = WORLD_WITH("a", "b");
    struct caller *b;

    (void)state;
    world_remove(w, "a", "192.0.2.1");
    world_reply(w, world_send_soon(w), STATUS_DENIED);
    assert_events(w, "invalidate a A;denied a A;");
    b = world_ask(w, "b", "192.0.2.2");
    world_wait(w, 200);
    assert_non_null(world_send(w)); /* no backoff is on the account */
    world_run_out(w);
    assert_good(b, "192.0.2.2");
    world_free(w);
}

/* A reply that nobody can trust: it goes again, and if it was applied after all,
 * the record is gone. */
static void test_what_was_not_answered_goes_again(void **state)
{
    struct world *w = WORLD_WITH("a");

    (void)state;
    world_remove(w, "a", "192.0.2.1");
    world_reply(w, world_send_soon(w), STATUS_UNAVAILABLE);
    assert_events(w, "invalidate a A;");
    assert_string_equal(batch_text(world_send_soon(w)), "a=192.0.2.1");
    refuse_removal(w, w->in_flight[0].batch, "a", "but it was not found");
    assert_events(w, "changed a A;");
    world_free(w);
}

static void test_one_that_cannot_be_sent_is_given_up_soon(void **state)
{
    struct world *w = WORLD_WITH("a");
    int64_t asked_at = w->now;

    (void)state;
    w->weather = STATUS_UNAVAILABLE;
    world_remove(w, "a", "192.0.2.1");
    world_run_out(w);
    assert_events(w, "invalidate a A;given up a A;");
    assert_in_range(w->now - asked_at, 30000, 60000);
    assert_string_equal(world_held(w, "a", RRSET_A), "192.0.2.1");
    world_free(w);
}

static void test_with_its_zone_it_is_given_up(void **state)
{
    struct world *w = WORLD_WITH("a", "b");

    (void)state;
    world_remove(w, "a", "192.0.2.1");
    world_send_soon(w);
    world_remove(w, "b", "192.0.2.1");
    world_reply(w, w->in_flight[0].batch, STATUS_NOT_FOUND);
    assert_events(w, "invalidate a A;invalidate b A;gone Z0;given up a A;"
                     "given up b A;");
    assert_false(coalescer_wants_zones(w->c));
    world_free(w);
}

/* --- callers come first --------------------------------------------------------- */

static void test_a_call_takes_the_place_of_a_pending_removal(void **state)
{
    struct world *w = WORLD_WITH("a");
    struct caller *caller;
    struct batch *batch;

    (void)state;
    world_remove(w, "a", "192.0.2.1");
    caller = world_ask(w, "a", "192.0.2.1");
    assert_events(w, "invalidate a A;overtaken a A;invalidate a A;");
    batch = world_send_soon(w);
    assert_false(batch_is_removal(batch));
    world_reply(w, batch, STATUS_OK);
    assert_good(caller, "192.0.2.1");
    assert_int_equal(coalescer_wait_ms(w->c, w->now), -1);
    assert_string_equal(world_held(w, "a", RRSET_A), "192.0.2.1");
    world_free(w);
}

/* Also one for the very address that is being removed: it is not joined. */
static void test_a_call_follows_a_removal_in_flight(void **state)
{
    static const enum status replies[] = {STATUS_OK, STATUS_UNAVAILABLE,
                                          STATUS_THROTTLED, STATUS_BUSY,
                                          STATUS_DENIED};

    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        struct world *w = WORLD_WITH("a");
        struct batch *batch;
        struct caller *caller;

        world_remove(w, "a", "192.0.2.1");
        batch = world_send_soon(w);
        caller = world_ask(w, "a", "192.0.2.1");
        assert_null(world_send(w)); /* one batch a zone */
        w->applies_unsaid = true;
        world_reply(w, batch, replies[i]);
        assert_unanswered(caller);
        batch = world_send_soon(w);
        assert_false(batch_is_removal(batch));
        assert_string_equal(batch_text(batch), "a=192.0.2.1");
        world_reply(w, batch, STATUS_OK);
        assert_good(caller, "192.0.2.1");
        assert_string_equal(world_held(w, "a", RRSET_A), "192.0.2.1");
        assert_int_equal(coalescer_wait_ms(w->c, w->now), -1);
        world_free(w);
    }
}

static void test_a_call_follows_a_removal_that_is_refused(void **state)
{
    struct world *w = WORLD_WITH("a");
    struct caller *caller;

    (void)state;
    world_remove(w, "a", "192.0.2.9");
    world_send_soon(w);
    caller = world_ask(w, "a", "192.0.2.2");
    refuse_removal(w, w->in_flight[0].batch, "a", "but it was not found");
    assert_events(w, "invalidate a A;invalidate a A;changed a A;");
    world_run_out(w);
    assert_good(caller, "192.0.2.2");
    world_free(w);
}

static void test_what_somebody_wants_is_not_removed(void **state)
{
    struct world *w = WORLD_WITH("a");

    (void)state;
    world_ask(w, "a", "192.0.2.2");
    assert_int_equal(world_remove(w, "a", "192.0.2.1"), STATUS_BUSY);
    world_send_soon(w);
    assert_int_equal(world_remove(w, "a", "192.0.2.1"), STATUS_BUSY);
    world_run_out(w);
    assert_events(w, "invalidate a A;accepted a A;");
    assert_int_equal(world_remove(w, "a", "192.0.2.2"), STATUS_OK);
    assert_int_equal(world_remove(w, "a", "192.0.2.2"), STATUS_BUSY);
    world_send_soon(w);
    assert_int_equal(world_remove(w, "a", "192.0.2.2"), STATUS_BUSY);
    world_run_out(w);
    world_free(w);
}

static void test_what_route_53_refuses_is_not_removed(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->bad[0] = "a";
    world_ask(w, "a", "192.0.2.1");
    world_run_out(w);
    assert_int_equal(world_remove(w, "a", "192.0.2.1"), STATUS_INVALID);
    world_free(w);
}

static void test_without_a_zone_there_is_nothing_to_remove(void **state)
{
    static const enum zone_answer answers[] = {ZONE_ABSENT, ZONE_UNKNOWN};
    struct world *w = world_new();

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        w->zones = answers[i];
        assert_int_equal(world_remove(w, "a", "192.0.2.1"), STATUS_NOT_FOUND);
        assert_false(coalescer_wants_zones(w->c));
        assert_int_equal(coalescer_stats(w->c).changes, 0);
    }
    world_free(w);
}

/* Another zone's removals take at most one call in four while callers wait. */
static void test_removals_leave_the_calls_to_callers(void **state)
{
    struct world *w = world_new();
    size_t removals = 0;
    char name[16];

    (void)state;
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "a.z%d", i);
        assert_int_equal(world_remove(w, name, "192.0.2.1"), STATUS_OK);
    }
    world_wait(w, 1); /* they have waited longer than the callers */
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "b.z%d", i + 100);
        world_ask(w, name, "192.0.2.1");
    }
    for (int i = 0; i < 40; i++) {
        struct batch *batch = world_send_soon(w);

        removals += batch_is_removal(batch);
        world_reply(w, batch, STATUS_OK);
    }
    assert_int_equal(removals, 10);
    world_run_out(w);
    world_free(w);
}

static void test_the_end_leaves_nothing_behind(void **state)
{
    struct world *w = WORLD_WITH("a", "b.z1");

    (void)state;
    world_remove(w, "a", "192.0.2.1");
    world_send_soon(w);
    world_remove(w, "b.z1", "192.0.2.1");
    world_ask(w, "a", "192.0.2.2");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_removal_leaves_at_once_and_says_what_is_there),
        cmocka_unit_test(test_removals_share_batches_but_not_with_callers),
        cmocka_unit_test(test_a_batch_holds_a_thousand),
        cmocka_unit_test(test_one_that_changed_is_no_culprit_and_the_rest_goes),
        cmocka_unit_test(test_who_is_not_named_is_found_by_smaller_batches),
        cmocka_unit_test(test_who_may_not_remove_may_still_change),
        cmocka_unit_test(test_what_was_not_answered_goes_again),
        cmocka_unit_test(test_one_that_cannot_be_sent_is_given_up_soon),
        cmocka_unit_test(test_with_its_zone_it_is_given_up),
        cmocka_unit_test(test_a_call_takes_the_place_of_a_pending_removal),
        cmocka_unit_test(test_a_call_follows_a_removal_in_flight),
        cmocka_unit_test(test_a_call_follows_a_removal_that_is_refused),
        cmocka_unit_test(test_what_somebody_wants_is_not_removed),
        cmocka_unit_test(test_what_route_53_refuses_is_not_removed),
        cmocka_unit_test(test_without_a_zone_there_is_nothing_to_remove),
        cmocka_unit_test(test_removals_leave_the_calls_to_callers),
        cmocka_unit_test(test_the_end_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
