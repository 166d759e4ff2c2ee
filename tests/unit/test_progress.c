#include "cli/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *label;
    uint64_t bytes, total;
    const char *line;
} cases[] = {
    {"nothing has come, and nobody knows how much will", 0, 0,
     "uploading   [........................]   ? %      0.0 MB           "},
    {"much has come, and nobody knows how much will", 123456789, 0,
     "uploading   [........................]   ? %    123.5 MB           "},
    {"nothing yet", 0, 40000000,
     "uploading   [........................]   0 %      0.0 of 40.0 MB"},
    {"half", 20000000, 40000000,
     "uploading   [############............]  50 %     20.0 of 40.0 MB"},
    {"all but a byte is not all", 39999999, 40000000,
     "uploading   [#######################.]  99 %     40.0 of 40.0 MB"},
    {"all", 40000000, 40000000,
     "uploading   [########################] 100 %     40.0 of 40.0 MB"},
    {"no more than all", 2, 1,
     "uploading   [########################] 100 %      0.0 of 0.0 MB"},
    {"as much as there can be", UINT64_C(1) << 30, UINT64_C(1) << 30,
     "uploading   [########################] 100 %   1073.7 of 1073.7 MB"},
};

static void test_lines(void **state)
{
    struct strbuf line;

    (void)state;
    strbuf_init(&line, PROGRESS_LINE_MAX);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        strbuf_rewind(&line);
        progress_append_line(&line, "uploading", cases[i].bytes,
                             cases[i].total);
        if (strcmp(strbuf_string(&line), cases[i].line) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&line));
        assert_true(strbuf_ok(&line));
    }
    strbuf_clear(&line);
}

static const struct {
    const char *label;
    uint64_t part, total;
    const char *line;
} told[] = {
    {"nothing yet", 0, 3600,
     "reading     [........................]   0 %  2026-11-21T10:15:00Z"},
    {"a third", 1200, 3600,
     "reading     [########................]  33 %  2026-11-21T10:15:00Z"},
    {"no more than all", 3601, 3600,
     "reading     [########################] 100 %  2026-11-21T10:15:00Z"},
    {"nobody knows how much there is", 5, 0,
     "reading     [........................]   ? %  2026-11-21T10:15:00Z"},
};

static void test_what_is_no_transfer_is_told_in_words(void **state)
{
    struct strbuf line;

    (void)state;
    strbuf_init(&line, PROGRESS_LINE_MAX);
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        strbuf_rewind(&line);
        progress_append_words(&line, "reading", told[i].part, told[i].total,
                              "2026-11-21T10:15:00Z");
        if (strcmp(strbuf_string(&line), told[i].line) != 0)
            fail_msg("%s: %s", told[i].label, strbuf_string(&line));
        assert_true(strbuf_ok(&line));
    }
    strbuf_clear(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_what_is_no_transfer_is_told_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
