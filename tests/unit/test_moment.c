#include "journal/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct {
    const char *label;
    int64_t ms;
    const char *text, *date, *compact;
} moments[] = {
    {"the first one", 0, "1970-01-01T00:00:00.000Z", "1970-01-01",
     "19700101T000000Z"},
    {"each part at its place", 1795515300123, "2026-11-24T10:15:00.123Z",
     "2026-11-24", "20261124T101500Z"},
    {"the day that some years have", 1709164800000, "2024-02-29T00:00:00.000Z",
     "2024-02-29", "20240229T000000Z"},
    {"the century that has it", 951868799999, "2000-02-29T23:59:59.999Z",
     "2000-02-29", "20000229T235959Z"},
    {"the last one", MOMENT_MAX, "9999-12-31T23:59:59.999Z", "9999-12-31",
     "99991231T235959Z"},
};

static void test_a_moment_is_written_and_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(moments); i++) {
        char text[MOMENT_TEXT_MAX], date[MOMENT_DATE_MAX];
        char compact[MOMENT_COMPACT_MAX];
        int64_t ms = -1;

        assert_int_equal(moment_format(moments[i].ms, text), sizeof text - 1);
        assert_string_equal(text, moments[i].text);
        assert_true(moment_parse(span_from_string(text), &ms));
        assert_int_equal(ms, moments[i].ms);

        assert_int_equal(moment_format_date(moments[i].ms, date),
                         sizeof date - 1);
        assert_string_equal(date, moments[i].date);
        assert_true(moment_parse_date(span_from_string(date), &ms));
        assert_int_equal(ms, moments[i].ms - moments[i].ms % MOMENT_MS_PER_DAY);

        assert_int_equal(moment_format_compact(moments[i].ms, compact),
                         sizeof compact - 1);
        assert_string_equal(compact, moments[i].compact);
        assert_true(moment_parse_compact(span_from_string(compact), &ms));
        assert_int_equal(ms, moments[i].ms - moments[i].ms % 1000);
    }
}

/* The library of the system knows the calendar as well. */
static void test_every_day_of_four_centuries_is_right(void **state)
{
    (void)state;
    for (int64_t day = 0; day <= 146097; day++) {
        time_t at = (time_t)(day * 24 * 3600);
        char text[MOMENT_DATE_MAX], expected[MOMENT_DATE_MAX];
        struct tm utc;
        int64_t ms = -1;

        assert_non_null(gmtime_r(&at, &utc));
        assert_int_equal(strftime(expected, sizeof expected, "%Y-%m-%d", &utc),
                         10);
        moment_format_date(at * INT64_C(1000), text);
        assert_string_equal(text, expected);
        assert_true(moment_parse_date(span_from_string(text), &ms));
        assert_int_equal(ms, at * INT64_C(1000));
    }
}

static void test_what_has_no_form_is_written_as_the_next_that_has(void **state)
{
    char text[MOMENT_TEXT_MAX];

    (void)state;
    moment_format(-1, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000Z");
    moment_format(INT64_MIN, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000Z");
    moment_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
}

static const struct {
    const char *label, *text;
    int64_t ms; /* -1: refused */
} texts[] = {
    {"without a fraction", "1970-01-01T00:00:01Z", 1000},
    {"tenths", "1970-01-01T00:00:00.5Z", 500},
    {"hundredths", "1970-01-01T00:00:00.05Z", 50},
    {"more than counts", "1970-01-01T00:00:00.123999999Z", 123},
    {"ten digits", "1970-01-01T00:00:00.1234567890Z", -1},
    {"a point alone", "1970-01-01T00:00:00.Z", -1},
    {"nothing", "", -1},
    {"a date alone", "2026-11-21", -1},
    {"no zone", "2026-11-21T10:15:00", -1},
    {"an offset", "2026-11-21T10:15:00+00:00", -1},
    {"a blank in the middle", "2026-11-21 10:15:00Z", -1},
    {"something behind it", "2026-11-21T10:15:00Z ", -1},
    {"something before it", " 2026-11-21T10:15:00Z", -1},
    {"a sign", "+026-11-21T10:15:00Z", -1},
    {"before 1970", "1969-12-31T23:59:59Z", -1},
    {"month 0", "2026-00-21T10:15:00Z", -1},
    {"month 13", "2026-13-21T10:15:00Z", -1},
    {"day 0", "2026-11-00T10:15:00Z", -1},
    {"day 31 of a month that has 30", "2026-11-31T10:15:00Z", -1},
    {"February 29 of a year that has none", "2026-02-29T10:15:00Z", -1},
    {"February 29 of a century that has none", "2100-02-29T10:15:00Z", -1},
    {"hour 24", "2026-11-21T24:00:00Z", -1},
    {"minute 60", "2026-11-21T10:60:00Z", -1},
    {"second 60", "2026-11-21T10:15:60Z", -1},
    {"a digit too few", "2026-11-21T10:15:0Z", -1},
};

static void test_only_its_own_form_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        int64_t ms = -1;
        bool read = moment_parse(span_from_string(texts[i].text), &ms);

        if (read != (texts[i].ms >= 0) || ms != texts[i].ms)
            fail_msg("%s", texts[i].label);
    }
}

static void test_the_short_forms_take_nothing_else(void **state)
{
    static const char *const dates[] = {
        "2026-11-2", "2026-11-211", "2026/11/21", "2026-11-31",
        "20261121",  "2026-11-21T", "1969-12-31", ""};
    static const char *const compacts[] = {"20261121T101500",
                                           "20261121T101500Zx",
                                           "20261121101500Z",
                                           "20261131T101500Z",
                                           "20261121t101500Z",
                                           "20261121T241500Z",
                                           ""};
    int64_t ms = -1;

    (void)state;
    for (size_t i = 0; i < COUNT(dates); i++)
        assert_false(moment_parse_date(span_from_string(dates[i]), &ms));
    for (size_t i = 0; i < COUNT(compacts); i++)
        assert_false(moment_parse_compact(span_from_string(compacts[i]), &ms));
    assert_int_equal(ms, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_moment_is_written_and_read),
        cmocka_unit_test(test_every_day_of_four_centuries_is_right),
        cmocka_unit_test(test_what_has_no_form_is_written_as_the_next_that_has),
        cmocka_unit_test(test_only_its_own_form_is_read),
        cmocka_unit_test(test_the_short_forms_take_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
