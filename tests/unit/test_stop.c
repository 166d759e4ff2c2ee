#include "cli/stop.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <unistd.h>
#include <cmocka.h>

/* Whoever waited until the end of this would not be heard of again. */
enum { FOR_EVER_MS = 24 * 3600 * 1000 };

/* The order matters: what was asked stays asked. */

static void test_nothing_is_asked_at_first(void **state)
{
    (void)state;
    assert_false(stop_is_asked());
    stop_watch();
    assert_false(stop_is_asked());
}

static void test_a_wait_ends_when_its_time_is_over(void **state)
{
    int64_t begun = clock_now_ms();

    (void)state;
    stop_wait_ms(20);
    stop_pause_ms(20);
    assert_true(clock_now_ms() - begun >= 40);
    assert_false(stop_is_asked());
}

static void test_sighup_ends_a_wait_even_if_it_came_before(void **state)
{
    (void)state;
    kill(getpid(), SIGHUP);
    assert_false(stop_is_asked());
    stop_pause_ms(1);
    stop_wait_ms(FOR_EVER_MS);
    assert_false(stop_is_asked());
}

static void test_sighup_ends_one_wait(void **state)
{
    int64_t begun = clock_now_ms();

    (void)state;
    stop_wait_ms(20);
    assert_true(clock_now_ms() - begun >= 20);
}

static void test_sigterm_ends_every_wait(void **state)
{
    (void)state;
    kill(getpid(), SIGTERM);
    stop_pause_ms(FOR_EVER_MS);
    stop_wait_ms(FOR_EVER_MS);
    assert_true(stop_is_asked());
    assert_true(stop_is_asked());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_asked_at_first),
        cmocka_unit_test(test_a_wait_ends_when_its_time_is_over),
        cmocka_unit_test(test_sighup_ends_a_wait_even_if_it_came_before),
        cmocka_unit_test(test_sighup_ends_one_wait),
        cmocka_unit_test(test_sigterm_ends_every_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
