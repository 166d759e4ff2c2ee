#include "server/http/connection_limit.h"

#include "tests/unit/failing_calloc.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { MOST = 4 };

static struct connection_limit *limit;

static int set_up(void **state)
{
    (void)state;
    limit = connection_limit_new(MOST);
    return limit == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    connection_limit_free(limit);
    return 0;
}

static enum connection_verdict take(const char *text,
                                    struct connection_share *share)
{
    struct address address;

    *share = (struct connection_share){NULL, NULL};
    assert_true(address_parse(span_from_string(text), &address));
    return connection_limit_take(limit, &address, share);
}

static void take_all(const char *text, struct connection_share shares[MOST])
{
    for (size_t i = 0; i < MOST; i++)
        assert_int_equal(take(text, &shares[i]), CONNECTION_WELCOME);
}

static void give_back(struct connection_share *shares, size_t count)
{
    for (size_t i = 0; i < count; i++)
        connection_limit_give_back(&shares[i]);
}

static void test_an_address_has_so_many_and_no_more(void **state)
{
    struct connection_share shares[MOST], more;

    (void)state;
    take_all("192.0.2.1", shares);
    assert_int_equal(take("192.0.2.1", &more), CONNECTION_ONE_TOO_MANY);
    assert_null(more.crowd);
    connection_limit_give_back(&more);
    assert_int_equal(take("192.0.2.1", &more), CONNECTION_REFUSED);
    connection_limit_give_back(&shares[0]);
    assert_int_equal(take("192.0.2.1", &shares[0]), CONNECTION_WELCOME);
    give_back(shares, MOST);
}

/* The first has all that it may have. */
static const struct {
    const char *label, *first, *second;
    bool is_refused;
} clients[] = {
    {"the same address", "192.0.2.1", "192.0.2.1", true},
    {"another one", "192.0.2.1", "192.0.2.2", false},
    {"the same network of IPv6", "2001:db8::1", "2001:db8::ffff:2", true},
    {"the next network of IPv6", "2001:db8::1", "2001:db8:0:1::1", false},
    {"an address of the other family", "32.1.13.184", "2001:db8::", false},
};

static void test_who_is_the_same_address(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof clients / sizeof clients[0]; i++) {
        struct connection_share shares[MOST], other;

        take_all(clients[i].first, shares);
        if ((take(clients[i].second, &other) != CONNECTION_WELCOME) !=
            clients[i].is_refused)
            fail_msg("%s", clients[i].label);
        connection_limit_give_back(&other);
        give_back(shares, MOST);
    }
}

/* Whoever comes and goes at the limit must not fill the log. */
static void test_it_is_news_again_when_half_have_gone(void **state)
{
    struct connection_share shares[MOST], more;

    (void)state;
    take_all("192.0.2.1", shares);
    assert_int_equal(take("192.0.2.1", &more), CONNECTION_ONE_TOO_MANY);
    connection_limit_give_back(&shares[0]);
    assert_int_equal(take("192.0.2.1", &shares[0]), CONNECTION_WELCOME);
    assert_int_equal(take("192.0.2.1", &more), CONNECTION_REFUSED);
    give_back(shares, 2);
    assert_int_equal(take("192.0.2.1", &shares[0]), CONNECTION_WELCOME);
    assert_int_equal(take("192.0.2.1", &shares[1]), CONNECTION_WELCOME);
    assert_int_equal(take("192.0.2.1", &more), CONNECTION_ONE_TOO_MANY);
    give_back(shares, MOST);
}

static void test_a_share_is_given_back_once(void **state)
{
    struct connection_share shares[MOST];

    (void)state;
    take_all("192.0.2.1", shares);
    connection_limit_give_back(&shares[0]);
    connection_limit_give_back(&shares[0]);
    give_back(shares, MOST);
}

static void test_very_many_addresses_are_told_apart(void **state)
{
    enum { ADDRESSES = 20000 };
    static struct connection_share shares[ADDRESSES];

    (void)state;
    for (unsigned i = 0; i < ADDRESSES; i++) {
        char text[32];

        snprintf(text, sizeof text, "10.0.%u.%u", i / 256, i % 256);
        assert_int_equal(take(text, &shares[i]), CONNECTION_WELCOME);
    }
    give_back(shares, ADDRESSES);
}

static void test_zero_is_no_limit(void **state)
{
    struct connection_limit *none = connection_limit_new(0);
    struct address address = {.family = ADDRESS_IPV4};

    (void)state;
    assert_non_null(none);
    for (int i = 0; i < 1000; i++) {
        struct connection_share share = {NULL, NULL};

        assert_int_equal(connection_limit_take(none, &address, &share),
                         CONNECTION_WELCOME);
        connection_limit_give_back(&share);
    }
    connection_limit_free(none);
}

static void test_without_memory_nobody_is_refused(void **state)
{
    struct connection_share share;

    (void)state;
    calloc_fail_after(0);
    assert_int_equal(take("192.0.2.1", &share), CONNECTION_WELCOME);
    assert_true(calloc_fail_never());
    assert_null(share.crowd);
    connection_limit_give_back(&share);
}

static void test_without_memory_there_is_none(void **state)
{
    (void)state;
    for (unsigned successes = 0; successes < 17; successes++) {
        calloc_fail_after(successes);
        assert_null(connection_limit_new(MOST));
        assert_true(calloc_fail_never());
    }
    connection_limit_free(NULL);
}

/* --- threads ---------------------------------------------------------------------- */

enum { THREADS = 4, ROUNDS = 5000 };

static void *come_and_go(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        struct connection_share mine, ours;
        char text[32];

        snprintf(text, sizeof text, "10.0.0.%d", i % 8);
        assert_int_equal(take("192.0.2.1", &mine), CONNECTION_WELCOME);
        assert_int_equal(take(text, &ours), CONNECTION_WELCOME);
        connection_limit_give_back(&mine);
        connection_limit_give_back(&ours);
    }
    return NULL;
}

static void test_threads_count_together(void **state)
{
    struct connection_share shares[MOST];
    pthread_t threads[THREADS];

    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, NULL),
                         0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    take_all("192.0.2.1", shares);
    give_back(shares, MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_address_has_so_many_and_no_more),
        cmocka_unit_test(test_who_is_the_same_address),
        cmocka_unit_test(test_it_is_news_again_when_half_have_gone),
        cmocka_unit_test(test_a_share_is_given_back_once),
        cmocka_unit_test(test_very_many_addresses_are_told_apart),
        cmocka_unit_test(test_zero_is_no_limit),
        cmocka_unit_test(test_without_memory_nobody_is_refused),
        cmocka_unit_test(test_without_memory_there_is_none),
        cmocka_unit_test(test_threads_count_together),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
