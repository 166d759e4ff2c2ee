#include "base/log_quota.h"

#include "tests/unit/fake_route53.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* How many of `count` lines are allowed in this second. */
static size_t allowed(struct log_quota *quota, size_t count, uint32_t now_s)
{
    size_t yes = 0;

    while (count-- > 0)
        yes += log_quota_allows(quota, now_s);
    return yes;
}

static void test_so_many_lines_a_second(void **state)
{
    static const struct {
        const char *label;
        size_t wanted, expected;
    } seconds[] = {
        {"a few are all written", 9, 9},
        {"as many as there may be", 10, 10},
        {"one more is left out", 11, 10},
        {"a storm is cut", 100000, 10},
        {"the next second starts anew", 1, 1},
    };
    struct log_quota quota = {0};

    (void)state;
    fake_reset();
    for (uint32_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        print_message("  %s\n", seconds[i].label);
        assert_int_equal(allowed(&quota, seconds[i].wanted, 100 + i),
                         seconds[i].expected);
    }
}

static void test_what_is_left_out_is_counted_and_told_once(void **state)
{
    struct log_quota quota = {0};

    (void)state;
    fake_reset();
    allowed(&quota, 17, 100);
    assert_string_equal(fake_log(), "");
    allowed(&quota, 1, 105);
    assert_string_equal(fake_log(), "warn event=refusals_not_logged count=7\n");
    allowed(&quota, 1, 106);
    assert_string_equal(fake_log(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_so_many_lines_a_second),
        cmocka_unit_test(test_what_is_left_out_is_counted_and_told_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
