/* Several copies of the server, one ledger, and a schedule that says whose turn it
 * is: every one of a certain length, or a long one that chance has drawn. Between
 * reading, writing and telling everybody else may do whatever they like. */
#include "server/alerts/alert_round.h"

#include "base/backoff.h"
#include "server/alerts/alert_ledger_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    COPIES_MAX = 3,
    HOSTS = 3,
    START = 1795300000,
    EXPECTED_WITHIN = 100,
    AFTER = 10,
    MAIL = 1U << ALERT_BY_SNS,
    HOOK = 1U << ALERT_BY_WEBHOOK,
    TURNS_MAX = 10000, /* until all is said, however long it takes */
};

static const char *const names[HOSTS] = {"a.example.org", "b.example.org",
                                         "c.example.org"};

/* What one sender's reader has been told of one thing. */
struct told {
    unsigned begun, ended;
    bool goes_on;
    int64_t since;
    unsigned repeated; /* the same beginning, or the same end, again */
};

enum phase { AT_REST, HAS_READ, TELLS, HAS_TOLD, HAS_READ_AGAIN };

struct copy {
    char name[ALERT_COPY_LEN + 1];
    bool is_alive, has_word, is_ill; /* its Route 53 */
    int64_t heard[HOSTS];            /* the last call that it knows of */
    enum phase phase;
    unsigned version; /* of what it has read */
    struct alert_ledger ledger;
    struct alert_deeds deeds;
    unsigned failed; /* senders, in this round */
};

static struct world {
    int64_t now;
    unsigned copies, born;
    struct copy copy[COPIES_MAX];
    int64_t called[HOSTS];
    struct strbuf object;
    unsigned version;
    unsigned broken;                            /* senders that send nothing */
    struct told told[ALERT_SENDERS][HOSTS + 1]; /* and of Route 53 */
} world;

static void born(struct copy *copy)
{
    memset(copy, 0, sizeof *copy);
    snprintf(copy->name, sizeof copy->name, "%016x", ++world.born);
    copy->is_alive = true;
    memcpy(copy->heard, world.called, sizeof copy->heard);
    assert_int_equal(alert_ledger_init(&copy->ledger), STATUS_OK);
}

static void die(struct copy *copy)
{
    alert_ledger_clear(&copy->ledger);
    alert_deeds_clear(&copy->deeds);
    copy->is_alive = false;
}

static void begin_world(unsigned copies)
{
    memset(&world, 0, sizeof world);
    world.now = START;
    world.copies = copies;
    strbuf_init(&world.object, ALERT_LEDGER_MAX_BYTES);
    strbuf_append_string(&world.object, "{\"alerts\":[]}");
    for (unsigned i = 0; i < HOSTS; i++)
        world.called[i] = START;
    for (unsigned i = 0; i < copies; i++)
        born(&world.copy[i]);
}

static void end_world(void)
{
    for (unsigned i = 0; i < world.copies; i++)
        if (world.copy[i].is_alive)
            die(&world.copy[i]);
    strbuf_clear(&world.object);
}

/* --- what a copy does ------------------------------------------------------------
 */

static bool scan(void *arg, struct alert_hosts_scan *scan)
{
    const struct copy *copy = arg;

    scan->as_of = world.now;
    scan->in_touch_since = 1;
    for (unsigned i = 0; i < HOSTS; i++) {
        const struct alert_host host = {
            .name = span_from_string(names[i]),
            .expect_within_s = EXPECTED_WITHIN,
            .called_at = copy->heard[i],
            .accessed_at = copy->heard[i],
        };

        alert_hosts_see(scan, &host);
    }
    return true;
}

static struct alert_round round_of(struct copy *copy,
                                   struct alert_observation *observed)
{
    *observed = (struct alert_observation){.kind = ALERT_ROUTE53_UNREACHABLE,
                                           .standing = ALERT_HOLDS,
                                           .since = world.now};
    return (struct alert_round){
        .copy = copy->name,
        .date_s = world.now,
        .after_s = AFTER,
        .senders = MAIL | HOOK,
        .ready_senders = MAIL | HOOK,
        .observed = observed,
        .observed_count = copy->is_ill,
        .deeds = &copy->deeds,
        .scan = scan,
        .scan_arg = copy,
    };
}

static void read_ledger(struct copy *copy)
{
    alert_ledger_clear(&copy->ledger);
    assert_int_equal(alert_ledger_init(&copy->ledger), STATUS_OK);
    assert_int_equal(
        alert_ledger_read(&copy->ledger, strbuf_span(&world.object)),
        STATUS_OK);
    copy->version = world.version;
}

/* False: somebody else was first. */
static bool write_ledger(struct copy *copy)
{
    if (copy->version != world.version)
        return false;
    world.version++;
    strbuf_rewind(&world.object);
    assert_true(alert_ledger_write(&copy->ledger, &world.object));
    copy->ledger.is_changed = false;
    return true;
}

static unsigned number_of(const char *subject)
{
    unsigned i = 0;

    while (i < HOSTS && strcmp(names[i], subject) != 0)
        i++;
    return i;
}

static void hear(const struct alert_topic *topic,
                 const struct alert_entry *entry)
{
    struct told *told = &world.told[topic->sender][number_of(entry->subject)];
    bool begins = topic->phase == ALERT_BEGUN;

    if (begins)
        told->begun++;
    else
        told->ended++;
    if (begins == told->goes_on && (begins || told->since == entry->since))
        told->repeated++;
    told->goes_on = begins;
    told->since = entry->since;
}

/* One message. False: there is none any more. */
static bool tell(struct copy *copy)
{
    const struct alert_entry *owed[2 * HOSTS + 2];
    struct alert_topic topic;
    size_t count;

    for (unsigned i = 0; i < ALERT_SENDERS * ALERT_KINDS * ALERT_PHASES; i++) {
        topic.sender = (enum alert_sender)(i % ALERT_SENDERS);
        topic.kind = (enum alert_kind)(i / ALERT_SENDERS % ALERT_KINDS);
        topic.phase = (enum alert_phase)(i / ALERT_SENDERS / ALERT_KINDS);
        if (((MAIL | HOOK) & ~copy->failed & 1U << topic.sender) == 0)
            continue;
        count = alert_owed(&copy->ledger, &topic, owed);
        if (count == 0 ||
            !alert_may_tell(&copy->ledger, &topic, world.now, AFTER))
            continue;
        if ((world.broken & 1U << topic.sender) != 0) {
            copy->failed |= 1U << topic.sender;
            return true;
        }
        assert_true(
            alert_deeds_add(&copy->deeds, &topic, owed, count, world.now));
        for (size_t j = 0; j < count; j++)
            hear(&topic, owed[j]);
        alert_deeds_enter(&copy->deeds, &copy->ledger);
        return true;
    }
    return false;
}

/* Returns whether it did anything that others could notice, or is about to. */
static bool turn(struct copy *copy)
{
    struct alert_observation observed;
    struct alert_round round = round_of(copy, &observed);

    if (!copy->is_alive)
        return false;
    switch (copy->phase) {
    case AT_REST:
        read_ledger(copy);
        copy->has_word = alert_round_apply(&round, &copy->ledger);
        if (!copy->ledger.is_changed)
            return false;
        copy->phase = HAS_READ;
        break;
    case HAS_READ:
        copy->failed = 0;
        copy->phase = AT_REST;
        if (!write_ledger(copy))
            break;
        alert_deeds_clear(&copy->deeds);
        if (copy->has_word)
            copy->phase = TELLS;
        break;
    case TELLS:
        if (!tell(copy))
            copy->phase = HAS_TOLD;
        break;
    case HAS_TOLD:
        read_ledger(copy);
        alert_round_finish(&round, &copy->ledger);
        copy->phase = HAS_READ_AGAIN;
        break;
    case HAS_READ_AGAIN:
        copy->phase = HAS_TOLD;
        if (!write_ledger(copy))
            break;
        alert_deeds_clear(&copy->deeds);
        copy->phase = AT_REST;
        break;
    }
    return true;
}

/* Until nobody has anything to do. While a sender is broken there always is. */
static void settle(void)
{
    bool busy = true;

    for (unsigned i = 0; busy; i++) {
        assert_true(i < TURNS_MAX);
        busy = false;
        for (unsigned j = 0; j < world.copies; j++)
            busy |= turn(&world.copy[j]);
    }
}

static void tell_copies_of_calls(void)
{
    for (unsigned i = 0; i < world.copies; i++)
        memcpy(world.copy[i].heard, world.called, sizeof world.called);
}

static void assert_told(unsigned thing, unsigned begun, unsigned ended)
{
    for (unsigned sender = ALERT_BY_SNS; sender <= ALERT_BY_WEBHOOK; sender++) {
        assert_int_equal(world.told[sender][thing].begun, begun);
        assert_int_equal(world.told[sender][thing].ended, ended);
        assert_int_equal(world.told[sender][thing].repeated, 0);
    }
}

/* --- every schedule ----------------------------------------------------------------
 */

/* Host 0 falls silent, and calls again after so many turns. */
static void play(unsigned copies, unsigned schedule, unsigned turns,
                 unsigned calls_after)
{
    begin_world(copies);
    world.now += EXPECTED_WITHIN + 1;
    world.called[1] = world.called[2] = world.now;
    tell_copies_of_calls();
    world.copy[0].is_ill = true;
    for (unsigned i = 0; i < turns; i++) {
        if (i == calls_after)
            world.copy[schedule % copies].heard[0] = world.called[0] =
                world.now;
        turn(&world.copy[schedule % copies]);
        schedule /= copies;
    }
    settle();
}

static unsigned power(unsigned base, unsigned exponent)
{
    return exponent == 0 ? 1 : base * power(base, exponent - 1);
}

static void test_every_order_tells_of_a_beginning_once(void **state)
{
    static const struct {
        unsigned copies, turns;
    } sizes[] = {{1, 1}, {2, 9}, {3, 6}};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned copies = sizes[i].copies, turns = sizes[i].turns;

        for (unsigned n = 0; n < power(copies, turns); n++) {
            play(copies, n, turns, turns);
            assert_told(0, 1, 0);
            assert_told(1, 0, 0);
            assert_told(HOSTS, 1, 0); /* one copy's Route 53 */
            end_world();
        }
    }
}

/* It may call before its silence was told of, in which case that is told with its
 * end alone, or not at all. */
static void test_every_order_tells_of_an_end_once(void **state)
{
    enum { COPIES = 2, TURNS = 8 };

    (void)state;
    for (unsigned calls_after = 1; calls_after < TURNS; calls_after += 2) {
        for (unsigned n = 0; n < power(COPIES, TURNS); n++) {
            play(COPIES, n, TURNS, calls_after);
            tell_copies_of_calls();
            settle();
            for (unsigned s = ALERT_BY_SNS; s <= ALERT_BY_WEBHOOK; s++) {
                const struct told *told = &world.told[s][0];

                assert_true(told->begun <= 1 && told->ended <= 1);
                assert_true(told->ended >= told->begun);
                assert_int_equal(told->repeated, 0);
            }
            end_world();
        }
    }
}

/* --- copies that die ---------------------------------------------------------------
 */

static bool has_the_word(const struct copy *copy)
{
    return copy->phase >= TELLS;
}

static void until(struct copy *copy, enum phase phase)
{
    for (unsigned i = 0; copy->phase != phase; i++) {
        assert_true(i < 100);
        turn(copy);
    }
}

static void test_who_dies_before_telling_is_taken_over(void **state)
{
    (void)state;
    begin_world(2);
    world.now += EXPECTED_WITHIN + 1;
    until(&world.copy[0], TELLS);
    die(&world.copy[0]);
    settle();
    assert_told(0, 0, 0); /* somebody has the word */
    world.now += ALERT_WORD_SECONDS - 1;
    settle();
    assert_told(0, 0, 0);
    world.now++;
    settle();
    assert_told(0, 1, 0);
    end_world();
}

static void test_who_dies_after_telling_and_before_writing_tells_twice(
    void **state)
{
    (void)state;
    begin_world(2);
    world.now += EXPECTED_WITHIN + 1;
    until(&world.copy[0], HAS_TOLD);
    die(&world.copy[0]);
    world.now += ALERT_WORD_SECONDS;
    settle();
    assert_int_equal(world.told[ALERT_BY_SNS][0].begun, 2);
    end_world();
}

static void test_what_was_told_is_remembered_by_who_is_born_later(void **state)
{
    (void)state;
    begin_world(1);
    world.now += EXPECTED_WITHIN + 1;
    settle();
    die(&world.copy[0]);
    born(&world.copy[0]);
    settle();
    assert_told(0, 1, 0);
    world.called[0] = world.copy[0].heard[0] = world.now;
    settle();
    assert_told(0, 1, 1);
    end_world();
}

static void test_what_only_the_dead_saw_ends(void **state)
{
    (void)state;
    begin_world(2);
    world.copy[0].is_ill = true;
    settle();
    assert_told(HOSTS, 1, 0);
    die(&world.copy[0]);
    world.now += 60;
    settle();
    assert_told(HOSTS, 1, 0);
    world.now++;
    settle();
    assert_told(HOSTS, 1, 1);
    end_world();
}

static void test_what_the_newborn_sees_too_goes_on(void **state)
{
    (void)state;
    begin_world(1);
    world.copy[0].is_ill = true;
    settle();
    die(&world.copy[0]);
    world.now += 59;
    born(&world.copy[0]);
    world.copy[0].is_ill = true;
    settle();
    for (unsigned i = 0; i < 10; i++) {
        world.now += 19;
        world.called[0] = world.called[1] = world.called[2] = world.now;
        tell_copies_of_calls();
        settle();
    }
    assert_told(HOSTS, 1, 0);
    end_world();
}

/* --- senders that are away ---------------------------------------------------------
 */

static void some_turns(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        turn(&world.copy[i % world.copies]);
}

static void test_each_sender_is_told_when_it_is_there(void **state)
{
    (void)state;
    begin_world(2);
    world.broken = HOOK;
    world.now += EXPECTED_WITHIN + 1;
    some_turns(200);
    assert_int_equal(world.told[ALERT_BY_SNS][0].begun, 1);
    assert_int_equal(world.told[ALERT_BY_WEBHOOK][0].begun, 0);
    world.broken = 0;
    settle();
    assert_told(0, 1, 0);
    end_world();
}

static void test_of_what_is_over_before_it_could_be_told(void **state)
{
    (void)state;
    begin_world(2);
    world.broken = HOOK;
    world.now += EXPECTED_WITHIN + 1;
    some_turns(200);
    world.called[0] = world.now;
    tell_copies_of_calls();
    some_turns(200);
    world.broken = 0;
    settle();
    assert_int_equal(world.told[ALERT_BY_SNS][0].ended, 1);
    assert_int_equal(world.told[ALERT_BY_WEBHOOK][0].begun, 0);
    assert_int_equal(world.told[ALERT_BY_WEBHOOK][0].ended, 1);
    end_world();
}

/* --- long ones, by chance ----------------------------------------------------------
 */

/* Time stands still while somebody has the word: he who needs longer than it lasts
 * is the test of the dead above. */
static bool somebody_tells(void)
{
    for (unsigned i = 0; i < world.copies; i++)
        if (world.copy[i].is_alive && has_the_word(&world.copy[i]))
            return true;
    return false;
}

static void something_happens(struct jitter *jitter)
{
    unsigned host = (unsigned)jitter_up_to(jitter, HOSTS - 1);
    struct copy *copy = &world.copy[jitter_up_to(jitter, world.copies - 1)];

    if (!somebody_tells())
        world.now += jitter_up_to(jitter, 20);
    switch (jitter_up_to(jitter, 5)) {
    case 0: /* a call, which one copy hears first */
        copy->heard[host] = world.called[host] = world.now;
        break;
    case 1: /* and the others later */
        copy->heard[host] = world.called[host];
        break;
    case 2:
        copy->is_ill = !copy->is_ill;
        break;
    case 3: /* nobody who has the word dies here */
        if (has_the_word(copy) || copy->has_word)
            break;
        die(copy);
        born(copy);
        break;
    default:
        break;
    }
}

static void test_whatever_happens_each_thing_is_told_once(void **state)
{
    unsigned all_told = 0;

    (void)state;
    for (unsigned seed = 0; seed < 40; seed++) {
        struct jitter jitter = {seed};

        begin_world(2 + seed % 2);
        for (unsigned i = 0; i < 1000; i++) {
            turn(&world.copy[jitter_up_to(&jitter, world.copies - 1)]);
            if (jitter_up_to(&jitter, 3) == 0)
                something_happens(&jitter);
        }
        tell_copies_of_calls();
        for (unsigned i = 0; i < world.copies; i++)
            world.copy[i].is_ill = false;
        settle();
        world.now += 1000; /* and all are silent */
        settle();
        for (unsigned thing = 0; thing <= HOSTS; thing++) {
            const struct told *told = &world.told[ALERT_BY_SNS][thing];

            assert_int_equal(told->repeated, 0);
            assert_int_equal(told->goes_on, thing < HOSTS);
            assert_true(told->ended + told->goes_on >= told->begun);
            all_told += told->begun;
        }
        end_world();
    }
    assert_true(all_told > 500); /* or it has tested nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_order_tells_of_a_beginning_once),
        cmocka_unit_test(test_every_order_tells_of_an_end_once),
        cmocka_unit_test(test_who_dies_before_telling_is_taken_over),
        cmocka_unit_test(
            test_who_dies_after_telling_and_before_writing_tells_twice),
        cmocka_unit_test(test_what_was_told_is_remembered_by_who_is_born_later),
        cmocka_unit_test(test_what_only_the_dead_saw_ends),
        cmocka_unit_test(test_what_the_newborn_sees_too_goes_on),
        cmocka_unit_test(test_each_sender_is_told_when_it_is_there),
        cmocka_unit_test(test_of_what_is_over_before_it_could_be_told),
        cmocka_unit_test(test_whatever_happens_each_thing_is_told_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
