#include "cli/event_printer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t at = 1795256100999; /* 2026-11-21T10:15:00.999Z */

static struct strbuf printed;
static bool refuses;

bool __wrap_print(struct span text);

bool __wrap_print(struct span text)
{
    strbuf_append(&printed, text);
    return !refuses;
}

static const struct {
    const char *label;
    bool as_json;
    const char *events[3];
    const char *text;
} cases[] = {
    {"lines for a person have the second",
     false,
     {"A changed", "called"},
     "2026-11-21T10:15:00Z  A changed\n2026-11-21T10:15:00Z  called\n"},
    {"nothing is no line", false, {NULL}, ""},
    {"one object is an array", true, {"{\"x\":1}"}, "[\n  {\"x\":1}\n]\n"},
    {"between objects stand commas",
     true,
     {"{\"x\":1}", "{\"x\":2}"},
     "[\n  {\"x\":1},\n  {\"x\":2}\n]\n"},
    {"nothing is an array too", true, {NULL}, "[]\n"},
};

static void test_events(void **state)
{
    (void)state;
    strbuf_init(&printed, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct event_printer printer;

        strbuf_rewind(&printed);
        event_printer_init(&printer, cases[i].as_json);
        for (int k = 0; k < 3 && cases[i].events[k] != NULL; k++)
            assert_true(event_printer_put(
                &printer, at, span_from_string(cases[i].events[k])));
        assert_true(event_printer_end(&printer));
        if (strcmp(strbuf_string(&printed), cases[i].text) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&printed));
        event_printer_clear(&printer);
    }
    strbuf_clear(&printed);
}

static void test_many_events_are_printed_as_they_come(void **state)
{
    char text[1000];
    struct event_printer printer;
    size_t most = 0;

    (void)state;
    memset(text, 'x', sizeof text);
    strbuf_init(&printed, 16 << 20);
    event_printer_init(&printer, false);
    for (int i = 0; i < 10000; i++) {
        assert_true(
            event_printer_put(&printer, at, span_from(text, sizeof text)));
        if (printer.text.len > most)
            most = printer.text.len;
    }
    assert_true(event_printer_end(&printer));
    assert_int_equal(printer.count, 10000);
    assert_int_equal(printed.len, 10000 * (22 + sizeof text + 1));
    assert_in_range(most, 1, 100000);
    event_printer_clear(&printer);
    strbuf_clear(&printed);
}

static void test_a_reader_that_is_gone_ends_it(void **state)
{
    struct event_printer printer;
    bool goes_on = true;

    (void)state;
    strbuf_init(&printed, 1 << 20);
    event_printer_init(&printer, true);
    refuses = true;
    for (int i = 0; i < 100000 && goes_on; i++)
        goes_on = event_printer_put(&printer, at, span_from_string("{}"));
    assert_false(goes_on);
    assert_false(event_printer_end(&printer));
    refuses = false;
    event_printer_clear(&printer);
    strbuf_clear(&printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_many_events_are_printed_as_they_come),
        cmocka_unit_test(test_a_reader_that_is_gone_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
