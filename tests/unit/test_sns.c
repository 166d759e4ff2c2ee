#include "aws/sns.h"

#include "base/strbuf.h"
#include "tests/unit/patience.h"
#include "tests/unit/scripted_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define NS " xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\""
#define PUBLISHED                                                              \
    "<PublishResponse" NS "><PublishResult><MessageId>m-1</MessageId>"         \
    "</PublishResult><ResponseMetadata><RequestId>r-1</RequestId>"             \
    "</ResponseMetadata></PublishResponse>"
#define TOPIC "arn:aws:sns:eu-central-1:123456789012:alerts"

enum { TIMEOUT_MS = PATIENCE_MS };

struct fixture {
    struct scripted_aws aws;
    struct loopback_step step;
    struct strbuf answer;
    size_t completions;
    struct aws_reply reply;
};

static void set_up(struct fixture *f, const char *http_status, const char *body)
{
    *f = (struct fixture){.completions = 0};
    strbuf_init(&f->answer, 10000);
    strbuf_printf(&f->answer, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s",
                  http_status, strlen(body), body);
    f->step.reply = strbuf_string(&f->answer);
    scripted_aws_start(&f->aws, &f->step, 1);
    f->aws.config.sns_endpoint = f->aws.config.route53_endpoint;
}

static void tear_down(struct fixture *f)
{
    scripted_aws_stop(&f->aws);
    strbuf_clear(&f->answer);
}

static void published(void *arg, const struct aws_reply *reply)
{
    struct fixture *f = arg;

    f->completions++;
    f->reply = *reply;
}

static enum status publish(struct fixture *f, const char *topic,
                           const char *subject, const char *message)
{
    return sns_publish(f->aws.client, topic, span_from_string(subject),
                       span_from_string(message), TIMEOUT_MS, published, f);
}

static void test_publish(void **state)
{
    static const char body[] =
        "\r\n\r\nAction=Publish&Message=a%26b%0A%C3%A9&Subject=trouble%3F%3F"
        "&TopicArn=arn%3Aaws%3Asns%3Aeu-central-1%3A123456789012%3Aalerts"
        "&Version=2010-03-31";
    struct span request;
    struct fixture f;

    (void)state;
    set_up(&f, "200 OK", PUBLISHED);
    assert_int_equal(publish(&f, TOPIC, "trouble\xc3\xa9", "a&b\n\xc3\xa9"),
                     STATUS_OK);
    scripted_aws_run(&f.aws);
    assert_int_equal(f.completions, 1);
    assert_int_equal(f.reply.status, STATUS_OK);
    request = loopback_request(f.aws.server, 0);
    assert_memory_equal(request.ptr, "POST / HTTP/1.1\r\n", 17);
    assert_non_null(
        memmem(request.ptr, request.len, "/eu-central-1/sns/aws4", 22));
    assert_non_null(memmem(request.ptr, request.len, body, strlen(body)));
    assert_true(loopback_has_header(
        f.aws.server, 0, "Content-Type: application/x-www-form-urlencoded"));
    tear_down(&f);
}

static void test_a_subject_is_cut(void **state)
{
    char subject[300], *end;
    struct span request;
    struct fixture f;

    (void)state;
    memset(subject, 'x', sizeof subject);
    subject[sizeof subject - 1] = '\0';
    set_up(&f, "200 OK", PUBLISHED);
    assert_int_equal(publish(&f, TOPIC, subject, "m"), STATUS_OK);
    scripted_aws_run(&f.aws);
    request = loopback_request(f.aws.server, 0);
    subject[SNS_SUBJECT_MAX] = '\0';
    end = memmem(request.ptr, request.len, subject, SNS_SUBJECT_MAX);
    assert_non_null(end);
    assert_int_equal(end[SNS_SUBJECT_MAX], '&');
    tear_down(&f);
}

static const struct {
    const char *label, *http_status, *body;
    enum status status;
    const char *code;
} answers[] = {
    {"no leave", "403 Forbidden",
     "<ErrorResponse" NS "><Error><Type>Sender</Type><Code>AuthorizationError"
     "</Code><Message>not authorized to perform: SNS:Publish</Message></Error>"
     "<RequestId>r</RequestId></ErrorResponse>",
     STATUS_DENIED, "AuthorizationError"},
    {"no such topic", "404 Not Found",
     "<ErrorResponse" NS "><Error><Code>NotFound</Code><Message>Topic does not "
     "exist</Message></Error></ErrorResponse>",
     STATUS_NOT_FOUND, "NotFound"},
    {"throttled", "400 Bad Request",
     "<ErrorResponse" NS "><Error><Code>Throttling</Code></Error>"
     "</ErrorResponse>",
     STATUS_THROTTLED, "Throttling"},
    {"a 200 without a message's id", "200 OK",
     "<PublishResponse" NS "><PublishResult/></PublishResponse>",
     STATUS_UNAVAILABLE, ""},
    {"a portal's page", "200 OK", "<html><body>Welcome</body></html>",
     STATUS_UNAVAILABLE, ""},
    {"no XML", "200 OK", "published", STATUS_UNAVAILABLE, ""},
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct fixture f;

        print_message("  %s\n", answers[i].label);
        set_up(&f, answers[i].http_status, answers[i].body);
        assert_int_equal(publish(&f, TOPIC, "s", "m"), STATUS_OK);
        scripted_aws_run(&f.aws);
        assert_int_equal(f.completions, 1);
        assert_int_equal(f.reply.status, answers[i].status);
        assert_string_equal(f.reply.code, answers[i].code);
        tear_down(&f);
    }
}

static void test_what_is_refused_at_once(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "200 OK", PUBLISHED);
    assert_int_equal(publish(&f, "alerts", "s", "m"), STATUS_INVALID);
    assert_int_equal(publish(&f, TOPIC, "", "m"), STATUS_INVALID);
    assert_int_equal(publish(&f, TOPIC, "s", ""), STATUS_INVALID);
    assert_int_equal(aws_client_running(f.aws.client), 0);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_publish),
        cmocka_unit_test(test_a_subject_is_cut),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_what_is_refused_at_once),
    };

    return cmocka_run_group_tests(tests, scripted_aws_set_up_globals,
                                  scripted_aws_tear_down_globals);
}
