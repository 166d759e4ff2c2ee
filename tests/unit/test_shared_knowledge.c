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
        cmocka_unit_test(test_what_is_lost_ends_being_in_touch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
