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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learn),
        cmocka_unit_test(test_only_of_that_bucket),
        cmocka_unit_test(test_an_answer_cut_short_teaches_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
