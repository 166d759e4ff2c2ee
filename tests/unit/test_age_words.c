#include "cli/age_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *label;
    int64_t seconds;
    const char *words;
} cases[] = {
    {"this very second", 0, "just now"},
    {"a clock that is ahead", -90, "just now"},
    {"a second", 1, "1 s ago"},
    {"the last second of a minute", 59, "59 s ago"},
    {"a minute", 60, "1 min ago"},
    {"it is rounded down", 119, "1 min ago"},
    {"the last minute of an hour", 3599, "59 min ago"},
    {"an hour", 3600, "1 h ago"},
    {"two days are counted in hours still", 172799, "47 h ago"},
    {"two days", 172800, "2 d ago"},
    {"years are days", 400LL * 86400, "400 d ago"},
    {"as long as there can be", INT64_MAX, "106751991167300 d ago"},
};

static void test_ages(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 64);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        strbuf_rewind(&out);
        age_words_append(&out, cases[i].seconds);
        if (strcmp(strbuf_string(&out), cases[i].words) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&out));
    }
    strbuf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ages)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
