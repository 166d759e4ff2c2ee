#include "cli/patient_call.h"

#include "aws/route53.h"
#include "tests/unit/patience.h"
#include "tests/unit/scripted_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#include <stdio.h>

#define BODY(code)                                                             \
    "<ErrorResponse><Error><Code>" code "</Code><Message>m</Message></Error>"  \
    "<RequestId>r-1</RequestId></ErrorResponse>"
#define ZONE                                                                   \
    "<GetHostedZoneResponse><HostedZone><Id>Z1</Id><Name>example.org.</Name>"  \
    "</HostedZone></GetHostedZoneResponse>"

struct call {
    struct patient_call call;
    const char *zone;
    unsigned submitted;
};

static void done(void *arg, const struct aws_reply *reply,
                 const struct hosted_zone *zones, size_t count,
                 struct span next_marker)
{
    struct call *call = arg;

    (void)zones;
    (void)count;
    (void)next_marker;
    patient_call_done(&call->call, reply);
}

static enum status submit(struct aws_client *client, struct patient_call *arg)
{
    struct call *call = (struct call *)(void *)arg;

    call->submitted++;
    return route53_get_hosted_zone(client, span_from_string(call->zone),
                                   PATIENCE_MS, done, call);
}

static const struct {
    const char *label, *answers[3]; /* then there is silence */
    bool patient;
    enum status status;
    unsigned attempts;
} rows[] = {
    {"answered at once", {"200 OK", ZONE}, true, STATUS_OK, 1},
    {"a refusal is an answer",
     {"403 No", BODY("AccessDenied")},
     true,
     STATUS_DENIED,
     1},
    {"without patience there is one attempt",
     {"400 Bad", BODY("Throttling")},
     false,
     STATUS_THROTTLED,
     1},
};

static void write_answer(struct strbuf *out, const char *status,
                         const char *body)
{
    strbuf_printf(out, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status,
                  strlen(body), body);
}

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct call call = {.call = {.submit = submit}, .zone = "Z1"};
        struct loopback_step step = {.reply = NULL};
        struct retry_quota quota;
        struct scripted_aws aws;
        struct strbuf answer;

        print_message("  %s\n", rows[i].label);
        strbuf_init(&answer, 10000);
        write_answer(&answer, rows[i].answers[0], rows[i].answers[1]);
        step.reply = strbuf_string(&answer);
        scripted_aws_start(&aws, &step, 1);
        retry_quota_init(&quota, 3, 1);
        assert_int_equal(patient_call_run(&call.call, aws.client,
                                          rows[i].patient ? &quota : NULL),
                         rows[i].status);
        assert_int_equal(call.submitted, rows[i].attempts);
        scripted_aws_stop(&aws);
        strbuf_clear(&answer);
    }
}

/* Throttled, then busy, then a fault of theirs, then an answer. */
static void test_what_is_worth_another_attempt(void **state)
{
    static const char *const codes[] = {"Throttling", "PriorRequestNotComplete",
                                        "InternalFailure"};
    struct call call = {.call = {.submit = submit}, .zone = "Z1"};
    struct strbuf answers[COUNT(codes) + 1];
    struct loopback_step steps[COUNT(codes) + 1] = {{.reply = NULL}};
    struct retry_quota quota;
    struct scripted_aws aws;
    char body[500];

    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        strbuf_init(&answers[i], 10000);
        if (i < COUNT(codes)) {
            snprintf(body, sizeof body, BODY("%s"), codes[i]);
            write_answer(&answers[i], "400 Bad", body);
        } else {
            write_answer(&answers[i], "200 OK", ZONE);
        }
        steps[i].reply = strbuf_string(&answers[i]);
    }
    scripted_aws_start(&aws, steps, COUNT(steps));
    retry_quota_init(&quota, COUNT(steps), 1);
    assert_int_equal(patient_call_run(&call.call, aws.client, &quota),
                     STATUS_OK);
    assert_int_equal(call.submitted, COUNT(steps));
    scripted_aws_stop(&aws);
    for (size_t i = 0; i < COUNT(answers); i++)
        strbuf_clear(&answers[i]);
}

static void test_what_cannot_be_asked_is_no_call(void **state)
{
    struct call call = {.call = {.submit = submit}, .zone = "Z/1"};
    struct retry_quota quota;
    struct scripted_aws aws;
    struct strbuf words;

    (void)state;
    scripted_aws_start(&aws, NULL, 0);
    retry_quota_init(&quota, 3, 1);
    assert_int_equal(patient_call_run(&call.call, aws.client, &quota),
                     STATUS_INVALID);
    assert_int_equal(call.submitted, 1);
    strbuf_init(&words, 1000);
    patient_call_describe(&call.call.reply, &words);
    assert_string_equal(strbuf_string(&words),
                        "the call cannot be put into words");
    strbuf_clear(&words);
    scripted_aws_stop(&aws);
}

static void test_a_refusal_in_words(void **state)
{
    struct aws_reply reply = {
        .code = "AccessDenied", .message = "not you", .request_id = "r-1"};
    struct strbuf words;

    (void)state;
    strbuf_init(&words, 1000);
    patient_call_describe(&reply, &words);
    assert_string_equal(strbuf_string(&words),
                        "AccessDenied: not you (request id r-1)");
    strbuf_clear(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_what_is_worth_another_attempt),
        cmocka_unit_test(test_what_cannot_be_asked_is_no_call),
        cmocka_unit_test(test_a_refusal_in_words),
    };

    return cmocka_run_group_tests(tests, scripted_aws_set_up_globals,
                                  scripted_aws_tear_down_globals);
}
