#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { LOOKS = 100000, COARSE_TICK_MS = 20 };

static void test_it_never_goes_back(void **state)
{
    int64_t ms = clock_now_ms();
    uint32_t s = clock_now_s();

    (void)state;
    for (int i = 0; i < LOOKS; i++) {
        int64_t next_ms = clock_now_ms();
        uint32_t next_s = clock_now_s();

        assert_true(next_ms >= ms);
        assert_true(next_s >= s);
        ms = next_ms;
        s = next_s;
    }
}

static void test_zero_can_mean_never(void **state)
{
    (void)state;
    assert_true(clock_now_ms() >= 1000);
    assert_true(clock_now_s() >= 1);
}

/* What is dated in milliseconds by the updater is compared in seconds by the
 * loops: the seconds may lag, but never lead. */
static void test_seconds_are_the_same_clock_and_never_ahead(void **state)
{
    (void)state;
    for (int i = 0; i < LOOKS; i++) {
        int64_t before = clock_now_ms();
        int64_t seconds = clock_now_s();
        int64_t after = clock_now_ms();

        assert_true(seconds <= after / 1000);
        assert_true(seconds >= (before - COARSE_TICK_MS) / 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_never_goes_back),
        cmocka_unit_test(test_zero_can_mean_never),
        cmocka_unit_test(test_seconds_are_the_same_clock_and_never_ahead),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
