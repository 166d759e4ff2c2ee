#include "server/http/ticket_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { START = 1000, HOUR = TICKET_KEY_MS };

static struct ticket_keys keys;

static int set_up(void **state)
{
    (void)state;
    ticket_keys_init(&keys);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ticket_keys_clear(&keys);
    return 0;
}

static struct ticket_key new_at(int64_t now)
{
    struct ticket_key key;

    assert_true(ticket_keys_for_new(&keys, now, &key));
    return key;
}

static bool are_equal(const struct ticket_key *a, const struct ticket_key *b)
{
    return memcmp(a->name, b->name, sizeof a->name) == 0 &&
           memcmp(a->cipher, b->cipher, sizeof a->cipher) == 0 &&
           memcmp(a->mac, b->mac, sizeof a->mac) == 0;
}

static void assert_used(const struct ticket_key *key, int64_t now,
                        enum ticket_key_use expected)
{
    struct ticket_key found;

    assert_int_equal(ticket_keys_find(&keys, now, key->name, &found), expected);
    if (expected != TICKET_KEY_UNKNOWN)
        assert_true(are_equal(&found, key));
}

static void test_a_key_makes_tickets_for_an_hour(void **state)
{
    struct ticket_key first = new_at(START), last = new_at(START + HOUR - 1);
    struct ticket_key next = new_at(START + HOUR);

    (void)state;
    assert_true(are_equal(&first, &last));
    assert_int_not_equal(memcmp(first.name, next.name, sizeof first.name), 0);
    assert_int_not_equal(memcmp(first.cipher, next.cipher, sizeof first.cipher),
                         0);
    assert_int_not_equal(memcmp(first.mac, next.mac, sizeof first.mac), 0);
    assert_int_not_equal(memcmp(next.cipher, next.mac, sizeof next.mac), 0);
}

static void test_it_opens_them_for_one_more(void **state)
{
    struct ticket_key first = new_at(START), next;

    (void)state;
    assert_used(&first, START + HOUR - 1, TICKET_KEY_IN_USE);
    assert_used(&first, START + HOUR, TICKET_KEY_AGED); /* nobody renewed */
    next = new_at(START + HOUR);
    assert_used(&next, START + HOUR, TICKET_KEY_IN_USE);
    assert_used(&first, START + HOUR, TICKET_KEY_AGED);
    assert_used(&first, START + 2 * HOUR - 1, TICKET_KEY_AGED);
    assert_used(&first, START + 2 * HOUR, TICKET_KEY_UNKNOWN);
    assert_used(&next, START + 2 * HOUR, TICKET_KEY_AGED);
}

static void test_where_nobody_came_for_hours_no_key_is_left(void **state)
{
    struct ticket_key first = new_at(START), next;

    (void)state;
    assert_used(&first, START + 2 * HOUR, TICKET_KEY_UNKNOWN);
    next = new_at(START + 5 * HOUR);
    assert_used(&first, START + 5 * HOUR, TICKET_KEY_UNKNOWN);
    assert_int_equal(keys.previous.made_at, 0); /* wiped, too */
    assert_used(&next, START + 5 * HOUR, TICKET_KEY_IN_USE);
}

static void test_only_the_last_two_are_kept(void **state)
{
    struct ticket_key first = new_at(START), second = new_at(START + HOUR),
                      third = new_at(START + 2 * HOUR);

    (void)state;
    assert_used(&first, START + 2 * HOUR, TICKET_KEY_UNKNOWN);
    assert_used(&second, START + 2 * HOUR, TICKET_KEY_AGED);
    assert_used(&third, START + 2 * HOUR, TICKET_KEY_IN_USE);
}

static void test_a_strange_name_opens_nothing(void **state)
{
    struct ticket_key key, nobody = {.made_at = 0};

    (void)state;
    /* Also before there are keys, and for the one that is not there. */
    assert_used(&nobody, START, TICKET_KEY_UNKNOWN);
    key = new_at(START);
    assert_used(&nobody, START, TICKET_KEY_UNKNOWN);
    key.name[15] ^= 1;
    assert_used(&key, START, TICKET_KEY_UNKNOWN);
}

int main(void)
{
#define KEYS_TEST(function)                                                    \
    cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        KEYS_TEST(test_a_key_makes_tickets_for_an_hour),
        KEYS_TEST(test_it_opens_them_for_one_more),
        KEYS_TEST(test_where_nobody_came_for_hours_no_key_is_left),
        KEYS_TEST(test_only_the_last_two_are_kept),
        KEYS_TEST(test_a_strange_name_opens_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
