/* The coalescer under random weather: callers ask, change their minds and run
 * out of time while Route 53 refuses, throttles, loses replies and zones. The
 * world checks at every step that nobody is lied to; in the end, when all is
 * well again, every record must say what was asked for last.
 *
 * A seed that fails is printed: run the program with it to see it alone.
 */
#include "tests/unit/coalescer_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    SEEDS = 400,
    STEPS = 150,
    HOSTS = 12,
    ZONES = 3,
    ADDRESSES = 4,
    LONGEST_STEP_MS = 1500,
};

struct soak {
    struct world *w;
    struct jitter dice;
    unsigned trouble;                /* of ten batches, so many meet some */
    struct address wanted[HOSTS][2]; /* of each record: what was asked last */
    struct caller *last[HOSTS][2];   /* and who waited for it; may be NULL */
    bool ended[HOSTS][2]; /* and whether that was refused, or had no zone */
};

static struct soak soak;
static uint64_t first_seed = 1, seed_count = SEEDS;

static unsigned roll(unsigned sides)
{
    return (unsigned)jitter_up_to(&soak.dice, sides - 1);
}

static const char *host_name(unsigned host)
{
    static char names[HOSTS][WORLD_NAME_MAX];

    snprintf(names[host], sizeof names[host], "h%u.z%u", host, host % ZONES);
    return names[host];
}

static void ask(void)
{
    unsigned host = roll(HOSTS), number = roll(ADDRESSES) + 1;
    bool v6 = roll(4) == 0;
    char address[ADDRESS_TEXT_MAX];
    int64_t patience = roll(3) == 0 ? roll(3000) : WORLD_DEADLINE_MS;
    enum status status;

    snprintf(address, sizeof address, v6 ? "2001:db8::%u" : "192.0.2.%u",
             number);
    status = world_try_until(soak.w, host_name(host), address,
                             soak.w->now + patience);
    if (status != STATUS_OK && status != STATUS_BUSY)
        return;
    address_parse(span_from_string(address), &soak.wanted[host][v6]);
    soak.last[host][v6] = status == STATUS_OK ? soak.w->callers : NULL;
    soak.ended[host][v6] = false;
}

/* A wish may be refused when nobody waits for it any more. */
static void note_refusals(void)
{
    for (unsigned host = 0; host < HOSTS; host++) {
        for (unsigned v6 = 0; v6 < 2; v6++) {
            char event[WORLD_NAME_MAX];

            snprintf(event, sizeof event, "refused %s %s;", host_name(host),
                     v6 ? "AAAA" : "A");
            if (strstr(strbuf_string(&soak.w->events), event) != NULL)
                soak.ended[host][v6] = true;
        }
    }
    strbuf_rewind(&soak.w->events);
}

static void note_absence(void)
{
    for (unsigned host = 0; host < HOSTS; host++)
        soak.ended[host][0] = soak.ended[host][1] = true;
}

/* Half of the troubles leave their batch applied or not, as they like. */
static enum status trouble(struct world *w)
{
    static const enum status troubles[] = {
        STATUS_UNAVAILABLE, STATUS_UNAVAILABLE, STATUS_BUSY,
        STATUS_THROTTLED,   STATUS_DENIED,      STATUS_NOT_FOUND,
    };

    w->applies_unsaid = roll(2) == 0;
    return troubles[roll(sizeof troubles / sizeof troubles[0])];
}

static bool is_bad(const struct world *w, const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        for (size_t k = 0; w->bad[k] != NULL; k++)
            if (strncmp(batch_rrset(batch, i).name.ptr, w->bad[k],
                        strlen(w->bad[k])) == 0)
                return true;
    return false;
}

/* Now and then a refusal names somebody, and perhaps not everybody. */
static enum status answer(struct world *w, const struct batch *batch,
                          struct aws_reply *reply)
{
    if (roll(10) < soak.trouble) {
        enum status status = trouble(w);

        if (status == STATUS_NOT_FOUND)
            w->zones = ZONE_UNKNOWN;
        return status;
    }
    if (!is_bad(w, batch))
        return STATUS_OK;
    if (w->names_culprits)
        snprintf(reply->message, sizeof reply->message,
                 "[RRSet with DNS name %s.example.org. is not permitted]",
                 w->bad[0]);
    return STATUS_INVALID;
}

static void change_the_weather(void)
{
    struct world *w = soak.w;

    soak.trouble = roll(3) == 0 ? roll(11) : 0;
    w->latency_ms = roll(4) == 0 ? 8000 : 1 + roll(500);
    w->names_culprits = roll(2) == 0;
    w->bad[0] = w->bad[1] = NULL;
    if (roll(3) == 0)
        w->bad[0] = host_name(roll(HOSTS));
    if (w->bad[0] != NULL && roll(2) == 0)
        w->bad[1] = host_name(roll(HOSTS));
}

/* The zones are read, or lost out of sight. */
static void look_at_the_zones(void)
{
    struct world *w = soak.w;

    if (coalescer_wants_zones(w->c)) {
        w->zones = roll(8) == 0 ? ZONE_ABSENT : ZONE_FOUND;
        if (w->zones == ZONE_ABSENT)
            note_absence();
        coalescer_zones_read(w->c);
    }
    w->zones = ZONE_FOUND;
    if (roll(20) == 0)
        w->zones = ZONE_UNKNOWN;
    w->moved_zone = NULL;
    if (roll(10) == 0) {
        w->moved_zone = "Z1";
        w->moved_to = "Z2";
    }
}

static void step(void)
{
    for (unsigned asks = roll(6); asks > 0; asks--)
        ask();
    world_run(soak.w, soak.w->now + roll(LONGEST_STEP_MS));
    if (roll(5) == 0)
        look_at_the_zones();
    if (roll(10) == 0)
        change_the_weather();
    note_refusals();
}

static void mend_everything(void)
{
    struct world *w = soak.w;

    w->answer = NULL;
    w->latency_ms = WORLD_LATENCY_MS;
    w->bad[0] = NULL;
    w->moved_zone = NULL;
    world_run(w, w->now + 60000); /* what is still in flight fares as it may */
    w->zones = ZONE_FOUND;
    coalescer_zones_read(w->c);
    world_run_out(w);
    note_refusals();
}

static void check_record(unsigned host, bool v6)
{
    const struct caller *last = soak.last[host][v6];
    char wanted[ADDRESS_TEXT_MAX];
    const char *held =
        world_held(soak.w, host_name(host), v6 ? RRSET_AAAA : RRSET_A);

    bool heard_good = last != NULL && last->outcome == OUTCOME_ACCEPTED;

    if (soak.wanted[host][v6].family == ADDRESS_NONE ||
        (soak.ended[host][v6] && !heard_good))
        return;
    address_format(&soak.wanted[host][v6], wanted);
    if (strcmp(held, wanted) != 0)
        fail_msg("%s holds %s; asked for last was %s, %s", host_name(host),
                 held, wanted, heard_good ? "told good" : "not told good");
}

static void run_seed(uint64_t seed)
{
    soak = (struct soak){.w = world_new(), .dice = {.state = seed}};
    soak.w->answer = answer;
    for (unsigned i = 0; i < STEPS; i++)
        step();
    mend_everything();
    assert_int_equal(soak.w->unanswered, 0);
    assert_int_equal(coalescer_stats(soak.w->c).in_flight, 0);
    assert_int_equal(coalescer_stats(soak.w->c).zones, 0);
    for (unsigned host = 0; host < HOSTS; host++) {
        check_record(host, false);
        check_record(host, true);
    }
    world_free(soak.w);
}

static void test_whatever_happens_the_newest_wish_wins(void **state)
{
    for (uint64_t i = 0; i < seed_count; i++) {
        *(uint64_t *)*state = first_seed + i;
        run_seed(first_seed + i);
    }
}

static int print_seed(void **state)
{
    print_message("the last seed was %llu\n",
                  (unsigned long long)*(uint64_t *)*state);
    return 0;
}

int main(int argc, char **argv)
{
    static uint64_t seed;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate_setup_teardown(
            test_whatever_happens_the_newest_wish_wins, NULL, print_seed,
            &seed),
    };

    if (argc > 1)
        first_seed = strtoull(argv[1], NULL, 10);
    if (argc > 1)
        seed_count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
