#include "base/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { UNTOUCHED = 77 };

static const struct {
    const char *label, *text;
    uint32_t max;
    uint32_t value; /* UNTOUCHED: refused */
} whole[] = {
    {"zero", "0", 0, 0},
    {"one digit", "7", 65535, 7},
    {"the greatest that is allowed", "65535", 65535, 65535},
    {"one more", "65536", 65535, UNTOUCHED},
    {"the greatest of all", "4294967295", UINT32_MAX, UINT32_MAX},
    {"one that would wrap around", "4294967296", UINT32_MAX, UNTOUCHED},
    {"one that would wrap around 64 bits", "18446744073709551617", UINT32_MAX,
     UNTOUCHED},
    {"nothing", "", 100, UNTOUCHED},
    {"a blank", " ", 100, UNTOUCHED},
    {"a blank before", " 5", 100, UNTOUCHED},
    {"a blank behind", "5 ", 100, UNTOUCHED},
    {"a line break behind", "5\n", 100, UNTOUCHED},
    {"a sign", "+5", 100, UNTOUCHED},
    {"a negative one", "-5", 100, UNTOUCHED},
    {"a leading zero, eight to some", "010", 100, UNTOUCHED},
    {"two zeros", "00", 100, UNTOUCHED},
    {"hexadecimal", "0x10", 100, UNTOUCHED},
    {"a power of two", "0x1p3", 100, UNTOUCHED},
    {"a power of ten", "1e1", 100, UNTOUCHED},
    {"a fraction", "1.0", 100, UNTOUCHED},
    {"thousands", "1,000", 10000, UNTOUCHED},
    {"a unit", "5s", 100, UNTOUCHED},
    {"a word", "five", 100, UNTOUCHED},
    {"digits of another script", "\xd9\xa5", 100, UNTOUCHED},
};

static void test_whole_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(whole); i++) {
        uint32_t value = UNTOUCHED;
        bool taken = decimal_parse(span_from_string(whole[i].text),
                                   whole[i].max, &value);

        if (taken != (whole[i].value != UNTOUCHED) || value != whole[i].value)
            fail_msg("%s: %s: %u", whole[i].label, whole[i].text, value);
    }
}

static void test_the_length_bounds_the_number(void **state)
{
    uint32_t value = 0;
    double fraction = 0;

    (void)state;
    assert_true(decimal_parse(span_from("12345", 2), 100, &value));
    assert_int_equal(value, 12);
    assert_true(decimal_parse_fraction(span_from("1.25", 3), &fraction));
    assert_true(fraction == 1.2);
    assert_false(decimal_parse(span_from("1\0002", 3), 1000, &value));
    assert_false(decimal_parse(span_from_string(NULL), 1000, &value));
    assert_false(decimal_parse_fraction(span_from_string(NULL), &fraction));
}

static const char *const fractions[] = {
    "0",
    "5",
    "0.5",
    "2.50",
    "0.1",
    "1000",
    "0.09",
    "1000.5",
    "0.0000000001",
    "123456789012345",
    "0.3",
    "12.34",
    "0.0",
    "99999.9999999999",
};

static void test_a_fraction_is_the_double_nearest_to_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(fractions); i++) {
        double value = -1;

        if (!decimal_parse_fraction(span_from_string(fractions[i]), &value) ||
            value != strtod(fractions[i], NULL))
            fail_msg("%s: %.17g", fractions[i], value);
    }
}

static const char *const no_fractions[] = {
    "",
    " ",
    ".",
    "5.",
    ".5",
    "5..0",
    "5.0.0",
    " 5",
    "5 ",
    "+5",
    "-5",
    "5.+5",
    "5. 5",
    "05",
    "00.5",
    "0x5",
    "0x1p3",
    "5e0",
    "1e3",
    "5.0e1",
    "inf",
    "INF",
    "infinity",
    "nan",
    "nan(1)",
    "5,5",
    "5/s",
    "five",
    "1234567890.123456",
    "1234567890123456",
};

static void test_what_is_no_fraction_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(no_fractions); i++) {
        double value = UNTOUCHED;

        if (decimal_parse_fraction(span_from_string(no_fractions[i]), &value) ||
            value != UNTOUCHED)
            fail_msg("\"%s\": %.17g", no_fractions[i], value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_the_length_bounds_the_number),
        cmocka_unit_test(test_a_fraction_is_the_double_nearest_to_it),
        cmocka_unit_test(test_what_is_no_fraction_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
