/* Taking changes on: who joins whom, who replaces whom, hosted zones that are
 * not known yet, the end.
 */
#include "tests/unit/coalescer_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* --- one caller -------------------------------------------------------------- */

static void test_a_lone_change_leaves_at_once(void **state)
{
    struct world *w = world_new();
    struct caller *a = world_ask(w, "a", "192.0.2.1");
    struct batch *batch;

    (void)state;
    assert_int_equal(coalescer_wait_ms(w->c, w->now), 0);
    batch = world_send(w);
    assert_non_null(batch);
    assert_string_equal(batch_text(batch), "a=192.0.2.1");
    assert_string_equal(batch->zone->id, "Z0");
    assert_int_equal(batch_rrset(batch, 0).ttl, WORLD_TTL);
    assert_unanswered(a);
    world_reply(w, batch, STATUS_OK);
    assert_good(a, "192.0.2.1");
    assert_int_equal(coalescer_wait_ms(w->c, w->now), -1);
    world_free(w);
}

static void test_nothing_is_left_of_what_is_done(void **state)
{
    struct world *w = world_new();
    size_t bytes = coalescer_stats(w->c).bytes;
    struct coalescer_stats stats;

    (void)state;
    world_ask(w, "a", "192.0.2.1");
    world_ask(w, "b.z1", "192.0.2.1");
    stats = coalescer_stats(w->c);
    assert_int_equal(stats.waiters, 2);
    assert_int_equal(stats.changes, 2);
    assert_int_equal(stats.zones, 2);
    assert_int_equal(stats.in_flight, 0);
    assert_true(stats.bytes > bytes);
    assert_true(stats.calls_per_second == 5);
    world_run_out(w);
    stats = coalescer_stats(w->c);
    assert_int_equal(stats.waiters, 0);
    assert_int_equal(stats.changes, 0);
    assert_int_equal(stats.zones, 0);
    assert_int_equal(stats.in_flight, 0);
    assert_int_equal(stats.bytes, bytes);
    world_free(w);
}

static void test_the_hooks_hear_of_it(void **state)
{
    struct world *w = world_new();

    (void)state;
    world_ask(w, "a", "192.0.2.1");
    assert_events(w, "invalidate a A;");
    world_ask(w, "a", "2001:db8::1");
    assert_events(w, "invalidate a AAAA;");
    world_run_out(w);
    assert_events(w, "accepted a A;accepted a AAAA;");
    world_free(w);
}

/* --- many callers, one record --------------------------------------------------- */

/* What callers ask for one record, one after another, while it gathers or
 * while the first one's batch is in flight; and what Route 53 then sees. */
static const struct {
    const char *label;
    bool in_flight; /* the first is, when the others ask */
    const char *asked[5];
    size_t calls;
    const char *told[5]; /* each caller, in the end */
} wishes[] = {
    {"the same address is asked for once",
     false,
     {"192.0.2.1", "192.0.2.1", "192.0.2.1"},
     1,
     {"192.0.2.1", "192.0.2.1", "192.0.2.1"}},
    {"a newer address takes the older one's place",
     false,
     {"192.0.2.1", "192.0.2.2"},
     1,
     {"192.0.2.2", "192.0.2.2"}},
    {"the newest of many does",
     false,
     {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"},
     1,
     {"192.0.2.4", "192.0.2.4", "192.0.2.4", "192.0.2.4"}},
    {"A-B-A ends as A",
     false,
     {"192.0.2.1", "192.0.2.2", "192.0.2.1"},
     1,
     {"192.0.2.1", "192.0.2.1", "192.0.2.1"}},
    {"the address in flight is joined",
     true,
     {"192.0.2.1", "192.0.2.1", "192.0.2.1"},
     1,
     {"192.0.2.1", "192.0.2.1", "192.0.2.1"}},
    {"a newer address waits for the next batch",
     true,
     {"192.0.2.1", "192.0.2.2"},
     2,
     {"192.0.2.1", "192.0.2.2"}},
    {"several newer ones share the next batch",
     true,
     {"192.0.2.1", "192.0.2.2", "192.0.2.3"},
     2,
     {"192.0.2.1", "192.0.2.3", "192.0.2.3"}},
    {"A-B-A with A in flight goes out again: B may be known by then",
     true,
     {"192.0.2.1", "192.0.2.2", "192.0.2.1"},
     2,
     {"192.0.2.1", "192.0.2.1", "192.0.2.1"}},
    {"whoever joined the flight is not drawn along by a newer address",
     true,
     {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
     2,
     {"192.0.2.1", "192.0.2.1", "192.0.2.2"}},
};

static void test_many_wishes_for_one_record(void **state)
{
    (void)state;
    for (size_t row = 0; row < sizeof wishes / sizeof wishes[0]; row++) {
        struct world *w = world_new();
        struct caller *callers[5];
        size_t count = 0;

        print_message("%s\n", wishes[row].label);
        for (; count < 5 && wishes[row].asked[count] != NULL; count++) {
            callers[count] = world_ask(w, "a", wishes[row].asked[count]);
            if (count == 0 && wishes[row].in_flight)
                assert_non_null(world_send(w));
        }
        world_run_out(w);
        assert_int_equal(w->calls, wishes[row].calls);
        for (size_t i = 0; i < count; i++)
            assert_good(callers[i], wishes[row].told[i]);
        assert_string_equal(world_held(w, "a", RRSET_A),
                            wishes[row].told[count - 1]);
        world_free(w);
    }
}

static void test_the_first_is_told_before_the_newer_one_leaves(void **state)
{
    struct world *w = world_new();
    struct caller *first = world_ask(w, "a", "192.0.2.1"), *second;
    struct batch *batch = world_send(w);

    (void)state;
    second = world_ask(w, "a", "192.0.2.2");
    world_wait(w, 1000);
    assert_null(world_send(w)); /* one batch at a time for a zone */
    world_reply(w, batch, STATUS_OK);
    assert_good(first, "192.0.2.1");
    assert_unanswered(second);
    batch = world_send(w);
    assert_string_equal(batch_text(batch), "a=192.0.2.2");
    world_reply(w, batch, STATUS_OK);
    assert_good(second, "192.0.2.2");
    world_free(w);
}

static void test_an_older_acceptance_is_not_the_latest_word(void **state)
{
    struct world *w = world_new();
    struct batch *batch;

    (void)state;
    world_ask(w, "a", "192.0.2.1");
    batch = world_send(w);
    world_ask(w, "a", "192.0.2.2");
    world_reply(w, batch, STATUS_OK);
    assert_events(w, "invalidate a A;invalidate a A;accepted a A not latest;");
    world_run_out(w);
    assert_events(w, "accepted a A;");
    world_free(w);
}

/* --- many records ------------------------------------------------------------------ */

static void test_what_is_asked_during_a_flight_leaves_together(void **state)
{
    struct world *w = world_new();
    struct batch *batch;

    (void)state;
    world_ask(w, "a", "192.0.2.1");
    batch = world_send(w);
    world_ask(w, "b", "192.0.2.2");
    world_ask(w, "c", "192.0.2.3");
    world_ask(w, "c", "2001:db8::3");
    world_wait(w, 1000);
    world_reply(w, batch, STATUS_OK);
    batch = world_send(w);
    assert_string_equal(batch_text(batch),
                        "b=192.0.2.2 c=192.0.2.3 c=2001:db8::3");
    world_reply(w, batch, STATUS_OK);
    assert_int_equal(coalescer_stats(w->c).waiters, 0);
    world_free(w);
}

static void test_zones_travel_apart(void **state)
{
    struct world *w = world_new();
    struct batch *first, *second;

    (void)state;
    world_ask(w, "a.z1", "192.0.2.1");
    world_ask(w, "b.z2", "192.0.2.2");
    world_ask(w, "c.z1", "192.0.2.3");
    first = world_send(w);
    second = world_send_soon(w);
    assert_string_equal(batch_text(first), "a.z1=192.0.2.1 c.z1=192.0.2.3");
    assert_string_equal(first->zone->id, "Z1");
    assert_string_equal(batch_text(second), "b.z2=192.0.2.2");
    assert_string_equal(second->zone->id, "Z2");
    world_reply(w, second, STATUS_OK);
    world_reply(w, first, STATUS_OK);
    world_free(w);
}

/* --- hosted zones that are not known ---------------------------------------------------- */

static void test_a_name_in_no_zone_is_turned_away(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->zones = ZONE_ABSENT;
    assert_int_equal(world_try(w, "a", "192.0.2.1"), STATUS_NOT_FOUND);
    assert_int_equal(coalescer_stats(w->c).changes, 0);
    assert_false(coalescer_wants_zones(w->c));
    assert_events(w, "");
    world_free(w);
}

static void test_changes_wait_for_the_zones_to_be_read(void **state)
{
    struct world *w = world_new();
    struct caller *a, *newer, *b;

    (void)state;
    w->zones = ZONE_UNKNOWN;
    a = world_ask(w, "a", "192.0.2.1");
    b = world_ask(w, "b.z1", "192.0.2.2");
    newer = world_ask(w, "a", "192.0.2.3");
    assert_true(coalescer_wants_zones(w->c));
    assert_null(world_send(w));
    assert_int_equal(coalescer_wait_ms(w->c, w->now), WORLD_DEADLINE_MS);
    w->zones = ZONE_FOUND;
    coalescer_zones_read(w->c);
    assert_false(coalescer_wants_zones(w->c));
    world_run_out(w);
    assert_good(a, "192.0.2.3");
    assert_good(newer, "192.0.2.3");
    assert_good(b, "192.0.2.2");
    assert_int_equal(w->calls, 2);
    world_free(w);
}

static void test_changes_of_no_zone_are_told_so(void **state)
{
    struct world *w = world_new();
    struct caller *a, *b;

    (void)state;
    w->zones = ZONE_UNKNOWN;
    a = world_ask(w, "a", "192.0.2.1");
    b = world_ask(w, "b", "192.0.2.1");
    w->zones = ZONE_ABSENT;
    coalescer_zones_read(w->c);
    assert_answer(a, OUTCOME_NO_ZONE);
    assert_answer(b, OUTCOME_NO_ZONE);
    assert_int_equal(coalescer_stats(w->c).changes, 0);
    world_free(w);
}

static void test_a_reading_that_tells_nothing_changes_nothing(void **state)
{
    struct world *w = world_new();
    struct caller *a, *b;

    (void)state;
    w->zones = ZONE_UNKNOWN;
    a = world_ask(w, "a", "192.0.2.1");
    b = world_ask(w, "b", "192.0.2.2");
    coalescer_zones_read(w->c);
    assert_true(coalescer_wants_zones(w->c));
    assert_unanswered(a);
    w->zones = ZONE_FOUND;
    coalescer_zones_read(w->c);
    world_run_out(w);
    assert_good(a, "192.0.2.1");
    assert_good(b, "192.0.2.2");
    world_free(w);
}

static void test_a_deadline_holds_without_a_zone_too(void **state)
{
    struct world *w = world_new();
    struct caller *a;

    (void)state;
    w->zones = ZONE_UNKNOWN;
    a = world_ask(w, "a", "192.0.2.1");
    world_wait(w, WORLD_DEADLINE_MS);
    assert_answer(a, OUTCOME_EXPIRED);
    w->zones = ZONE_FOUND;
    coalescer_zones_read(w->c);
    world_run_out(w);
    assert_string_equal(world_held(w, "a", RRSET_A), "192.0.2.1");
    world_free(w);
}

static void test_the_ceiling_of_zones_holds_after_a_reading_too(void **state)
{
    struct coalescer_limits limits = world_limits();
    struct caller *a, *b;
    struct world *w;

    (void)state;
    limits.max_zones = 1;
    w = world_new_with(limits);
    w->zones = ZONE_UNKNOWN;
    a = world_ask(w, "a.z1", "192.0.2.1");
    b = world_ask(w, "b.z2", "192.0.2.1");
    w->zones = ZONE_FOUND;
    coalescer_zones_read(w->c);
    assert_unanswered(a);
    assert_answer(b, OUTCOME_UNAVAILABLE);
    world_run_out(w);
    assert_good(a, "192.0.2.1");
    world_free(w);
}

/* --- callbacks that ask again -------------------------------------------------------------- */

static void ask_again(struct caller *caller)
{
    caller->then = NULL;
    world_ask(caller->world, "a", "192.0.2.9");
}

static const struct {
    const char *label;
    enum status status;
    int64_t deadline_ms;
    enum outcome outcome;
} agains[] = {
    {"after good", STATUS_OK, WORLD_DEADLINE_MS, OUTCOME_ACCEPTED},
    {"after a denial", STATUS_DENIED, WORLD_DEADLINE_MS, OUTCOME_UNAVAILABLE},
    {"after the deadline", STATUS_OK, 50, OUTCOME_EXPIRED},
};

static void test_whoever_is_answered_may_ask_again(void **state)
{
    (void)state;
    for (size_t row = 0; row < sizeof agains / sizeof agains[0]; row++) {
        struct world *w = world_new();
        struct caller *a, *b;
        struct batch *batch;

        print_message("%s\n", agains[row].label);
        a = world_ask_until(w, "a", "192.0.2.1",
                            w->now + agains[row].deadline_ms);
        b = world_ask_until(w, "a", "192.0.2.1",
                            w->now + agains[row].deadline_ms);
        a->then = b->then = ask_again;
        batch = world_send(w);
        world_wait(w, 100);
        world_reply(w, batch, agains[row].status);
        assert_answer(a, agains[row].outcome);
        assert_answer(b, agains[row].outcome);
        assert_int_equal(coalescer_stats(w->c).waiters, 2);
        world_run_out(w);
        assert_string_equal(world_held(w, "a", RRSET_A), "192.0.2.9");
        world_free(w);
    }
}

static void test_whoever_has_no_zone_may_ask_again(void **state)
{
    struct world *w = world_new();
    struct caller *a;

    (void)state;
    w->zones = ZONE_UNKNOWN;
    a = world_ask(w, "a", "192.0.2.1");
    a->then = ask_again;
    world_wait(w, WORLD_DEADLINE_MS);
    assert_answer(a, OUTCOME_EXPIRED);
    assert_int_equal(coalescer_stats(w->c).waiters, 1);
    world_free(w);
}

/* --- the end --------------------------------------------------------------------------------- */

static void test_the_end_answers_whoever_is_left(void **state)
{
    struct world *w = world_new();
    struct caller *callers[6];
    size_t left = 0;

    (void)state;
    world_ask(w, "a", "192.0.2.1");
    world_send(w);
    callers[left++] = world_ask(w, "a", "192.0.2.1");    /* in flight */
    callers[left++] = world_ask(w, "a", "192.0.2.2");    /* behind that */
    callers[left++] = world_ask(w, "b", "192.0.2.1");    /* pending */
    callers[left++] = world_ask(w, "c.z1", "192.0.2.1"); /* elsewhere */
    w->zones = ZONE_UNKNOWN;
    callers[left++] = world_ask(w, "d", "192.0.2.1"); /* without a zone */
    callers[left++] = world_ask(w, "d", "192.0.2.1");
    coalescer_free(w->c);
    w->c = NULL;
    for (size_t i = 0; i < left; i++)
        assert_answer(callers[i], OUTCOME_UNAVAILABLE);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_lone_change_leaves_at_once),
        cmocka_unit_test(test_nothing_is_left_of_what_is_done),
        cmocka_unit_test(test_the_hooks_hear_of_it),
        cmocka_unit_test(test_many_wishes_for_one_record),
        cmocka_unit_test(test_the_first_is_told_before_the_newer_one_leaves),
        cmocka_unit_test(test_an_older_acceptance_is_not_the_latest_word),
        cmocka_unit_test(test_what_is_asked_during_a_flight_leaves_together),
        cmocka_unit_test(test_zones_travel_apart),
        cmocka_unit_test(test_a_name_in_no_zone_is_turned_away),
        cmocka_unit_test(test_changes_wait_for_the_zones_to_be_read),
        cmocka_unit_test(test_changes_of_no_zone_are_told_so),
        cmocka_unit_test(test_a_reading_that_tells_nothing_changes_nothing),
        cmocka_unit_test(test_a_deadline_holds_without_a_zone_too),
        cmocka_unit_test(test_the_ceiling_of_zones_holds_after_a_reading_too),
        cmocka_unit_test(test_whoever_is_answered_may_ask_again),
        cmocka_unit_test(test_whoever_has_no_zone_may_ask_again),
        cmocka_unit_test(test_the_end_answers_whoever_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
