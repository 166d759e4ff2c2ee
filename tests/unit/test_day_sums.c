#include "server/history/day_sums.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FIVE_MINUTES INT64_C(300000)
#define NOW (INT64_C(5000000) * FIVE_MINUTES + 1000)

static const struct event_copy one = {.calls = 1,
                                      .refused = 2,
                                      .changes = 3,
                                      .route53_calls = 4,
                                      .throttled = 5,
                                      .lost = 6};

static const struct {
    const char *label;
    int64_t at;
    int expected; /* which sum has it; -1: none */
} cases[] = {
    {"now is the last", NOW, DAY_SUMS - 1},
    {"five minutes ago is the one before", NOW - FIVE_MINUTES, DAY_SUMS - 2},
    {"a day ago, almost", NOW - (DAY_SUMS - 1) * FIVE_MINUTES, 0},
    {"a day ago is forgotten", NOW - DAY_SUMS *FIVE_MINUTES, -1},
    {"so is all that is older", 0, -1},
    {"a clock that is ahead speaks of now", NOW + 1000 * FIVE_MINUTES,
     DAY_SUMS - 1},
    {"time that cannot be", -NOW, -1},
};

static void test_what_is_told_lands_where_it_belongs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct day_sums sums = {.last = 0};
        struct day_sum out[DAY_SUMS];

        print_message("%s\n", cases[i].label);
        day_sums_add(&sums, NOW, cases[i].at, &one);
        assert_int_equal(day_sums_list(&sums, NOW, out),
                         NOW - 1000 - (DAY_SUMS - 1) * FIVE_MINUTES);
        for (int n = 0; n < DAY_SUMS; n++)
            assert_int_equal(out[n].calls, n == cases[i].expected);
    }
}

static void test_all_is_added_up(void **state)
{
    struct day_sums sums = {.last = 0};
    struct day_sum out[DAY_SUMS], *last = &out[DAY_SUMS - 1];

    (void)state;
    day_sums_add(&sums, NOW, NOW, &one);
    day_sums_add(&sums, NOW, NOW, &one);
    (void)day_sums_list(&sums, NOW, out);
    assert_int_equal(last->calls, 2);
    assert_int_equal(last->refused, 4);
    assert_int_equal(last->changes, 6);
    assert_int_equal(last->route53_calls, 8);
    assert_int_equal(last->throttled, 10);
    assert_int_equal(last->lost, 12);
}

static void test_time_goes_on_without_news(void **state)
{
    struct day_sums sums = {.last = 0};
    struct day_sum out[DAY_SUMS];

    (void)state;
    day_sums_add(&sums, NOW, NOW, &one);
    (void)day_sums_list(&sums, NOW + 10 * FIVE_MINUTES, out);
    assert_int_equal(out[DAY_SUMS - 1].calls, 0);
    assert_int_equal(out[DAY_SUMS - 11].calls, 1);
    (void)day_sums_list(&sums, NOW + DAY_SUMS * FIVE_MINUTES, out);
    for (int n = 0; n < DAY_SUMS; n++)
        assert_int_equal(out[n].calls, 0);
}

static void test_a_ring_holds_a_day_and_no_more(void **state)
{
    struct day_sums sums = {.last = 0};
    struct day_sum out[DAY_SUMS];
    int64_t now = NOW;

    (void)state;
    for (int n = 0; n < 1000; n++, now += FIVE_MINUTES)
        day_sums_add(&sums, now, now, &one);
    (void)day_sums_list(&sums, now - FIVE_MINUTES, out);
    for (int n = 0; n < DAY_SUMS; n++)
        assert_int_equal(out[n].calls, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_told_lands_where_it_belongs),
        cmocka_unit_test(test_all_is_added_up),
        cmocka_unit_test(test_time_goes_on_without_news),
        cmocka_unit_test(test_a_ring_holds_a_day_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
