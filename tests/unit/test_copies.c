#include "server/history/copies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define SELF "00000000000000aa"
#define INTERVAL INT64_C(60000)
#define NOW INT64_C(1700000000000)
#define SILENT (COPIES_PATIENCE_INTERVALS * INTERVAL + 1)
#define DAY INT64_C(86400000)

static struct copies *copies;

static void note(const char *name, int64_t at, bool is_stopping)
{
    struct event event = {
        .kind = EVENT_COPY,
        .at = at,
        .copy = {.copy = span_from_string(name),
                 .machine = span_from_string("machine"),
                 .version = span_from_string("1.0.0"),
                 .table_version = span_from_string("\"etag\""),
                 .table_hosts = 7,
                 .is_stopping = is_stopping},
    };

    copies_note(copies, NOW, &event);
}

static void append(void *arg, const struct copy_word *word)
{
    char *text = arg;

    assert_true(span_is(word->copy.machine, "machine"));
    assert_true(span_is(word->copy.version, "1.0.0"));
    assert_true(span_is(word->copy.table_version, "\"etag\""));
    assert_int_equal(word->copy.table_hosts, 7);
    sprintf(text + strlen(text), "%.*s%s%s ", (int)word->copy.copy.len,
            word->copy.copy.ptr, word->is_self ? " is this one" : "",
            word->is_silent ? " is silent" : "");
}

static const char *told(int64_t now)
{
    static char text[COPIES_MAX * 64];

    text[0] = '\0';
    copies_each(copies, now, append, text);
    return text;
}

static void test_who_was_heard_last_comes_first(void **state)
{
    (void)state;
    note("b", NOW - 3000, false);
    note("c", NOW - 1000, false);
    note(SELF, NOW - 2000, false);
    assert_string_equal(told(NOW), "c " SELF " is this one b ");
    note("b", NOW, false);
    assert_string_equal(told(NOW), "b c " SELF " is this one ");
    assert_int_equal(copies_count(copies), 3);
}

static void test_an_older_word_changes_nothing(void **state)
{
    (void)state;
    note("b", NOW - 1000, true);
    note("b", NOW - 2000, false);
    assert_int_equal(copies_unsure_since(copies, NOW + SILENT), 0);
}

static void test_a_clock_that_is_ahead_speaks_now(void **state)
{
    (void)state;
    note("b", NOW + DAY, false);
    note("c", NOW, false);
    assert_string_equal(told(NOW), "c b ");
    assert_int_equal(copies_unsure_since(copies, NOW + SILENT), NOW);
}

static void test_who_falls_silent_without_farewell_leaves_doubt(void **state)
{
    (void)state;
    note("b", NOW - 2000, false);
    note("c", NOW - 1000, false);
    assert_int_equal(copies_unsure_since(copies, NOW), 0);
    assert_int_equal(copies_unsure_since(copies, NOW + SILENT), NOW - 2000);
    assert_string_equal(told(NOW + SILENT), "c is silent b is silent ");
    note("b", NOW, true);
    assert_int_equal(copies_unsure_since(copies, NOW + SILENT), NOW - 1000);
}

static void test_what_this_one_does_is_never_in_doubt(void **state)
{
    (void)state;
    note(SELF, NOW, false);
    assert_int_equal(copies_unsure_since(copies, NOW + SILENT), 0);
}

static void test_after_two_days_a_copy_is_forgotten(void **state)
{
    (void)state;
    note("b", NOW - 1000, false);
    note("c", NOW, false);
    assert_string_equal(told(NOW + 2 * DAY), "c is silent ");
    assert_int_equal(copies_unsure_since(copies, NOW + 2 * DAY), NOW);
    assert_int_equal(copies_unsure_since(copies, NOW + 2 * DAY + 1), 0);
}

static void test_there_are_so_many_and_no_more(void **state)
{
    (void)state;
    for (int i = 0; i < COPIES_MAX + 10; i++) {
        char name[32];

        snprintf(name, sizeof name, "%d", i);
        note(name, NOW - COPIES_MAX * 2 + i, false);
    }
    assert_int_equal(copies_count(copies), COPIES_MAX);
    assert_int_equal(memcmp(told(NOW), "265 264 ", 8), 0);
    assert_null(strstr(told(NOW), " 9 "));
    assert_non_null(strstr(told(NOW), " 10 "));
}

static int set_up(void **state)
{
    (void)state;
    copies = copies_new(SELF, INTERVAL);
    return copies == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    copies_free(copies);
    return 0;
}

#define COPIES_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        COPIES_TEST(test_who_was_heard_last_comes_first),
        COPIES_TEST(test_an_older_word_changes_nothing),
        COPIES_TEST(test_a_clock_that_is_ahead_speaks_now),
        COPIES_TEST(test_who_falls_silent_without_farewell_leaves_doubt),
        COPIES_TEST(test_what_this_one_does_is_never_in_doubt),
        COPIES_TEST(test_after_two_days_a_copy_is_forgotten),
        COPIES_TEST(test_there_are_so_many_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
