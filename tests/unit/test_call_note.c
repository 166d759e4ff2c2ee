#include "server/http/call_note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { QUEUE_BYTES = 64 * 1024, RESULTS_MAX = 3 };

#define A SPAN_LITERAL("a.example.org")
#define FOUR                                                                   \
    {                                                                          \
        ADDRESS_IPV4,                                                          \
        {                                                                      \
            192, 0, 2, 1                                                       \
        }                                                                      \
    }
#define SIX                                                                    \
    {                                                                          \
        ADDRESS_IPV6,                                                          \
        {                                                                      \
            0x20, 1, 0xd, 0xb8, [15] = 1                                       \
        }                                                                      \
    }
#define B SPAN_LITERAL("b.example.org")

static struct call_note note = {
    .client = {ADDRESS_IPV4, {192, 0, 2, 7}},
    .agent = SPAN_LITERAL("curl/8"),
};

static void append(void *arg, const struct happening *call)
{
    static const char *const endings[] = {
        [CALL_SERVED] = "served",
        [CALL_REFUSED] = "refused",
        [CALL_FAILED] = "failed",
    };
    char *text = arg, records[2][ADDRESS_TEXT_MAX];

    assert_int_equal(call->kind, HAPPENED_CALL);
    assert_true(address_equal(&call->client, &note.client));
    assert_true(span_is(call->agent, "curl/8"));
    assert_true(call->at > 1600000000000);
    address_format(&call->records[0], records[0]);
    address_format(&call->records[1], records[1]);
    sprintf(text + strlen(text), "%.*s %s %s %s %s%s%s%s;", (int)call->host.len,
            call->host.ptr, call->outcome, records[0], records[1],
            endings[call->ending], call->is_authentic ? "" : " by a stranger",
            call->reason[0] == '\0' ? "" : ": ", call->reason);
}

/* What the history hears. */
static const char *heard(void)
{
    static char text[1024];

    text[0] = '\0';
    event_queues_take(&note.queue, 1);
    event_queues_each(&note.queue, 1, append, text);
    return text;
}

static const struct {
    const char *label;
    struct protocol_result results[RESULTS_MAX];
    size_t count;
    const char *expected;
} cases[] = {
    {"a host whose record says so already",
     {{.name = A, .outcome = OUTCOME_UNCHANGED, .address = FOUR}},
     1,
     "a.example.org nochg 192.0.2.1 - served;"},
    {"both records of a host are one call, and the worst word counts",
     {{.name = A, .outcome = OUTCOME_UNCHANGED, .address = FOUR},
      {.name = A, .outcome = OUTCOME_ACCEPTED, .address = SIX}},
     2,
     "a.example.org good 192.0.2.1 2001:db8::1 served;"},
    {"a caller may want nothing to be written",
     {{.name = A, .outcome = OUTCOME_UNCHANGED}},
     1,
     "a.example.org nochg - - served;"},
    {"each host of a call is told of",
     {{.name = A, .outcome = OUTCOME_ACCEPTED},
      {.name = B, .line = 1, .outcome = OUTCOME_UNCHANGED}},
     2,
     "a.example.org good - - served;b.example.org nochg - - served;"},
    {"what is refused has a reason",
     {{.name = A,
       .outcome = OUTCOME_REFUSED,
       .refusal = REFUSAL_LOCKED,
       .address = FOUR}},
     1,
     "a.example.org abuse - - refused: the host is locked;"},
    {"the reason is that of the change that was refused",
     {{.name = A, .outcome = OUTCOME_ACCEPTED},
      {.name = A, .outcome = OUTCOME_REFUSED, .refusal = REFUSAL_OTHER_TYPE}},
     2,
     "a.example.org dnserr - - refused: the host's row is for the other record "
     "type;"},
    {"Route 53 refuses too",
     {{.name = A, .outcome = OUTCOME_REFUSED}},
     1,
     "a.example.org dnserr - - refused: Route 53 does not take the record;"},
    {"and there may be no zone",
     {{.name = A, .outcome = OUTCOME_NO_ZONE}},
     1,
     "a.example.org dnserr - - refused: no hosted zone of the account holds "
     "the "
     "name;"},
    {"what fails is not the host's fault",
     {{.name = A, .outcome = OUTCOME_UNAVAILABLE}},
     1,
     "a.example.org 911 - - failed: the service could not do it then;"},
    {"nor what is late",
     {{.name = A, .outcome = OUTCOME_EXPIRED}},
     1,
     "a.example.org 911 - - failed: Route 53 did not answer in time;"},
    {"nor what was not even begun",
     {{.name = A, .outcome = OUTCOME_OPEN}},
     1,
     "a.example.org 911 - - failed: the service could not do it then;"},
    {"what is none of the caller's hosts is nobody's call",
     {{.outcome = OUTCOME_REFUSED, .refusal = REFUSAL_NOT_LISTED},
      {.name = B, .line = 1, .outcome = OUTCOME_UNCHANGED}},
     2,
     "b.example.org nochg - - served;"},
};

static void test_hosts_whose_credentials_were_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i].label);
        call_note_results(&note, cases[i].results, cases[i].count);
        assert_string_equal(heard(), cases[i].expected);
    }
}

static void test_a_refused_login_counts_for_the_host_that_it_claims(
    void **state)
{
    static const struct span host = A;

    (void)state;
    call_note_refused(&note, host, ANSWER_BADAUTH, "wrong hash");
    call_note_refused(&note, host, ANSWER_ABUSE, "too many");
    assert_string_equal(
        heard(), "a.example.org badauth - - refused by a stranger: wrong hash;"
                 "a.example.org abuse - - refused by a stranger: too many;");
}

static void test_one_that_claims_none_counts_for_nobody(void **state)
{
    (void)state;
    call_note_refused(&note, span_from("", 0), ANSWER_BADAUTH, "wrong hash");
    assert_string_equal(heard(), "");
}

static void test_nobody_need_want_to_know(void **state)
{
    struct call_note to_nobody = note;
    static const struct span host = A;

    (void)state;
    to_nobody.queue = NULL;
    call_note_refused(&to_nobody, host, ANSWER_BADAUTH, "wrong hash");
    call_note_results(&to_nobody, cases[0].results, 1);
}

static int set_up(void **state)
{
    (void)state;
    note.queue = event_queue_new(QUEUE_BYTES, NULL, NULL);
    return note.queue == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    event_queue_free(note.queue);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts_whose_credentials_were_right),
        cmocka_unit_test(
            test_a_refused_login_counts_for_the_host_that_it_claims),
        cmocka_unit_test(test_one_that_claims_none_counts_for_nobody),
        cmocka_unit_test(test_nobody_need_want_to_know),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
