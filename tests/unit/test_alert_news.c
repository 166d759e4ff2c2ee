#include "server/alerts/alert_news.h"

#include "base/strbuf.h"
#include "tests/unit/failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1795300000 };

/* What one copy could not save, and what is read then. */
static struct alert_ledger lost, found;
static struct alert_news news;
static struct strbuf told;

static struct alert_entry *begin(struct alert_ledger *ledger,
                                 enum alert_kind kind, const char *subject,
                                 int64_t since)
{
    const struct alert_sight sight = {.kind = kind,
                                      .subject = span_from_string(subject),
                                      .detail = span_from_string("words"),
                                      .since = since,
                                      .evidence = since};

    return alert_ledger_begin(ledger, &sight);
}

static void tell(void *arg, const struct alert_entry *entry)
{
    assert_ptr_equal(arg, &told);
    strbuf_printf(&told, "%s%s ", entry->subject,
                  alert_goes_on(entry) ? "" : " ended");
}

static void assert_told(const char *expected)
{
    strbuf_rewind(&told);
    alert_news_tell(&news, &found, tell, &told);
    assert_string_equal(strbuf_string(&told), expected);
    assert_int_equal(news.count, 0);
}

static int set_up(void **state)
{
    (void)state;
    strbuf_init(&told, 64 * 1024);
    return alert_ledger_init(&lost) == STATUS_OK &&
                   alert_ledger_init(&found) == STATUS_OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    alert_ledger_clear(&lost);
    alert_ledger_clear(&found);
    alert_news_clear(&news);
    strbuf_clear(&told);
    return 0;
}

/* Times of an alert in each ledger; since 0: it is not there. */
static const struct {
    const char *label;
    struct {
        int64_t since, ended;
    } lost, found;
    const char *told;
} cases[] = {
    {"that it began, which was saved", {NOW, 0}, {NOW, 0}, "a "},
    {"that it ended, which was saved", {NOW, 9}, {NOW, 9}, "a ended "},
    {"what was not saved is told when it is", {NOW, 0}, {0, 0}, ""},
    {"nor is an end told that was not saved", {NOW, 9}, {NOW, 0}, ""},
    {"what began at another time began for another copy",
     {NOW, 0},
     {NOW + 1, 0},
     ""},
    {"what another copy has ended", {NOW, 9}, {NOW, 8}, ""},
    {"what has ended meanwhile", {NOW, 0}, {NOW, 9}, ""},
};

static void test_news_is_told_if_it_was_saved(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct alert_entry *entry =
            begin(&lost, ALERT_HOST_SILENT, "a", cases[i].lost.since);

        if (cases[i].lost.ended != 0)
            alert_ledger_end(&lost, entry, cases[i].lost.ended, 0);
        if (cases[i].found.since != 0)
            entry = begin(&found, ALERT_HOST_SILENT, "a", cases[i].found.since);
        if (cases[i].found.since != 0 && cases[i].found.ended != 0)
            alert_ledger_end(&found, entry, cases[i].found.ended, 0);
        alert_news_keep(&news, &lost);
        strbuf_rewind(&told);
        alert_news_tell(&news, &found, tell, &told);
        if (strcmp(strbuf_string(&told), cases[i].told) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&told));
        (void)tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

static void test_it_is_told_once(void **state)
{
    (void)state;
    begin(&lost, ALERT_HOST_SILENT, "a", NOW);
    begin(&lost, ALERT_HOST_SILENT, "b", NOW);
    begin(&found, ALERT_HOST_SILENT, "a", NOW);
    begin(&found, ALERT_HOST_SILENT, "b", NOW);
    alert_news_keep(&news, &lost);
    assert_told("a b ");
    assert_told("");
}

static void test_what_is_no_news_is_not_kept(void **state)
{
    (void)state;
    begin(&lost, ALERT_HOST_SILENT, "a", NOW)->is_news = false;
    begin(&lost, ALERT_HOST_SILENT, "b", NOW);
    begin(&found, ALERT_HOST_SILENT, "a", NOW);
    begin(&found, ALERT_HOST_SILENT, "b", NOW);
    alert_news_keep(&news, &lost);
    assert_told("b ");
}

static void test_another_kind_is_another_alert(void **state)
{
    (void)state;
    begin(&lost, ALERT_HOST_SILENT, "a", NOW);
    begin(&found, ALERT_HOST_REFUSED, "a", NOW);
    alert_news_keep(&news, &lost);
    assert_told("");
}

static void test_what_is_kept_later_takes_its_place(void **state)
{
    (void)state;
    begin(&lost, ALERT_HOST_SILENT, "a", NOW);
    alert_news_keep(&news, &lost);
    lost.entries[0]->is_news = false;
    alert_news_keep(&news, &lost);
    begin(&found, ALERT_HOST_SILENT, "a", NOW);
    assert_told("");
}

static void test_so_much_is_kept_and_no_more(void **state)
{
    (void)state;
    for (int i = 0; i < ALERT_NEWS_MAX + 5; i++) {
        char name[16];

        snprintf(name, sizeof name, "h%d", i);
        assert_non_null(begin(&lost, ALERT_HOST_SILENT, name, NOW));
    }
    alert_news_keep(&news, &lost);
    assert_int_equal(news.count, ALERT_NEWS_MAX);
}

static void test_where_memory_is_short_less_is_kept(void **state)
{
    (void)state;
    begin(&lost, ALERT_HOST_SILENT, "a", NOW);
    begin(&lost, ALERT_HOST_SILENT, "b", NOW);
    begin(&found, ALERT_HOST_SILENT, "a", NOW);
    begin(&found, ALERT_HOST_SILENT, "b", NOW);
    for (size_t i = 0; i < 3; i++) {
        static const char *const left[] = {"", "b ", "a "};

        failing_memory_after(i);
        alert_news_keep(&news, &lost);
        assert_true(failing_memory_stop());
        assert_told(left[i]);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_news_is_told_if_it_was_saved),
        TEST(test_it_is_told_once),
        TEST(test_what_is_no_news_is_not_kept),
        TEST(test_another_kind_is_another_alert),
        TEST(test_what_is_kept_later_takes_its_place),
        TEST(test_so_much_is_kept_and_no_more),
        TEST(test_where_memory_is_short_less_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
