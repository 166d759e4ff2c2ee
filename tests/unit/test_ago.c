#include "server/http/ago.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1000000000 };

static const struct {
    const char *label;
    int64_t at;
    const char *words;
} cases[] = {
    {"now", NOW, "just now"},
    {"a moment ago", NOW - 4, "just now"},
    {"a clock that is ahead a little", NOW + 4, "just now"},
    {"seconds", NOW - 5, "5 seconds ago"},
    {"nearly a minute", NOW - 59, "59 seconds ago"},
    {"one is one", NOW - 60, "1 minute ago"},
    {"units are whole", NOW - 119, "1 minute ago"},
    {"several are several", NOW - 120, "2 minutes ago"},
    {"hours", NOW - 3600, "1 hour ago"},
    {"nearly a day", NOW - 86399, "23 hours ago"},
    {"days", NOW - 86400, "1 day ago"},
    {"many days", NOW - 86400 * 400, "400 days ago"},
    {"since 1970", 0, "11574 days ago"},
    {"what is to come", NOW + 86400 * 30, "in 30 days"},
    {"soon", NOW + 61, "in 1 minute"},
};

static void test_moments_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[AGO_TEXT_MAX];

        if (strcmp(ago_format(cases[i].at, NOW, text), cases[i].words) != 0)
            fail_msg("%s: %s", cases[i].label, text);
    }
}

static void test_the_longest_has_room(void **state)
{
    char text[AGO_TEXT_MAX];

    (void)state;
    ago_format(INT64_MAX, 0, text);
    assert_string_equal(text, "in 106751991167300 days");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments_are_told),
        cmocka_unit_test(test_the_longest_has_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
