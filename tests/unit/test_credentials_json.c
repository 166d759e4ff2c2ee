#include "aws/credentials_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define ENDPOINT CREDENTIALS_JSON_ENDPOINT
#define PROCESS CREDENTIALS_JSON_PROCESS
#define KEYS "\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"hush-hush\""
#define TOKEN ",\"Token\":\"t0ken\""
#define UNTIL ",\"Expiration\":\"1970-01-01T00:01:40Z\""

static const struct {
    const char *label;
    enum credentials_json_form form;
    const char *text, *token;
    int64_t expires_at;
} good[] = {
    {"an instance's metadata", ENDPOINT,
     "{\"Code\":\"Success\",\"LastUpdated\":\"2012-04-26T16:39:16Z\","
     "\"Type\":\"AWS-HMAC\"," KEYS TOKEN UNTIL "}",
     "t0ken", 100},
    {"a container's endpoint", ENDPOINT,
     "{\"RoleArn\":\"arn:aws:iam::1:role/x\"," KEYS TOKEN UNTIL "}", "t0ken",
     100},
    {"white space and other members", ENDPOINT,
     " {\n\"x\": [1, {}],\n" KEYS TOKEN UNTIL "\n}\n", "t0ken", 100},
    {"a program's keys for ever", PROCESS, "{\"Version\":1," KEYS "}", NULL, 0},
    {"a program's keys for a while", PROCESS,
     "{\"Version\":1," KEYS ",\"SessionToken\":\"t0ken\"" UNTIL "}", "t0ken",
     100},
    {"null is as good as nothing", PROCESS,
     "{\"Version\":1," KEYS ",\"SessionToken\":null,\"Expiration\":null}", NULL,
     0},
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct aws_credentials read = {.access_key_id = NULL};
        struct strbuf why;

        print_message("  %s\n", good[i].label);
        strbuf_init(&why, 1000);
        assert_int_equal(credentials_json_read(span_from_string(good[i].text),
                                               good[i].form, &read, &why),
                         STATUS_OK);
        assert_string_equal(read.access_key_id, "ASIA");
        assert_string_equal(read.secret_access_key, "hush-hush");
        if (good[i].token == NULL)
            assert_null(read.session_token);
        else
            assert_string_equal(read.session_token, good[i].token);
        assert_true(read.expires_at == good[i].expires_at);
        assert_int_equal(why.len, 0);
        aws_credentials_clear(&read);
        strbuf_clear(&why);
    }
}

static const struct {
    const char *label;
    enum credentials_json_form form;
    const char *text, *why;
} bad[] = {
    {"nothing", ENDPOINT, "", "no JSON"},
    {"a page", ENDPOINT, "<html>404</html>", "no JSON"},
    {"a list", ENDPOINT, "[]", "no JSON"},
    {"cut short", ENDPOINT, "{" KEYS TOKEN UNTIL, "no JSON"},
    {"something behind it", ENDPOINT, "{" KEYS TOKEN UNTIL "}}", "no JSON"},
    {"a member twice", ENDPOINT, "{" KEYS "," KEYS TOKEN UNTIL "}", "no JSON"},
    {"no key id", ENDPOINT, "{\"SecretAccessKey\":\"hush-hush\"}",
     "no AccessKeyId"},
    {"a key id that is a number", ENDPOINT, "{\"AccessKeyId\":1}",
     "no AccessKeyId"},
    {"an empty key id", ENDPOINT, "{\"AccessKeyId\":\"\"}", "no AccessKeyId"},
    {"no secret", ENDPOINT, "{\"AccessKeyId\":\"ASIA\"}", "no SecretAccessKey"},
    {"an endpoint's keys are temporary, and have a token", ENDPOINT,
     "{" KEYS UNTIL "}", "no Token"},
    {"an endpoint's keys are temporary, and end", ENDPOINT, "{" KEYS TOKEN "}",
     "no Expiration"},
    {"a time that is none", ENDPOINT,
     "{" KEYS TOKEN ",\"Expiration\":\"soon\"}", "Expiration is no time"},
    {"a header injected through the token", ENDPOINT,
     "{" KEYS ",\"Token\":\"hush-hush\\r\\nX: y\"" UNTIL "}", "control"},
    {"a NUL in the token", ENDPOINT,
     "{" KEYS ",\"Token\":\"hush-hush\\u0000\"" UNTIL "}", "no JSON"},
    {"an instance whose role was taken away", ENDPOINT,
     "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"EC2 cannot\"}",
     "AssumeRoleUnauthorizedAccess: EC2 cannot"},
    {"a refusal that also has keys is a refusal", ENDPOINT,
     "{\"Code\":\"Failed\"," KEYS TOKEN UNTIL "}", "Failed"},
    {"a container's refusal", ENDPOINT,
     "{\"code\":\"AccessDenied\",\"message\":\"no\\nrole\"}",
     "AccessDenied: no role"},
    {"a program that says no version", PROCESS, "{" KEYS "}", "Version"},
    {"a program of another version", PROCESS, "{\"Version\":2," KEYS "}",
     "Version"},
    {"a version that is text", PROCESS, "{\"Version\":\"1\"," KEYS "}",
     "Version"},
    {"a program without a key", PROCESS, "{\"Version\":1}", "no AccessKeyId"},
    {"a program's time that is none", PROCESS,
     "{\"Version\":1," KEYS ",\"Expiration\":\"\\u0031\"}", "no time"},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct aws_credentials read = {.access_key_id = NULL};
        struct strbuf why;

        print_message("  %s\n", bad[i].label);
        strbuf_init(&why, 1000);
        assert_int_equal(credentials_json_read(span_from_string(bad[i].text),
                                               bad[i].form, &read, &why),
                         STATUS_INVALID);
        assert_non_null(strstr(strbuf_string(&why), bad[i].why));
        assert_null(strstr(strbuf_string(&why), "hush-hush"));
        assert_null(read.access_key_id);
        assert_null(read.secret_access_key);
        strbuf_clear(&why);
    }
}

static void test_what_is_too_long_is_not_read(void **state)
{
    size_t len = CREDENTIALS_JSON_MAX_BYTES + 1;
    char *text = malloc(len);
    struct aws_credentials read = {.access_key_id = NULL};
    struct strbuf why;

    (void)state;
    memset(text, ' ', len);
    memcpy(text, "{" KEYS TOKEN UNTIL "}", strlen("{" KEYS TOKEN UNTIL "}"));
    strbuf_init(&why, 1000);
    assert_int_equal(
        credentials_json_read(span_from(text, len), ENDPOINT, &read, &why),
        STATUS_INVALID);
    assert_int_equal(
        credentials_json_read(span_from(text, len - 1), ENDPOINT, &read, &why),
        STATUS_OK);
    aws_credentials_clear(&read);
    strbuf_clear(&why);
    free(text);
}

static const struct {
    const char *label, *text, *why;
} refusals[] = {
    {"a refusal", "{\"code\":\"E\",\"message\":\"m\"}", "E: m"},
    {"a code alone", "{\"Code\":\"E\"}", "E"},
    {"no JSON says nothing", "<html>", ""},
    {"keys say nothing", "{" KEYS "}", ""},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct strbuf why;

        print_message("  %s\n", refusals[i].label);
        strbuf_init(&why, 1000);
        credentials_json_read_refusal(span_from_string(refusals[i].text), &why);
        assert_string_equal(strbuf_string(&why), refusals[i].why);
        strbuf_clear(&why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_what_is_too_long_is_not_read),
        cmocka_unit_test(test_refusals),
    };

    credentials_json_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
