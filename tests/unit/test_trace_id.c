#include "server/http/trace_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define T "4bf92f3577b34da6a3ce929d0e0e4736"
#define P "00f067aa0ba902b7"
#define UUID "8c3e9f0a-1f4b-4c3e-9a57-0d6a2b1c7e55"
#define TEN "aaaaaaaaaa"
#define FIFTY TEN TEN TEN TEN TEN

static const struct {
    const char *label, *traceparent, *request_id, *expected;
} cases[] = {
    {"nothing says nothing", "", "", ""},
    {"a trace", "00-" T "-" P "-01", "", T},
    {"one that nobody samples", "00-" T "-" P "-00", "", T},
    {"a later version", "cc-" T "-" P "-01", "", T},
    {"with what we cannot know", "cc-" T "-" P "-01-what-else", "", T},
    {"a trace comes before a request's id", "00-" T "-" P "-01", UUID, T},

    {"a version that is none", "ff-" T "-" P "-01", "", ""},
    {"a version that is no number", "0x-" T "-" P "-01", "", ""},
    {"more than this version has", "00-" T "-" P "-01-", "", ""},
    {"more without a dash", "cc-" T "-" P "-01x", "", ""},
    {"less", "00-" T "-" P "-0", "", ""},
    {"no trace at all", "00-00000000000000000000000000000000-" P "-01", "", ""},
    {"no parent at all", "00-" T "-0000000000000000-01", "", ""},
    {"capital letters", "00-4BF92F3577B34DA6A3CE929D0E0E4736-" P "-01", "", ""},
    {"a trace that is no number",
     "00-4bf92f3577b34da6a3ce929d0e0e473\"-" P "-01", "", ""},
    {"a parent that is no number", "00-" T "-00f067aa0ba902b\n-01", "", ""},
    {"flags that are no number", "00-" T "-" P "-0g", "", ""},
    {"other dashes", "00_" T "-" P "-01", "", ""},
    {"and others", "00-" T "_" P "-01", "", ""},
    {"and the last", "00-" T "-" P "_01", "", ""},
    {"a blank before it", " 00-" T "-" P "-01", "", ""},

    {"a request's id", "", UUID, UUID},
    {"beside a trace that is none", "00-" T, UUID, UUID},
    {"in all its letters", "", "09azAZ+/=-09azAZ+/=-", "09azAZ+/=-09azAZ+/=-"},
    {"of 20", "", TEN TEN, TEN TEN},
    {"not of 19", "", TEN "aaaaaaaaa", ""},
    {"of 200", "", FIFTY FIFTY FIFTY FIFTY, FIFTY FIFTY FIFTY FIFTY},
    {"not of 201", "", FIFTY FIFTY FIFTY FIFTY "a", ""},
    {"not with a blank", "", TEN " " TEN, ""},
    {"not with a line's end", "", TEN "\n" TEN, ""},
    {"not with a quote", "", TEN "\"" TEN, ""},
    {"not with what is beyond ASCII", "", TEN "\xc3\xa9" TEN, ""},
    {"not with an underscore", "", TEN "_" TEN, ""},
};

static void test_only_what_is_right_is_a_trace(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct span found =
            trace_id_read(span_from_string(cases[i].traceparent),
                          span_from_string(cases[i].request_id));

        if (!span_is(found, cases[i].expected))
            fail_msg("%s: %.*s", cases[i].label, (int)found.len, found.ptr);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_is_right_is_a_trace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
