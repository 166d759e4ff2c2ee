#include "base/clock.h"

#include "tests/unit/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

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
static void test_seconds_are_never_ahead(void **state)
{
    (void)state;
    for (int i = 0; i < LOOKS; i++) {
        int64_t seconds = clock_now_s();

        assert_true(seconds <= clock_now_ms() / 1000);
    }
}

/* How long the next second has begun when the seconds say so. */
static int64_t lag_ms(const struct patience *patience)
{
    int64_t next = clock_now_ms() / 1000 + 1;

    while (clock_now_s() < next)
        patience_lasts(patience);
    return clock_now_ms() - next * 1000;
}

/* A machine that is busy may keep us from looking, so the best look counts. */
static void test_seconds_are_the_same_clock_a_tick_behind(void **state)
{
    struct patience patience =
        patience_for("seconds that are no more than a tick behind");

    (void)state;
    while (lag_ms(&patience) > COARSE_TICK_MS)
        patience_lasts(&patience);
}

static void test_the_date_is_that_of_the_machine(void **state)
{
    time_t before = time(NULL);
    int64_t date = clock_date_ms();

    (void)state;
    assert_true(date / 1000 >= before && date / 1000 <= time(NULL) + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_never_goes_back),
        cmocka_unit_test(test_zero_can_mean_never),
        cmocka_unit_test(test_seconds_are_never_ahead),
        cmocka_unit_test(test_seconds_are_the_same_clock_a_tick_behind),
        cmocka_unit_test(test_the_date_is_that_of_the_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
