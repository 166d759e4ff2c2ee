#include "server/http/dyndns2.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct {
    const char *label;
    enum dyndns2_word word;
    const char *address, *body;
    int status;
    const char *reason;
    bool challenge, retry_after;
} cases[] = {
    {"good names the address", DYNDNS2_GOOD, "192.0.2.1", "good 192.0.2.1\n",
     200, "OK", false, false},
    {"good of IPv6", DYNDNS2_GOOD, "2001:db8::1", "good 2001:db8::1\n", 200,
     "OK", false, false},
    {"nochg names the address", DYNDNS2_NOCHG, "192.0.2.1", "nochg 192.0.2.1\n",
     200, "OK", false, false},
    {"the longest body fits", DYNDNS2_NOCHG,
     "fd12:3456:789a:1111:2222:3333:4444:5555",
     "nochg fd12:3456:789a:1111:2222:3333:4444:5555\n", 200, "OK", false,
     false},
    {"badauth challenges", DYNDNS2_BADAUTH, NULL, "badauth\n", 401,
     "Unauthorized", true, false},
    {"dnserr concerns one host", DYNDNS2_DNSERR, NULL, "dnserr\n", 200, "OK",
     false, false},
    {"911 asks to come again", DYNDNS2_911, NULL, "911\n", 503,
     "Service Unavailable", false, true},
    {"only good and nochg look at the address", DYNDNS2_911, "192.0.2.1",
     "911\n", 503, "Service Unavailable", false, true},
};

static void test_replies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct address address;
        struct protocol_reply reply;
        bool named = cases[i].address != NULL;

        if (named &&
            !address_parse(span_from_string(cases[i].address), &address))
            fail_msg("%s: the test's own address is none", cases[i].label);
        memset(&reply, 0x55, sizeof reply);
        dyndns2_reply_init(&reply, cases[i].word, named ? &address : NULL);
        if (!span_is(span_from(reply.body, reply.body_len), cases[i].body))
            fail_msg("%s: got %.*s", cases[i].label, (int)reply.body_len,
                     reply.body);
        if (reply.status != cases[i].status ||
            strcmp(reply.reason, cases[i].reason) != 0 ||
            reply.challenge != cases[i].challenge ||
            (reply.retry_after_seconds > 0) != cases[i].retry_after)
            fail_msg("%s: %d %s", cases[i].label, reply.status, reply.reason);
    }
}

static const struct {
    enum outcome outcome;
    enum dyndns2_word word;
} outcomes[] = {
    {OUTCOME_ACCEPTED, DYNDNS2_GOOD},   {OUTCOME_UNCHANGED, DYNDNS2_NOCHG},
    {OUTCOME_REFUSED, DYNDNS2_DNSERR},  {OUTCOME_NO_ZONE, DYNDNS2_DNSERR},
    {OUTCOME_UNAVAILABLE, DYNDNS2_911}, {OUTCOME_EXPIRED, DYNDNS2_911},
    {OUTCOME_OPEN, DYNDNS2_911},
};

static void test_every_outcome_has_its_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(outcomes); i++)
        assert_int_equal(dyndns2_word_of(outcomes[i].outcome),
                         outcomes[i].word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_every_outcome_has_its_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
