#include "aws/s3_region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define ENDPOINT(host)                                                         \
    "<Error><Code>TemporaryRedirect</Code>"                                    \
    "<Endpoint>" host "</Endpoint></Error>"

static const struct {
    const char *label;
    long http_status;
    const char *header, *body;
    const char *expected; /* NULL: nothing to learn; "us-east-1" was used */
} answers[] = {
    {"the header", 301, "eu-west-1", "", "eu-west-1"},
    {"the header to HEAD, whose 400 has no body", 400, "eu-west-1", "",
     "eu-west-1"},
    {"the header comes before the body", 301, "eu-west-1",
     "<Error><Region>eu-west-2</Region></Error>", "eu-west-1"},
    {"the body's region", 400, "",
     "<Error><Code>AuthorizationHeaderMalformed</Code>"
     "<Region>eu-central-1</Region></Error>",
     "eu-central-1"},
    {"the body's endpoint", 307, "",
     ENDPOINT("hosts.s3.ap-south-1.amazonaws.com"), "ap-south-1"},
    {"an endpoint of the old form", 301, "",
     ENDPOINT("hosts.s3-us-west-2.amazonaws.com"), "us-west-2"},
    {"an endpoint without the bucket", 301, "",
     ENDPOINT("s3-eu-west-1.amazonaws.com"), "eu-west-1"},
    {"an endpoint in China", 301, "",
     ENDPOINT("hosts.s3.cn-north-1.amazonaws.com.cn"), "cn-north-1"},
    {"a bucket whose name has dots", 301, "",
     ENDPOINT("a.s3x.b.s3.eu-west-3.amazonaws.com"), "eu-west-3"},

    {"the global endpoint names no region", 301, "",
     ENDPOINT("hosts.s3.amazonaws.com"), NULL},
    {"another host names none", 301, "", ENDPOINT("www.example.org"), NULL},
    {"the region used before is no news", 400, "us-east-1", "", NULL},
    {"a header that is no region", 301, "evil.example.org/", "", NULL},
    {"a body's region that is none", 400, "",
     "<Error><Region>evil.example.org/</Region></Error>", NULL},
    {"a page without a region", 301, "", "<html/>", NULL},
    {"success teaches nothing", 200, "eu-west-1", "", NULL},
    {"nor does another refusal", 403, "eu-west-1", "", NULL},
};

static struct aws_response make(long http_status, const char *header,
                                const char *body)
{
    struct aws_response response = {
        .service = AWS_S3,
        .http_status = http_status,
        .body = span_from_string(body),
    };

    snprintf(response.bucket_region, sizeof response.bucket_region, "%s",
             header);
    return response;
}

static void test_learn(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        const char *expected = answers[i].expected;
        struct aws_response response =
            make(answers[i].http_status, answers[i].header, answers[i].body);
        struct s3_region known = {.bucket = ""};

        print_message("  %s\n", answers[i].label);
        assert_int_equal(
            s3_region_learn(&known, "hosts", "us-east-1", &response),
            expected != NULL);
        assert_string_equal(s3_region_of(&known, "hosts", "us-east-1"),
                            expected == NULL ? "us-east-1" : expected);
    }
}

static void test_only_of_that_bucket(void **state)
{
    struct aws_response response = make(301, "eu-west-1", "");
    struct s3_region known = {.bucket = ""};

    (void)state;
    assert_true(s3_region_learn(&known, "hosts", "us-east-1", &response));
    assert_string_equal(s3_region_of(&known, "host", "x"), "x");
    assert_string_equal(s3_region_of(&known, "hosts2", "x"), "x");
    assert_string_equal(s3_region_of(&known, "", "x"), "x");
}

static void test_an_answer_cut_short_teaches_nothing(void **state)
{
    struct aws_response response = make(301, "eu-west-1", "");
    struct s3_region known = {.bucket = ""};

    (void)state;
    response.transport = STATUS_UNAVAILABLE;
    assert_false(s3_region_learn(&known, "hosts", "us-east-1", &response));
}

static const struct {
    const char *label;
    long http_status;
    const char *body;
    bool in_doubt;
} doubts[] = {
    {"a signature for another region", 400,
     "<Error><Code>AuthorizationHeaderMalformed</Code></Error>", true},
    {"a region that must be opted in to", 400,
     "<Error><Code>IllegalLocationConstraintException</Code></Error>", true},
    {"a redirect that does not say where", 301,
     "<Error><Code>PermanentRedirect</Code></Error>", true},
    {"one for a while", 307, "<Error><Code>TemporaryRedirect</Code></Error>",
     true},
    {"a HEAD has no code", 400, "", true},
    {"a token that is over is none of the region's", 400,
     "<Error><Code>ExpiredToken</Code></Error>", false},
    {"a portal's page", 307, "<html/>", false},
    {"a permission that is missing", 403,
     "<Error><Code>AccessDenied</Code></Error>", false},
    {"all is well", 200, "", false},
};

static void test_doubt(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(doubts); i++) {
        struct aws_response response =
            make(doubts[i].http_status, "", doubts[i].body);

        print_message("  %s\n", doubts[i].label);
        strcpy(response.request_id, "r-1");
        assert_int_equal(s3_region_is_in_doubt(&response), doubts[i].in_doubt);
        response.transport = STATUS_UNAVAILABLE;
        assert_false(s3_region_is_in_doubt(&response));
    }
}

static void test_whatever_the_bucket_answers(void **state)
{
    static const long statuses[] = {200, 301, 400, 403, 404};

    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        struct aws_response response = make(statuses[i], "eu-west-1", "");
        struct s3_region known = {.bucket = ""};

        assert_false(s3_region_learn_from_bucket(&known, "hosts", "eu-west-1",
                                                 &response));
        assert_true(s3_region_learn_from_bucket(&known, "hosts", "us-east-1",
                                                &response));
        assert_string_equal(s3_region_of(&known, "hosts", "x"), "eu-west-1");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learn),
        cmocka_unit_test(test_only_of_that_bucket),
        cmocka_unit_test(test_doubt),
        cmocka_unit_test(test_whatever_the_bucket_answers),
        cmocka_unit_test(test_an_answer_cut_short_teaches_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
