/* When a batch leaves: the account's budget, fairness among zones, Throttling,
 * outages, and how long all that takes.
 */
#include "server/dns/coalescer_state.h"
#include "tests/unit/coalescer_world.h"
#include "tests/unit/failing_calloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { INTERVAL_MS = 200, MINUTE_MS = 60000 };

/* `count` callers, h0 h1 ... of one zone; an address each. */
static void ask_many(struct world *w, int count, const char *zone)
{
    for (int i = 0; i < count; i++) {
        char name[WORLD_NAME_MAX], text[ADDRESS_TEXT_MAX];

        snprintf(name, sizeof name, "h%d.%s", i, zone);
        snprintf(text, sizeof text, "198.51.%d.%d", i / 250, i % 250 + 1);
        world_ask(w, name, text);
    }
}

/* --- the budget -------------------------------------------------------------- */

static void test_calls_are_spaced_across_all_zones(void **state)
{
    struct world *w = world_new();
    int64_t start = w->now;

    (void)state;
    for (int zone = 1; zone <= 10; zone++) {
        char name[WORLD_NAME_MAX];

        snprintf(name, sizeof name, "a.z%d", zone);
        world_ask(w, name, "192.0.2.1");
    }
    for (int call = 0; call < 10; call++) {
        assert_non_null(world_send(w));
        assert_int_equal(w->now, start + call * INTERVAL_MS);
        assert_null(world_send(w));
        if (call == 9)
            break;
        assert_int_equal(coalescer_wait_ms(w->c, w->now), INTERVAL_MS);
        world_wait(w, INTERVAL_MS - 1);
        assert_null(world_send(w));
        world_wait(w, 1);
    }
    world_run_out(w);
    world_free(w);
}

static void test_nothing_to_do_wants_no_attention(void **state)
{
    struct world *w = world_new();
    struct batch *batch;

    (void)state;
    assert_int_equal(coalescer_wait_ms(w->c, w->now), -1);
    world_ask(w, "a", "192.0.2.1");
    batch = world_send(w);
    /* In flight: nothing but its end, or a deadline. */
    assert_int_equal(coalescer_wait_ms(w->c, w->now), WORLD_DEADLINE_MS);
    world_reply(w, batch, STATUS_OK);
    assert_int_equal(coalescer_wait_ms(w->c, w->now), -1);
    world_free(w);
}

static void test_a_listing_spends_from_the_same_budget(void **state)
{
    struct world *w = world_new();
    int64_t sent_at = w->now;

    (void)state;
    assert_int_equal(coalescer_call_wait_ms(w->c, w->now), 0);
    coalescer_call_spend(w->c, w->now);
    assert_int_equal(coalescer_call_wait_ms(w->c, w->now), INTERVAL_MS);
    assert_int_equal(coalescer_stats(w->c).in_flight, 1);
    world_ask(w, "a", "192.0.2.1");
    assert_null(world_send(w));
    world_wait(w, INTERVAL_MS);
    assert_non_null(world_send(w));
    assert_int_equal(coalescer_call_wait_ms(w->c, w->now), INTERVAL_MS);
    coalescer_call_done(w->c, w->now, sent_at, STATUS_OK);
    assert_int_equal(coalescer_stats(w->c).in_flight, 1);
    world_run_out(w);
    assert_int_equal(coalescer_stats(w->c).in_flight, 0);
    world_free(w);
}

static void test_a_throttled_listing_slows_batches_too(void **state)
{
    struct world *w = world_new();
    int64_t wait;

    (void)state;
    coalescer_call_spend(w->c, w->now);
    coalescer_call_done(w->c, w->now, w->now, STATUS_THROTTLED);
    assert_true(coalescer_stats(w->c).calls_per_second == 3.5);
    world_ask(w, "a", "192.0.2.1");
    wait = coalescer_wait_ms(w->c, w->now);
    assert_in_range(wait, 286, 572); /* an interval, and jitter of as much */
    world_wait(w, wait - 1);
    assert_null(world_send(w));
    world_wait(w, 1);
    assert_non_null(world_send(w));
    world_run_out(w);
    world_free(w);
}

/* --- fairness ------------------------------------------------------------------ */

static void test_the_oldest_waiter_anywhere_goes_first(void **state)
{
    static const char *const order[] = {"a.z3", "b.z1", "c.z2"};
    struct world *w = world_new();

    (void)state;
    world_ask(w, "x.z9", "192.0.2.9");
    assert_non_null(world_send(w));
    for (int i = 0; i < 3; i++) {
        world_wait(w, 1);
        world_ask(w, order[i], "192.0.2.1");
    }
    world_wait(w, 1);
    world_ask(w, "d.z1", "192.0.2.1"); /* no younger than its zone's first */
    for (int i = 0; i < 3; i++) {
        struct batch *batch = world_send_soon(w);

        assert_memory_equal(batch_text(batch), order[i], strlen(order[i]));
    }
    world_run_out(w);
    world_free(w);
}

static void test_a_zone_that_was_served_has_no_claim(void **state)
{
    struct world *w = world_new();
    struct batch *batch;

    (void)state;
    world_ask(w, "a.z1", "192.0.2.1");
    batch = world_send(w);
    world_wait(w, 1);
    world_ask(w, "b.z2", "192.0.2.2");
    world_wait(w, 1);
    world_ask(w, "a.z1", "192.0.2.3");
    world_wait(w, 10);
    world_reply(w, batch, STATUS_OK);
    assert_string_equal(batch_text(world_send_soon(w)), "b.z2=192.0.2.2");
    assert_string_equal(batch_text(world_send_soon(w)), "a.z1=192.0.2.3");
    world_run_out(w);
    world_free(w);
}

static void test_a_zone_where_nobody_waits_any_more_has_no_claim(void **state)
{
    struct world *w = world_new();

    (void)state;
    world_ask(w, "x.z9", "192.0.2.9");
    assert_non_null(world_send(w));
    world_ask_until(w, "a.z1", "192.0.2.1", w->now + 100);
    world_wait(w, 50);
    world_ask(w, "b.z2", "192.0.2.2");
    assert_string_equal(batch_text(world_send_soon(w)), "b.z2=192.0.2.2");
    assert_string_equal(batch_text(world_send_soon(w)), "a.z1=192.0.2.1");
    world_run_out(w);
    world_free(w);
}

static void test_among_two_hundred_zones_a_flood_starves_nobody(void **state)
{
    enum { ZONES = 200, FLOOD = 5000 };
    struct coalescer_limits limits = world_limits();
    struct world *w;
    struct caller *others[ZONES];
    int64_t start;

    (void)state;
    limits.calls_per_second = 20;
    w = world_new_with(limits);
    start = w->now;
    for (int zone = 0; zone < ZONES; zone++) {
        char name[WORLD_NAME_MAX];

        snprintf(name, sizeof name, "a.z%d", zone + 1);
        others[zone] = world_ask(w, name, "192.0.2.1");
        world_run(w, w->now + 1);
        if (zone == ZONES / 2)
            ask_many(w, FLOOD, "z0");
    }
    world_run_out(w);
    /* Those before the flood do not feel it; those behind it feel one batch
     * in flight at a time, not ten. */
    for (int zone = 0; zone < ZONES; zone++) {
        int64_t waited = others[zone]->answered_at - start;

        assert_answer(others[zone], OUTCOME_ACCEPTED);
        if (zone <= ZONES / 2)
            assert_in_range(waited, 0, (zone + 1) * 50 + 100);
        else
            assert_in_range(waited, 0, (zone + 1 + FLOOD / 500) * 50 + 100);
    }
    assert_int_equal(w->calls, ZONES + FLOOD / 500);
    world_free(w);
}

/* --- throughput ------------------------------------------------------------------ */

static int64_t last_answer_at(const struct world *w)
{
    int64_t last = 0;

    for (const struct caller *caller = w->callers; caller != NULL;
         caller = caller->next)
        if (caller->answered_at > last)
            last = caller->answered_at;
    return last;
}

static void test_one_caller_waits_for_one_round_trip(void **state)
{
    struct world *w = world_new();
    struct caller *a = world_ask(w, "a", "192.0.2.1");

    (void)state;
    world_run_out(w);
    assert_int_equal(a->answered_at - a->asked_at, WORLD_LATENCY_MS);
    world_free(w);
}

static void test_five_thousand_hosts_are_ten_calls(void **state)
{
    struct world *w = world_new();
    int64_t start = w->now;

    (void)state;
    ask_many(w, 5000, "z0");
    world_run_out(w);
    assert_int_equal(w->calls, 10);
    assert_int_equal(last_answer_at(w) - start,
                     9 * INTERVAL_MS + WORLD_LATENCY_MS);
    for (const struct caller *caller = w->callers; caller != NULL;
         caller = caller->next)
        assert_answer(caller, OUTCOME_ACCEPTED);
    world_free(w);
}

static void test_while_a_zone_is_slow_its_batch_grows(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->latency_ms = 1000;
    world_ask(w, "first", "192.0.2.1");
    world_run(w, w->now + 10);
    ask_many(w, 300, "z0");
    world_run_out(w);
    assert_int_equal(w->calls, 2);
    world_free(w);
}

/* Everybody asks again within a minute of the server's start. */
static void test_a_hundred_thousand_hosts_after_a_restart(void **state)
{
    enum { HOSTS = 100000 };
    struct world *w = world_new();
    int64_t start = w->now;

    (void)state;
    for (int i = 0; i < HOSTS; i++) {
        char name[WORLD_NAME_MAX];

        snprintf(name, sizeof name, "h%d", i);
        world_ask(w, name, "192.0.2.1");
        if (i % 100 == 99)
            world_run(w, start + (int64_t)i * MINUTE_MS / HOSTS);
    }
    world_run_out(w);
    for (const struct caller *caller = w->callers; caller != NULL;
         caller = caller->next)
        assert_answer(caller, OUTCOME_ACCEPTED);
    assert_in_range(last_answer_at(w) - start, 0, MINUTE_MS + 1000);
    world_free(w);
}

/* Whoever cannot be served in time is turned away, so that all others can. */
static void test_twice_the_load_leaves_nobody_waiting_in_vain(void **state)
{
    enum { PER_SECOND = 5000, SECONDS = 30 };
    struct coalescer_limits limits = world_limits();
    struct world *w;
    size_t taken = 0;

    (void)state;
    limits.max_waiters = 40000; /* 16 s of work; the deadline is 20 */
    w = world_new_with(limits);
    for (int i = 0; i < PER_SECOND * SECONDS; i++) {
        char name[WORLD_NAME_MAX];

        snprintf(name, sizeof name, "h%d", i);
        taken += world_try(w, name, "192.0.2.1") == STATUS_OK;
        if (i % (PER_SECOND / 10) == 0)
            world_run(w, w->now + 100);
    }
    world_run_out(w);
    for (const struct caller *caller = w->callers; caller != NULL;
         caller = caller->next)
        assert_answer(caller, OUTCOME_ACCEPTED);
    assert_in_range(taken, 100000, 120000);
    world_free(w);
}

/* --- PriorRequestNotComplete ------------------------------------------------------- */

static void test_a_busy_zone_waits_and_others_do_not(void **state)
{
    struct world *w = world_new();
    struct caller *a = world_ask(w, "a.z1", "192.0.2.1"), *b;
    struct batch *batch = world_send(w);

    (void)state;
    world_wait(w, 200);
    world_reply(w, batch, STATUS_BUSY);
    assert_in_range(coalescer_wait_ms(w->c, w->now), 0, 200);
    b = world_ask(w, "b.z2", "192.0.2.2");
    w->now++; /* were the wait 0, z1 would go first by right */
    world_run_out(w);
    assert_good(a, "192.0.2.1");
    assert_good(b, "192.0.2.2");
    assert_true(coalescer_stats(w->c).calls_per_second == 5);
    world_free(w);
}

static void test_a_success_forgets_how_often_a_zone_was_busy(void **state)
{
    struct world *w = world_new();

    (void)state;
    for (int round = 0; round < 10; round++) {
        struct batch *batch;
        int64_t wait;

        for (int i = 0; i < 6; i++) {
            world_ask(w, "a", "192.0.2.1");
            world_reply(w, world_send_soon(w), STATUS_BUSY);
        }
        batch = world_send_soon(w);
        world_ask(w, "b", "192.0.2.1"); /* the zone stays */
        world_wait(w, 200);
        world_reply(w, batch, STATUS_OK);
        world_reply(w, world_send(w), STATUS_BUSY);
        wait = coalescer_wait_ms(w->c, w->now);
        /* An interval, and by what it moves. */
        assert_in_range(wait, 240, 280);
        world_run_out(w);
    }
    world_free(w);
}

/* Two copies that keep to one time would meet each time. */
static void test_who_meets_another_copys_batch_moves_its_next_call(void **state)
{
    int64_t least = INT64_MAX, most = 0;

    (void)state;
    for (int round = 0; round < 50; round++) {
        struct world *w = world_new();

        world_ask(w, "other", "192.0.2.1");
        for (int i = 0; i < round; i++) /* the dice fall otherwise */
            world_reply(w, world_send_soon(w), STATUS_BUSY);
        world_reply(w, world_send_soon(w), STATUS_BUSY);
        least = coalescer_call_wait_ms(w->c, w->now) < least
                    ? coalescer_call_wait_ms(w->c, w->now)
                    : least;
        most = coalescer_call_wait_ms(w->c, w->now) > most
                   ? coalescer_call_wait_ms(w->c, w->now)
                   : most;
        world_run_out(w);
        world_free(w);
    }
    assert_in_range(least, 240, 255);
    assert_in_range(most, 265, 280);
}

/* Answers BUSY for zone Z1 forever. */
static enum status z1_is_busy(struct world *w, const struct batch *batch,
                              struct aws_reply *reply)
{
    (void)w;
    (void)reply;
    return strcmp(batch->zone->id, "Z1") == 0 ? STATUS_BUSY : STATUS_OK;
}

static void test_a_zone_that_stays_busy_costs_a_call_in_seconds(void **state)
{
    struct world *w = world_new();
    struct caller *a = world_ask(w, "a.z1", "192.0.2.1"), *b;

    (void)state;
    w->answer = z1_is_busy;
    world_run(w, w->now + 10 * (int64_t)MINUTE_MS / 2);
    assert_answer(a, OUTCOME_EXPIRED);
    /* Full jitter up to five seconds: 2.5 on average. */
    assert_in_range(w->calls, 60, 180);
    b = world_ask(w, "b.z2", "192.0.2.2");
    world_run(w, w->now + 400);
    assert_good(b, "192.0.2.2");
    world_free(w);
}

/* --- Throttling --------------------------------------------------------------------- */

static void test_throttling_cuts_the_rate_and_it_recovers(void **state)
{
    struct world *w = world_new();
    struct caller *a = world_ask(w, "a", "192.0.2.1");
    struct batch *batch = world_send(w);

    (void)state;
    world_reply(w, batch, STATUS_THROTTLED);
    assert_true(coalescer_stats(w->c).calls_per_second == 3.5);
    world_run_out(w);
    assert_good(a, "192.0.2.1");
    for (int i = 0; i < 300; i++) {
        world_ask(w, "a", i % 2 ? "192.0.2.1" : "192.0.2.2");
        world_run_out(w);
    }
    assert_true(coalescer_stats(w->c).calls_per_second >= 4.5);
    world_free(w);
}

/* Copies of the server that are throttled together must not come back
 * together. */
static void test_the_wait_after_throttling_is_jittered(void **state)
{
    struct world *w = world_new();
    int64_t jitter = 0;

    (void)state;
    world_ask(w, "a", "192.0.2.1");
    for (int i = 0; i < 5; i++) {
        int64_t least, wait;

        world_reply(w, world_send_soon(w), STATUS_THROTTLED);
        least = call_rate_wait_ms(&w->c->rate, w->now);
        wait = coalescer_call_wait_ms(w->c, w->now);
        assert_in_range(wait, least, 2 * least);
        jitter += wait - least;
    }
    assert_true(jitter > 100);
    world_run_out(w);
    world_free(w);
}

/* Another program spends from the account: only so many calls a second are
 * left for us. */
enum { OURS_INTERVAL_MS = 1000 };
static int64_t ours_at;
static size_t throttled;

static enum status few_calls_are_left(struct world *w,
                                      const struct batch *batch,
                                      struct aws_reply *reply)
{
    (void)w;
    (void)reply;
    if (batch->sent_at < ours_at) {
        throttled++;
        return STATUS_THROTTLED;
    }
    ours_at = batch->sent_at + OURS_INTERVAL_MS;
    return STATUS_OK;
}

static void test_a_shared_account_is_shared(void **state)
{
    struct world *w = world_new();

    (void)state;
    ours_at = 0;
    throttled = 0;
    w->answer = few_calls_are_left;
    ask_many(w, 5000, "z0");
    world_run_out(w);
    for (const struct caller *caller = w->callers; caller != NULL;
         caller = caller->next)
        assert_answer(caller, OUTCOME_ACCEPTED);
    assert_in_range(w->calls - throttled, 10, 10);
    assert_in_range(throttled, 1, 15);
    world_free(w);
}

/* --- outages ---------------------------------------------------------------------------- */

static void test_one_lost_reply_delays_little(void **state)
{
    struct world *w = world_new();
    struct caller *a = world_ask(w, "a", "192.0.2.1");
    struct batch *batch = world_send(w);

    (void)state;
    world_wait(w, 100);
    world_reply(w, batch, STATUS_UNAVAILABLE);
    world_run_out(w);
    assert_good(a, "192.0.2.1");
    assert_in_range(a->answered_at - a->asked_at, 200, 500);
    world_free(w);
}

static const struct {
    const char *label;
    enum status weather;
    int64_t latency_ms;
    size_t calls_at_most; /* in ten minutes */
} outages[] = {
    {"connections are refused at once", STATUS_UNAVAILABLE, 1, 400},
    {"replies never come", STATUS_UNAVAILABLE, 8000, 80},
    {"credentials have expired", STATUS_DENIED, 100, 400},
};

static void test_an_outage_costs_a_trickle_and_ends_by_itself(void **state)
{
    enum { ZONES = 20 };

    (void)state;
    for (size_t row = 0; row < sizeof outages / sizeof outages[0]; row++) {
        struct world *w = world_new();
        int64_t start = w->now, back;
        struct caller *last;

        w->weather = outages[row].weather;
        w->latency_ms = outages[row].latency_ms;
        /* Somebody asks every ten seconds, in one zone after another. */
        for (int i = 0; i < 60; i++) {
            char name[WORLD_NAME_MAX];

            snprintf(name, sizeof name, "h%d.z%d", i, i % ZONES);
            world_ask(w, name, "192.0.2.1");
            world_run(w, start + (i + 1) * 10000);
        }
        if (w->calls > outages[row].calls_at_most || w->calls < 20)
            fail_msg("%s: %zu calls", outages[row].label, w->calls);
        for (struct caller *c = w->callers; c != NULL; c = c->next)
            if (c->answers == 1 && c->outcome == OUTCOME_ACCEPTED)
                fail_msg("%s: %s was told good", outages[row].label, c->name);

        w->weather = STATUS_OK;
        w->latency_ms = WORLD_LATENCY_MS;
        last = world_ask(w, "last", "192.0.2.1");
        back = w->now;
        world_run(w, back + 25000);
        assert_answer(last, OUTCOME_ACCEPTED);
        world_run_out(w);
        /* What was asked for in the last five minutes is in Route 53. */
        for (int i = 31; i < 60; i++) {
            char name[WORLD_NAME_MAX];

            snprintf(name, sizeof name, "h%d.z%d", i, i % ZONES);
            if (strcmp(world_held(w, name, RRSET_A), "192.0.2.1") != 0)
                fail_msg("%s: %s is lost", outages[row].label, name);
        }
        world_free(w);
    }
}

static void test_during_an_outage_one_call_at_a_time_asks(void **state)
{
    struct world *w = world_new();
    struct batch *first;

    (void)state;
    world_ask(w, "a.z1", "192.0.2.1");
    world_ask(w, "b.z2", "192.0.2.1");
    world_ask(w, "c.z3", "192.0.2.1");
    first = world_send(w);
    world_reply(w, first, STATUS_UNAVAILABLE);
    assert_non_null(world_send_soon(w));
    assert_int_equal(coalescer_call_wait_ms(w->c, w->now), INT64_MAX);
    /* Only its end can tell, or a deadline. */
    world_wait(w, 5000);
    assert_null(world_send(w));
    assert_true(coalescer_wait_ms(w->c, w->now) > 10000);
    world_reply(w, w->in_flight[0].batch, STATUS_OK);
    assert_non_null(world_send_soon(w));
    assert_true(coalescer_call_wait_ms(w->c, w->now) <= INTERVAL_MS);
    world_run_out(w);
    world_free(w);
}

static void test_waits_grow_across_failures(void **state)
{
    struct world *w = world_new();
    int64_t early = 0, late = 0;

    (void)state;
    for (int i = 0; i < 40; i++) {
        struct batch *batch;
        int64_t gap = w->now;

        world_ask(w, "a", "192.0.2.1");
        batch = world_send_soon(w);
        gap = w->now - gap;
        if (i > 0 && i < 5)
            early += gap;
        if (i >= 36)
            late += gap;
        world_reply(w, batch, STATUS_UNAVAILABLE);
    }
    assert_true(early < 4 * 1600);
    assert_true(late > early);
    world_free(w);
}

/* --- what is too old ------------------------------------------------------------------------ */

/* A zone is out of order for some minutes while one host asks once, another
 * again and again. */
static void test_an_old_address_does_not_win_over_a_newer_one(void **state)
{
    struct world *w = world_new();
    int64_t start = w->now;

    (void)state;
    w->answer = z1_is_busy;
    world_ask(w, "once.z1", "192.0.2.1");
    world_ask(w, "often.z1", "192.0.2.1");
    for (int minute = 1; minute <= 6; minute++) {
        world_run(w, start + minute * (int64_t)MINUTE_MS);
        world_ask(w, "often.z1", "192.0.2.2");
    }
    w->answer = NULL;
    world_run_out(w);
    assert_string_equal(world_held(w, "once.z1", RRSET_A), "-");
    assert_string_equal(world_held(w, "often.z1", RRSET_A), "192.0.2.2");
    assert_int_equal(coalescer_stats(w->c).changes, 0);
    assert_int_equal(coalescer_stats(w->c).zones, 0);
    world_free(w);
}

static void test_short_of_five_minutes_it_still_goes_out(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->answer = z1_is_busy;
    world_ask(w, "once.z1", "192.0.2.1");
    world_run(w, w->now + 290000);
    w->answer = NULL;
    world_run_out(w);
    assert_string_equal(world_held(w, "once.z1", RRSET_A), "192.0.2.1");
    world_free(w);
}

/* --- memory ---------------------------------------------------------------------------------- */

static void test_without_memory_for_a_batch_it_leaves_a_little_later(
    void **state)
{
    struct world *w = world_new();
    struct caller *a = world_ask(w, "a", "192.0.2.1");
    int64_t wait;

    (void)state;
    calloc_fail_after(0);
    assert_null(world_send(w));
    assert_true(calloc_fail_never());
    wait = coalescer_wait_ms(w->c, w->now);
    assert_in_range(wait, 1, 1000); /* and does not spin meanwhile */
    world_run_out(w);
    assert_good(a, "192.0.2.1");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_are_spaced_across_all_zones),
        cmocka_unit_test(test_nothing_to_do_wants_no_attention),
        cmocka_unit_test(test_a_listing_spends_from_the_same_budget),
        cmocka_unit_test(test_a_throttled_listing_slows_batches_too),
        cmocka_unit_test(test_the_oldest_waiter_anywhere_goes_first),
        cmocka_unit_test(test_a_zone_that_was_served_has_no_claim),
        cmocka_unit_test(test_a_zone_where_nobody_waits_any_more_has_no_claim),
        cmocka_unit_test(test_among_two_hundred_zones_a_flood_starves_nobody),
        cmocka_unit_test(test_one_caller_waits_for_one_round_trip),
        cmocka_unit_test(test_five_thousand_hosts_are_ten_calls),
        cmocka_unit_test(test_while_a_zone_is_slow_its_batch_grows),
        cmocka_unit_test(test_a_hundred_thousand_hosts_after_a_restart),
        cmocka_unit_test(test_twice_the_load_leaves_nobody_waiting_in_vain),
        cmocka_unit_test(test_a_busy_zone_waits_and_others_do_not),
        cmocka_unit_test(test_a_success_forgets_how_often_a_zone_was_busy),
        cmocka_unit_test(
            test_who_meets_another_copys_batch_moves_its_next_call),
        cmocka_unit_test(test_a_zone_that_stays_busy_costs_a_call_in_seconds),
        cmocka_unit_test(test_throttling_cuts_the_rate_and_it_recovers),
        cmocka_unit_test(test_the_wait_after_throttling_is_jittered),
        cmocka_unit_test(test_a_shared_account_is_shared),
        cmocka_unit_test(test_one_lost_reply_delays_little),
        cmocka_unit_test(test_an_outage_costs_a_trickle_and_ends_by_itself),
        cmocka_unit_test(test_during_an_outage_one_call_at_a_time_asks),
        cmocka_unit_test(test_waits_grow_across_failures),
        cmocka_unit_test(test_an_old_address_does_not_win_over_a_newer_one),
        cmocka_unit_test(test_short_of_five_minutes_it_still_goes_out),
        cmocka_unit_test(
            test_without_memory_for_a_batch_it_leaves_a_little_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
