#include "server/history/shared_knowledge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SELF "00000000000000aa"
#define HOST "a.example.org"
#define NOW INT64_C(1700000000000)

static const struct object_name object = {
    .made_at = NOW, .copy = SELF, .number = 1};
static struct shared_knowledge shared;

static void begin(bool has_store)
{
    assert_int_equal(
        shared_knowledge_init(&shared, knowledge_new(SELF, 60000), has_store),
        STATUS_OK);
}

static void refuse(int64_t at)
{
    struct happening call = {
        .kind = HAPPENED_CALL,
        .at = at,
        .host = span_from_string(HOST),
        .ending = CALL_REFUSED,
        .outcome = "badauth",
        .reason = "",
    };

    assert_int_equal(shared_knowledge_add(&shared, &call, 0), STATUS_OK);
}

static uint32_t refusals(const struct knowledge *known)
{
    struct host_state state;
    uint32_t index;

    if (!host_states_find(known->states, span_from_string(HOST), &index))
        return 0;
    host_states_get(known->states, index, &state);
    return state.refusals;
}

static void test_what_happens_is_known_at_once(void **state)
{
    (void)state;
    begin(false);
    refuse(NOW);
    assert_int_equal(refusals(shared.known), 1);
    assert_int_equal(shared_knowledge_as_of(&shared, NOW), NOW);
    shared_knowledge_clear(&shared);
}

static void test_before_the_journal_is_read_nothing_is_known_of_all(
    void **state)
{
    (void)state;
    begin(true);
    refuse(NOW);
    assert_int_equal(refusals(shared.known), 1);
    assert_int_equal(shared_knowledge_as_of(&shared, NOW), 0);
    shared_knowledge_clear(&shared);
}

static void test_what_is_read_and_what_has_happened_since_are_added_up(
    void **state)
{
    static const struct event before = {
        .kind = EVENT_CALLS,
        .at = NOW - 1000,
        .calls = {.host = SPAN_LITERAL(HOST),
                  .outcome = SPAN_LITERAL("badauth"),
                  .calls = 3,
                  .refused = 3},
    };
    struct knowledge *read = knowledge_new(SELF, 60000);

    (void)state;
    begin(true);
    refuse(NOW);
    refuse(NOW + 1);
    assert_int_equal(knowledge_add(read, NOW, &before), STATUS_OK);
    shared_knowledge_adopt(&shared, read);
    assert_int_equal(refusals(shared.known), 5);
    /* From now on nothing is held back, to be added twice. */
    refuse(NOW + 2);
    shared_knowledge_thaw(&shared);
    assert_int_equal(refusals(shared.known), 6);
    shared_knowledge_clear(&shared);
}

static void test_nothing_stands_still_unless_it_is_wanted(void **state)
{
    (void)state;
    begin(false);
    shared_knowledge_freeze(&shared, &object);
    assert_false(shared.is_frozen);
    shared_knowledge_clear(&shared);
}

static void test_what_happens_while_all_stands_still_is_added_later(
    void **state)
{
    (void)state;
    begin(false);
    refuse(NOW);
    shared.wants_freeze = true;
    shared_knowledge_freeze(&shared, &object);
    assert_true(shared.is_frozen);
    assert_int_equal(shared.frozen_with.number, 1);
    refuse(NOW + 1);
    refuse(NOW + 2);
    assert_int_equal(refusals(shared.known), 1);
    shared_knowledge_thaw(&shared);
    assert_int_equal(refusals(shared.known), 3);
    assert_false(shared.wants_freeze || shared.is_frozen);
    shared_knowledge_clear(&shared);
}

static struct address numbered(unsigned char last)
{
    if (last == 0)
        return (struct address){.family = ADDRESS_NONE};
    return (struct address){ADDRESS_IPV4, {192, 0, 2, last}};
}

/* As the server does it: what is no change is not added. */
static bool change(unsigned char before, unsigned char after, int64_t at)
{
    struct happening change = {
        .kind = HAPPENED_CHANGE,
        .at = at,
        .host = span_from_string(HOST),
        .before = numbered(before),
        .after = numbered(after),
        .family = ADDRESS_IPV4,
        .why = "call",
    };

    if (shared_knowledge_is_no_change(&shared, &change))
        return false;
    assert_int_equal(shared_knowledge_add(&shared, &change, 0), STATUS_OK);
    return true;
}

static unsigned char last_address(void)
{
    struct host_state state;
    uint32_t index;

    assert_true(
        host_states_find(shared.known->states, span_from_string(HOST), &index));
    host_states_get(shared.known->states, index, &state);
    return state.addresses[0].bytes[3];
}

static void test_a_change_and_back_while_all_stands_still_are_two(void **state)
{
    (void)state;
    begin(false);
    assert_true(change(0, 1, NOW));
    assert_false(change(0, 1, NOW + 1));
    shared.wants_freeze = true;
    shared_knowledge_freeze(&shared, &object);
    assert_false(change(1, 1, NOW + 2));
    assert_true(change(1, 2, NOW + 3));
    assert_true(change(2, 1, NOW + 4));
    shared_knowledge_thaw(&shared);
    assert_int_equal(last_address(), 1);
    assert_false(change(2, 1, NOW + 5));
    shared_knowledge_clear(&shared);
}

static void test_it_is_in_touch_as_long_as_it_reads(void **state)
{
    static const struct {
        const char *label;
        int64_t as_of, in_touch_since;
    } readings[] = {
        {"the first one", 1000, 1000},
        {"the next", 1060, 1000},
        {"just in time", 1160, 1000},
        {"too late", 1261, 1261},
        {"on it goes", 1300, 1261},
        {"a clock that was set back a little", 1200, 1261},
        {"a clock that was set back", 1099, 1099},
        {"a clock that has jumped", 900000, 900000},
    };

    (void)state;
    begin(true);
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        print_message("  %s\n", readings[i].label);
        shared_knowledge_read_until(&shared, readings[i].as_of, 100);
        assert_int_equal(shared.as_of, readings[i].as_of);
        assert_int_equal(shared.in_touch_since, readings[i].in_touch_since);
    }
    shared_knowledge_clear(&shared);
}

static void test_what_is_lost_ends_being_in_touch(void **state)
{
    (void)state;
    begin(true);
    shared_knowledge_lose_touch(&shared);
    assert_int_equal(shared.in_touch_since, 0);
    shared.in_touch_since = NOW;
    shared_knowledge_lose_touch(&shared);
    assert_true(shared.in_touch_since > NOW);
    shared_knowledge_clear(&shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_happens_is_known_at_once),
        cmocka_unit_test(
            test_before_the_journal_is_read_nothing_is_known_of_all),
        cmocka_unit_test(
            test_what_is_read_and_what_has_happened_since_are_added_up),
        cmocka_unit_test(test_nothing_stands_still_unless_it_is_wanted),
        cmocka_unit_test(
            test_what_happens_while_all_stands_still_is_added_later),
        cmocka_unit_test(test_a_change_and_back_while_all_stands_still_are_two),
        cmocka_unit_test(test_it_is_in_touch_as_long_as_it_reads),
        cmocka_unit_test(test_what_is_lost_ends_being_in_touch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
