#include "server/http/guess_limit.h"

#include "tests/unit/failing_calloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1000 * 1000, MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

static const struct span nobody = {"", 0};

static struct guess_limit *begin(unsigned most)
{
    struct guess_limit *limit = guess_limit_new(most);

    assert_non_null(limit);
    return limit;
}

static uint64_t key_at(const struct guess_limit *limit, const char *client,
                       const char *host)
{
    struct address address = {.family = ADDRESS_NONE};

    if (*client != '\0')
        assert_true(address_parse(span_from_string(client), &address));
    return guess_limit_key(limit, &address, span_from_string(host));
}

static uint64_t key_of(const struct guess_limit *limit, const char *client)
{
    return key_at(limit, client, "");
}

/* A guess at a token of this number. */
static enum guess_verdict guess(struct guess_limit *limit, uint64_t key,
                                unsigned number, int64_t now_ms)
{
    char text[16];
    struct span texts[] = {{text, 0}, nobody};

    texts[0].len = (size_t)snprintf(text, sizeof text, "%u", number);
    return guess_limit_count(limit, key, texts, 2, now_ms);
}

static void guess_often(struct guess_limit *limit, uint64_t key, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        (void)guess(limit, key, i, NOW);
}

static void test_a_guesser_is_slowed_down_and_then_turned_away(void **state)
{
    struct guess_limit *limit = begin(10);
    uint64_t key = key_of(limit, "192.0.2.1");

    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(guess_limit_wait_s(limit, key, NOW), 0);
        assert_int_equal(guess(limit, key, i, NOW), i < 5   ? GUESS_COUNTED
                                                    : i < 9 ? GUESS_SLOW
                                                            : GUESS_LAST);
    }
    assert_in_range(guess_limit_wait_s(limit, key, NOW), 30 * 60, 30 * 60 + 1);
    guess_limit_free(limit);
}

static void test_it_is_told_once_that_he_is(void **state)
{
    struct guess_limit *limit = begin(10);
    uint64_t key = key_of(limit, "192.0.2.1");

    (void)state;
    guess_often(limit, key, 10);
    for (unsigned i = 10; i < 20; i++)
        assert_int_not_equal(guess(limit, key, i, NOW), GUESS_LAST);
    guess_limit_free(limit);
}

static void test_he_may_try_again_when_half_has_come_back(void **state)
{
    struct guess_limit *limit = begin(10);
    uint64_t key = key_of(limit, "192.0.2.1");
    int64_t half = NOW + HOUR_MS / 2;

    (void)state;
    guess_often(limit, key, 10);
    assert_int_equal(guess_limit_wait_s(limit, key, half - MINUTE_MS), 60);
    assert_false(guess_limit_is_quiet(limit));
    assert_int_equal(guess_limit_wait_s(limit, key, half + 1), 0);
    assert_true(guess_limit_is_quiet(limit));
    assert_int_equal(guess(limit, key, 100, half + 1), GUESS_SLOW);
    guess_limit_free(limit);
}

static void test_it_is_quiet_until_the_first_is_turned_away(void **state)
{
    struct guess_limit *limit = begin(10);
    uint64_t key = key_of(limit, "192.0.2.1");

    (void)state;
    assert_true(guess_limit_is_quiet(limit));
    guess_often(limit, key, 9);
    assert_true(guess_limit_is_quiet(limit));
    guess_often(limit, key, 10);
    assert_false(guess_limit_is_quiet(limit));
    guess_limit_free(limit);
}

/* The first has guessed too often. */
static const struct {
    const char *label, *first, *second;
    bool is_turned_away;
} clients[] = {
    {"the same address", "192.0.2.1", "192.0.2.1", true},
    {"another one", "192.0.2.1", "192.0.2.2", false},
    {"the same network of IPv6", "2001:db8::1", "2001:db8::ffff:2", true},
    {"the next network of IPv6", "2001:db8::1", "2001:db8:0:1::1", false},
    {"an address of the other family", "32.1.13.184", "2001:db8::", false},
    {"all whom a proxy does not name", "", "", true},
    {"one whom it names, beside them", "", "192.0.2.1", false},
};

static void test_who_is_the_same_guesser(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof clients / sizeof clients[0]; i++) {
        struct guess_limit *limit = begin(10);

        guess_often(limit, key_of(limit, clients[i].first), 10);
        if ((guess_limit_wait_s(limit, key_of(limit, clients[i].second), NOW) >
             0) != clients[i].is_turned_away)
            fail_msg("%s", clients[i].label);
        guess_limit_free(limit);
    }
}

static void test_of_one_address_each_host_may_be_counted_apart(void **state)
{
    struct guess_limit *limit = begin(10);

    (void)state;
    guess_often(limit, key_at(limit, "192.0.2.1", "a.example.org"), 10);
    assert_true(guess_limit_wait_s(limit,
                                   key_at(limit, "192.0.2.1", "a.example.org"),
                                   NOW) > 0);
    assert_int_equal(
        guess_limit_wait_s(limit, key_at(limit, "192.0.2.1", "b.example.org"),
                           NOW),
        0);
    assert_int_equal(guess_limit_wait_s(limit, key_of(limit, "192.0.2.1"), NOW),
                     0);
    assert_int_equal(
        guess_limit_wait_s(limit, key_at(limit, "192.0.2.2", "a.example.org"),
                           NOW),
        0);
    guess_limit_free(limit);
}

/* --- carrier-grade NAT ------------------------------------------------------------ */

/* A hundred tokens that are not right any more, each shown once a minute, by the
 * numbers that are the default. */
static void test_modems_that_repeat_stale_tokens_are_not_turned_away(
    void **state)
{
    struct guess_limit *limit = begin(300);
    uint64_t key = key_of(limit, "192.0.2.1");

    (void)state;
    for (int minute = 0; minute < 24 * 60; minute++)
        for (unsigned modem = 0; modem < 100; modem++)
            assert_int_equal(guess(limit, key, modem, NOW + minute * MINUTE_MS),
                             GUESS_COUNTED);
    assert_true(guess_limit_is_quiet(limit));
    guess_limit_free(limit);
}

/* Whoever verifies it has some work each time. */
static void test_one_guess_cannot_be_repeated_for_ever(void **state)
{
    struct guess_limit *limit = begin(10);
    uint64_t key = key_of(limit, "192.0.2.1");
    unsigned repeats = 0;

    (void)state;
    while (repeats < 10 * GUESS_LIMIT_REPEATS &&
           guess_limit_wait_s(limit, key, NOW) == 0) {
        (void)guess(limit, key, 0, NOW);
        repeats++;
    }
    assert_in_range(repeats, 8 * GUESS_LIMIT_REPEATS,
                    9 * GUESS_LIMIT_REPEATS + 1);
    guess_limit_free(limit);
}

static void test_each_text_makes_it_another_guess(void **state)
{
    static const char *const texts[][2] = {
        {"a", "b"}, {"b", "a"}, {"ab", ""}, {"", "ab"}, {"", ""}, {"a", "bc"},
    };
    enum { COUNT = sizeof texts / sizeof texts[0] };
    struct guess_limit *limit = begin(2 * COUNT);
    uint64_t key = key_of(limit, "192.0.2.1");

    (void)state;
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < COUNT; i++) {
            struct span both[] = {span_from_string(texts[i][0]),
                                  span_from_string(texts[i][1])};

            assert_int_equal(guess_limit_count(limit, key, both, 2, NOW),
                             round == 0 ? GUESS_COUNTED : GUESS_SLOW);
        }
    guess_limit_free(limit);
}

/* --- off ---------------------------------------------------------------------------- */

static void test_zero_is_no_limit(void **state)
{
    struct guess_limit *limit = begin(0);
    uint64_t key = key_of(limit, "192.0.2.1");

    (void)state;
    for (unsigned i = 0; i < 10000; i++)
        assert_int_equal(guess(limit, key, i, NOW), GUESS_COUNTED);
    assert_int_equal(guess_limit_wait_s(limit, key, NOW), 0);
    assert_true(guess_limit_is_quiet(limit));
    guess_limit_free(limit);
}

static void test_one_is_a_limit(void **state)
{
    struct guess_limit *limit = begin(1);
    uint64_t key = key_of(limit, "192.0.2.1");

    (void)state;
    assert_int_equal(guess(limit, key, 0, NOW), GUESS_LAST);
    assert_true(guess_limit_wait_s(limit, key, NOW + HOUR_MS - 1000) > 0);
    assert_int_equal(guess_limit_wait_s(limit, key, NOW + HOUR_MS + 1), 0);
    guess_limit_free(limit);
}

static void test_memory_may_be_short(void **state)
{
    (void)state;
    for (unsigned successes = 0; successes < 3; successes++) {
        calloc_fail_after(successes);
        assert_null(guess_limit_new(10));
        assert_true(calloc_fail_never());
    }
    guess_limit_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_guesser_is_slowed_down_and_then_turned_away),
        cmocka_unit_test(test_it_is_told_once_that_he_is),
        cmocka_unit_test(test_he_may_try_again_when_half_has_come_back),
        cmocka_unit_test(test_it_is_quiet_until_the_first_is_turned_away),
        cmocka_unit_test(test_who_is_the_same_guesser),
        cmocka_unit_test(test_of_one_address_each_host_may_be_counted_apart),
        cmocka_unit_test(
            test_modems_that_repeat_stale_tokens_are_not_turned_away),
        cmocka_unit_test(test_one_guess_cannot_be_repeated_for_ever),
        cmocka_unit_test(test_each_text_makes_it_another_guess),
        cmocka_unit_test(test_zero_is_no_limit),
        cmocka_unit_test(test_one_is_a_limit),
        cmocka_unit_test(test_memory_may_be_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
