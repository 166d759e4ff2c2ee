#include "server/http/eviction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { CONNECTIONS = 6, NONE = -1 };

static struct eviction eviction;
static struct evictable connections[CONNECTIONS];
static bool has_input[CONNECTIONS];
static unsigned looks;
static int64_t now;

static int set_up(void **state)
{
    (void)state;
    eviction_init(&eviction);
    now = 1000000;
    for (int i = 0; i < CONNECTIONS; i++) {
        eviction_add(&eviction, &connections[i], now++);
        has_input[i] = false;
    }
    now += EVICTION_SPARED_MS;
    looks = 0;
    return 0;
}

static bool is_half_sent(const struct evictable *connection)
{
    looks++;
    return has_input[connection - connections];
}

/* The number of the connection that goes now. */
static int chosen(void)
{
    struct evictable *connection =
        eviction_choose(&eviction, now, is_half_sent);

    return connection == NULL ? NONE : (int)(connection - connections);
}

static void ask(int i)
{
    eviction_request_begins(&eviction, &connections[i]);
    eviction_request_ends(&eviction, &connections[i], now++);
}

static void take_all_in_hand(void)
{
    for (int i = 0; i < CONNECTIONS; i++)
        eviction_request_begins(&eviction, &connections[i]);
}

static void test_nobody_is_there_to_go(void **state)
{
    (void)state;
    eviction_init(&eviction);
    assert_int_equal(chosen(), NONE);
}

static void test_of_those_that_never_spoke_the_oldest_goes_first(void **state)
{
    (void)state;
    for (int i = 0; i < CONNECTIONS; i++)
        assert_int_equal(chosen(), i);
    assert_int_equal(chosen(), NONE);
}

static void test_the_longest_idle_goes_first(void **state)
{
    (void)state;
    ask(0);
    ask(3);
    ask(1);
    now += EVICTION_SPARED_MS;
    assert_int_equal(chosen(), 2);
    assert_int_equal(chosen(), 4);
    assert_int_equal(chosen(), 5);
    assert_int_equal(chosen(), 0);
    assert_int_equal(chosen(), 3);
    assert_int_equal(chosen(), 1);
}

/* When all others are in hand, it must not be thrown out at the door. */
static void test_who_just_came_is_spared(void **state)
{
    (void)state;
    take_all_in_hand();
    eviction_remove(&eviction, &connections[5]);
    eviction_add(&eviction, &connections[5], now);
    now += EVICTION_SPARED_MS - 1;
    assert_int_equal(chosen(), NONE);
    now++;
    assert_int_equal(chosen(), 5);
}

/* The answer is on its way. */
static void test_who_was_just_answered_is_spared(void **state)
{
    (void)state;
    take_all_in_hand();
    eviction_request_ends(&eviction, &connections[2], now);
    now += EVICTION_SPARED_MS - 1;
    assert_int_equal(chosen(), NONE);
    now++;
    assert_int_equal(chosen(), 2);
}

/* Else nobody could go for as long as others come and go. */
static void test_half_a_request_goes_before_who_just_came(void **state)
{
    (void)state;
    take_all_in_hand();
    eviction_request_ends(&eviction, &connections[0], now);
    eviction_note_half_sent(&eviction, &connections[0], now);
    now += EVICTION_SPARED_MS;
    eviction_request_ends(&eviction, &connections[1], now);
    assert_int_equal(chosen(), 0);
    assert_int_equal(chosen(), NONE);
}

static void test_the_longest_idle_goes_first_spoken_or_not(void **state)
{
    (void)state;
    take_all_in_hand();
    for (int i = 0; i < 3; i++) {
        eviction_request_ends(&eviction, &connections[i], now++);
        eviction_remove(&eviction, &connections[i + 3]);
        eviction_add(&eviction, &connections[i + 3], now++);
    }
    now += EVICTION_SPARED_MS;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(chosen(), i);
        assert_int_equal(chosen(), i + 3);
    }
    assert_int_equal(chosen(), NONE);
}

static void test_a_request_in_hand_is_never_cut(void **state)
{
    (void)state;
    take_all_in_hand();
    now += 3600 * 1000;
    assert_int_equal(chosen(), NONE);
    eviction_request_ends(&eviction, &connections[4], now);
    now += EVICTION_SPARED_MS;
    assert_int_equal(chosen(), 4);
    assert_int_equal(chosen(), NONE);
}

static void test_half_a_request_goes_after_all_that_are_idle(void **state)
{
    (void)state;
    has_input[0] = has_input[1] = true;
    eviction_note_half_sent(&eviction, &connections[0], now);
    now += EVICTION_SPARED_MS;
    assert_int_equal(chosen(), 2); /* 1 is found to be half sent on the way */
    for (int i = 3; i < CONNECTIONS; i++)
        assert_int_equal(chosen(), i);
    assert_int_equal(chosen(), 0);
    assert_int_equal(chosen(), NONE); /* 1 was noticed only now */
    now += EVICTION_SPARED_MS;
    assert_int_equal(chosen(), 1);
}

static void test_half_a_request_is_spared_for_a_moment(void **state)
{
    (void)state;
    take_all_in_hand();
    eviction_request_ends(&eviction, &connections[0], now);
    eviction_note_half_sent(&eviction, &connections[0], now);
    now += EVICTION_SPARED_MS - 1;
    assert_int_equal(chosen(), NONE);
    eviction_note_half_sent(&eviction, &connections[0], now);
    now++;
    assert_int_equal(chosen(), 0); /* the first time counts */
}

/* Who just came is not spared twice. */
static void test_half_a_request_of_who_just_came_is_noticed_at_once(
    void **state)
{
    (void)state;
    take_all_in_hand();
    eviction_remove(&eviction, &connections[3]);
    eviction_add(&eviction, &connections[3], now);
    has_input[3] = true;
    assert_int_equal(chosen(), NONE);
    now += EVICTION_SPARED_MS;
    assert_int_equal(chosen(), 3);
}

static void test_what_is_noticed_first_goes_first(void **state)
{
    static const int order[] = {4, 1, 5, 0, 3, 2};

    (void)state;
    for (int i = 0; i < CONNECTIONS; i++)
        eviction_note_half_sent(&eviction, &connections[order[i]], now + i);
    now += EVICTION_SPARED_MS + CONNECTIONS;
    for (int i = 0; i < CONNECTIONS; i++)
        assert_int_equal(chosen(), order[i]);
}

static void test_a_half_that_becomes_whole_is_in_hand_then_idle(void **state)
{
    (void)state;
    take_all_in_hand();
    eviction_request_ends(&eviction, &connections[0], now);
    eviction_note_half_sent(&eviction, &connections[0], now);
    eviction_request_begins(&eviction, &connections[0]);
    now += EVICTION_SPARED_MS;
    assert_int_equal(chosen(), NONE);
    eviction_note_half_sent(&eviction, &connections[0],
                            now); /* means nothing */
    now += EVICTION_SPARED_MS;
    assert_int_equal(chosen(), NONE);
    eviction_request_ends(&eviction, &connections[0], now);
    now += EVICTION_SPARED_MS;
    assert_int_equal(chosen(), 0);
}

static void test_a_connection_that_ends_is_forgotten(void **state)
{
    (void)state;
    eviction_note_half_sent(&eviction, &connections[1], now);
    for (int i = 0; i < CONNECTIONS - 1; i++)
        eviction_remove(&eviction, &connections[i]);
    assert_int_equal(chosen(), CONNECTIONS - 1);
    eviction_remove(&eviction, &connections[CONNECTIONS - 1]);
    now += EVICTION_SPARED_MS;
    assert_int_equal(chosen(), NONE);
}

static void test_those_about_to_end_are_counted_until_they_have(void **state)
{
    (void)state;
    assert_int_equal(eviction.leaving, 0);
    chosen();
    chosen();
    chosen();
    assert_int_equal(eviction.leaving, 3);
    eviction_remove(&eviction, &connections[0]);
    assert_int_equal(eviction.leaving, 2);
    /* A request had come just before: it is answered. */
    eviction_request_begins(&eviction, &connections[1]);
    assert_int_equal(eviction.leaving, 1);
    eviction_request_ends(&eviction, &connections[1], now);
    assert_int_equal(eviction.leaving, 1);
    /* A reply that h2o sends on its own is none of a request in hand. */
    eviction_request_ends(&eviction, &connections[2], now);
    assert_int_equal(eviction.leaving, 0);
    eviction_remove(&eviction, &connections[2]);
    assert_int_equal(eviction.leaving, 0);
}

/* Each connection is looked at once for each time that it becomes idle, and
 * once more when it goes. */
static void test_the_work_does_not_grow_with_the_connections(void **state)
{
    (void)state;
    for (int i = 0; i < CONNECTIONS; i++)
        has_input[i] = true;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(chosen(), NONE);
    assert_int_equal(looks, CONNECTIONS);
    now += EVICTION_SPARED_MS;
    for (int i = 0; i < CONNECTIONS; i++)
        assert_int_equal(chosen(), i);
    assert_int_equal(looks, CONNECTIONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nobody_is_there_to_go, set_up),
        cmocka_unit_test_setup(
            test_of_those_that_never_spoke_the_oldest_goes_first, set_up),
        cmocka_unit_test_setup(test_the_longest_idle_goes_first, set_up),
        cmocka_unit_test_setup(test_who_just_came_is_spared, set_up),
        cmocka_unit_test_setup(test_who_was_just_answered_is_spared, set_up),
        cmocka_unit_test_setup(test_half_a_request_goes_before_who_just_came,
                               set_up),
        cmocka_unit_test_setup(test_the_longest_idle_goes_first_spoken_or_not,
                               set_up),
        cmocka_unit_test_setup(test_a_request_in_hand_is_never_cut, set_up),
        cmocka_unit_test_setup(test_half_a_request_goes_after_all_that_are_idle,
                               set_up),
        cmocka_unit_test_setup(test_half_a_request_is_spared_for_a_moment,
                               set_up),
        cmocka_unit_test_setup(
            test_half_a_request_of_who_just_came_is_noticed_at_once, set_up),
        cmocka_unit_test_setup(test_what_is_noticed_first_goes_first, set_up),
        cmocka_unit_test_setup(
            test_a_half_that_becomes_whole_is_in_hand_then_idle, set_up),
        cmocka_unit_test_setup(test_a_connection_that_ends_is_forgotten,
                               set_up),
        cmocka_unit_test_setup(
            test_those_about_to_end_are_counted_until_they_have, set_up),
        cmocka_unit_test_setup(test_the_work_does_not_grow_with_the_connections,
                               set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
