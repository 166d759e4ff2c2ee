#include "base/status.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_every_status_has_a_lower_case_word_of_its_own(void **state)
{
    (void)state;
    for (int i = STATUS_OK; i <= STATUS_UNAVAILABLE; i++) {
        const char *name = status_name((enum status)i);

        assert_non_null(name);
        assert_string_not_equal(name, "unknown");
        for (const char *p = name; *p != '\0'; p++)
            assert_true(islower((unsigned char)*p) || *p == '_');
        for (int k = STATUS_OK; k < i; k++)
            assert_string_not_equal(name, status_name((enum status)k));
    }
}

static void test_a_stranger_is_unknown(void **state)
{
    (void)state;
    assert_string_equal(status_name((enum status)(STATUS_UNAVAILABLE + 1)),
                        "unknown");
}

static void test_zero_is_ok(void **state)
{
    (void)state;
    assert_int_equal(STATUS_OK, 0);
    assert_string_equal(status_name(STATUS_OK), "ok");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_status_has_a_lower_case_word_of_its_own),
        cmocka_unit_test(test_a_stranger_is_unknown),
        cmocka_unit_test(test_zero_is_ok),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
