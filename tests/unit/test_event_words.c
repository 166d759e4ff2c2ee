#include "cli/event_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define AT "\"at\":\"2026-11-21T10:15:00.000Z\""
#define CALLS "{\"event\":\"calls\"," AT ",\"host\":\"a.b\""
#define CHANGE "{\"event\":\"change\"," AT ",\"host\":\"a.b\""
#define EDIT "{\"event\":\"edit\"," AT

static const struct {
    const char *label, *line;
    const char *of_one, *of_any; /* of_any NULL: the same */
} cases[] = {
    {"one call",
     CALLS ",\"client\":\"192.0.2.1\",\"agent\":\"curl/8.1\","
           "\"outcome\":\"good\",\"calls\":1,\"refused\":0}",
     "called from 192.0.2.1 with curl/8.1: good",
     "a.b called from 192.0.2.1 with curl/8.1: good"},
    {"several calls",
     CALLS ",\"client\":\"192.0.2.1\",\"outcome\":\"nochg\",\"calls\":12,"
           "\"refused\":0}",
     "called 12 times, the last time from 192.0.2.1: nochg",
     "a.b called 12 times, the last time from 192.0.2.1: nochg"},
    {"one refusal",
     CALLS ",\"client\":\"192.0.2.9\",\"outcome\":\"badauth\","
           "\"reason\":\"wrong token\",\"calls\":1,\"refused\":1}",
     "refused from 192.0.2.9: badauth (wrong token)",
     "a.b refused from 192.0.2.9: badauth (wrong token)"},
    {"refusals alone",
     CALLS ",\"outcome\":\"abuse\",\"calls\":2,\"refused\":2}",
     "refused twice, the last time: abuse",
     "a.b refused twice, the last time: abuse"},
    {"refusals after a call that was heard",
     CALLS ",\"client\":\"192.0.2.9\",\"outcome\":\"badauth\",\"calls\":5,"
           "\"refused\":3}",
     "called 5 times, at last refused 3 times, the last time from 192.0.2.9: "
     "badauth",
     "a.b called 5 times, at last refused 3 times, the last time from "
     "192.0.2.9: badauth"},
    {"a change by who has the address",
     CHANGE ",\"type\":\"A\",\"before\":\"192.0.2.1\",\"after\":\"192.0.2.2\","
            "\"client\":\"192.0.2.2\",\"why\":\"call\"}",
     "A changed from 192.0.2.1 to 192.0.2.2",
     "a.b A changed from 192.0.2.1 to 192.0.2.2"},
    {"a change by somebody else",
     CHANGE ",\"type\":\"AAAA\",\"after\":\"2001:db8::2\","
            "\"client\":\"192.0.2.2\",\"why\":\"call\"}",
     "AAAA changed to 2001:db8::2, by a call from 192.0.2.2",
     "a.b AAAA changed to 2001:db8::2, by a call from 192.0.2.2"},
    {"a removal",
     CHANGE ",\"type\":\"A\",\"before\":\"192.0.2.1\",\"why\":\"expired\"}",
     "A removed, which was 192.0.2.1: expired",
     "a.b A removed, which was 192.0.2.1: expired"},
    {"an edit of one host",
     EDIT ",\"by\":\"anne@desk\",\"action\":\"rotate-token\","
          "\"effect\":\"changed\",\"hosts_in_all\":1,\"hosts\":[\"a.b\"]}",
     "rotate-token by anne@desk, changed",
     "rotate-token by anne@desk, 1 host changed: a.b"},
    {"an edit of many",
     EDIT ",\"by\":\"anne@desk\",\"action\":\"upload-database\","
          "\"effect\":\"removed\",\"hosts_in_all\":9,"
          "\"hosts\":[\"a.b\",\"b.b\",\"c.b\",\"d.b\",\"e.b\",\"f.b\"]}",
     "upload-database by anne@desk, removed",
     "upload-database by anne@desk, 9 hosts removed: a.b, b.b, c.b, d.b, e.b "
     "and 4 more"},
    {"an edit that changes no host",
     EDIT ",\"by\":\"anne@desk\",\"action\":\"upload-database\"}",
     "upload-database by anne@desk", NULL},
    {"an edit of another program, which names no effect",
     EDIT ",\"action\":\"x\",\"hosts_in_all\":1,\"hosts\":[\"a.b\"]}", "x",
     "x: a.b"},
    {"a server",
     "{\"event\":\"copy\"," AT ",\"copy\":\"0123456789abcdef\","
     "\"machine\":\"web-1\",\"version\":\"1.0.0\"}",
     "server web-1 (1.0.0, 0123456789abcdef)", NULL},
    {"a server that says little of itself",
     "{\"event\":\"copy\"," AT ",\"copy\":\"0123456789abcdef\"}",
     "server (0123456789abcdef)", NULL},
};

static void check(const char *label, const struct event *event,
                  enum event_subject subject, const char *words)
{
    struct strbuf out;

    strbuf_init(&out, 4096);
    event_words_append(&out, event, subject);
    if (strcmp(strbuf_string(&out), words) != 0)
        fail_msg("%s: %s", label, strbuf_string(&out));
    strbuf_clear(&out);
}

static void test_words(void **state)
{
    struct strbuf keep;

    (void)state;
    strbuf_init(&keep, EVENT_LINE_MAX_BYTES);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct event event;

        if (event_read(span_from_string(cases[i].line), &keep, &event) !=
            STATUS_OK)
            fail_msg("%s: cannot be read", cases[i].label);
        check(cases[i].label, &event, EVENT_OF_ONE_HOST, cases[i].of_one);
        check(cases[i].label, &event, EVENT_OF_ANY_HOST,
              cases[i].of_any == NULL ? cases[i].of_one : cases[i].of_any);
    }
    strbuf_clear(&keep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_words)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
