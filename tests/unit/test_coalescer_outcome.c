/* What becomes of a batch: refusals and whom they are for, unknown outcomes,
 * zones that are gone.
 */
#include "tests/unit/coalescer_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { HOSTS_MAX = 500, REFUSED_FIRST_MS = 5000, REFUSED_CAP_MS = 300000 };

/* h0 h1 ...; names that live as long as the test. */
static char names[HOSTS_MAX][WORLD_NAME_MAX];
static struct caller *callers[HOSTS_MAX];

static void ask_hosts(struct world *w, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "h%zu", i);
        callers[i] = world_ask(w, names[i], "192.0.2.1");
    }
}

static void assert_only_bad_are_refused(const struct world *w, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool bad = false;

        for (size_t k = 0; w->bad[k] != NULL; k++)
            bad = bad || strcmp(w->bad[k], names[i]) == 0;
        assert_answer(callers[i], bad ? OUTCOME_REFUSED : OUTCOME_ACCEPTED);
    }
}

/* --- the culprit is named ------------------------------------------------------- */

static void test_a_named_culprit_costs_one_call_more(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->bad[0] = "h200";
    ask_hosts(w, 500);
    world_run_out(w);
    assert_int_equal(w->calls, 2);
    assert_only_bad_are_refused(w, 500);
    assert_string_equal(world_held(w, "h200", RRSET_A), "-");
    world_free(w);
}

static void test_several_named_culprits_too(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->bad[0] = "h0";
    w->bad[1] = "h7";
    w->bad[2] = "h99";
    ask_hosts(w, 100);
    world_run_out(w);
    assert_int_equal(w->calls, 2);
    assert_only_bad_are_refused(w, 100);
    world_free(w);
}

static void test_only_the_named_type_is_refused(void **state)
{
    struct world *w = world_new();
    struct caller *a = world_ask(w, "a", "192.0.2.1");
    struct caller *aaaa = world_ask(w, "a", "2001:db8::1");

    (void)state;
    world_refuse(w, world_send(w),
                 "[RRSet of type AAAA with DNS name a.example.org. is not "
                 "permitted]");
    assert_answer(aaaa, OUTCOME_REFUSED);
    assert_unanswered(a);
    world_run_out(w);
    assert_good(a, "192.0.2.1");
    assert_events(
        w, "invalidate a A;invalidate a AAAA;refused a AAAA;accepted a A;");
    world_free(w);
}

static void test_all_are_named(void **state)
{
    struct world *w = world_new();

    (void)state;
    ask_hosts(w, 3);
    w->bad[0] = "h0";
    w->bad[1] = "h1";
    w->bad[2] = "h2";
    world_run_out(w);
    assert_int_equal(w->calls, 1);
    assert_only_bad_are_refused(w, 3);
    assert_int_equal(coalescer_wait_ms(w->c, w->now), -1);
    assert_int_equal(coalescer_stats(w->c).zones, 0);
    world_free(w);
}

/* As many as Route 53 names: far more than a message for people holds. */
static void test_four_hundred_culprits_are_named_in_one_call(void **state)
{
    enum { CULPRITS = 400 };
    struct world *w = world_new();
    struct strbuf words;
    struct batch *batch;

    (void)state;
    strbuf_init(&words, 512 * 1024);
    for (size_t i = 0; i < CULPRITS; i++)
        strbuf_printf(&words,
                      "%sRRSet of type A with DNS name h%zu.example.org. is "
                      "not permitted because a conflicting RRSet of type CNAME "
                      "with the same DNS name already exists in zone "
                      "example.org.",
                      i == 0 ? "" : "; ", i);
    ask_hosts(w, HOSTS_MAX);
    batch = world_send(w);
    assert_int_equal(batch->count, HOSTS_MAX);
    world_refuse(w, batch, strbuf_string(&words));
    strbuf_clear(&words);
    for (size_t i = 0; i < CULPRITS; i++)
        assert_answer(callers[i], OUTCOME_REFUSED);
    batch = world_send_soon(w);
    assert_int_equal(batch->count, HOSTS_MAX - CULPRITS);
    for (size_t i = CULPRITS; i < HOSTS_MAX; i++)
        assert_unanswered(callers[i]);
    world_reply(w, batch, STATUS_OK);
    for (size_t i = CULPRITS; i < HOSTS_MAX; i++)
        assert_good(callers[i], "192.0.2.1");
    world_free(w);
}

/* --- the culprit is not named ------------------------------------------------------ */

static size_t bits_of(size_t n)
{
    size_t bits = 0;

    while (((size_t)1 << bits) < n)
        bits++;
    return bits;
}

static const size_t sizes[] = {2, 3, 4, 5, 7, 8, 9, 100, 256, 257, 499, 500};

static void test_halving_finds_one_culprit_in_logarithmic_calls(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        const size_t places[] = {0, 1, sizes[i] / 2, sizes[i] - 1};

        for (size_t k = 0; k < COUNT(places); k++) {
            struct world *w = world_new();

            w->names_culprits = false;
            ask_hosts(w, sizes[i]);
            w->bad[0] = names[places[k]];
            world_run_out(w);
            if (w->calls > 2 * bits_of(sizes[i]) + 1)
                fail_msg("culprit %zu of %zu: %zu calls", places[k], sizes[i],
                         w->calls);
            assert_only_bad_are_refused(w, sizes[i]);
            world_free(w);
        }
    }
}

static void test_halving_finds_many_culprits(void **state)
{
    struct coalescer_limits limits = world_limits();
    struct world *w;

    (void)state;
    limits.calls_per_second = 100;
    w = world_new_with(limits);
    w->names_culprits = false;
    w->latency_ms = 10;
    ask_hosts(w, 500);
    for (size_t i = 0; i < 20; i++)
        w->bad[i] = names[i * 25 + 3];
    world_run_out(w);
    assert_only_bad_are_refused(w, 500);
    assert_in_range(w->calls, 20, 20 * 2 * 9 + 1);
    world_free(w);
}

static void test_whoever_asks_meanwhile_goes_first_and_apart(void **state)
{
    struct world *w = world_new();
    struct caller *newcomer;
    struct batch *batch;

    (void)state;
    ask_hosts(w, 4);
    w->bad[0] = "h1";
    batch = world_send(w);
    newcomer = world_ask(w, "new", "192.0.2.9");
    world_refuse(w, batch, "[something is wrong]");
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "new=192.0.2.9");
    world_reply(w, batch, STATUS_OK);
    assert_good(newcomer, "192.0.2.9");
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "h0=192.0.2.1 h1=192.0.2.1");
    world_refuse(w, batch, "[something is wrong]");
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "h2=192.0.2.1 h3=192.0.2.1");
    world_reply(w, batch, STATUS_OK);
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "h0=192.0.2.1");
    world_reply(w, batch, STATUS_OK);
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "h1=192.0.2.1");
    world_refuse(w, batch, "[something is wrong]");
    assert_only_bad_are_refused(w, 4);
    world_free(w);
}

/* Ten batches wait; the search for who spoils the first one is not made at
 * the cost of the other nine. */
static void test_a_culprit_delays_its_own_batch_only(void **state)
{
    enum { HOSTS = 5000, BATCH = 500, INTERVAL_MS = 200 };
    struct world *w = world_new();
    size_t late = 0;

    (void)state;
    w->names_culprits = false;
    w->bad[0] = "h123";
    for (int i = 0; i < HOSTS; i++) {
        char name[WORLD_NAME_MAX];

        snprintf(name, sizeof name, "h%d", i);
        world_ask(w, name, "192.0.2.1");
    }
    world_run_out(w);
    for (const struct caller *c = w->callers; c != NULL; c = c->next)
        late += c->answered_at - c->asked_at >
                HOSTS / BATCH * INTERVAL_MS + WORLD_LATENCY_MS;
    assert_in_range(late, 1, BATCH);
    world_free(w);
}

static void test_a_half_that_must_go_again_stays_a_half(void **state)
{
    static const enum status troubles[] = {STATUS_BUSY, STATUS_THROTTLED,
                                           STATUS_UNAVAILABLE};

    (void)state;
    for (size_t i = 0; i < COUNT(troubles); i++) {
        struct world *w = world_new();
        struct batch *batch;

        w->names_culprits = false;
        ask_hosts(w, 4);
        w->bad[0] = "h1";
        world_refuse(w, world_send(w), "[something is wrong]");
        world_ask(w, "new", "192.0.2.9");
        for (int half = 0; half < 2; half++) {
            const char *expected = half == 0 ? "h0=192.0.2.1 h1=192.0.2.1"
                                             : "h2=192.0.2.1 h3=192.0.2.1";

            world_reply(w, world_send_soon(w), troubles[i]);
            batch = world_send_soon(w);
            assert_string_equal(batch_text(batch), expected);
            if (half == 1)
                break;
            world_refuse(w, batch,
                         "[RRSet with DNS name h1.example.org. is "
                         "not permitted]");
            world_reply(w, world_send_soon(w), STATUS_OK);
        }
        world_reply(w, batch, STATUS_OK);
        world_run_out(w);
        assert_only_bad_are_refused(w, 4);
        world_free(w);
    }
}

/* With a newcomer in each batch that may be a culprit too, the rest of a
 * refused batch would never be done. */
static void test_whoever_is_cleared_goes_again_without_newcomers(void **state)
{
    struct world *w = world_new();
    struct batch *batch;

    (void)state;
    ask_hosts(w, 3);
    batch = world_send(w);
    world_ask(w, "new", "192.0.2.9");
    world_refuse(w, batch,
                 "[RRSet with DNS name h0.example.org. is not permitted]");
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "h1=192.0.2.1 h2=192.0.2.1");
    world_reply(w, batch, STATUS_OK);
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "new=192.0.2.9");
    world_reply(w, batch, STATUS_OK);
    world_free(w);
}

/* A host that is refused comes with every batch, and still everybody else is
 * served within a few calls. */
static void test_a_new_culprit_in_every_batch_starves_nobody(void **state)
{
    enum { ROUNDS = 50, LONGEST_WAIT_MS = 1000 };
    struct world *w = world_new();

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        static char bad[ROUNDS][WORLD_NAME_MAX];
        char name[WORLD_NAME_MAX];

        snprintf(name, sizeof name, "good%d", i);
        snprintf(bad[i], sizeof bad[i], "bad%d", i);
        w->bad[i] = bad[i];
        world_ask(w, name, "192.0.2.1");
        world_ask(w, bad[i], "192.0.2.1");
        world_run(w, w->now + 200);
    }
    world_run_out(w);
    for (const struct caller *c = w->callers; c != NULL; c = c->next)
        if (strncmp(c->name, "good", 4) == 0) {
            assert_answer(c, OUTCOME_ACCEPTED);
            assert_in_range(c->answered_at - c->asked_at, 0, LONGEST_WAIT_MS);
        }
    world_free(w);
}

/* Where one half was accepted, the other one holds the culprit. */
static void test_the_other_half_of_an_innocent_one_is_halved_unasked(
    void **state)
{
    static const char *const batches[] = {
        "h0=192.0.2.1 h1=192.0.2.1 h2=192.0.2.1 h3=192.0.2.1",
        "h0=192.0.2.1 h1=192.0.2.1",
        "h2=192.0.2.1",
        "h3=192.0.2.1",
    };
    struct world *w = world_new();

    (void)state;
    ask_hosts(w, 4);
    w->bad[0] = "h3";
    for (size_t i = 0; i < COUNT(batches); i++) {
        struct batch *batch = world_send_soon(w);

        assert_string_equal(batch_text(batch), batches[i]);
        if (i == 0 || i == COUNT(batches) - 1)
            world_refuse(w, batch, "[something is wrong]");
        else
            world_reply(w, batch, STATUS_OK);
    }
    assert_only_bad_are_refused(w, 4);
    world_free(w);
}

static bool is_old(const char *name)
{
    return strncmp(name, "old", 3) == 0;
}

/* Whom Route 53 has had before is an unlikely culprit, and does not wait for
 * the end of the search. */
static void test_proven_neighbours_go_again_at_once(void **state)
{
    struct world *w = world_new();
    struct caller *old[2];
    struct batch *batch;

    (void)state;
    w->is_proven = is_old;
    w->bad[0] = "new1";
    old[0] = world_ask(w, "old0", "192.0.2.1");
    world_ask(w, "new0", "192.0.2.1");
    old[1] = world_ask(w, "old1", "192.0.2.1");
    world_ask(w, "new1", "192.0.2.1");
    world_refuse(w, world_send(w), "[something is wrong]");
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "old0=192.0.2.1 old1=192.0.2.1");
    world_reply(w, batch, STATUS_OK);
    assert_good(old[0], "192.0.2.1");
    assert_good(old[1], "192.0.2.1");
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "new0=192.0.2.1");
    world_reply(w, batch, STATUS_OK);
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "new1=192.0.2.1");
    world_refuse(w, batch, "[something is wrong]");
    world_free(w);
}

/* The coalescer's own word for it is learned from what it sends. */
static void test_who_was_accepted_is_proven_while_it_is_remembered(void **state)
{
    struct world *w = world_new();
    struct batch *batch;

    (void)state;
    world_ask(w, "a", "192.0.2.1");
    batch = world_send(w);
    world_ask(w, "a", "192.0.2.2");
    world_ask(w, "b", "192.0.2.1");
    world_reply(w, batch, STATUS_OK);
    world_refuse(w, world_send_soon(w), "[something is wrong]");
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "a=192.0.2.2");
    world_reply(w, batch, STATUS_OK);
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "b=192.0.2.1");
    world_refuse(w, batch, "[something is wrong]");
    world_free(w);
}

/* After each refusal fewer unproven records share a batch, after each
 * acceptance more. */
static void test_batches_of_unproven_records_shrink_and_grow(void **state)
{
    static const struct {
        size_t count;
        bool refused;
    } calls[] = {{500, true}, {375, true},  {281, false},
                 {422, true}, {316, false}, {474, false}};
    struct world *w = world_new();

    (void)state;
    for (int i = 0; i < 4000; i++) {
        char name[WORLD_NAME_MAX];

        snprintf(name, sizeof name, "h%d", i);
        world_ask_until(w, name, "192.0.2.1", INT64_MAX);
    }
    for (size_t i = 0; i < COUNT(calls); i++) {
        struct batch *batch = world_send_soon(w);

        assert_int_equal(batch->count, calls[i].count);
        if (calls[i].refused)
            world_refuse(w, batch, "[something is wrong]");
        else
            world_reply(w, batch, STATUS_OK);
    }
    world_run_out(w);
    world_free(w);
}

/* --- many that are refused for ever --------------------------------------------------- */

/* Refuses a record once, so that it goes alone from now on. */
static void refuse_once(struct world *w, const char *name)
{
    world_ask(w, name, "192.0.2.1");
    world_refuse(w, world_send_soon(w), "[something is wrong]");
}

static void test_lone_records_get_a_call_in_four(void **state)
{
    enum { REFUSED = 20, INTERVAL_MS = 200, EVERY = 4 };
    struct world *w = world_new();
    int64_t begun;
    size_t calls;

    (void)state;
    w->names_culprits = false;
    for (int i = 0; i < REFUSED; i++) {
        char name[WORLD_NAME_MAX];

        snprintf(name, sizeof name, "bad%d", i);
        refuse_once(w, name);
    }
    world_wait(w, REFUSED_FIRST_MS);
    for (int i = 0; i < REFUSED; i++) {
        char name[WORLD_NAME_MAX];

        snprintf(name, sizeof name, "bad%d", i);
        world_ask(w, name, "192.0.2.1");
    }
    begun = w->now;
    calls = w->calls;
    world_run_out(w);
    assert_int_equal(w->calls - calls, REFUSED);
    assert_true(w->now - begun >= (REFUSED - 1) * EVERY * INTERVAL_MS);
    world_free(w);
}

/* Whose turn comes after the deadline hears so at once, and keeps its turn. */
static void test_whose_turn_comes_too_late_is_told_at_once(void **state)
{
    enum { INTERVAL_MS = 200, EVERY = 4 };
    struct world *w = world_new();
    int64_t turn_ms = EVERY * INTERVAL_MS;

    (void)state;
    refuse_once(w, "a");
    refuse_once(w, "b");
    world_wait(w, REFUSED_FIRST_MS);
    world_ask_until(w, "a", "192.0.2.1", w->now + 1);
    assert_int_equal(world_try_until(w, "b", "192.0.2.2", w->now + turn_ms - 1),
                     STATUS_BUSY);
    assert_int_equal(coalescer_stats(w->c).alone, 2);
    assert_int_equal(coalescer_stats(w->c).waiters, 1);
    world_ask_until(w, "b", "192.0.2.3", w->now + turn_ms + WORLD_LATENCY_MS);
    world_run_out(w);
    assert_string_equal(world_held(w, "b", RRSET_A), "192.0.2.3");
    world_free(w);
}

static void test_a_newer_address_is_sent_in_the_older_ones_half(void **state)
{
    struct world *w = world_new();
    struct caller *newer;
    struct batch *batch;

    (void)state;
    ask_hosts(w, 4);
    batch = world_send(w);
    newer = world_ask(w, "h1", "192.0.2.2");
    world_refuse(w, batch, "[something is wrong]");
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "h0=192.0.2.1 h1=192.0.2.2");
    world_reply(w, batch, STATUS_OK);
    assert_good(newer, "192.0.2.2");
    assert_good(callers[1], "192.0.2.2");
    world_run_out(w);
    world_free(w);
}

/* --- a record that is known to be refused --------------------------------------------- */

static void test_a_refused_record_is_refused_at_once_for_a_while(void **state)
{
    struct world *w = world_new();
    struct caller *a = world_ask(w, "a", "192.0.2.1");
    int64_t refused_at;

    (void)state;
    world_refuse(w, world_send(w), "[something is wrong]");
    assert_answer(a, OUTCOME_REFUSED);
    assert_events(w, "invalidate a A;refused a A;");
    refused_at = w->now;
    assert_int_equal(world_try(w, "a", "192.0.2.1"), STATUS_INVALID);
    assert_int_equal(world_try(w, "a", "192.0.2.2"), STATUS_INVALID);
    /* The other type is another record. */
    assert_int_equal(world_try(w, "a", "2001:db8::1"), STATUS_OK);
    world_run(w, refused_at + REFUSED_FIRST_MS - 1);
    assert_int_equal(world_try(w, "a", "192.0.2.1"), STATUS_INVALID);
    world_run(w, refused_at + REFUSED_FIRST_MS);
    assert_int_equal(world_try(w, "a", "192.0.2.1"), STATUS_OK);
    world_run_out(w);
    world_free(w);
}

static void test_each_refusal_doubles_the_while_up_to_five_minutes(void **state)
{
    struct world *w = world_new();
    int64_t wait = REFUSED_FIRST_MS;

    (void)state;
    w->bad[0] = "a";
    for (int i = 0; i < 10; i++) {
        struct caller *a = world_ask(w, "a", "192.0.2.1");
        int64_t refused_at;

        world_run_out(w);
        assert_answer(a, OUTCOME_REFUSED);
        refused_at = a->answered_at;
        world_run(w, refused_at + wait - 1);
        assert_int_equal(world_try(w, "a", "192.0.2.1"), STATUS_INVALID);
        world_run(w, refused_at + wait);
        wait = wait * 2 < REFUSED_CAP_MS ? wait * 2 : REFUSED_CAP_MS;
    }
    world_free(w);
}

static void test_it_goes_alone_until_it_succeeds(void **state)
{
    struct world *w = world_new();
    struct batch *batch;

    (void)state;
    world_ask(w, "a", "192.0.2.1");
    world_refuse(w, world_send(w), "[something is wrong]");
    world_wait(w, REFUSED_FIRST_MS);
    /* Between two others of its zone, who do not wait for it. */
    world_ask(w, "b", "192.0.2.2");
    world_ask(w, "a", "192.0.2.1");
    world_ask(w, "c", "192.0.2.3");
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "b=192.0.2.2 c=192.0.2.3");
    world_reply(w, batch, STATUS_OK);
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "a=192.0.2.1");
    world_reply(w, batch, STATUS_OK);
    /* It has succeeded: it may share again. */
    world_ask(w, "b", "192.0.2.5");
    world_ask(w, "a", "192.0.2.6");
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "b=192.0.2.5 a=192.0.2.6");
    world_reply(w, batch, STATUS_OK);
    assert_int_equal(coalescer_stats(w->c).changes, 0);
    world_free(w);
}

static void test_it_stays_alone_when_it_must_go_again(void **state)
{
    static const enum status troubles[] = {STATUS_BUSY, STATUS_THROTTLED,
                                           STATUS_UNAVAILABLE};

    (void)state;
    for (size_t i = 0; i < COUNT(troubles); i++) {
        struct world *w = world_new();
        struct batch *batch;

        world_ask(w, "a", "192.0.2.1");
        world_refuse(w, world_send(w), "[something is wrong]");
        world_wait(w, REFUSED_FIRST_MS);
        world_ask(w, "a", "192.0.2.1");
        batch = world_send_soon(w);
        world_ask(w, "a", "192.0.2.2");
        world_wait(w, 1);
        world_ask(w, "b", "192.0.2.2");
        world_reply(w, batch, troubles[i]);
        /* Its next turn has yet to come, and nobody waits for that. */
        batch = world_send_soon(w);
        assert_string_equal(batch_text(batch), "b=192.0.2.2");
        world_reply(w, batch, STATUS_OK);
        batch = world_send_soon(w);
        assert_string_equal(batch_text(batch), "a=192.0.2.2");
        world_reply(w, batch, STATUS_OK);
        world_run_out(w);
        world_free(w);
    }
}

static void test_a_newer_address_behind_a_refused_one_goes_alone(void **state)
{
    struct world *w = world_new();
    struct caller *older, *newer, *neighbour;
    struct batch *batch;

    (void)state;
    older = world_ask(w, "a", "192.0.2.1");
    batch = world_send(w);
    newer = world_ask(w, "a", "192.0.2.2");
    world_wait(w, 1);
    neighbour = world_ask(w, "b", "192.0.2.3");
    world_refuse(w, batch, "[something is wrong]");
    assert_answer(older, OUTCOME_REFUSED);
    assert_unanswered(newer);
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "a=192.0.2.2");
    world_reply(w, batch, STATUS_OK);
    assert_good(newer, "192.0.2.2");
    world_run_out(w);
    assert_good(neighbour, "192.0.2.3");
    world_free(w);
}

static void test_memory_of_refusals_is_bounded(void **state)
{
    enum { REFUSED = 5000, REMEMBERED = 4096 };
    struct coalescer_limits limits = world_limits();
    struct world *w;
    size_t turned_away = 0;

    (void)state;
    limits.calls_per_second = 1000;
    w = world_new_with(limits);
    for (int i = 0; i < REFUSED; i++) {
        char name[WORLD_NAME_MAX];

        snprintf(name, sizeof name, "h%d", i);
        world_ask(w, name, "192.0.2.1");
        world_refuse(w, world_send_soon(w), "[something is wrong]");
    }
    assert_int_equal(coalescer_stats(w->c).changes, REMEMBERED);
    for (int i = 0; i < REFUSED; i++) {
        char name[WORLD_NAME_MAX];

        snprintf(name, sizeof name, "h%d", i);
        turned_away += world_try(w, name, "192.0.2.1") == STATUS_INVALID;
    }
    /* Of a few the while has passed by now. */
    assert_in_range(turned_away, REMEMBERED - 100, REMEMBERED);
    world_free(w);
}

/* --- the outcome is not known ------------------------------------------------------------ */

static const struct {
    const char *label;
    enum status status;
    bool applied;
} unknowns[] = {
    {"the connection was reset before the change was applied",
     STATUS_UNAVAILABLE, false},
    {"the connection was reset after the change was applied",
     STATUS_UNAVAILABLE, true},
    {"the zone is busy", STATUS_BUSY, false},
    {"the account is throttled", STATUS_THROTTLED, false},
    {"memory was short for the reply", STATUS_NOMEM, false},
};

static void test_what_is_not_known_to_be_done_is_done_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(unknowns); i++) {
        struct world *w = world_new();
        struct caller *a = world_ask(w, "a", "192.0.2.1");
        struct batch *batch = world_send(w);

        print_message("%s\n", unknowns[i].label);
        w->applies_unsaid = unknowns[i].applied;
        world_reply(w, batch, unknowns[i].status);
        assert_unanswered(a);
        assert_events(w, "invalidate a A;");
        batch = world_send_soon(w);
        assert_string_equal(batch_text(batch), "a=192.0.2.1");
        world_reply(w, batch, STATUS_OK);
        assert_good(a, "192.0.2.1");
        assert_events(w, "accepted a A;");
        world_free(w);
    }
}

static void test_a_newer_address_takes_the_place_of_the_uncertain_one(
    void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(unknowns); i++) {
        struct world *w = world_new();
        struct caller *older = world_ask(w, "a", "192.0.2.1"), *newer;
        struct batch *batch = world_send(w);

        w->applies_unsaid = unknowns[i].applied;
        newer = world_ask(w, "a", "192.0.2.2");
        world_reply(w, batch, unknowns[i].status);
        batch = world_send_soon(w);
        assert_string_equal(batch_text(batch), "a=192.0.2.2");
        world_reply(w, batch, STATUS_OK);
        assert_good(older, "192.0.2.2");
        assert_good(newer, "192.0.2.2");
        world_free(w);
    }
}

static void test_who_retries_stays_in_front_of_who_came_later(void **state)
{
    struct world *w = world_new();
    struct batch *batch;

    (void)state;
    world_ask(w, "a", "192.0.2.1");
    world_ask(w, "b", "192.0.2.2");
    batch = world_send(w);
    world_ask(w, "c", "192.0.2.3");
    world_reply(w, batch, STATUS_UNAVAILABLE);
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch),
                        "a=192.0.2.1 b=192.0.2.2 c=192.0.2.3");
    world_reply(w, batch, STATUS_OK);
    world_free(w);
}

static void test_a_denial_is_told_at_once_and_the_change_goes_out_later(
    void **state)
{
    struct world *w = world_new();
    struct caller *in_flight = world_ask(w, "a", "192.0.2.1"), *pending;
    struct batch *batch = world_send(w);

    (void)state;
    pending = world_ask(w, "b", "192.0.2.2");
    world_reply(w, batch, STATUS_DENIED);
    assert_answer(in_flight, OUTCOME_UNAVAILABLE);
    assert_unanswered(pending);
    world_run_out(w);
    assert_good(pending, "192.0.2.2");
    assert_string_equal(world_held(w, "a", RRSET_A), "192.0.2.1");
    world_free(w);
}

/* --- the zone is gone ------------------------------------------------------------------------ */

static void test_a_zone_that_is_gone_is_reported_and_looked_for(void **state)
{
    struct world *w = world_new();
    struct caller *in_flight = world_ask(w, "a.z1", "192.0.2.1"), *newer,
                  *behind;
    struct batch *batch = world_send(w);

    (void)state;
    newer = world_ask(w, "a.z1", "192.0.2.2");
    behind = world_ask(w, "b.z1", "192.0.2.3");
    w->zones = ZONE_UNKNOWN; /* until they are read again */
    world_reply(w, batch, STATUS_NOT_FOUND);
    assert_events(
        w, "invalidate a.z1 A;invalidate a.z1 A;invalidate b.z1 A;gone Z1;");
    assert_true(coalescer_wants_zones(w->c));
    assert_int_equal(coalescer_stats(w->c).zones, 0);
    assert_unanswered(in_flight);

    /* It stands under another id now. */
    w->zones = ZONE_FOUND;
    w->moved_zone = "Z1";
    w->moved_to = "Z99";
    coalescer_zones_read(w->c);
    batch = world_send_soon(w);
    assert_string_equal(batch->zone->id, "Z99");
    assert_string_equal(batch_text(batch), "a.z1=192.0.2.2 b.z1=192.0.2.3");
    world_reply(w, batch, STATUS_OK);
    assert_good(in_flight, "192.0.2.2");
    assert_good(newer, "192.0.2.2");
    assert_good(behind, "192.0.2.3");
    world_free(w);
}

static void test_a_zone_that_is_gone_for_good_is_no_zone(void **state)
{
    struct world *w = world_new();
    struct caller *in_flight = world_ask(w, "a.z1", "192.0.2.1"), *behind;
    struct batch *batch = world_send(w);

    (void)state;
    behind = world_ask(w, "b.z1", "192.0.2.3");
    w->zones = ZONE_UNKNOWN;
    world_reply(w, batch, STATUS_NOT_FOUND);
    w->zones = ZONE_ABSENT;
    coalescer_zones_read(w->c);
    assert_answer(in_flight, OUTCOME_NO_ZONE);
    assert_answer(behind, OUTCOME_NO_ZONE);
    assert_int_equal(coalescer_stats(w->c).changes, 0);
    world_free(w);
}

static void test_other_zones_do_not_care(void **state)
{
    struct world *w = world_new();
    struct caller *other;
    struct batch *batch, *other_batch;

    (void)state;
    world_ask(w, "a.z1", "192.0.2.1");
    batch = world_send(w);
    other = world_ask(w, "a.z2", "192.0.2.1");
    other_batch = world_send_soon(w);
    w->zones = ZONE_UNKNOWN;
    world_reply(w, batch, STATUS_NOT_FOUND);
    world_reply(w, other_batch, STATUS_OK);
    assert_good(other, "192.0.2.1");
    assert_true(coalescer_wants_zones(w->c));
    w->zones = ZONE_FOUND;
    coalescer_zones_read(w->c);
    world_run_out(w);
    world_free(w);
}

static void test_a_refused_record_stays_alone_in_its_new_zone(void **state)
{
    struct world *w = world_new();
    struct batch *batch;

    (void)state;
    world_ask(w, "a.z1", "192.0.2.1");
    world_refuse(w, world_send(w), "[something is wrong]");
    world_wait(w, REFUSED_FIRST_MS);
    world_ask(w, "a.z1", "192.0.2.1");
    world_wait(w, 1);
    world_ask(w, "b.z1", "192.0.2.2");
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "a.z1=192.0.2.1");
    w->zones = ZONE_UNKNOWN;
    world_reply(w, batch, STATUS_NOT_FOUND);
    w->zones = ZONE_FOUND;
    coalescer_zones_read(w->c);
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "b.z1=192.0.2.2");
    world_reply(w, batch, STATUS_OK);
    batch = world_send_soon(w);
    assert_string_equal(batch_text(batch), "a.z1=192.0.2.1");
    world_reply(w, batch, STATUS_OK);
    world_run_out(w);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_named_culprit_costs_one_call_more),
        cmocka_unit_test(test_several_named_culprits_too),
        cmocka_unit_test(test_only_the_named_type_is_refused),
        cmocka_unit_test(test_all_are_named),
        cmocka_unit_test(test_four_hundred_culprits_are_named_in_one_call),
        cmocka_unit_test(test_halving_finds_one_culprit_in_logarithmic_calls),
        cmocka_unit_test(test_halving_finds_many_culprits),
        cmocka_unit_test(test_whoever_asks_meanwhile_goes_first_and_apart),
        cmocka_unit_test(test_a_culprit_delays_its_own_batch_only),
        cmocka_unit_test(test_a_half_that_must_go_again_stays_a_half),
        cmocka_unit_test(test_whoever_is_cleared_goes_again_without_newcomers),
        cmocka_unit_test(test_a_new_culprit_in_every_batch_starves_nobody),
        cmocka_unit_test(
            test_the_other_half_of_an_innocent_one_is_halved_unasked),
        cmocka_unit_test(test_proven_neighbours_go_again_at_once),
        cmocka_unit_test(
            test_who_was_accepted_is_proven_while_it_is_remembered),
        cmocka_unit_test(test_batches_of_unproven_records_shrink_and_grow),
        cmocka_unit_test(test_lone_records_get_a_call_in_four),
        cmocka_unit_test(test_whose_turn_comes_too_late_is_told_at_once),
        cmocka_unit_test(test_a_newer_address_is_sent_in_the_older_ones_half),
        cmocka_unit_test(test_a_refused_record_is_refused_at_once_for_a_while),
        cmocka_unit_test(
            test_each_refusal_doubles_the_while_up_to_five_minutes),
        cmocka_unit_test(test_it_goes_alone_until_it_succeeds),
        cmocka_unit_test(test_it_stays_alone_when_it_must_go_again),
        cmocka_unit_test(test_a_newer_address_behind_a_refused_one_goes_alone),
        cmocka_unit_test(test_memory_of_refusals_is_bounded),
        cmocka_unit_test(test_what_is_not_known_to_be_done_is_done_again),
        cmocka_unit_test(
            test_a_newer_address_takes_the_place_of_the_uncertain_one),
        cmocka_unit_test(test_who_retries_stays_in_front_of_who_came_later),
        cmocka_unit_test(
            test_a_denial_is_told_at_once_and_the_change_goes_out_later),
        cmocka_unit_test(test_a_zone_that_is_gone_is_reported_and_looked_for),
        cmocka_unit_test(test_a_zone_that_is_gone_for_good_is_no_zone),
        cmocka_unit_test(test_other_zones_do_not_care),
        cmocka_unit_test(test_a_refused_record_stays_alone_in_its_new_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
