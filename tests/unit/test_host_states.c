#include "journal/host_states.h"

#include "tests/unit/failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define SECOND INT64_C(1000)

static struct address ipv4(unsigned char last)
{
    return (struct address){ADDRESS_IPV4, {192, 0, 2, last}};
}

static struct address ipv6(unsigned char last)
{
    return (struct address){ADDRESS_IPV6,
                            {0x20, 0x01, 0x0d, 0xb8, [15] = last}};
}

static struct event calls(const char *host, int64_t at)
{
    struct event event = {.kind = EVENT_CALLS, .at = at};

    event.calls.host = span_from_string(host);
    event.calls.calls = 1;
    return event;
}

static struct event change(const char *host, int64_t at, struct address after)
{
    struct event event = {.kind = EVENT_CHANGE, .at = at};

    event.change.host = span_from_string(host);
    event.change.family = after.family;
    event.change.after = after;
    return event;
}

static struct event edit(const char *effect, int64_t at, const char *host,
                         const char *another)
{
    struct event event = {.kind = EVENT_EDIT, .at = at};

    event.edit.effect = span_from_string(effect);
    event.edit.hosts[0] = span_from_string(host);
    event.edit.hosts[1] = span_from_string(another);
    event.edit.named = event.edit.hosts_in_all = 2;
    return event;
}

static void apply(struct host_states *states, struct event event)
{
    assert_int_equal(host_states_apply(states, &event), STATUS_OK);
}

static struct host_state state_of(const struct host_states *states,
                                  const char *host)
{
    struct host_state found;
    uint32_t index;

    assert_true(host_states_find(states, span_from_string(host), &index));
    host_states_get(states, index, &found);
    assert_true(span_is(found.name, host));
    return found;
}

static int set_up(void **state)
{
    *state = host_states_new();
    return *state == NULL;
}

static int tear_down(void **state)
{
    host_states_free(*state);
    return 0;
}

/* --- what is known --------------------------------------------------------- */

static void test_a_call_tells_all_that_it_knows(void **state)
{
    struct event event = calls("a.example", 100 * SECOND + 7);
    struct host_state known;

    event.calls.client = ipv6(9);
    event.calls.agent = span_from_string("ddclient");
    event.calls.outcome = span_from_string("nochg");
    event.calls.reason = span_from_string("none");
    event.calls.accessed_at = 99 * SECOND + 999;
    event.calls.checked_at = 98 * SECOND;
    event.calls.succeeded_at = 97 * SECOND + 5;
    event.calls.refused = 3;
    event.calls.ipv4 = ipv4(1);
    apply(*state, event);
    known = state_of(*state, "a.example");
    assert_int_equal(known.called_at, 100);
    assert_int_equal(known.called_ms, 7);
    assert_int_equal(known.accessed_at, 99);
    assert_int_equal(known.checked_at, 98);
    assert_int_equal(host_state_succeeded(&known), 97005);
    assert_int_equal(known.refusals, 3);
    assert_true(address_equal(&known.client, &event.calls.client));
    assert_true(span_is(known.agent, "ddclient"));
    assert_true(span_is(known.outcome, "nochg"));
    assert_true(span_is(known.reason, "none"));
    assert_true(address_equal(&known.addresses[0], &event.calls.ipv4));
    assert_int_equal(known.seen_at[0], 98);
    assert_int_equal(known.updated_at[0], 0);
    assert_int_equal(known.addresses[1].family, ADDRESS_NONE);
    assert_int_equal(known.seen_at[1] + known.updated_at[1], 0);
}

static void test_an_older_call_changes_nothing_of_the_last(void **state)
{
    struct event newer = calls("a.example", 100),
                 older = calls("a.example", 99);
    struct host_state known;

    newer.calls.agent = span_from_string("new");
    newer.calls.client = ipv4(1);
    older.calls.agent = span_from_string("old");
    older.calls.accessed_at = 50 * SECOND;
    apply(*state, newer);
    apply(*state, older);
    known = state_of(*state, "a.example");
    assert_true(span_is(known.agent, "new"));
    assert_int_equal(known.client.family, ADDRESS_IPV4);
    assert_int_equal(known.accessed_at, 50);
}

static void test_a_change_says_what_a_record_is_and_since_when(void **state)
{
    struct event removal = change("a.example", 30 * SECOND, ipv4(1));
    struct host_state known;

    apply(*state, change("a.example", 10 * SECOND, ipv4(1)));
    apply(*state, change("a.example", 20 * SECOND, ipv6(2)));
    known = state_of(*state, "a.example");
    assert_int_equal(known.addresses[0].bytes[3], 1);
    assert_int_equal(known.updated_at[0], 10);
    assert_int_equal(known.addresses[1].bytes[15], 2);
    assert_int_equal(known.updated_at[1], 20);
    assert_int_equal(known.called_at, 0);

    removal.change.after = (struct address){0};
    apply(*state, removal);
    known = state_of(*state, "a.example");
    assert_int_equal(known.addresses[0].family, ADDRESS_NONE);
    assert_int_equal(known.updated_at[0], 30);
    assert_int_equal(known.addresses[1].family, ADDRESS_IPV6);

    apply(*state, change("a.example", 25 * SECOND, ipv4(7)));
    known = state_of(*state, "a.example");
    assert_int_equal(known.addresses[0].family, ADDRESS_NONE);
}

static void test_a_change_says_more_than_a_call(void **state)
{
    struct event call = calls("a.example", 50 * SECOND);
    struct host_state known;

    call.calls.checked_at = 50 * SECOND;
    call.calls.ipv4 = ipv4(5);
    apply(*state, call);
    apply(*state, change("a.example", 10 * SECOND, ipv4(1)));
    known = state_of(*state, "a.example");
    assert_int_equal(known.addresses[0].bytes[3], 1);
    assert_int_equal(known.updated_at[0], 10);
    assert_int_equal(known.seen_at[0], 0);
    call.calls.checked_at = 60 * SECOND;
    apply(*state, call);
    known = state_of(*state, "a.example");
    assert_int_equal(known.addresses[0].bytes[3], 1);
}

static void test_an_address_without_its_time_or_family_is_none(void **state)
{
    struct event call = calls("a.example", 50 * SECOND);
    struct host_state known;

    call.calls.ipv4 = ipv4(5);
    apply(*state, call);
    call.calls.checked_at = 50 * SECOND;
    call.calls.ipv4 = ipv6(5);
    call.calls.ipv6 = ipv4(5);
    apply(*state, call);
    known = state_of(*state, "a.example");
    assert_int_equal(known.addresses[0].family, ADDRESS_NONE);
    assert_int_equal(known.addresses[1].family, ADDRESS_NONE);
}

static void test_an_addition_is_the_newest_of_each_host_that_it_names(
    void **state)
{
    static const struct {
        const char *label, *effect;
        int64_t at;
        uint32_t a, b;
    } edits[] = {
        {"no addition is known", "", 0, 0, 0},
        {"what changes hosts adds none", "changed", 50 * SECOND, 0, 0},
        {"nor does what removes them", "removed", 60 * SECOND, 0, 0},
        {"each host is added that is named", "added", 10 * SECOND, 10, 10},
        {"an older addition is none", "added", 9 * SECOND, 10, 10},
        {"a newer one is", "added", 20 * SECOND, 20, 20},
        {"what is before it in its second is before it", "added",
         20 * SECOND + 1, 21, 21},
        {"and so up to the next second", "added", 21 * SECOND, 21, 21},
        {"the end of time is no exception", "added", INT64_MAX, UINT32_MAX,
         UINT32_MAX},
    };

    apply(*state, calls("a.example", 1));
    apply(*state, calls("b.example", 1));
    apply(*state, calls("c.example", 1));
    for (size_t i = 0; i < COUNT(edits); i++) {
        apply(*state,
              edit(edits[i].effect, edits[i].at, "a.example", "b.example"));
        if (state_of(*state, "a.example").added_at != edits[i].a ||
            state_of(*state, "b.example").added_at != edits[i].b)
            fail_msg("%s", edits[i].label);
    }
    assert_int_equal(state_of(*state, "c.example").added_at, 0);
    assert_int_equal(state_of(*state, "a.example").called_ms, 1);
}

/* Or a database of hosts that never call would be here as a whole. */
static void test_edits_and_copies_make_no_host_known(void **state)
{
    apply(*state, edit("added", 1, "a.example", "b.example"));
    apply(*state, (struct event){.kind = EVENT_COPY, .at = 1});
    assert_int_equal(host_states_count(*state), 0);
}

static void test_times_beyond_what_is_kept_are_its_last(void **state)
{
    struct event event = calls("a.example", INT64_MAX);
    struct host_state known;

    event.calls.accessed_at = INT64_MAX;
    event.calls.checked_at = INT64_MIN;
    apply(*state, event);
    known = state_of(*state, "a.example");
    assert_int_equal(known.called_at, UINT32_MAX);
    assert_int_equal(known.accessed_at, UINT32_MAX);
    assert_int_equal(known.checked_at, 0);
}

static void test_of_two_in_a_millisecond_the_refusal_is_the_last(void **state)
{
    struct event served = calls("a.example", 5000),
                 refused = calls("a.example", 5000);

    served.calls.outcome = span_from_string("nochg");
    served.calls.reason = span_from_string("");
    refused.calls.outcome = span_from_string("badauth");
    refused.calls.reason = span_from_string("wrong token");
    for (int turn = 0; turn < 2; turn++) {
        apply(*state, turn == 0 ? served : refused);
        apply(*state, turn == 0 ? refused : served);
        assert_true(span_is(state_of(*state, "a.example").outcome, "badauth"));
        served.at = refused.at = 6000;
    }
}

/* --- refusals in a row ----------------------------------------------------- */

struct line {
    int64_t succeeded_at;
    uint32_t refused;
};

static const struct {
    const char *label;
    struct line lines[6]; /* in any order */
    size_t count;
    uint32_t refusals;
} rows[] = {
    {"refused from the beginning", {{0, 2}, {0, 3}}, 2, 5},
    {"refused after a success", {{1000, 2}, {1000, 1}}, 2, 3},
    {"a success makes an end of it", {{1000, 2}, {1000, 1}, {2000, 0}}, 3, 0},
    {"what follows it counts", {{1000, 2}, {2000, 0}, {2000, 4}}, 3, 4},
    {"two copies that know of the same success are added up",
     {{1000, 2}, {1000, 3}, {1000, 5}},
     3,
     10},
    {"what a copy refused before it heard of a success does not count",
     {{1000, 2}, {2000, 0}, {1000, 7}, {2000, 1}},
     4,
     1},
    {"a millisecond is another success", {{1000, 2}, {1001, 1}}, 2, 1},
    {"it never becomes less by counting on",
     {{0, UINT32_MAX}, {0, UINT32_MAX}},
     2,
     UINT32_MAX},
};

static void check_row(size_t row, size_t first)
{
    struct host_states *states = host_states_new();

    assert_non_null(states);
    for (size_t i = 0; i < rows[row].count; i++) {
        const struct line *line =
            &rows[row].lines[(first + i) % rows[row].count];
        struct event event = calls("a.example", 5000);

        event.calls.succeeded_at = line->succeeded_at;
        event.calls.refused = line->refused;
        apply(states, event);
    }
    if (state_of(states, "a.example").refusals != rows[row].refusals)
        fail_msg("%s", rows[row].label);
    host_states_free(states);
}

static void test_refusals_in_a_row(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(rows); row++)
        for (size_t first = 0; first < rows[row].count; first++)
            check_row(row, first);
}

/* --- the same state in any order ------------------------------------------- */

enum { HOSTS = 4, EVENTS = 60, ORDERS = 8, SEEDS = 60 };

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *seed >> 33;
}

static const char *const hosts[HOSTS] = {"a.example", "b.example", "c.example",
                                         "d.example"};

static struct span word(uint64_t *seed)
{
    static const char *const words[] = {"", "good", "nochg", "badauth"};

    return span_from_string(words[next(seed) % COUNT(words)]);
}

/* Few different moments, so that many events are of the same one; 0: never. */
static int64_t moment(uint64_t *seed)
{
    uint64_t which = next(seed) % 6;

    return which == 0 ? 0 : 10 * SECOND + (int64_t)which * 500;
}

static struct address some_address(uint64_t *seed, bool is_ipv6)
{
    unsigned char last = (unsigned char)(next(seed) % 3);

    return last == 0 ? (struct address){0} : is_ipv6 ? ipv6(last) : ipv4(last);
}

static struct event some_event(uint64_t *seed)
{
    const char *host = hosts[next(seed) % HOSTS];
    struct event event = calls(host, 5 * SECOND + moment(seed));
    bool is_ipv6 = next(seed) % 2 == 0;

    if (next(seed) % 8 == 0)
        return edit(next(seed) % 4 == 0 ? "changed" : "added", moment(seed),
                    host, hosts[next(seed) % HOSTS]);
    if (next(seed) % 3 == 0) {
        event = change(host, 5 * SECOND + moment(seed),
                       some_address(seed, is_ipv6));
        event.change.family = is_ipv6 ? ADDRESS_IPV6 : ADDRESS_IPV4;
        return event;
    }
    event.calls.client = some_address(seed, is_ipv6);
    event.calls.agent = word(seed);
    event.calls.outcome = word(seed);
    event.calls.reason = word(seed);
    event.calls.accessed_at = moment(seed);
    event.calls.checked_at = moment(seed);
    event.calls.ipv4 = some_address(seed, false);
    event.calls.ipv6 = some_address(seed, true);
    event.calls.succeeded_at = moment(seed);
    event.calls.refused = (uint32_t)(next(seed) % 4);
    return event;
}

static void shuffle(struct event *events, size_t count, uint64_t *seed)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = next(seed) % i;
        struct event event = events[other];

        events[other] = events[i - 1];
        events[i - 1] = event;
    }
}

static void assert_same(const struct host_state *a, const struct host_state *b)
{
    assert_true(span_equal(a->name, b->name));
    for (int i = 0; i < 2; i++) {
        assert_true(address_equal(&a->addresses[i], &b->addresses[i]));
        assert_int_equal(a->updated_at[i], b->updated_at[i]);
        assert_int_equal(a->seen_at[i], b->seen_at[i]);
        assert_int_equal(a->record_ms[i], b->record_ms[i]);
    }
    assert_int_equal(a->called_at, b->called_at);
    assert_int_equal(a->called_ms, b->called_ms);
    assert_int_equal(a->accessed_at, b->accessed_at);
    assert_int_equal(a->checked_at, b->checked_at);
    assert_int_equal(a->succeeded_at, b->succeeded_at);
    assert_int_equal(a->succeeded_ms, b->succeeded_ms);
    assert_int_equal(a->added_at, b->added_at);
    assert_int_equal(a->refusals, b->refusals);
    assert_true(address_equal(&a->client, &b->client));
    assert_true(span_equal(a->agent, b->agent));
    assert_true(span_equal(a->outcome, b->outcome));
    assert_true(span_equal(a->reason, b->reason));
}

static struct host_states *sum_of(const struct event *events, size_t count)
{
    struct host_states *states = host_states_new();

    assert_non_null(states);
    for (size_t i = 0; i < HOSTS; i++) /* what edits need: host_states.h */
        apply(states, calls(hosts[i], 1));
    for (size_t i = 0; i < count; i++)
        apply(states, events[i]);
    return states;
}

static void test_any_order_gives_the_same_states(void **state)
{
    static struct event events[EVENTS];

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t random = seed;
        struct host_states *states;

        for (size_t i = 0; i < EVENTS; i++)
            events[i] = some_event(&random);
        states = sum_of(events, EVENTS);
        for (int order = 0; order < ORDERS; order++) {
            struct host_states *others;

            shuffle(events, EVENTS, &random);
            others = sum_of(events, EVENTS);
            for (size_t i = 0; i < HOSTS; i++) {
                struct host_state a = state_of(states, hosts[i]);
                struct host_state b = state_of(others, hosts[i]);

                assert_same(&a, &b);
            }
            host_states_free(others);
        }
        host_states_free(states);
    }
}

/* A snapshot in the middle changes nothing, and what follows goes on from it. */
static void test_what_was_restored_goes_on_as_if_nothing_was(void **state)
{
    static struct event events[EVENTS];

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t random = seed;
        struct host_states *all, *first, *restored = host_states_new();
        struct host_state known;

        for (size_t i = 0; i < EVENTS; i++)
            events[i] = some_event(&random);
        all = sum_of(events, EVENTS);
        first = sum_of(events, EVENTS / 2);
        for (uint32_t i = 0; i < host_states_count(first); i++) {
            struct host_state again;

            host_states_get(first, i, &known);
            assert_int_equal(host_states_restore(restored, &known), STATUS_OK);
            host_states_get(restored, i, &again);
            assert_same(&known, &again);
            assert_int_equal(host_states_restore(restored, &known),
                             STATUS_CONFLICT);
        }
        for (size_t i = EVENTS / 2; i < EVENTS; i++)
            apply(restored, events[i]);
        for (size_t i = 0; i < HOSTS; i++) {
            struct host_state a = state_of(all, hosts[i]);
            struct host_state b = state_of(restored, hosts[i]);

            assert_same(&a, &b);
        }
        host_states_free(all);
        host_states_free(first);
        host_states_free(restored);
    }
}

/* --- bounds ---------------------------------------------------------------- */

static void test_hosts_take_what_the_manual_says(void **state)
{
    enum { MANY = 50000 };
    char name[64];

    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "host-%u.dyn.example.org", i);
        apply(*state, calls(name, 1000));
    }
    assert_int_equal(host_states_count(*state), MANY);
    assert_in_range((host_states_bytes(*state)) / MANY, 100, 145);
    for (unsigned i = 0; i < MANY; i += 997) {
        uint32_t index;

        snprintf(name, sizeof name, "host-%u.dyn.example.org", i);
        assert_true(host_states_find(*state, span_from_string(name), &index));
        assert_int_equal(index, i);
    }
}

/* Who invents an agent for each call of one host fills nothing; who does so for
 * many hosts is "other" once too many are in use. */
static void test_invented_agents_fill_no_memory(void **state)
{
    char name[64], agent[64];
    struct event event;
    size_t before;

    apply(*state, calls("a.example", 1));
    before = host_states_bytes(*state);
    for (int i = 0; i < 3 * HOST_STATES_MAX_AGENTS; i++) {
        event = calls("a.example", 2 + i);
        snprintf(agent, sizeof agent, "agent/%08d", i);
        event.calls.agent = span_from_string(agent);
        apply(*state, event);
        assert_true(span_is(state_of(*state, "a.example").agent, agent));
    }
    assert_true(host_states_bytes(*state) < before + 200);
    for (int i = 0; i < HOST_STATES_MAX_AGENTS + 10; i++) {
        snprintf(name, sizeof name, "h%d.example", i);
        snprintf(agent, sizeof agent, "another/%d", i);
        event = calls(name, 1);
        event.calls.agent = span_from_string(agent);
        apply(*state, event);
    }
    assert_true(span_is(state_of(*state, name).agent, "other"));
    assert_true(span_is(state_of(*state, "h0.example").agent, "another/0"));
}

static void test_without_memory_all_is_as_it_was(void **state)
{
    size_t failures = 0;
    char name[64];

    for (unsigned i = 0; i < 9000; i++) {
        struct event event;
        enum status status;
        uint32_t index;

        snprintf(name, sizeof name, "h%u.example", i);
        event = calls(name, 1);
        failing_memory_after(i % 2);
        status = host_states_apply(*state, &event);
        if (failing_memory_stop() && status != STATUS_OK) {
            failures++;
            assert_int_equal(status, STATUS_NOMEM);
            assert_int_equal(host_states_count(*state), i);
            assert_false(
                host_states_find(*state, span_from_string(name), &index));
            apply(*state, event);
        }
        assert_int_equal(host_states_count(*state), i + 1);
        assert_int_equal(state_of(*state, name).called_ms, 1);
    }
    assert_true(failures > 10);
}

static void test_without_memory_there_are_none(void **state)
{
    struct host_states *states = NULL;
    size_t failures = 0;

    (void)state;
    for (; states == NULL; failures++) {
        failing_memory_after(failures);
        states = host_states_new();
        failing_memory_stop();
    }
    assert_true(failures > 10);
    host_states_free(states);
    host_states_free(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_call_tells_all_that_it_knows),
        TEST(test_an_older_call_changes_nothing_of_the_last),
        TEST(test_a_change_says_what_a_record_is_and_since_when),
        TEST(test_a_change_says_more_than_a_call),
        TEST(test_an_address_without_its_time_or_family_is_none),
        TEST(test_an_addition_is_the_newest_of_each_host_that_it_names),
        TEST(test_edits_and_copies_make_no_host_known),
        TEST(test_times_beyond_what_is_kept_are_its_last),
        TEST(test_of_two_in_a_millisecond_the_refusal_is_the_last),
        TEST(test_refusals_in_a_row),
        TEST(test_any_order_gives_the_same_states),
        TEST(test_what_was_restored_goes_on_as_if_nothing_was),
        TEST(test_hosts_take_what_the_manual_says),
        TEST(test_invented_agents_fill_no_memory),
        TEST(test_without_memory_all_is_as_it_was),
        TEST(test_without_memory_there_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
