#include "aws/aws_client.h"

#include "aws/route53.h"
#include "tests/unit/patience.h"
#include "tests/unit/scripted_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum {
    MANY = 60,
    CONNECTIONS_MAX = 16,
    SHORT_TIMEOUT_MS = 150,
    SOON_MS = 10000,
};

#define NO_ZONES                                                               \
    "<ListHostedZonesResponse><HostedZones/><IsTruncated>false</IsTruncated>"  \
    "</ListHostedZonesResponse>"
#define OK_REPLY                                                               \
    "HTTP/1.1 200 OK\r\nx-amzn-requestid: r-1\r\nContent-Length: "             \
    "97\r\n\r\n" NO_ZONES

/* A client of a scripted server, and what became of its calls. */
struct fixture {
    struct scripted_aws aws;
    size_t completions;
    struct aws_reply reply; /* the last */
    bool submitting, again;
};

static void set_up(struct fixture *f, const struct loopback_step *steps,
                   size_t count)
{
    *f = (struct fixture){.completions = 0};
    scripted_aws_start(&f->aws, steps, count);
}

static route53_zones_fn listed;

static void list(struct fixture *f, long timeout_ms)
{
    f->submitting = true;
    assert_int_equal(route53_list_hosted_zones(f->aws.client, span_from("", 0),
                                               timeout_ms, listed, f),
                     STATUS_OK);
    f->submitting = false;
}

static void listed(void *arg, const struct aws_reply *reply,
                   const struct hosted_zone *zones, size_t count,
                   struct span next_marker)
{
    struct fixture *f = arg;

    (void)zones;
    (void)next_marker;
    assert_false(f->submitting);
    assert_int_equal(count, 0);
    f->completions++;
    f->reply = *reply;
    if (f->again) {
        f->again = false;
        list(f, PATIENCE_MS);
    }
}

static void test_completion_comes_once_from_poll(void **state)
{
    static const struct loopback_step steps[] = {{.reply = OK_REPLY}};
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    list(&f, PATIENCE_MS);
    assert_int_equal(f.completions, 0);
    assert_int_equal(aws_client_running(f.aws.client), 1);
    scripted_aws_run(&f.aws);
    aws_client_poll(f.aws.client, 0);
    assert_int_equal(f.completions, 1);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_int_equal(f.reply.http_status, 200);
    assert_string_equal(f.reply.request_id, "r-1");
    scripted_aws_stop(&f.aws);
}

static void test_completion_may_submit_again(void **state)
{
    static const struct loopback_step steps[] = {{.reply = OK_REPLY},
                                                 {.reply = OK_REPLY}};
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    f.again = true;
    list(&f, PATIENCE_MS);
    scripted_aws_run(&f.aws);
    assert_int_equal(f.completions, 2);
    assert_int_equal(loopback_requests(f.aws.server), 2);
    assert_int_equal(loopback_connections(f.aws.server), 1);
    scripted_aws_stop(&f.aws);
}

static void test_what_is_sent(void **state)
{
    static const struct loopback_step steps[] = {{.reply = OK_REPLY}};
    static const char line[] =
        "GET /2013-04-01/hostedzone?maxitems=100 HTTP/1.1\r\n";
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    list(&f, PATIENCE_MS);
    scripted_aws_run(&f.aws);
    assert_memory_equal(loopback_request(f.aws.server, 0).ptr, line,
                        sizeof line - 1);
    assert_true(loopback_has_header(f.aws.server, 0,
                                    "User-Agent: dyndns53/" DYNDNS53_VERSION));
    assert_true(
        loopback_has_header(f.aws.server, 0, "x-amz-security-token: t0ken"));
    assert_true(loopback_has_header(
        f.aws.server, 0,
        "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934"
        "ca495991b7852b855"));
    scripted_aws_stop(&f.aws);
}

static const struct bad_answer {
    const char *label;
    struct loopback_step step;
    long http_status;
} bad_answers[] = {
    {"closed without an answer", {NULL, LOOPBACK_CLOSE, 0}, 0},
    {"reset without an answer", {NULL, LOOPBACK_RESET, 0}, 0},
    {"no HTTP", {"SSH-2.0-OpenSSH_9.2\r\n", LOOPBACK_CLOSE, 0}, 0},
    {"cut in the headers",
     {"HTTP/1.1 200 OK\r\nContent-", LOOPBACK_CLOSE, 0},
     200},
    {"cut in the body",
     {"HTTP/1.1 200 OK\r\nContent-Length: 97\r\n\r\n<ListHostedZ",
      LOOPBACK_CLOSE, 0},
     200},
    {"reset in the body",
     {"HTTP/1.1 200 OK\r\nContent-Length: 97\r\n\r\n<ListHostedZ",
      LOOPBACK_RESET, 0},
     200},
    {"cut between two chunks",
     {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "61\r\n" NO_ZONES "\r\n",
      LOOPBACK_CLOSE, 0},
     200},
    {"a refusal cut short",
     {"HTTP/1.1 400 Bad Request\r\nContent-Length: 999\r\n\r\n<ErrorResponse>"
      "<Error><Code>InvalidInput</Code></Error></ErrorResponse>",
      LOOPBACK_CLOSE, 0},
     400},
    {"an empty 200",
     {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", LOOPBACK_KEEP, 0},
     200},
    {"a portal's page",
     {"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>",
      LOOPBACK_KEEP, 0},
     200},
    {"a redirect is not followed",
     {"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
      LOOPBACK_KEEP, 0},
     302},
};

static const struct bad_answer unfinished_answers[] = {
    {"silence", {NULL, LOOPBACK_KEEP, 0}, 0},
    {"stalled in the body",
     {"HTTP/1.1 200 OK\r\nContent-Length: 97\r\n\r\n<ListHostedZ",
      LOOPBACK_KEEP, 0},
     200},
};

/* Returns whether the server was heard as far as it went. */
static bool hear(const struct bad_answer *answer, long timeout_ms)
{
    struct fixture f;
    bool heard;

    print_message("  %s\n", answer->label);
    set_up(&f, &answer->step, 1);
    list(&f, timeout_ms);
    scripted_aws_run(&f.aws);
    assert_int_equal(f.completions, 1);
    assert_int_equal(f.reply.status, STATUS_UNAVAILABLE);
    assert_true(f.reply.message[0] != '\0');
    assert_true(loopback_requests(f.aws.server) <= 1);
    heard = loopback_requests(f.aws.server) == 1 &&
            f.reply.http_status == answer->http_status;
    scripted_aws_stop(&f.aws);
    return heard;
}

static void test_bad_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad_answers); i++)
        assert_true(hear(&bad_answers[i], PATIENCE_MS));
}

/* The time limit may pass before the server was heard, so it is doubled then. */
static void test_unfinished_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(unfinished_answers); i++) {
        struct patience patience = patience_for(unfinished_answers[i].label);
        long timeout_ms = SHORT_TIMEOUT_MS;

        for (; !hear(&unfinished_answers[i], timeout_ms); timeout_ms *= 2)
            patience_lasts(&patience);
    }
}

static void test_connection_refused(void **state)
{
    struct loopback *gone = loopback_start(NULL, 0);
    char url[64];
    struct fixture f;

    (void)state;
    strcpy(url, loopback_url(gone));
    loopback_stop(gone);
    set_up(&f, NULL, 0);
    f.aws.config.route53_endpoint = url;
    list(&f, PATIENCE_MS);
    scripted_aws_run(&f.aws);
    assert_int_equal(f.reply.status, STATUS_UNAVAILABLE);
    assert_int_equal(f.reply.http_status, 0);
    scripted_aws_stop(&f.aws);
}

#define SKEWED(date)                                                           \
    "HTTP/1.1 403 Forbidden\r\nDate: " date "\r\nContent-Length: 104\r\n\r\n"  \
    "<ErrorResponse><Error><Code>RequestExpired</Code><Message>too late"       \
    "</Message></Error></ErrorResponse>    "
#define LONG_AGO "Sun, 30 Aug 2015 12:36:00 GMT"

struct told {
    unsigned times;
    int64_t seconds;
    char service[16];
};

static void hear_clock(void *arg, const char *service, int64_t seconds)
{
    struct told *told = arg;

    told->times++;
    told->seconds = seconds;
    snprintf(told->service, sizeof told->service, "%s", service);
}

static void test_the_service_is_asked_for_its_time(void **state)
{
    static const struct loopback_step steps[] = {
        {.reply = SKEWED(LONG_AGO)}, {.reply = OK_REPLY}, {.reply = OK_REPLY}};
    struct told told = {0};
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    aws_client_tell_clock(f.aws.client, hear_clock, &told);
    list(&f, PATIENCE_MS);
    scripted_aws_run(&f.aws);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_int_equal(told.times, 1);
    assert_string_equal(told.service, "Route 53");
    assert_true(told.seconds < -300000000);
    list(&f, PATIENCE_MS); /* which is remembered */
    scripted_aws_run(&f.aws);
    assert_int_equal(f.completions, 2);
    assert_int_equal(told.times, 1);
    for (size_t i = 1; i < 3; i++) {
        struct span request = loopback_request(f.aws.server, i);

        assert_non_null(
            memmem(request.ptr, request.len, "X-Amz-Date: 20150830T12", 23));
        assert_null(memmem(request.ptr, request.len, "X-Amz-Date: 202", 15));
    }
    scripted_aws_stop(&f.aws);
}

static void test_a_clock_that_no_time_pleases_is_refused_once_more(void **state)
{
    static const struct loopback_step steps[] = {
        {.reply = SKEWED(LONG_AGO)},
        {.reply = SKEWED("Sun, 30 Aug 2099 12:36:00 GMT")},
        {.reply = OK_REPLY}};
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    list(&f, PATIENCE_MS);
    scripted_aws_run(&f.aws);
    assert_int_equal(f.completions, 1);
    assert_int_equal(f.reply.condition, AWS_CLOCK_SKEWED);
    assert_int_equal(loopback_requests(f.aws.server), 2);
    scripted_aws_stop(&f.aws);
}

static const struct {
    const char *label, *reply;
} redirects[] = {
    {"for good", "HTTP/1.1 301 Moved Permanently\r\nLocation: /elsewhere\r\n"
                 "Content-Length: 0\r\n\r\n"},
    {"for now", "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n"
                "Content-Length: 0\r\n\r\n"},
    {"with the method kept",
     "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\n"
     "Content-Length: 0\r\n\r\n"},
};

static void test_redirects_are_not_followed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(redirects); i++) {
        struct loopback_step steps[] = {{.reply = redirects[i].reply},
                                        {.reply = OK_REPLY}};
        struct fixture f;

        print_message("  %s\n", redirects[i].label);
        set_up(&f, steps, COUNT(steps));
        list(&f, PATIENCE_MS);
        scripted_aws_run(&f.aws);
        assert_int_equal(f.reply.status, STATUS_UNAVAILABLE);
        assert_int_equal(loopback_requests(f.aws.server), 1);
        scripted_aws_stop(&f.aws);
    }
}

static void test_an_endless_reply_is_cut(void **state)
{
    enum { BODY_BYTES = 9 * 1024 * 1024 };
    char *reply = malloc(BODY_BYTES + 100);
    struct loopback_step step = {reply, LOOPBACK_KEEP, 0};
    struct fixture f;
    int len;

    (void)state;
    len = sprintf(reply, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
                  BODY_BYTES);
    memset(reply + len, ' ', BODY_BYTES);
    reply[len + BODY_BYTES] = '\0';
    set_up(&f, &step, 1);
    list(&f, PATIENCE_MS);
    scripted_aws_run(&f.aws);
    assert_int_equal(f.reply.status, STATUS_UNAVAILABLE);
    assert_string_equal(f.reply.message, "the reply is longer than expected");
    scripted_aws_stop(&f.aws);
    free(reply);
}

/* AWS closes idle connections; the first to use one again must not pay. */
static void test_an_idle_connection_may_die(void **state)
{
    static const struct loopback_step steps[] = {{OK_REPLY, LOOPBACK_CLOSE, 0},
                                                 {OK_REPLY, LOOPBACK_KEEP, 0}};
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    list(&f, PATIENCE_MS);
    scripted_aws_run(&f.aws);
    list(&f, PATIENCE_MS);
    scripted_aws_run(&f.aws);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_int_equal(f.completions, 2);
    assert_int_equal(loopback_connections(f.aws.server), 2);
    scripted_aws_stop(&f.aws);
}

static void test_many_at_once(void **state)
{
    static struct loopback_step steps[MANY];
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        steps[i] = (struct loopback_step){.reply = OK_REPLY};
    set_up(&f, steps, MANY);
    for (size_t i = 0; i < MANY; i++)
        list(&f, PATIENCE_MS);
    assert_int_equal(aws_client_running(f.aws.client), MANY);
    scripted_aws_run(&f.aws);
    assert_int_equal(f.completions, MANY);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_true(loopback_connections(f.aws.server) <= CONNECTIONS_MAX);
    scripted_aws_stop(&f.aws);
}

static size_t sent_before_the_time_limit(void)
{
    struct fixture f;
    size_t sent;

    set_up(&f, NULL, 0);
    for (size_t i = 0; i < MANY; i++)
        list(&f, SHORT_TIMEOUT_MS);
    scripted_aws_run(&f.aws);
    assert_int_equal(f.completions, MANY);
    assert_int_equal(f.reply.status, STATUS_UNAVAILABLE);
    sent = loopback_requests(f.aws.server);
    scripted_aws_stop(&f.aws);
    return sent;
}

/* The time limit is the caller's, so waiting for a connection counts: a call
 * that was submitted with those that had all the connections is too late when
 * they have given up, and is not sent. Where submitting takes long, the last
 * ones may have time left; so the best attempt counts. */
static void test_the_time_limit_includes_the_queue(void **state)
{
    struct patience patience =
        patience_for("calls that gave up before they had a connection");

    (void)state;
    while (sent_before_the_time_limit() > CONNECTIONS_MAX)
        patience_lasts(&patience);
}

static void test_free_drops_what_is_under_way(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, NULL, 0);
    for (size_t i = 0; i < 20; i++)
        list(&f, PATIENCE_MS);
    while (loopback_requests(f.aws.server) == 0)
        aws_client_poll(f.aws.client, 10);
    list(&f, PATIENCE_MS); /* one that was not even started */
    scripted_aws_stop(&f.aws);
    assert_int_equal(f.completions, 0);
}

static void *wake(void *arg)
{
    aws_client_wakeup(arg);
    return NULL;
}

static int64_t polls_took_ms(void)
{
    int64_t before = patience_now_ms();
    struct fixture f;
    pthread_t thread;

    set_up(&f, NULL, 0);
    aws_client_wakeup(f.aws.client); /* before the poll it is meant for */
    aws_client_poll(f.aws.client, 2 * SOON_MS);
    assert_int_equal(pthread_create(&thread, NULL, wake, f.aws.client), 0);
    aws_client_poll(f.aws.client, 2 * SOON_MS);
    pthread_join(thread, NULL);
    scripted_aws_stop(&f.aws);
    return patience_now_ms() - before;
}

static void test_wakeup(void **state)
{
    struct patience patience = patience_for("polls that end when woken up");

    (void)state;
    while (polls_took_ms() >= SOON_MS)
        patience_lasts(&patience);
}

static void test_no_proxy_for_loopback(void **state)
{
    static const struct loopback_step steps[] = {{.reply = OK_REPLY}};
    struct fixture f;

    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);
    set_up(&f, steps, COUNT(steps));
    list(&f, PATIENCE_MS);
    scripted_aws_run(&f.aws);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    assert_int_equal(f.reply.status, STATUS_OK);
    scripted_aws_stop(&f.aws);
}

/* Elsewhere the proxy of the environment is used, as AWS's SDKs do. */
static void test_a_proxy_for_the_rest(void **state)
{
    static const struct loopback_step steps[] = {{.reply = OK_REPLY}};
    static const char line[] = "GET http://route53.example.org/2013-04-01/";
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    setenv("http_proxy", loopback_url(f.aws.server), 1);
    f.aws.config.route53_endpoint = (char *)"http://route53.example.org";
    list(&f, PATIENCE_MS);
    scripted_aws_run(&f.aws);
    unsetenv("http_proxy");
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_memory_equal(loopback_request(f.aws.server, 0).ptr, line,
                        sizeof line - 1);
    scripted_aws_stop(&f.aws);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_completion_comes_once_from_poll),
        cmocka_unit_test(test_completion_may_submit_again),
        cmocka_unit_test(test_what_is_sent),
        cmocka_unit_test(test_bad_answers),
        cmocka_unit_test(test_unfinished_answers),
        cmocka_unit_test(test_connection_refused),
        cmocka_unit_test(test_an_endless_reply_is_cut),
        cmocka_unit_test(test_the_service_is_asked_for_its_time),
        cmocka_unit_test(
            test_a_clock_that_no_time_pleases_is_refused_once_more),
        cmocka_unit_test(test_redirects_are_not_followed),
        cmocka_unit_test(test_an_idle_connection_may_die),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_the_time_limit_includes_the_queue),
        cmocka_unit_test(test_free_drops_what_is_under_way),
        cmocka_unit_test(test_wakeup),
        cmocka_unit_test(test_no_proxy_for_loopback),
        cmocka_unit_test(test_a_proxy_for_the_rest),
    };

    return cmocka_run_group_tests(tests, scripted_aws_set_up_globals,
                                  scripted_aws_tear_down_globals);
}
