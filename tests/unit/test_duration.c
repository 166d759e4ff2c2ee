#include "base/duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct {
    const char *label, *text;
    uint32_t seconds; /* 0: refused */
} rows[] = {
    {"minutes", "5m", 300},
    {"seconds", "90s", 90},
    {"hours", "2h", 7200},
    {"the least", "10s", 10},
    {"less", "9s", 0},
    {"the most", "24h", 86400},
    {"the most in seconds", "86400s", 86400},
    {"more", "25h", 0},
    {"more in minutes", "1441m", 0},
    {"what would overflow", "4294967295h", 0},
    {"no unit", "300", 0},
    {"no number", "m", 0},
    {"nothing", "", 0},
    {"days", "1d", 86400},
    {"more in days", "2d", 0},
    {"what would overflow, in days", "49711d", 0},
    {"another unit", "1w", 0},
    {"a unit in upper case", "5M", 0},
    {"a sign", "-5m", 0},
    {"a blank", "5 m", 0},
    {"a fraction", "1.5h", 0},
    {"two units", "1h30m", 0},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t seconds = 0;

        print_message("  %s\n", rows[i].label);
        assert_int_equal(
            duration_parse(span_from_string(rows[i].text), 10, 86400, &seconds),
            rows[i].seconds > 0);
        assert_int_equal(seconds, rows[i].seconds);
    }
}

static const struct {
    uint32_t seconds;
    const char *text;
} texts[] = {
    {0, "0s"},
    {1, "1s"},
    {59, "59s"},
    {60, "1m"},
    {90, "90s"},
    {900, "15m"},
    {3600, "1h"},
    {5400, "90m"},
    {86400, "1d"},
    {129600, "36h"},
    {2592000, "30d"},
    {2592001, "2592001s"},
    {UINT32_MAX, "4294967295s"},
};

static void test_it_is_written_in_the_greatest_unit_without_a_rest(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char text[DURATION_TEXT_MAX];
        uint32_t seconds = 0;

        assert_int_equal(duration_format(texts[i].seconds, text),
                         strlen(texts[i].text));
        assert_string_equal(text, texts[i].text);
        assert_true(
            duration_parse(span_from_string(text), 0, UINT32_MAX, &seconds));
        assert_int_equal(seconds, texts[i].seconds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(
            test_it_is_written_in_the_greatest_unit_without_a_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
