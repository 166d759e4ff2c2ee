#include "cli/diff_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct span names[] = {
    SPAN_LITERAL("a.x"), SPAN_LITERAL("b.x"), SPAN_LITERAL("c.x"),
    SPAN_LITERAL("d.x"), SPAN_LITERAL("e.x"),
};

/* Of so many hosts; five names are kept. */
#define GROUP(n)                                                               \
    {                                                                          \
        (n), (n) < 5 ? (n) : 5, names                                          \
    }

static const struct {
    const char *label;
    struct host_diff diff;
    const char *line, *summary;
} cases[] = {
    {"nothing",
     {.hosts_before = 3},
     "no host changes",
     "\nthe hosts of both are the same"},
    {"one host more",
     {.added = GROUP(1)},
     "+1 host",
     "\nin the file alone: a.x"},
    {"hosts more",
     {.added = GROUP(2)},
     "+2 hosts",
     "\nin the file alone: a.x, b.x"},
    {"one host less",
     {.removed = GROUP(1)},
     "-1 host",
     "\nin the bucket alone: a.x"},
    {"hosts less",
     {.removed = GROUP(3)},
     "-3 hosts",
     "\nin the bucket alone: a.x, b.x, c.x"},
    {"the noun is said once",
     {.added = GROUP(2), .removed = GROUP(1), .changed = GROUP(1), .tokens = 1},
     "+2 hosts, -1, 1 token changed",
     "\nin the file alone: a.x, b.x\nin the bucket alone: a.x\n"
     "in both, but different: a.x"},
    {"values alone",
     {.changed = GROUP(1), .values = 1},
     "1 other value changed",
     "\nin both, but different: a.x"},
    {"tokens and values",
     {.changed = GROUP(5), .tokens = 4, .values = 2},
     "4 tokens changed, 2 other values changed",
     "\nin both, but different: a.x, b.x, c.x, d.x, e.x"},
    {"more names than are kept",
     {.removed = GROUP(7)},
     "-7 hosts",
     "\nin the bucket alone: a.x, b.x, c.x, d.x, e.x and 2 more"},
};

static void test_words(void **state)
{
    struct strbuf line, summary;

    (void)state;
    strbuf_init(&line, 1000);
    strbuf_init(&summary, 1000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        strbuf_rewind(&line);
        strbuf_rewind(&summary);
        diff_words_line(&line, &cases[i].diff);
        diff_words_summary(&summary, &cases[i].diff);
        if (strcmp(strbuf_string(&line), cases[i].line) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&line));
        if (strcmp(strbuf_string(&summary), cases[i].summary) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&summary));
    }
    strbuf_clear(&line);
    strbuf_clear(&summary);
}

static void test_a_line_goes_on_behind_other_words(void **state)
{
    static const struct host_diff diff = {.added = GROUP(1)};
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 1000);
    strbuf_append_string(&out, "here: ");
    diff_words_line(&out, &diff);
    assert_string_equal(strbuf_string(&out), "here: +1 host");
    strbuf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_a_line_goes_on_behind_other_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
