#include "journal/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct address ipv4 = {ADDRESS_IPV4, {192, 0, 2, 1}};
static const struct address other_ipv4 = {ADDRESS_IPV4, {192, 0, 2, 2}};
static const struct address ipv6 = {ADDRESS_IPV6, {0x20, 1, 0xd, 0xb8}};

enum { AT = 1234 };

static struct event a_call(void)
{
    struct event event = {.kind = EVENT_CALLS, .at = AT};

    event.calls = (struct event_calls){.host = SPAN_LITERAL("a.example"),
                                       .client = ipv4,
                                       .agent = SPAN_LITERAL("ddclient/3.10"),
                                       .outcome = SPAN_LITERAL("badauth"),
                                       .reason = SPAN_LITERAL("wrong token"),
                                       .accessed_at = 1000,
                                       .checked_at = 900,
                                       .ipv4 = other_ipv4,
                                       .ipv6 = ipv6,
                                       .succeeded_at = 1000,
                                       .first_at = 800,
                                       .calls = 5,
                                       .refused = 2};
    return event;
}

static struct event a_change(void)
{
    struct event event = {.kind = EVENT_CHANGE, .at = AT};

    event.change = (struct event_change){.host = SPAN_LITERAL("a.example"),
                                         .family = ADDRESS_IPV4,
                                         .before = ipv4,
                                         .after = other_ipv4,
                                         .client = other_ipv4,
                                         .why = SPAN_LITERAL("call")};
    return event;
}

static struct event an_edit(void)
{
    struct event event = {.kind = EVENT_EDIT, .at = AT};

    event.edit = (struct event_edit){.by = SPAN_LITERAL("root@ns1"),
                                     .action = SPAN_LITERAL("add-host"),
                                     .effect = SPAN_LITERAL("added"),
                                     .named = 2,
                                     .hosts_in_all = 3,
                                     .hosts_before = 1,
                                     .table_version = SPAN_LITERAL("\"5d\"")};
    event.edit.hosts[0] = span_from_string("a.example");
    event.edit.hosts[1] = span_from_string("b.example");
    return event;
}

static struct event a_copy(void)
{
    struct event event = {.kind = EVENT_COPY, .at = AT};

    event.copy = (struct event_copy){.copy = SPAN_LITERAL("0123456789abcdef"),
                                     .machine = SPAN_LITERAL("ns1"),
                                     .version = SPAN_LITERAL("1.0.0"),
                                     .up_since = 1000,
                                     .table_version = SPAN_LITERAL("\"5d\""),
                                     .table_hosts = 1,
                                     .rows_left_out = 2,
                                     .pending = 3,
                                     .calls = 4,
                                     .refused = 5,
                                     .changes = 6,
                                     .route53_calls = 7,
                                     .throttled = 8,
                                     .lost = 9,
                                     .is_stopping = true};
    return event;
}

static void assert_written(const struct event *event, const char *line)
{
    struct strbuf out;

    strbuf_init(&out, EVENT_LINE_MAX_BYTES);
    assert_int_equal(event_write(event, &out), STATUS_OK);
    assert_string_equal(strbuf_string(&out), line);
    strbuf_clear(&out);
}

/* Others query them: a changed name is a broken query. */
static void test_lines_are_as_the_document_has_them(void **state)
{
    struct event call = a_call(), change = a_change(), edit = an_edit(),
                 copy = a_copy();

    (void)state;
    assert_written(&call,
                   "{\"event\":\"calls\",\"at\":\"1970-01-01T00:00:01.234Z\","
                   "\"host\":\"a.example\",\"client\":\"192.0.2.1\","
                   "\"agent\":\"ddclient/3.10\",\"outcome\":\"badauth\","
                   "\"reason\":\"wrong token\","
                   "\"accessed_at\":\"1970-01-01T00:00:01.000Z\","
                   "\"checked_at\":\"1970-01-01T00:00:00.900Z\","
                   "\"ipv4\":\"192.0.2.2\",\"ipv6\":\"2001:db8::\","
                   "\"succeeded_at\":\"1970-01-01T00:00:01.000Z\","
                   "\"first_at\":\"1970-01-01T00:00:00.800Z\","
                   "\"calls\":5,\"refused\":2}\n");
    assert_written(
        &change,
        "{\"event\":\"change\",\"at\":\"1970-01-01T00:00:01.234Z\","
        "\"type\":\"A\",\"host\":\"a.example\",\"before\":\"192.0.2.1\","
        "\"after\":\"192.0.2.2\",\"client\":\"192.0.2.2\",\"why\":\"call\"}\n");
    assert_written(&edit,
                   "{\"event\":\"edit\",\"at\":\"1970-01-01T00:00:01.234Z\","
                   "\"by\":\"root@ns1\",\"action\":\"add-host\","
                   "\"effect\":\"added\","
                   "\"hosts_in_all\":3,\"hosts_before\":1,"
                   "\"table_version\":\"\\\"5d\\\"\","
                   "\"hosts\":[\"a.example\",\"b.example\"]}\n");
    assert_written(&copy,
                   "{\"event\":\"copy\",\"at\":\"1970-01-01T00:00:01.234Z\","
                   "\"copy\":\"0123456789abcdef\",\"machine\":\"ns1\","
                   "\"version\":\"1.0.0\","
                   "\"up_since\":\"1970-01-01T00:00:01.000Z\","
                   "\"table_version\":\"\\\"5d\\\"\",\"table_hosts\":1,"
                   "\"rows_left_out\":2,\"pending\":3,\"calls\":4,"
                   "\"refused\":5,\"changes\":6,\"route53_calls\":7,"
                   "\"throttled\":8,\"lost\":9,\"is_stopping\":true}\n");
}

/* --- read again ------------------------------------------------------------ */

static struct strbuf written, rewritten, keep;

static int set_up(void **state)
{
    (void)state;
    strbuf_init(&written, EVENT_LINE_MAX_BYTES);
    strbuf_init(&rewritten, EVENT_LINE_MAX_BYTES);
    strbuf_init(&keep, EVENT_LINE_MAX_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    strbuf_clear(&written);
    strbuf_clear(&rewritten);
    strbuf_clear(&keep);
    return 0;
}

static void write_and_read(const struct event *event, struct event *again)
{
    strbuf_rewind(&written);
    assert_int_equal(event_write(event, &written), STATUS_OK);
    assert_int_equal(event_read(strbuf_span(&written), &keep, again),
                     STATUS_OK);
    strbuf_rewind(&rewritten);
    assert_int_equal(event_write(again, &rewritten), STATUS_OK);
    assert_string_equal(strbuf_string(&rewritten), strbuf_string(&written));
}

static void test_calls_are_read_as_they_were_written(void **state)
{
    struct event event = a_call(), again;

    (void)state;
    write_and_read(&event, &again);
    assert_int_equal(again.kind, EVENT_CALLS);
    assert_int_equal(again.at, AT);
    assert_true(span_is(again.calls.host, "a.example"));
    assert_true(address_equal(&again.calls.client, &ipv4));
    assert_true(span_is(again.calls.agent, "ddclient/3.10"));
    assert_true(span_is(again.calls.outcome, "badauth"));
    assert_true(span_is(again.calls.reason, "wrong token"));
    assert_int_equal(again.calls.accessed_at, 1000);
    assert_int_equal(again.calls.checked_at, 900);
    assert_true(address_equal(&again.calls.ipv4, &other_ipv4));
    assert_true(address_equal(&again.calls.ipv6, &ipv6));
    assert_int_equal(again.calls.succeeded_at, 1000);
    assert_int_equal(again.calls.first_at, 800);
    assert_int_equal(again.calls.calls, 5);
    assert_int_equal(again.calls.refused, 2);
}

static void test_a_change_is_read_as_it_was_written(void **state)
{
    struct event event = a_change(), again;

    (void)state;
    write_and_read(&event, &again);
    assert_int_equal(again.change.family, ADDRESS_IPV4);
    assert_true(address_equal(&again.change.before, &ipv4));
    assert_true(address_equal(&again.change.after, &other_ipv4));
    assert_true(span_is(again.change.why, "call"));
    event.change.family = ADDRESS_IPV6;
    event.change.before = ipv6;
    event.change.after = (struct address){0};
    event.change.client = (struct address){0};
    write_and_read(&event, &again);
    assert_int_equal(again.change.family, ADDRESS_IPV6);
    assert_true(address_equal(&again.change.before, &ipv6));
    assert_int_equal(again.change.after.family, ADDRESS_NONE);
}

static void test_an_edit_is_read_as_it_was_written(void **state)
{
    struct event event = an_edit(), again;

    (void)state;
    write_and_read(&event, &again);
    assert_true(span_is(again.edit.effect, "added"));
    assert_int_equal(again.edit.named, 2);
    assert_true(span_is(again.edit.hosts[1], "b.example"));
    assert_int_equal(again.edit.hosts_in_all, 3);
    assert_int_equal(again.edit.hosts_before, 1);
    assert_true(span_is(again.edit.table_version, "\"5d\""));
    event.edit.named = 0;
    write_and_read(&event, &again);
    assert_int_equal(again.edit.named, 0);
}

static void test_a_copy_is_read_as_it_was_written(void **state)
{
    struct event event = a_copy(), again;

    (void)state;
    write_and_read(&event, &again);
    assert_int_equal(again.copy.lost, 9);
    assert_int_equal(again.copy.up_since, 1000);
    assert_true(again.copy.is_stopping);
}

/* --- what strangers send --------------------------------------------------- */

static const struct {
    const char *label, *agent, *read;
} agents[] = {
    {"quotes, commas and braces", "\"},{\"event\":\"x", "\"},{\"event\":\"x"},
    {"a line feed makes no second line", "a\n{\"event\":\"edit\"}",
     "a {\"event\":\"edit\"}"},
    {"an escape sequence of a terminal", "\x1b]0;x\x07", " ]0;x "},
    {"Latin-1", "M\xfcller", "M\xef\xbf\xbdller"},
    {"a surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"backslashes", "\\u0022\\", "\\u0022\\"},
    {"80 bytes and more",
     "12345678901234567890123456789012345678901234567890123456789012345678901"
     "2345678\xe2\x82\xac",
     "12345678901234567890123456789012345678901234567890123456789012345678901"
     "2345678"},
};

static void test_hostile_agents_do_no_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(agents); i++) {
        struct event event = a_call(), again;

        event.calls.agent = span_from_string(agents[i].agent);
        write_and_read(&event, &again);
        if (!span_is(again.calls.agent, agents[i].read) ||
            strchr(strbuf_string(&written), '\n') !=
                written.ptr + written.len - 1)
            fail_msg("%s", agents[i].label);
    }
}

/* Every byte, at every distance from the end that matters. */
static void test_any_bytes_are_written_as_a_line_that_is_read(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++)
        for (size_t before = 74; before < 82; before++) {
            struct event event = a_call(), again;
            char agent[100];

            memset(agent, 'x', sizeof agent);
            memset(agent + before, (int)byte, sizeof agent - before);
            event.calls.agent = span_from(agent, sizeof agent);
            write_and_read(&event, &again);
            assert_true(again.calls.agent.len <= EVENT_AGENT_MAX_BYTES);
        }
}

/* Names that nobody checked: dyndb writes down what stood in the file. */
static void test_a_line_has_its_bounds(void **state)
{
    struct event event = an_edit(), again;
    char name[1000];

    (void)state;
    memset(name, '"', sizeof name);
    for (size_t i = 0; i < EVENT_EDIT_HOSTS_MAX; i++)
        event.edit.hosts[i] = span_from(name, sizeof name);
    event.edit.named = EVENT_EDIT_HOSTS_MAX;
    event.edit.by = span_from(name, sizeof name);
    event.edit.action = span_from(name, sizeof name);
    event.edit.table_version = span_from(name, sizeof name);
    write_and_read(&event, &again);
    assert_in_range(again.edit.named, 90, EVENT_EDIT_HOSTS_MAX - 1);
    assert_int_equal(again.edit.hosts[0].len, 253);
    assert_int_equal(again.edit.hosts_in_all, 3);
}

static void test_a_hundred_real_names_find_room(void **state)
{
    struct event event = an_edit(), again;
    char name[253];

    (void)state;
    memset(name, 'a', sizeof name);
    for (size_t i = 0; i < EVENT_EDIT_HOSTS_MAX; i++)
        event.edit.hosts[i] = span_from(name, sizeof name);
    event.edit.named = EVENT_EDIT_HOSTS_MAX;
    write_and_read(&event, &again);
    assert_int_equal(again.edit.named, EVENT_EDIT_HOSTS_MAX);
}

/* --- what is refused ------------------------------------------------------- */

#define AT_TEXT "\"at\":\"2026-11-21T10:15:00Z\""
#define COPY_TEXT "\"copy\":\"0123456789abcdef\""

static const struct {
    const char *label, *line;
    enum status status;
} lines[] = {
    {"calls, as short as can be",
     "{\"event\":\"calls\"," AT_TEXT ",\"host\":\"a.b\"}", STATUS_OK},
    {"a change, as short as can be",
     "{\"event\":\"change\"," AT_TEXT ",\"host\":\"a.b\",\"type\":\"AAAA\"}",
     STATUS_OK},
    {"an edit, as short as can be",
     "{\"event\":\"edit\"," AT_TEXT ",\"action\":\"upload\"}", STATUS_OK},
    {"a copy, as short as can be",
     "{\"event\":\"copy\"," AT_TEXT "," COPY_TEXT "}", STATUS_OK},
    {"with a line feed", "{\"event\":\"copy\"," AT_TEXT "," COPY_TEXT "}\n",
     STATUS_OK},
    {"members that a newer version has",
     "{\"event\":\"copy\"," AT_TEXT "," COPY_TEXT
     ",\"mood\":{\"good\":[1,2]},\"x\":null}",
     STATUS_OK},
    {"an event that a newer version has", "{\"event\":\"dance\"," AT_TEXT "}",
     STATUS_INVALID},
    {"nothing", "", STATUS_INVALID},
    {"a line feed alone", "\n", STATUS_INVALID},
    {"no JSON", "event=copy", STATUS_INVALID},
    {"no event", "{" AT_TEXT "}", STATUS_INVALID},
    {"the event behind the others",
     "{" AT_TEXT ",\"event\":\"copy\"," COPY_TEXT "}", STATUS_INVALID},
    {"an event that is a number", "{\"event\":1," AT_TEXT "}", STATUS_INVALID},
    {"half a line", "{\"event\":\"copy\"," AT_TEXT "," COPY_TEXT,
     STATUS_INVALID},
    {"two objects on a line",
     "{\"event\":\"copy\"," AT_TEXT "," COPY_TEXT "}{}", STATUS_INVALID},
    {"no moment", "{\"event\":\"calls\",\"host\":\"a.b\"}", STATUS_INVALID},
    {"a moment that is none",
     "{\"event\":\"calls\",\"at\":\"noon\",\"host\":\"a.b\"}", STATUS_INVALID},
    {"calls of nobody", "{\"event\":\"calls\"," AT_TEXT "}", STATUS_INVALID},
    {"calls of what can be no host",
     "{\"event\":\"calls\"," AT_TEXT ",\"host\":\"<script>\"}", STATUS_INVALID},
    {"a change of nobody", "{\"event\":\"change\"," AT_TEXT ",\"type\":\"A\"}",
     STATUS_INVALID},
    {"a change without its type",
     "{\"event\":\"change\"," AT_TEXT ",\"host\":\"a.b\"}", STATUS_INVALID},
    {"a change of another type",
     "{\"event\":\"change\"," AT_TEXT ",\"host\":\"a.b\",\"type\":\"MX\"}",
     STATUS_INVALID},
    {"a change to an address of the other type",
     "{\"event\":\"change\"," AT_TEXT
     ",\"host\":\"a.b\",\"type\":\"AAAA\",\"after\":\"192.0.2.1\"}",
     STATUS_INVALID},
    {"a change from one",
     "{\"event\":\"change\"," AT_TEXT
     ",\"host\":\"a.b\",\"type\":\"A\",\"before\":\"2001:db8::1\"}",
     STATUS_INVALID},
    {"an edit without its action", "{\"event\":\"edit\"," AT_TEXT "}",
     STATUS_INVALID},
    {"an edit whose hosts are a text",
     "{\"event\":\"edit\"," AT_TEXT ",\"action\":\"x\",\"hosts\":\"a.b\"}",
     STATUS_INVALID},
    {"a copy without its name", "{\"event\":\"copy\"," AT_TEXT "}",
     STATUS_INVALID},
    {"a copy with half a name",
     "{\"event\":\"copy\"," AT_TEXT ",\"copy\":\"01234567\"}", STATUS_INVALID},
    {"a copy whose name is no number",
     "{\"event\":\"copy\"," AT_TEXT ",\"copy\":\"../../etc/passwd\"}",
     STATUS_INVALID},
};

static void test_what_is_an_event(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct event event;

        if (event_read(span_from_string(lines[i].line), &keep, &event) !=
            lines[i].status)
            fail_msg("%s", lines[i].label);
    }
}

static void test_more_hosts_than_fit_are_counted(void **state)
{
    struct event event;

    (void)state;
    strbuf_append_string(
        &written,
        "{\"event\":\"edit\"," AT_TEXT
        ",\"action\":\"upload\",\"hosts_in_all\":200,\"hosts\":[\"x\"");
    for (int i = 1; i < 200; i++)
        strbuf_printf(&written, ",\"%d\"", i);
    strbuf_append_string(&written, "]}");
    assert_int_equal(event_read(strbuf_span(&written), &keep, &event),
                     STATUS_OK);
    assert_int_equal(event.edit.named, EVENT_EDIT_HOSTS_MAX);
    assert_true(span_is(event.edit.hosts[99], "99"));
    assert_int_equal(event.edit.hosts_in_all, 200);
}

static void test_what_is_too_long_is_refused(void **state)
{
    struct strbuf line;
    struct event event;

    (void)state;
    strbuf_init(&line, SIZE_MAX);
    strbuf_append_string(&line, "{\"event\":\"copy\"," AT_TEXT "," COPY_TEXT
                                ",\"x\":\"");
    while (line.len < EVENT_LINE_MAX_BYTES - 2)
        strbuf_append_char(&line, 'x');
    strbuf_append_string(&line, "\"}");
    assert_int_equal(event_read(strbuf_span(&line), &keep, &event), STATUS_OK);
    strbuf_append_char(&line, '\n');
    assert_int_equal(event_read(strbuf_span(&line), &keep, &event),
                     STATUS_INVALID);
    strbuf_clear(&line);
}

static void test_no_room_is_no_event(void **state)
{
    struct event event = a_copy(), again;
    struct strbuf small;

    (void)state;
    strbuf_init(&small, 100);
    assert_int_equal(event_write(&event, &small), STATUS_NOMEM);
    strbuf_rewind(&small);
    assert_int_equal(event_write(&event, &written), STATUS_OK);
    assert_int_equal(event_read(strbuf_span(&written), &small, &again),
                     STATUS_NOMEM);
    strbuf_clear(&small);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_lines_are_as_the_document_has_them),
        TEST(test_calls_are_read_as_they_were_written),
        TEST(test_a_change_is_read_as_it_was_written),
        TEST(test_an_edit_is_read_as_it_was_written),
        TEST(test_a_copy_is_read_as_it_was_written),
        TEST(test_hostile_agents_do_no_harm),
        TEST(test_any_bytes_are_written_as_a_line_that_is_read),
        TEST(test_a_line_has_its_bounds),
        TEST(test_a_hundred_real_names_find_room),
        TEST(test_what_is_an_event),
        TEST(test_more_hosts_than_fit_are_counted),
        TEST(test_what_is_too_long_is_refused),
        TEST(test_no_room_is_no_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
