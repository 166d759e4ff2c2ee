#include "aws/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct {
    const char *label, *text;
    int64_t expected;
} good[] = {
    {"the first moment", "1970-01-01T00:00:00Z", 0},
    {"as the instance's metadata has it", "2017-05-17T15:09:54Z", 1495033794},
    {"a fraction is dropped, as STS sends it", "2011-07-15T23:28:33.359Z",
     1310772513},
    {"microseconds", "2019-05-29T00:21:43.123456Z", 1559089303},
    {"an offset of nothing, as Python writes it", "2019-05-29T00:21:43+00:00",
     1559089303},
    {"east of Greenwich", "2019-05-29T02:21:43+02:00", 1559089303},
    {"west of Greenwich", "2019-05-28T18:51:43-05:30", 1559089303},
    {"a leap day", "2024-02-29T12:00:00Z", 1709208000},
    {"a leap second is the next minute", "2016-12-31T23:59:60Z", 1483228800},
    {"a lower-case z", "1970-01-01T00:00:01z", 1},
    {"long after 2038", "2106-02-07T06:28:16Z", 4294967296},
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        int64_t moment = -1;

        print_message("  %s\n", good[i].label);
        assert_true(timestamp_parse(span_from_string(good[i].text), &moment));
        assert_true(moment == good[i].expected);
    }
}

static const struct {
    const char *label, *text;
} bad[] = {
    {"nothing", ""},
    {"a day alone", "2019-05-29"},
    {"no offset: whose time is it", "2019-05-29T00:21:43"},
    {"a blank for the T", "2019-05-29 00:21:43Z"},
    {"something behind it", "2019-05-29T00:21:43Z "},
    {"something before it", " 2019-05-29T00:21:43Z"},
    {"a month that is none", "2019-13-29T00:21:43Z"},
    {"no month", "2019-00-29T00:21:43Z"},
    {"no day", "2019-05-00T00:21:43Z"},
    {"the 30th of February", "2019-02-30T00:21:43Z"},
    {"the 31st of June", "2019-06-31T00:21:43Z"},
    {"29 February of a common year", "2023-02-29T00:21:43Z"},
    {"the hour 24", "2019-05-29T24:00:00Z"},
    {"the minute 60", "2019-05-29T00:60:43Z"},
    {"the second 61", "2019-05-29T00:00:61Z"},
    {"a sign within", "2019-05-+9T00:21:43Z"},
    {"a point without digits", "2019-05-29T00:21:43.Z"},
    {"half an offset", "2019-05-29T00:21:43+02"},
    {"Unix time", "1559089303"},
    {"before its beginning", "1969-12-31T23:59:59Z"},
    {"words", "tomorrow"},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t moment = -1;

        print_message("  %s\n", bad[i].label);
        assert_false(timestamp_parse(span_from_string(bad[i].text), &moment));
        assert_true(moment == -1);
    }
}

/* A span need not end in NUL. */
static void test_every_beginning_is_refused(void **state)
{
    static const char text[] = "2019-05-29T00:21:43.5+00:00";

    (void)state;
    for (size_t len = 0; len < sizeof text - 1; len++) {
        char *part = malloc(len + 1);
        int64_t moment;

        memcpy(part, text, len);
        assert_false(timestamp_parse(span_from(part, len), &moment));
        free(part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_every_beginning_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
