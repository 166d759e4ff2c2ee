#include "base/utc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *label;
    time_t at;
    const char *text;
} cases[] = {
    {"the epoch", 0, "1970-01-01T00:00:00Z"},
    {"before it", -1, "1969-12-31T23:59:59Z"},
    {"a leap day", 1709164800, "2024-02-29T00:00:00Z"},
    {"beyond 32 bits", 4102444799, "2099-12-31T23:59:59Z"},
    {"the last second of four digits", 253402300799, "9999-12-31T23:59:59Z"},
    {"a year that no calendar has", INT64_MAX, ""},
};

static void test_moments(void **state)
{
    char text[UTC_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *made = utc_format(cases[i].at, text);

        if (strcmp(made, cases[i].text) != 0)
            fail_msg("%s: %s", cases[i].label, made);
        assert_ptr_equal(made, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_moments)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
