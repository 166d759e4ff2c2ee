#include "server/http/dyndns2.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static bool says(const struct protocol_reply *reply, const char *text)
{
    return span_is(span_from(reply->text, reply->text_len), text);
}

/* --- one word --------------------------------------------------------------- */

static const struct {
    const char *label;
    enum dyndns2_word word;
    enum dyndns2_911_status unavailable;
    const char *text;
    int status;
    const char *reason;
    bool challenge, retry_after;
} words[] = {
    {"badauth challenges", DYNDNS2_BADAUTH, DYNDNS2_911_IS_200, "badauth\n",
     401, "Unauthorized", true, false},
    {"on every URL", DYNDNS2_BADAUTH, DYNDNS2_911_IS_503, "badauth\n", 401,
     "Unauthorized", true, false},
    {"numhost concerns the request", DYNDNS2_NUMHOST, DYNDNS2_911_IS_503,
     "numhost\n", 200, "OK", false, false},
    {"911 asks to come again", DYNDNS2_911, DYNDNS2_911_IS_503, "911\n", 503,
     "Service Unavailable", false, true},
    {"where clients read a success only", DYNDNS2_911, DYNDNS2_911_IS_200,
     "911\n", 200, "OK", false, false},
};

static void test_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        struct protocol_reply reply;

        protocol_reply_init(&reply);
        dyndns2_reply_word(&reply, words[i].word, words[i].unavailable);
        if (!says(&reply, words[i].text))
            fail_msg("%s: got %.*s", words[i].label, (int)reply.text_len,
                     reply.text);
        if (reply.status != words[i].status ||
            strcmp(reply.reason, words[i].reason) != 0 ||
            reply.challenge != words[i].challenge ||
            (reply.retry_after_seconds > 0) != words[i].retry_after)
            fail_msg("%s: %d %s", words[i].label, reply.status, reply.reason);
    }
}

/* --- what became of one change ------------------------------------------------ */

static const struct {
    enum outcome outcome;
    enum refusal refusal;
    enum dyndns2_word word;
} outcomes[] = {
    {OUTCOME_ACCEPTED, REFUSAL_NONE, DYNDNS2_GOOD},
    {OUTCOME_UNCHANGED, REFUSAL_NONE, DYNDNS2_NOCHG},
    {OUTCOME_REFUSED, REFUSAL_NONE, DYNDNS2_DNSERR},
    {OUTCOME_NO_ZONE, REFUSAL_NONE, DYNDNS2_DNSERR},
    {OUTCOME_UNAVAILABLE, REFUSAL_NONE, DYNDNS2_911},
    {OUTCOME_EXPIRED, REFUSAL_NONE, DYNDNS2_911},
    {OUTCOME_OPEN, REFUSAL_NONE, DYNDNS2_911},
    {OUTCOME_REFUSED, REFUSAL_NOT_A_NAME, DYNDNS2_NOTFQDN},
    {OUTCOME_REFUSED, REFUSAL_NOT_LISTED, DYNDNS2_NOHOST},
    {OUTCOME_REFUSED, REFUSAL_LOCKED, DYNDNS2_ABUSE},
    {OUTCOME_REFUSED, REFUSAL_OTHER_TYPE, DYNDNS2_DNSERR},
    {OUTCOME_REFUSED, REFUSAL_NOT_AN_ADDRESS, DYNDNS2_DNSERR},
    {OUTCOME_REFUSED, REFUSAL_TWO_ADDRESSES, DYNDNS2_DNSERR},
    {OUTCOME_REFUSED, REFUSAL_UNKNOWN_ADDRESS, DYNDNS2_DNSERR},
    {OUTCOME_REFUSED, REFUSAL_INTERNAL, DYNDNS2_DNSERR},
    {OUTCOME_REFUSED, REFUSAL_SUFFIX, DYNDNS2_DNSERR},
    {OUTCOME_REFUSED, REFUSAL_NOT_OWN, DYNDNS2_DNSERR},
    {OUTCOME_REFUSED, REFUSAL_TOO_OFTEN, DYNDNS2_ABUSE},
};

static void test_every_outcome_has_its_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(outcomes); i++) {
        struct protocol_result result = {.outcome = outcomes[i].outcome,
                                         .refusal = outcomes[i].refusal};

        assert_int_equal(dyndns2_word_of(&result), outcomes[i].word);
    }
}

/* --- lines -------------------------------------------------------------------- */

#define V4                                                                     \
    {                                                                          \
        ADDRESS_IPV4,                                                          \
        {                                                                      \
            203, 0, 113, 9                                                     \
        }                                                                      \
    }
#define V6                                                                     \
    {                                                                          \
        ADDRESS_IPV6,                                                          \
        {                                                                      \
            0x20, 0x01, 0x0d, 0xb8, [15] = 9                                   \
        }                                                                      \
    }

static const struct {
    const char *label;
    size_t count;
    struct protocol_result results[4];
    const char *text;
    int status_where_911_is_503;
} replies[] = {
    {"one address",
     1,
     {{.outcome = OUTCOME_ACCEPTED, .address = V4}},
     "good 203.0.113.9\n",
     200},
    {"both families of a host stand in one line",
     2,
     {{.outcome = OUTCOME_ACCEPTED, .address = V4},
      {.outcome = OUTCOME_ACCEPTED, .address = V6}},
     "good 203.0.113.9,2001:db8::9\n",
     200},
    {"both unchanged",
     2,
     {{.outcome = OUTCOME_UNCHANGED, .address = V4},
      {.outcome = OUTCOME_UNCHANGED, .address = V6}},
     "nochg 203.0.113.9,2001:db8::9\n",
     200},
    {"one changed is good",
     2,
     {{.outcome = OUTCOME_UNCHANGED, .address = V4},
      {.outcome = OUTCOME_ACCEPTED, .address = V6}},
     "good 203.0.113.9,2001:db8::9\n",
     200},
    {"good is not said when one of both was refused",
     2,
     {{.outcome = OUTCOME_ACCEPTED, .address = V4},
      {.outcome = OUTCOME_REFUSED, .address = V6}},
     "dnserr\n",
     200},
    {"nor when one has no answer",
     2,
     {{.outcome = OUTCOME_EXPIRED, .address = V4},
      {.outcome = OUTCOME_ACCEPTED, .address = V6}},
     "911\n",
     503},
    {"no answer counts more than a refusal",
     2,
     {{.outcome = OUTCOME_EXPIRED, .address = V4},
      {.outcome = OUTCOME_REFUSED, .address = V6}},
     "911\n",
     503},
    {"what was to be kept is unchanged, and has no address",
     1,
     {{.outcome = OUTCOME_UNCHANGED}},
     "nochg\n",
     200},
    {"each host has its line, in the order asked",
     4,
     {{.line = 0, .outcome = OUTCOME_UNCHANGED, .address = V4},
      {.line = 1, .outcome = OUTCOME_REFUSED, .refusal = REFUSAL_NOT_LISTED},
      {.line = 2, .outcome = OUTCOME_ACCEPTED, .address = V4},
      {.line = 2, .outcome = OUTCOME_ACCEPTED, .address = V6}},
     "nochg 203.0.113.9\nnohost\ngood 203.0.113.9,2001:db8::9\n",
     200},
    {"911 stands for those alone that have no answer",
     2,
     {{.line = 0, .outcome = OUTCOME_ACCEPTED, .address = V4},
      {.line = 1, .outcome = OUTCOME_EXPIRED, .address = V4}},
     "good 203.0.113.9\n911\n",
     503},
    {"and once if that is all",
     2,
     {{.line = 0, .outcome = OUTCOME_EXPIRED, .address = V4},
      {.line = 1, .outcome = OUTCOME_UNAVAILABLE, .address = V4}},
     "911\n",
     503},
};

static void test_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(replies); i++) {
        struct protocol_reply reply;

        protocol_reply_init(&reply);
        dyndns2_reply_lines(&reply, replies[i].results, replies[i].count,
                            DYNDNS2_911_IS_503);
        if (!says(&reply, replies[i].text))
            fail_msg("%s: got %.*s", replies[i].label, (int)reply.text_len,
                     reply.text);
        if (reply.status != replies[i].status_where_911_is_503 ||
            (reply.retry_after_seconds > 0) != (reply.status == 503))
            fail_msg("%s: %d", replies[i].label, reply.status);

        protocol_reply_init(&reply);
        dyndns2_reply_lines(&reply, replies[i].results, replies[i].count,
                            DYNDNS2_911_IS_200);
        if (!says(&reply, replies[i].text) || reply.status != 200)
            fail_msg("%s: %d with 200", replies[i].label, reply.status);
    }
}

static void test_the_longest_reply_fits(void **state)
{
    struct protocol_result results[PROTOCOL_CHANGES_MAX];
    struct protocol_reply reply;
    struct address ipv4, ipv6;

    (void)state;
    assert_true(address_parse(span_from_string("255.255.255.255"), &ipv4));
    assert_true(address_parse(
        span_from_string("fd12:3456:789a:1111:2222:3333:4444:5555"), &ipv6));
    for (unsigned i = 0; i < PROTOCOL_CHANGES_MAX; i++)
        results[i] =
            (struct protocol_result){.line = i / 2,
                                     .outcome = OUTCOME_UNCHANGED,
                                     .address = i % 2 == 0 ? ipv4 : ipv6};
    protocol_reply_init(&reply);
    dyndns2_reply_lines(&reply, results, PROTOCOL_CHANGES_MAX,
                        DYNDNS2_911_IS_200);
    assert_int_equal(reply.text_len,
                     PROTOCOL_HOSTS_MAX *
                         strlen("nochg 255.255.255.255,fd12:3456:789a:1111:"
                                "2222:3333:4444:5555\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_every_outcome_has_its_word),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_the_longest_reply_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
