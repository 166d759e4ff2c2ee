#include "aws/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define A_B "5be08c9684a1d25efcee09318204824278b08bbfb4aef973ffefd0b9d7478313"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

/* The signatures are botocore's, of the same headers. */
static const struct {
    const char *label, *method, *url, *payload, *token, *region, *service;
    const char *expected;
} vectors[] = {
    {"a query", "GET",
     "https://route53.amazonaws.com/2013-04-01/hostedzone?maxitems=100", EMPTY,
     NULL, "us-east-1", "route53",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/route53/"
     "aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
     "Signature="
     "2c324053697cccc1c540bcd39d28ff8c420e93e1f87821a743bc5e5c3214e469"},
    {"an escaped path of S3's", "GET",
     "https://hosts.s3.eu-west-1.amazonaws.com/dir/h%20o.csv", EMPTY, NULL,
     "eu-west-1", "s3",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-west-1/s3/"
     "aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
     "Signature="
     "f1e77c11e470d70ff91d116c5318813dc347883ccc328e3ae19e7d637401c543"},
    {"a body, a port and a session token", "PUT",
     "http://127.0.0.1:9000/hosts/hosts.csv", A_B, "t0ken/x+y==", "us-east-1",
     "s3",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/s3/"
     "aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;"
     "x-amz-security-token, Signature="
     "78af66e67c2a44c2e2c692892ad4773abc1288966ee44856bd67a870b15cd7b8"},
    {"no path is the root", "GET", "https://sts.us-east-1.amazonaws.com", EMPTY,
     NULL, "us-east-1", "sts",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/sts/"
     "aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
     "Signature="
     "76d6be710c280c11542f21b5cf8f5a613ec705614cc3919ca85cf8d502fba887"},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        struct signature_subject subject = {
            .method = vectors[i].method,
            .url = vectors[i].url,
            .payload_sha256 = vectors[i].payload,
            .timestamp = "20150830T123600Z",
            .session_token = vectors[i].token,
            .region = vectors[i].region,
            .service = vectors[i].service,
        };
        struct strbuf out;

        print_message("  %s\n", vectors[i].label);
        strbuf_init(&out, 1000);
        assert_true(signature_append(&out, &subject, "AKIDEXAMPLE", SECRET));
        assert_string_equal(strbuf_string(&out), vectors[i].expected);
        strbuf_clear(&out);
    }
}

static void test_no_room_is_a_failure(void **state)
{
    static const struct signature_subject subject = {
        "GET", "http://h/", EMPTY, "20150830T123600Z", NULL, "r", "s3"};
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 20);
    assert_false(signature_append(&out, &subject, "AKIDEXAMPLE", SECRET));
    strbuf_clear(&out);
}

static const struct {
    const char *label, *url, *host;
} hosts[] = {
    {"a name", "https://s3.amazonaws.com/hosts/k", "s3.amazonaws.com"},
    {"a port", "http://127.0.0.1:9000/hosts", "127.0.0.1:9000"},
    {"the scheme's own port is not said", "https://h:443/", "h"},
    {"nor is this", "http://h:80", "h"},
    {"the other scheme's is", "https://h:80/", "h:80"},
    {"IPv6", "http://[::1]:9000?x=y", "[::1]:9000"},
};

static void test_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hosts); i++) {
        print_message("  %s\n", hosts[i].label);
        assert_true(span_is(signature_host(hosts[i].url), hosts[i].host));
    }
}

static const struct {
    const char *label;
    int64_t time;
    const char *expected;
} times[] = {
    {"the year of the vectors", 1440938160, "20150830T123600Z"},
    {"a day that leaps", 1709164799, "20240228T235959Z"},
    {"after 32 bits", INT64_C(4294967296), "21060207T062816Z"},
    {"the last that it can say", INT64_C(253402300799), "99991231T235959Z"},
    {"one that it cannot", INT64_C(253402300800), NULL},
};

static void test_timestamps(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(times); i++) {
        char text[SIGNATURE_TIMESTAMP_SIZE] = "";

        print_message("  %s\n", times[i].label);
        assert_int_equal(signature_timestamp(times[i].time, text),
                         times[i].expected != NULL);
        if (times[i].expected != NULL)
            assert_string_equal(text, times[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_no_room_is_a_failure),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_timestamps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
