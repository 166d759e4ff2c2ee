#include "cli/since.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { REFUSED = -1 };

static const int64_t now = 1795256100000; /* 2026-11-21T10:15:00Z */

static const struct {
    const char *label, *text;
    int64_t at;
} cases[] = {
    {"so many hours ago", "24h", 1795256100000 - 86400000},
    {"so many days ago", "7d", 1795256100000 - 604800000},
    {"a day is its first second", "2026-11-21", 1795219200000},
    {"a minute of a day", "2026-11-21T10:14Z", 1795256040000},
    {"a second of it", "2026-11-21T10:14:59Z", 1795256099000},
    {"now", "2026-11-21T10:15:00Z", 1795256100000},
    {"a leap day", "2024-02-29", 1709164800000},
    {"what is still to come", "2026-11-21T10:15:01Z", REFUSED},
    {"a day that is still to come", "2026-11-22", REFUSED},
    {"longer ago than clocks count", "30000d", REFUSED},
    {"before clocks count", "1969-12-31", REFUSED},
    {"a day that no calendar has", "2026-06-31", REFUSED},
    {"a leap day of another year", "2026-02-29", REFUSED},
    {"an hour that no day has", "2026-11-20T24:00Z", REFUSED},
    {"a local time", "2026-11-20T10:15", REFUSED},
    {"another place's time", "2026-11-20T10:15+01:00", REFUSED},
    {"a blank for the T", "2026-11-20 10:15Z", REFUSED},
    {"a day of another order", "20-11-2026", REFUSED},
    {"a sign for a digit", "+026-11-20", REFUSED},
    {"letters for digits", "yyyy-mm-dd", REFUSED},
    {"a month alone", "2026-11", REFUSED},
    {"a number alone", "24", REFUSED},
    {"nothing ago", "0h", REFUSED},
    {"a word", "yesterday", REFUSED},
    {"nothing", "", REFUSED},
};

static void test_moments(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t at = REFUSED;
        bool read = since_parse(span_from_string(cases[i].text), now, &at);

        if (read != (cases[i].at != REFUSED) || at != cases[i].at)
            fail_msg("%s: %lld", cases[i].label, (long long)at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_moments)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
