#include "server/http/alert_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1800000000 };

static struct alert_list list;
static json_t *page;

static int set_up(void **state)
{
    (void)state;
    memset(&list, 0, sizeof list);
    list.as_of = NOW - 10;
    page = json_object();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    json_decref(page);
    return 0;
}

static struct alert_notice *add(const char *kind, const char *title,
                                const char *host)
{
    struct alert_notice *notice = &list.notices[list.named++];

    list.count++;
    notice->kind = kind;
    notice->advice = "what to do";
    notice->chapter = "#chapter";
    notice->since = NOW - 3600;
    notice->is_of_host = host != NULL;
    snprintf(notice->title, sizeof notice->title, "%s", title);
    snprintf(notice->subject, sizeof notice->subject, "%s",
             host == NULL ? "*" : host);
    snprintf(notice->detail, sizeof notice->detail, "the detail");
    return notice;
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    if (value == NULL)
        fail_msg("no %s", name);
    return value;
}

static json_t *row(const char *name, size_t index)
{
    json_t *one = json_array_get(json_object_get(page, name), index);

    assert_non_null(one);
    return one;
}

static const struct {
    const char *label;
    bool is_off, is_known;
    const char *state, *begin;
} nones[] = {
    {"without a place for them none is kept", true, false, "",
     "None is kept: DYNDNS_STATE is not set"},
    {"what was never read is not known", false, false, "warn", "Not known"},
    {"what was read and holds none has none", false, true, "good",
     "None goes on."},
};

static void test_none_is_told_with_the_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof nones / sizeof nones[0]; i++) {
        const char *words;

        list.as_of = nones[i].is_known ? NOW : 0;
        json_object_clear(page);
        alert_words_set(page, nones[i].is_off ? NULL : &list, NOW);
        words = text(page, "alerts_none");
        if (strncmp(words, nones[i].begin, strlen(nones[i].begin)) != 0)
            fail_msg("%s: %s", nones[i].label, words);
        if (strcmp(text(page, "alerts_state"), nones[i].state) != 0)
            fail_msg("%s: %s", nones[i].label, text(page, "alerts_state"));
        if (!json_is_false(json_object_get(page, "alerts_any")) ||
            (json_object_get(page, "alerts_as_of") != NULL) !=
                nones[i].is_known)
            fail_msg("%s", nones[i].label);
    }
}

static void test_each_is_told(void **state)
{
    json_t *one;

    (void)state;
    add("route53_unreachable", "Route 53 cannot be used", NULL);
    add("host_silent", "a.example.org is silent", "a.example.org");
    alert_words_set(page, &list, NOW);
    assert_true(json_is_true(json_object_get(page, "alerts_any")));
    assert_string_equal(text(page, "alerts_none"), "");
    assert_string_equal(text(page, "alerts_caption"), "2 that go on");
    one = row("alerts", 0);
    assert_string_equal(text(one, "title"), "Route 53 cannot be used");
    assert_string_equal(text(one, "kind"), "route53_unreachable");
    assert_string_equal(text(one, "query"), "");
    assert_string_equal(text(one, "detail"), "the detail");
    assert_string_equal(text(json_object_get(one, "since"), "words"),
                        "1 hour ago");
    one = row("alerts", 1);
    assert_string_equal(text(one, "query"), "host=a.example.org");
}

static void test_one_is_told_as_one(void **state)
{
    (void)state;
    add("host_silent", "a is silent", "a")->since = 0;
    alert_words_set(page, &list, NOW);
    assert_string_equal(text(page, "alerts_caption"), "1 that goes on");
    assert_null(json_object_get(row("alerts", 0), "since"));
}

static void test_what_is_read_is_no_markup_and_no_query(void **state)
{
    (void)state;
    add("host_silent", "\xff<b>", "a&b=\"<");
    alert_words_set(page, &list, NOW);
    assert_string_equal(text(row("alerts", 0), "title"), "\xef\xbf\xbd<b>");
    assert_string_equal(text(row("alerts", 0), "query"), "host=a%26b%3D%22%3C");
}

static void test_no_more_are_shown_than_stated(void **state)
{
    static const struct {
        size_t named, count;
        const char *caption;
    } cases[] = {
        {50, 50, "50 that go on"},
        {51, 51, "50 of 51 that go on; 1 more not shown"},
        {ALERT_BOARD_MAX, 20001,
         "50 of 20001 that go on; 19951 more not shown"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        list.named = 0;
        while (list.named < cases[i].named)
            add("host_silent", "a is silent", "a");
        list.count = cases[i].count;
        json_object_clear(page);
        alert_words_set(page, &list, NOW);
        assert_string_equal(text(page, "alerts_caption"), cases[i].caption);
        assert_int_equal(json_array_size(json_object_get(page, "alerts")), 50);
    }
}

static void test_advice_is_given_once_of_each_kind_that_is_shown(void **state)
{
    (void)state;
    add("rows_left_out", "rows", NULL);
    while (list.named < ALERT_WORDS_SHOWN_MAX)
        add("host_silent", "a is silent", "a");
    add("host_refused", "a is refused", "a");
    alert_words_set(page, &list, NOW);
    assert_int_equal(json_array_size(json_object_get(page, "alert_advice")), 2);
    assert_string_equal(text(row("alert_advice", 0), "kind"), "rows_left_out");
    assert_string_equal(text(row("alert_advice", 1), "kind"), "host_silent");
    assert_string_equal(text(row("alert_advice", 1), "advice"), "what to do");
    assert_string_equal(text(row("alert_advice", 1), "chapter"), "#chapter");
}

static void test_what_is_old_is_told_to_be(void **state)
{
    (void)state;
    for (int64_t age = ALERT_WORDS_OLD_SECONDS;
         age <= ALERT_WORDS_OLD_SECONDS + 1; age++) {
        list.as_of = NOW - age;
        json_object_clear(page);
        alert_words_set(page, &list, NOW);
        assert_int_equal(json_is_true(json_object_get(page, "alerts_old")),
                         age > ALERT_WORDS_OLD_SECONDS);
        assert_string_equal(
            text(json_object_get(page, "alerts_as_of"), "words"),
            "3 minutes ago");
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_none_is_told_with_the_reason),
        TEST(test_each_is_told),
        TEST(test_one_is_told_as_one),
        TEST(test_what_is_read_is_no_markup_and_no_query),
        TEST(test_no_more_are_shown_than_stated),
        TEST(test_advice_is_given_once_of_each_kind_that_is_shown),
        TEST(test_what_is_old_is_told_to_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
