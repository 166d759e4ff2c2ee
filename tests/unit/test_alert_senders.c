#include "server/alerts/alert_senders.h"

#include "tests/unit/loopback.h"
#include "tests/unit/scratch_folder.h"
#include "tests/unit/scripted_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>

#include <cmocka.h>

#define TOPIC "arn:aws:sns:eu-central-1:123456789012:alerts"
#define REPLY(line) "HTTP/1.1 " line "\r\nContent-Length: 0\r\n\r\n"

static struct alert_settings settings;
static struct aws_config config;
static struct alert_senders *senders;
static atomic_bool abandoned;
static struct strbuf why;

static int set_up(void **state)
{
    settings = (struct alert_settings){.refusals = 10};
    config = (struct aws_config){.access_key_id = (char *)"AKIA",
                                 .secret_access_key = (char *)"s",
                                 .region = (char *)"us-east-1"};
    strbuf_init(&why, 2000);
    signal(SIGPIPE, SIG_IGN);
    senders = alert_senders_new(&settings, &config, &abandoned);
    return scratch_folder_set_up(state);
}

static int tear_down(void **state)
{
    alert_senders_free(senders);
    strbuf_clear(&why);
    return scratch_folder_tear_down(state);
}

static enum status send(enum alert_sender sender)
{
    static const struct alert_entry host = {.kind = ALERT_HOST_SILENT,
                                            .subject = (char *)"a.example.org",
                                            .detail = (char *)"",
                                            .since = 1795300000};
    static const struct alert_entry *const entries[] = {&host};
    const struct alert_message message = {
        ALERT_HOST_SILENT, ALERT_BEGUN, 1, entries, "box", 1795307200};

    strbuf_rewind(&why);
    return alert_senders_send(senders, sender, &message, &why);
}

static void test_those_that_are_set(void **state)
{
    (void)state;
    assert_int_equal(alert_senders_set(senders), 0);
    settings.webhook = (char *)"https://h.example.org/";
    assert_int_equal(alert_senders_set(senders), 1U << ALERT_BY_WEBHOOK);
    settings.topic = (char *)TOPIC;
    settings.command = (char *)"/bin/true";
    assert_int_equal(alert_senders_set(senders), 7);
    assert_non_null(alert_senders_metrics(senders));
}

static void test_a_webhook(void **state)
{
    static const struct loopback_step steps[] = {{.reply = REPLY("200 OK")},
                                                 {.reply = REPLY("410 Gone")}};
    struct loopback *server = loopback_start(steps, 2);
    char url[200];
    struct span request;

    (void)state;
    snprintf(url, sizeof url, "%s/key", loopback_url(server));
    settings.webhook = url;
    assert_int_equal(send(ALERT_BY_WEBHOOK), STATUS_OK);
    request = loopback_request(server, 0);
    assert_non_null(memmem(request.ptr, request.len,
                           "\"title\":\"a.example.org is silent\"", 33));
    assert_int_equal(send(ALERT_BY_WEBHOOK), STATUS_INVALID);
    assert_string_equal(strbuf_string(&why), "it answered HTTP 410");
    loopback_stop(server);
}

static void test_a_topic(void **state)
{
    static const char refusal[] =
        "HTTP/1.1 404 No\r\nContent-Length: 203\r\n\r\n"
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">"
        "<Error><Type>Sender</Type><Code>NotFound</Code><Message>Topic does "
        "not exist</Message></Error><RequestId>r-1</RequestId>"
        "</ErrorResponse>   ";
    static const struct loopback_step step = {.reply = refusal};
    struct loopback *server = loopback_start(&step, 1);
    struct span request;

    (void)state;
    settings.topic = (char *)TOPIC;
    config.sns_endpoint = (char *)loopback_url(server);
    assert_int_equal(send(ALERT_BY_SNS), STATUS_NOT_FOUND);
    assert_string_equal(strbuf_string(&why), "NotFound: Topic does not exist");
    request = loopback_request(server, 0);
    assert_non_null(memmem(request.ptr, request.len,
                           "&Subject=a.example.org%20is%20silent&", 37));
    loopback_stop(server);
}

static void test_a_failure_without_words_has_a_name(void **state)
{
    (void)state;
    settings.topic = (char *)"no topic";
    assert_int_equal(send(ALERT_BY_SNS), STATUS_INVALID);
    assert_string_equal(strbuf_string(&why), "invalid");
}

static void test_a_server_that_stops_waits_for_no_topic(void **state)
{
    static const struct loopback_step silence = {.reply = NULL};
    struct loopback *server = loopback_start(&silence, 1);

    (void)state;
    settings.topic = (char *)TOPIC;
    config.sns_endpoint = (char *)loopback_url(server);
    atomic_store(&abandoned, true);
    alert_senders_wake(senders);
    assert_int_equal(send(ALERT_BY_SNS), STATUS_UNAVAILABLE);
    atomic_store(&abandoned, false);
    loopback_stop(server);
}

static void test_a_command(void **state)
{
    (void)state;
    settings.command = (char *)"/bin/true";
    assert_int_equal(send(ALERT_BY_COMMAND), STATUS_OK);
    settings.command = (char *)"/bin/false";
    assert_int_equal(send(ALERT_BY_COMMAND), STATUS_INVALID);
    assert_non_null(strstr(strbuf_string(&why), "status 1"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_those_that_are_set),
        TEST(test_a_webhook),
        TEST(test_a_topic),
        TEST(test_a_failure_without_words_has_a_name),
        TEST(test_a_server_that_stops_waits_for_no_topic),
        TEST(test_a_command),
    };

    return cmocka_run_group_tests(tests, scripted_aws_set_up_globals,
                                  scripted_aws_tear_down_globals);
}
