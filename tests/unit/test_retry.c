#include "aws/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { DRAWS = 2000, MANY = 1000 };

static const struct retry_failure transient = {.may_pass = true};

static const struct {
    const char *label;
    struct aws_reply reply;
    bool may_pass;
} failures[] = {
    {"no answer came", {.status = STATUS_UNAVAILABLE}, true},
    {"a fault of AWS's own",
     {.status = STATUS_UNAVAILABLE, .http_status = 503},
     true},
    {"AWS asks for fewer calls", {.status = STATUS_THROTTLED}, true},
    {"Route 53 works on an earlier change", {.status = STATUS_BUSY}, true},
    {"somebody is writing the object at this moment",
     {.status = STATUS_CONFLICT, .http_status = 409},
     true},
    {"somebody wrote the object: that stays so",
     {.status = STATUS_CONFLICT, .http_status = 412},
     false},
    {"credentials do not get better", {.status = STATUS_DENIED}, false},
    {"nor does a request that AWS refuses", {.status = STATUS_INVALID}, false},
    {"what is not there does not appear", {.status = STATUS_NOT_FOUND}, false},
    {"nothing failed", {.status = STATUS_UNCHANGED}, false},
};

static void test_what_may_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(failures); i++) {
        struct retry_failure failure = retry_failure_of(&failures[i].reply);

        print_message("  %s\n", failures[i].label);
        assert_int_equal(failure.may_pass, failures[i].may_pass);
    }
}

static void test_what_the_reply_says_is_kept(void **state)
{
    struct aws_reply reply = {
        .status = STATUS_THROTTLED, .timed_out = true, .retry_after_ms = 1500};
    struct retry_failure failure = retry_failure_of(&reply);

    (void)state;
    assert_true(failure.timed_out);
    assert_int_equal(failure.retry_after_ms, 1500);
}

static const struct {
    const char *label;
    unsigned max_attempts, retries;
} attempts[] = {
    {"one attempt has no second", 1, 0},
    {"three attempts are two retries", 3, 2},
    {"as many as are set", 20, 19},
};

static void test_attempts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(attempts); i++) {
        struct retry_quota quota;
        struct retry retry = {0};
        int64_t wait;
        unsigned retries = 0;

        print_message("  %s\n", attempts[i].label);
        retry_quota_init(&quota, attempts[i].max_attempts, 1);
        while (retry_allows(&retry, &quota, &transient, &wait))
            retries++;
        assert_int_equal(retries, attempts[i].retries);
        /* and the next call starts afresh */
        assert_int_equal(retry_allows(&retry, &quota, &transient, &wait),
                         attempts[i].retries > 0);
    }
}

static void test_what_cannot_pass_is_not_repeated(void **state)
{
    static const struct retry_failure failure = {.may_pass = false};
    struct retry_quota quota;
    struct retry retry = {0};
    int64_t wait;

    (void)state;
    retry_quota_init(&quota, 3, 1);
    assert_false(retry_allows(&retry, &quota, &failure, &wait));
    assert_int_equal(quota.tokens, RETRY_QUOTA_FULL);
}

static const struct {
    const char *label;
    unsigned failures; /* before */
    int64_t retry_after_ms, least, most;
} waits[] = {
    {"up to a second after the first failure", 0, 0, 0, 1000},
    {"two after the second", 1, 0, 0, 2000},
    {"sixteen after the fifth", 4, 0, 0, 16000},
    {"never more than twenty", 5, 0, 0, 20000},
    {"not after many either", 18, 0, 0, 20000},
    {"not sooner than AWS asks", 0, 700, 700, 1000},
    {"later, if AWS asks for that", 0, 5000, 5000, 5000},
    {"but nobody can send us away for an hour", 0, 3600000, 20000, 20000},
    {"a time that is past asks for nothing", 0, -5000, 0, 1000},
};

/* All of the range is used, and nothing beyond it. */
static void test_waits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(waits); i++) {
        struct retry_failure failure = {
            .may_pass = true, .retry_after_ms = waits[i].retry_after_ms};
        int64_t least = INT64_MAX, most = -1, margin;
        struct retry_quota quota;

        print_message("  %s\n", waits[i].label);
        retry_quota_init(&quota, RETRY_HIGHEST_MAX_ATTEMPTS, 42);
        for (int draw = 0; draw < DRAWS; draw++) {
            struct retry retry = {.failures = waits[i].failures};
            int64_t wait = -1;

            quota.tokens = RETRY_QUOTA_FULL;
            assert_true(retry_allows(&retry, &quota, &failure, &wait));
            least = wait < least ? wait : least;
            most = wait > most ? wait : most;
        }
        margin = (waits[i].most - waits[i].least) / 20;
        assert_in_range(least, waits[i].least, waits[i].least + margin);
        assert_in_range(most, waits[i].most - margin, waits[i].most);
    }
}

static void test_the_quota_ends_retries(void **state)
{
    struct retry_quota quota;
    int64_t wait;
    unsigned retries = 0;

    (void)state;
    retry_quota_init(&quota, 2, 1);
    for (int call = 0; call < MANY; call++) {
        struct retry retry = {0};

        retries += retry_allows(&retry, &quota, &transient, &wait);
    }
    assert_int_equal(retries, RETRY_QUOTA_FULL / RETRY_COST);
}

static void test_a_time_out_costs_twice_as_much(void **state)
{
    static const struct retry_failure timed_out = {.may_pass = true,
                                                   .timed_out = true};
    struct retry_quota quota;
    struct retry retry = {0};
    int64_t wait;

    (void)state;
    retry_quota_init(&quota, 3, 1);
    assert_true(retry_allows(&retry, &quota, &timed_out, &wait));
    assert_int_equal(quota.tokens, RETRY_QUOTA_FULL - RETRY_COST_AFTER_TIMEOUT);
}

static void test_success_gives_back(void **state)
{
    struct retry_quota quota;
    struct retry retry = {0};
    int64_t wait;

    (void)state;
    retry_quota_init(&quota, 3, 1);
    retry_succeeded(&retry, &quota);
    assert_int_equal(quota.tokens, RETRY_QUOTA_FULL); /* and not more */

    quota.tokens = 100;
    retry_succeeded(&retry, &quota); /* without a retry, one */
    assert_int_equal(quota.tokens, 101);

    assert_true(retry_allows(&retry, &quota, &transient, &wait));
    assert_true(retry_allows(&retry, &quota, &transient, &wait));
    assert_int_equal(quota.tokens, 91);
    retry_succeeded(&retry, &quota); /* the last retry's, not both */
    assert_int_equal(quota.tokens, 96);
    assert_int_equal(retry.failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_may_pass),
        cmocka_unit_test(test_what_the_reply_says_is_kept),
        cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_what_cannot_pass_is_not_repeated),
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_the_quota_ends_retries),
        cmocka_unit_test(test_a_time_out_costs_twice_as_much),
        cmocka_unit_test(test_success_gives_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
