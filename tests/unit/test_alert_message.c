#include "server/alerts/alert_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <jansson.h>

#include <cmocka.h>

/* 2026-11-22T00:26:40Z */
enum { NOW = 1795307200 };

static struct strbuf out;

static int set_up(void **state)
{
    (void)state;
    strbuf_init(&out, ALERT_MESSAGE_MAX_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    strbuf_clear(&out);
    return 0;
}

static struct alert_entry a = {.kind = ALERT_HOST_SILENT,
                               .subject = (char *)"a.example.org",
                               .detail = (char *)"last call, \"it\" says",
                               .since = NOW - 7200};
static struct alert_entry b = {.kind = ALERT_HOST_SILENT,
                               .subject = (char *)"b.example.org",
                               .detail = (char *)"",
                               .since = 0};
static struct alert_entry ended = {.kind = ALERT_ROUTE53_UNREACHABLE,
                                   .subject = (char *)"",
                                   .detail = (char *)"denied",
                                   .since = NOW - 60,
                                   .ended = NOW};

static struct alert_message about(const struct alert_entry *const *entries,
                                  size_t count)
{
    return (struct alert_message){
        .kind = entries[0]->kind,
        .phase = entries[0]->ended == 0 ? ALERT_BEGUN : ALERT_ENDED,
        .count = count,
        .entries = entries,
        .machine = "box",
        .now = NOW,
    };
}

static void test_one_that_begins(void **state)
{
    const struct alert_entry *const entries[] = {&a};
    struct alert_message message = about(entries, 1);

    (void)state;
    alert_message_title(&message, &out);
    assert_string_equal(strbuf_string(&out), "a.example.org is silent");
    strbuf_rewind(&out);
    alert_message_text(&message, &out);
    assert_non_null(strstr(strbuf_string(&out),
                           "a.example.org is silent.\n\n"
                           "  a.example.org: since 2026-11-21T22:26:40Z (last "
                           "call, \"it\" says)\n\nWhat to do: "));
    assert_non_null(
        strstr(strbuf_string(&out), "docs/OPERATING.md#host_silent\n"));
    assert_non_null(strstr(strbuf_string(&out),
                           "\ndyndns53 on box, 2026-11-22T00:26:40Z\n"));
}

static void test_several(void **state)
{
    const struct alert_entry *const entries[] = {&a, &b};
    struct alert_message message = about(entries, 2);

    (void)state;
    alert_message_title(&message, &out);
    assert_string_equal(strbuf_string(&out),
                        "2 hosts are silent: a.example.org, b.example.org");
    strbuf_rewind(&out);
    alert_message_text(&message, &out);
    assert_non_null(strstr(strbuf_string(&out), "  b.example.org: since before "
                                                "anything is known of it\n"));
}

static void test_an_end_has_both_times_and_nothing_to_do(void **state)
{
    const struct alert_entry *const entries[] = {&ended};
    struct alert_message message = about(entries, 1);

    (void)state;
    alert_message_text(&message, &out);
    assert_string_equal(strbuf_string(&out),
                        "Route 53 can be used again.\n\n"
                        "  from 2026-11-22T00:25:40Z until "
                        "2026-11-22T00:26:40Z (denied)\n\n"
                        "dyndns53 on box, 2026-11-22T00:26:40Z\n");
}

static void test_very_many_are_counted(void **state)
{
    const struct alert_entry *entries[ALERT_NAMED_MAX + 7];
    size_t count = sizeof entries / sizeof entries[0], lines = 0;
    struct alert_message message;

    (void)state;
    for (size_t i = 0; i < count; i++)
        entries[i] = &a;
    message = about(entries, count);
    alert_message_title(&message, &out);
    assert_string_equal(strbuf_string(&out),
                        "57 hosts are silent: a.example.org, a.example.org, "
                        "a.example.org, ...");
    strbuf_rewind(&out);
    alert_message_text(&message, &out);
    assert_non_null(strstr(strbuf_string(&out), "\n  and 7 more\n"));
    for (const char *p = strbuf_string(&out); *p != '\0'; p++)
        lines += *p == '\n';
    assert_in_range(lines, ALERT_NAMED_MAX, ALERT_NAMED_MAX + 15);
}

static void test_json(void **state)
{
    const struct alert_entry *const entries[] = {&a, &b};
    struct alert_message message = about(entries, 2);
    json_t *document, *first, *second;

    (void)state;
    assert_true(alert_message_json(&message, &out));
    document = json_loads(strbuf_string(&out), 0, NULL);
    assert_non_null(document);
#define TEXT(object, name) json_string_value(json_object_get(object, name))
    assert_string_equal(TEXT(document, "event"), "begun");
    assert_string_equal(TEXT(document, "kind"), "host_silent");
    assert_string_equal(TEXT(document, "title"),
                        "2 hosts are silent: a.example.org, b.example.org");
    assert_string_equal(TEXT(document, "machine"), "box");
    assert_string_equal(TEXT(document, "at"), "2026-11-22T00:26:40Z");
    assert_string_equal(TEXT(document, "chapter"),
                        "docs/OPERATING.md#host_silent");
    assert_non_null(strstr(TEXT(document, "text"), "\nWhat to do: "));
    assert_int_equal(json_integer_value(json_object_get(document, "count")), 2);
    first = json_array_get(json_object_get(document, "alerts"), 0);
    second = json_array_get(json_object_get(document, "alerts"), 1);
    assert_string_equal(TEXT(first, "subject"), "a.example.org");
    assert_string_equal(TEXT(first, "detail"), "last call, \"it\" says");
    assert_string_equal(TEXT(first, "since"), "2026-11-21T22:26:40Z");
    assert_true(json_is_null(json_object_get(first, "ended")));
    assert_true(json_is_null(json_object_get(second, "since")));
    json_decref(document);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_one_that_begins),
        TEST(test_several),
        TEST(test_an_end_has_both_times_and_nothing_to_do),
        TEST(test_very_many_are_counted),
        TEST(test_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
