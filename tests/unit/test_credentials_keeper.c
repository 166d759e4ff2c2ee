#include "aws/credentials_keeper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { MINUTE = 60, HOUR = 3600, BEGIN = 1000000 };

/* A world in which both clocks are one, and fetches are counted. */
static struct credentials_keeper keeper;
static struct credentials_now now;
static size_t fetches, found, lost;
static char last_source[100];

static void start(void *arg)
{
    (void)arg;
    fetches++;
}

static void on_news(void *arg, const char *source, const char *why)
{
    (void)arg;
    assert_int_equal(source == NULL, why != NULL);
    if (source != NULL) {
        found++;
        snprintf(last_source, sizeof last_source, "%s", source);
    } else {
        lost++;
    }
}

static void pass(int64_t seconds)
{
    now.ms += seconds * 1000;
    now.unix += seconds;
}

static int begin(void **state)
{
    (void)state;
    credentials_keeper_init(&keeper, 53, start, NULL);
    keeper.news = on_news;
    now = (struct credentials_now){5000, BEGIN};
    fetches = found = lost = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    credentials_keeper_clear(&keeper);
    return 0;
}

static void take(int64_t lifetime)
{
    struct aws_credentials given = {(char *)"ASIA", (char *)"s", (char *)"t",
                                    lifetime == 0 ? 0 : now.unix + lifetime};

    credentials_keeper_take(&keeper, now, &given, "container", false);
}

static void run(bool wanted)
{
    credentials_keeper_run(&keeper, now, wanted);
}

static bool has_keys(void)
{
    return credentials_keeper_keys(&keeper, now.unix) != NULL;
}

static void test_nobody_is_asked_for_nobody(void **state)
{
    (void)state;
    run(false);
    assert_int_equal(fetches, 0);
    assert_int_equal(credentials_keeper_wait_ms(&keeper, now, false), -1);
    assert_int_equal(credentials_keeper_wait_ms(&keeper, now, true), 0);
}

static void test_one_fetch_at_a_time(void **state)
{
    (void)state;
    run(true);
    run(true);
    pass(HOUR);
    run(true);
    assert_int_equal(fetches, 1);
    assert_int_equal(credentials_keeper_wait_ms(&keeper, now, true), -1);
    assert_false(has_keys());
    take(HOUR);
    assert_true(has_keys());
    assert_int_equal(found, 1);
    assert_string_equal(last_source, "container");
}

static void test_long_lived_keys_are_kept(void **state)
{
    (void)state;
    run(true);
    take(0);
    pass(1000 * HOUR);
    run(true);
    run(false);
    assert_int_equal(fetches, 1);
    assert_true(has_keys());
    assert_int_equal(credentials_keeper_wait_ms(&keeper, now, false), -1);
}

/* About 15 minutes before the end for those who need them, which is 16 at most;
 * 10 minutes before the end by itself. */
static void test_when_they_are_renewed(void **state)
{
    (void)state;
    run(true);
    take(HOUR);
    pass(HOUR - 16 * MINUTE - 1);
    run(true);
    assert_int_equal(fetches, 1);
    pass(1 * MINUTE + 1);
    run(false);
    assert_int_equal(fetches, 1);
    run(true);
    assert_int_equal(fetches, 2);
    assert_true(has_keys()); /* the old ones */
    take(HOUR);
    pass(HOUR - 10 * MINUTE - 1);
    run(false);
    assert_int_equal(fetches, 2);
    assert_int_equal(credentials_keeper_wait_ms(&keeper, now, false), 1000);
    pass(1);
    run(false);
    assert_int_equal(fetches, 3);
    assert_int_equal(found, 1); /* a renewal is no news */
}

static void test_not_all_come_at_the_same_moment(void **state)
{
    int64_t first;

    (void)state;
    run(true);
    take(HOUR);
    first = keeper.refresh_at;
    for (int i = 0; i < 100 && keeper.refresh_at == first; i++)
        take(HOUR);
    assert_true(keeper.refresh_at != first);
}

/* A source may hand out the same ones until shortly before their end. */
static void test_a_source_is_not_asked_at_each_request(void **state)
{
    (void)state;
    run(true);
    take(10 * MINUTE);
    run(true);
    pass(59);
    run(true);
    run(false);
    assert_int_equal(fetches, 1);
    pass(1);
    run(true);
    assert_int_equal(fetches, 2);
}

static void test_what_has_ended_is_not_used(void **state)
{
    (void)state;
    run(true);
    take(HOUR);
    pass(HOUR - 1);
    assert_true(has_keys());
    pass(1);
    assert_false(has_keys());
    run(false);
    assert_int_equal(fetches, 1);
    run(true);
    assert_int_equal(fetches, 2);
}

static void test_what_comes_ended_is_not_taken(void **state)
{
    (void)state;
    run(true);
    take(-1);
    assert_false(has_keys());
    assert_int_equal(lost, 1);
    assert_non_null(strstr(strbuf_string(&keeper.why), "clock"));
}

static void test_but_from_an_instance_it_is(void **state)
{
    struct aws_credentials given = {(char *)"ASIA", (char *)"s", (char *)"t",
                                    BEGIN - HOUR};

    (void)state;
    run(true);
    credentials_keeper_take(&keeper, now, &given, "instance role", true);
    assert_true(has_keys());
    pass(1 * MINUTE);
    run(true);
    assert_int_equal(fetches, 2);
    credentials_keeper_fail(&keeper, now, "no answer");
    assert_true(has_keys());
}

static void test_a_failure_is_waited_for_longer_each_time(void **state)
{
    int64_t longest = 0;

    (void)state;
    for (int i = 0; i < 200; i++) {
        int64_t wait;

        run(true);
        assert_true(keeper.fetching);
        credentials_keeper_fail(&keeper, now, "no answer");
        wait = credentials_keeper_wait_ms(&keeper, now, true);
        assert_true(wait <= 60000 && (i > 0 || wait <= 1000));
        longest = wait > longest ? wait : longest;
        if (wait > 0) {
            run(true);
            assert_false(keeper.fetching);
        }
        now.ms += wait;
    }
    assert_true(longest > 10000);
    assert_int_equal(lost, 1); /* one trouble */
    take(HOUR);
    assert_int_equal(found, 1);
    assert_int_equal(keeper.why.len, 0);
}

static void test_a_trouble_is_told_when_it_matters(void **state)
{
    (void)state;
    run(true);
    take(HOUR);
    pass(HOUR - 15 * MINUTE);
    run(true);
    credentials_keeper_fail(&keeper, now, "no answer");
    assert_int_equal(lost, 0); /* the old ones serve for long */
    assert_true(has_keys());
    pass(6 * MINUTE);
    run(true);
    credentials_keeper_fail(&keeper, now, "no answer");
    assert_int_equal(lost, 1);
    assert_true(has_keys());
    pass(1 * MINUTE);
    run(true);
    take(HOUR);
    assert_int_equal(found, 2);
    pass(2 * HOUR);
    run(true);
    credentials_keeper_fail(&keeper, now, "no answer");
    assert_int_equal(lost, 2); /* another trouble */
}

static void test_another_source_is_news(void **state)
{
    struct aws_credentials given = {(char *)"AKIA", (char *)"s", NULL, 0};

    (void)state;
    run(true);
    take(HOUR);
    credentials_keeper_take(&keeper, now, &given, "profile dev of x", false);
    assert_int_equal(found, 2);
    assert_string_equal(last_source, "profile dev of x");
}

static void test_what_is_refused_is_not_used(void **state)
{
    unsigned version;

    (void)state;
    run(true);
    take(HOUR);
    version = keeper.version;
    credentials_keeper_refuse(&keeper, version);
    assert_false(has_keys());
    run(true);
    assert_int_equal(fetches, 2);
    take(HOUR);
    assert_true(has_keys());
    credentials_keeper_refuse(&keeper, version); /* a late one, of the old */
    assert_true(has_keys());
    assert_int_equal(fetches, 2);
}

static void test_a_refusal_does_not_wait_for_the_backoff(void **state)
{
    (void)state;
    run(true);
    take(HOUR);
    pass(HOUR - 15 * MINUTE);
    run(true);
    for (int i = 0; i < 8; i++)
        credentials_keeper_fail(&keeper, now, "no answer");
    credentials_keeper_refuse(&keeper, keeper.version);
    run(true);
    assert_int_equal(fetches, 3);
}

/* What was asked for before the refusal may be what was refused. */
static void test_a_fetch_that_a_refusal_overtook(void **state)
{
    (void)state;
    run(true);
    take(15 * MINUTE);
    pass(1 * MINUTE);
    run(true);
    assert_int_equal(fetches, 2);
    credentials_keeper_refuse(&keeper, keeper.version);
    run(true);
    assert_int_equal(fetches, 2);
    take(HOUR);
    assert_false(has_keys());
    run(true);
    assert_int_equal(fetches, 3);
    take(HOUR);
    assert_true(has_keys());
}

#define WITH_KEEPER(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KEEPER(test_nobody_is_asked_for_nobody),
        WITH_KEEPER(test_one_fetch_at_a_time),
        WITH_KEEPER(test_long_lived_keys_are_kept),
        WITH_KEEPER(test_when_they_are_renewed),
        WITH_KEEPER(test_not_all_come_at_the_same_moment),
        WITH_KEEPER(test_a_source_is_not_asked_at_each_request),
        WITH_KEEPER(test_what_has_ended_is_not_used),
        WITH_KEEPER(test_what_comes_ended_is_not_taken),
        WITH_KEEPER(test_but_from_an_instance_it_is),
        WITH_KEEPER(test_a_failure_is_waited_for_longer_each_time),
        WITH_KEEPER(test_a_trouble_is_told_when_it_matters),
        WITH_KEEPER(test_another_source_is_news),
        WITH_KEEPER(test_what_is_refused_is_not_used),
        WITH_KEEPER(test_a_refusal_does_not_wait_for_the_backoff),
        WITH_KEEPER(test_a_fetch_that_a_refusal_overtook),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
