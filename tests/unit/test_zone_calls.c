#include "cli/zone_calls.h"

#include "tests/unit/scripted_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { STEPS_MAX = 250, REPLY_MAX_BYTES = 2000 };

#define ZONE(id, name)                                                         \
    "<HostedZone><Id>/hostedzone/" id "</Id>"                                  \
    "<Name>" name ".</Name></HostedZone>"
#define PAGE(zones, rest)                                                      \
    "<ListHostedZonesResponse><HostedZones>" zones "</HostedZones>" rest       \
    "</ListHostedZonesResponse>"
#define GOES_ON(marker)                                                        \
    "<IsTruncated>true</IsTruncated><NextMarker>" marker "</NextMarker>"
#define ENDS "<IsTruncated>false</IsTruncated>"
#define ONE(zone) "<GetHostedZoneResponse>" zone "</GetHostedZoneResponse>"
#define RECORDS                                                                \
    "<ListResourceRecordSetsResponse><ResourceRecordSets/>" ENDS               \
    "</ListResourceRecordSetsResponse>"
#define REFUSAL(code)                                                          \
    "<ErrorResponse><Error><Code>" code "</Code><Message>m</Message></Error>"  \
    "</ErrorResponse>"

static struct scripted_aws aws;
static struct loopback_step steps[STEPS_MAX];
static char replies[STEPS_MAX][REPLY_MAX_BYTES];
static size_t step_count;
static struct retry_quota quota;
static struct zone_lookup *zones;
static struct aws_reply reply;

static void answer(const char *status, const char *body)
{
    assert_true(step_count < STEPS_MAX);
    snprintf(replies[step_count], REPLY_MAX_BYTES,
             "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status,
             strlen(body), body);
    steps[step_count].reply = replies[step_count];
    step_count++;
}

static int set_up(void **state)
{
    (void)state;
    step_count = 0;
    retry_quota_init(&quota, 3, 1);
    zones = zone_lookup_new(NULL, NULL);
    assert_non_null(zones);
    zone_lookup_begin(zones);
    return 0;
}

static void start(void)
{
    scripted_aws_start(&aws, steps, step_count);
}

static void stop(void)
{
    scripted_aws_stop(&aws);
    zone_lookup_free(zones);
}

static enum status list(void)
{
    return zone_calls_list(aws.client, &quota, zones, &reply);
}

static void assert_asked(size_t request, const char *line)
{
    struct span text = loopback_request(aws.server, request);

    if (memmem(text.ptr, text.len, line, strlen(line)) == NULL)
        fail_msg("request %zu is not for %s", request, line);
}

static void assert_found(const char *name, const char *id)
{
    struct span found;

    assert_true(zone_lookup_find(zones, span_from_string(name), &found));
    assert_true(span_is(found, id));
}

static void test_every_page_is_read(void **state)
{
    (void)state;
    answer("200 OK", PAGE(ZONE("Z1", "example.org"), GOES_ON("Z2")));
    answer("200 OK", PAGE(ZONE("Z2", "example.net"), ENDS));
    start();
    assert_int_equal(list(), STATUS_OK);
    assert_int_equal(loopback_requests(aws.server), 2);
    assert_asked(1, "marker=Z2");
    zone_lookup_commit(zones);
    assert_found("a.example.org", "Z1");
    assert_found("a.example.net", "Z2");
    stop();
}

static void test_a_page_that_fails_is_asked_for_again_alone(void **state)
{
    (void)state;
    answer("200 OK", PAGE(ZONE("Z1", "example.org"), GOES_ON("Z2")));
    answer("400 Bad", REFUSAL("Throttling"));
    answer("200 OK", PAGE(ZONE("Z2", "example.net"), ENDS));
    start();
    assert_int_equal(list(), STATUS_OK);
    assert_int_equal(loopback_requests(aws.server), 3);
    assert_asked(2, "marker=Z2");
    stop();
}

static void test_a_listing_that_does_not_end_is_given_up(void **state)
{
    (void)state;
    while (step_count < STEPS_MAX - 1)
        answer("200 OK", PAGE(ZONE("Z1", "example.org"), GOES_ON("Z1")));
    answer("403 No", REFUSAL("AccessDenied"));
    start();
    assert_int_equal(list(), STATUS_FULL);
    assert_int_equal(reply.status, STATUS_FULL);
    assert_string_equal(reply.message, "there are more hosted zones than can "
                                       "be looked through");
    assert_true(loopback_requests(aws.server) < STEPS_MAX);
    stop();
}

static void test_a_zone_that_cannot_be_kept_is_a_failure(void **state)
{
    char name[32];

    (void)state;
    for (int i = 0; i < ZONE_LOOKUP_MAX; i++) {
        struct hosted_zone zone = {.id = SPAN_LITERAL("Z0")};

        snprintf(name, sizeof name, "z%d.example.com", i);
        zone.name = span_from_string(name);
        assert_int_equal(zone_lookup_add(zones, &zone), STATUS_OK);
    }
    answer("200 OK", PAGE(ZONE("Z1", "example.org"), GOES_ON("Z2")));
    start();
    assert_int_equal(list(), STATUS_FULL);
    assert_int_equal(reply.status, STATUS_FULL);
    assert_int_equal(loopback_requests(aws.server), 1);
    stop();
}

static void test_a_refusal_is_handed_on(void **state)
{
    (void)state;
    answer("403 No", REFUSAL("AccessDenied"));
    start();
    assert_int_equal(list(), STATUS_DENIED);
    assert_string_equal(reply.code, "AccessDenied");
    assert_int_equal(reply.condition, AWS_DENIED);
    stop();
}

static void test_one_zone_by_its_id(void **state)
{
    (void)state;
    answer("200 OK", ONE(ZONE("Z7", "example.org")));
    answer("404 No", REFUSAL("NoSuchHostedZone"));
    start();
    assert_int_equal(zone_calls_get(aws.client, &quota, span_from_string("Z7"),
                                    zones, &reply),
                     STATUS_OK);
    assert_asked(0, "GET /2013-04-01/hostedzone/Z7 ");
    assert_int_equal(zone_calls_get(aws.client, &quota, span_from_string("Z8"),
                                    zones, &reply),
                     STATUS_NOT_FOUND);
    zone_lookup_commit(zones);
    assert_found("a.example.org", "Z7");
    assert_int_equal(zone_lookup_count(zones), 1);
    stop();
}

static void test_whether_records_can_be_read(void **state)
{
    (void)state;
    answer("200 OK", RECORDS);
    answer("403 No", REFUSAL("AccessDenied"));
    start();
    assert_int_equal(zone_calls_look_into(aws.client, &quota,
                                          span_from_string("Z7"), &reply),
                     STATUS_OK);
    assert_asked(0, "GET /2013-04-01/hostedzone/Z7/rrset");
    assert_int_equal(zone_calls_look_into(aws.client, &quota,
                                          span_from_string("Z7"), &reply),
                     STATUS_DENIED);
    assert_int_equal(reply.condition, AWS_DENIED);
    stop();
}

static void test_what_can_be_no_id_is_not_asked_for(void **state)
{
    static const struct span id = SPAN_LITERAL("Z/7");

    (void)state;
    start();
    assert_int_equal(zone_calls_get(aws.client, &quota, id, zones, &reply),
                     STATUS_INVALID);
    assert_string_equal(reply.message, "this can be no hosted zone's id");
    assert_int_equal(zone_calls_look_into(aws.client, &quota, id, &reply),
                     STATUS_INVALID);
    assert_int_equal(loopback_requests(aws.server), 0);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_every_page_is_read, set_up),
        cmocka_unit_test_setup(test_a_page_that_fails_is_asked_for_again_alone,
                               set_up),
        cmocka_unit_test_setup(test_a_listing_that_does_not_end_is_given_up,
                               set_up),
        cmocka_unit_test_setup(test_a_zone_that_cannot_be_kept_is_a_failure,
                               set_up),
        cmocka_unit_test_setup(test_a_refusal_is_handed_on, set_up),
        cmocka_unit_test_setup(test_one_zone_by_its_id, set_up),
        cmocka_unit_test_setup(test_whether_records_can_be_read, set_up),
        cmocka_unit_test_setup(test_what_can_be_no_id_is_not_asked_for, set_up),
    };

    return cmocka_run_group_tests(tests, scripted_aws_set_up_globals,
                                  scripted_aws_tear_down_globals);
}
