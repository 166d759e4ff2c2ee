#include "cli/outage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* A letter is a run: "w" well, "t" trouble; behind it what became of an alert
 * if there was to be one: "+" sent, "-" not. The story tells for each run: B
 * begun, E ended, A an alert, F its failure is told. */
static const struct {
    const char *label;
    bool alerts;
    const char *runs, *story;
} rows[] = {
    {"all is well", false, "www", ",,,"},
    {"told once, and its end", false, "tttww", "B,,,E,,"},
    {"another outage is told again", false, "twt", "B,E,B,"},
    {"a topic too", true, "t+ttw+w", "BA,,,EA,,"},
    {"all is well, and nobody is told", true, "ww", ",,"},
    {"what was not sent is owed", true, "t-t-t+tw+", "BAF,A,A,,EA,"},
    {"so is the end", true, "t+w-w-w+w", "BA,EAF,A,A,,"},
    {"who never heard of it hears of the end", true, "t-w+w", "BAF,EA,,"},
    {"trouble again before its end was told", true, "t+w-t+t", "BA,EAF,BA,,"},
    {"the failure of each alert is told once", true, "t-t-w-w-",
     "BAF,A,EAF,A,"},
};

static void play(const char *runs, bool alerts, struct strbuf *story)
{
    struct outage outage = {.phase = OUTAGE_NONE};

    while (*runs != '\0') {
        const char *trouble = *runs++ == 't' ? "no network" : NULL;
        struct outage_news news =
            outage_step(&outage, trouble, "2026-01-01", alerts);
        bool judged = *runs == '+' || *runs == '-';

        strbuf_append_string(story, news.begun ? "B" : "");
        strbuf_append_string(story, news.ended ? "E" : "");
        strbuf_append_string(story, news.alert ? "A" : "");
        assert_int_equal(news.alert, judged);
        if (judged && outage_alerted(&outage, *runs++ == '+'))
            strbuf_append_char(story, 'F');
        strbuf_append_char(story, ',');
    }
}

static void test_stories(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strbuf story;

        print_message("  %s\n", rows[i].label);
        strbuf_init(&story, 1000);
        play(rows[i].runs, rows[i].alerts, &story);
        assert_string_equal(strbuf_string(&story), rows[i].story);
        strbuf_clear(&story);
    }
}

static void test_the_first_trouble_is_kept(void **state)
{
    struct outage outage = {.phase = OUTAGE_NONE};

    (void)state;
    outage_step(&outage, "one", "then", true);
    outage_step(&outage, "two", "now", true);
    assert_string_equal(outage.trouble, "one");
    assert_string_equal(outage.since, "then");
    outage_step(&outage, NULL, "later", true);
    assert_int_equal(outage.phase, OUTAGE_OVER);
    assert_string_equal(outage.trouble, "one");
}

static void test_a_topic_taken_away_is_owed_nothing(void **state)
{
    struct outage outage = {.phase = OUTAGE_NONE};

    (void)state;
    outage_step(&outage, "one", "then", true);
    outage_step(&outage, NULL, "now", true);
    assert_false(outage_step(&outage, NULL, "now", false).alert);
    assert_int_equal(outage.phase, OUTAGE_NONE);
}

static void test_what_is_written_is_read(void **state)
{
    struct outage outage = {.phase = OUTAGE_NONE}, again;
    struct strbuf text;

    (void)state;
    strbuf_init(&text, 10000);
    outage_step(&outage, "a: no\nb: neither", "2026-01-01 00:00:00 UTC", true);
    outage_alerted(&outage, false);
    outage_write(&outage, &text);
    outage_read(&again, strbuf_span(&text));
    assert_int_equal(again.phase, OUTAGE_ON);
    assert_true(again.owes_alert && again.alert_failed);
    assert_string_equal(again.trouble, outage.trouble);
    assert_string_equal(again.since, outage.since);
    outage_step(&outage, NULL, "later", true);
    strbuf_rewind(&text);
    outage_write(&outage, &text);
    outage_read(&again, strbuf_span(&text));
    assert_int_equal(again.phase, OUTAGE_OVER);
    assert_true(again.owes_alert);
    strbuf_clear(&text);
}

static void test_what_is_too_long_is_cut(void **state)
{
    static char trouble[3 * OUTAGE_TROUBLE_MAX];
    struct outage outage = {.phase = OUTAGE_NONE};

    (void)state;
    memset(trouble, 'x', sizeof trouble - 1);
    outage_step(&outage, trouble, "then", false);
    assert_int_equal(strlen(outage.trouble), OUTAGE_TROUBLE_MAX);
}

static void test_anything_else_is_the_lock_of_autodns(void **state)
{
    static const char *const texts[] = {
        "", "locked", "dyndb outage 2\nover: yes\n",
        ("dyndb outage 1\nover: maybe\nowed: yes\nfailed: no\nsince: x\n"
         "trouble: y\n"),
        "dyndb outage 1\nover: yes\nowed: yes\nfailed: no\n"};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct outage outage;

        outage_read(&outage, span_from_string(texts[i]));
        assert_int_equal(outage.phase, OUTAGE_ON);
        assert_false(outage.owes_alert);
        assert_string_equal(outage.since, "");
        assert_string_equal(outage.trouble, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),
        cmocka_unit_test(test_the_first_trouble_is_kept),
        cmocka_unit_test(test_a_topic_taken_away_is_owed_nothing),
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_what_is_too_long_is_cut),
        cmocka_unit_test(test_anything_else_is_the_lock_of_autodns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
