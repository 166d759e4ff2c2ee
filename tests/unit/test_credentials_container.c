#include "aws/credentials_container.h"
#include "tests/unit/keyless_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define KEYS KEYLESS_STEP(KEYLESS_OK KEYLESS_KEYS)
#define ZONES KEYLESS_STEP(KEYLESS_ZONES)
#define FULL                                                                   \
    {                                                                          \
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "^/creds?role=a"                 \
    }
#define BUSY KEYLESS_STEP("HTTP/1.1 500 Internal Server Error\r\n\r\n")

static const struct loopback_step good_steps[] = {KEYS, ZONES};

static const struct {
    const char *label;
    struct home_variable variables[4];
    const char *line; /* of the header; NULL: it must not be there */
} good[] = {
    {"no token", {FULL}, NULL},
    {"a token",
     {FULL, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic x"}},
     "Authorization: Basic x\r\n"},
    {"a token in a file",
     {FULL, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "@/token"}},
     "Authorization: of-the-file\r\n"},
    {"the file comes first",
     {FULL,
      {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic x"},
      {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "@/token"}},
     "Authorization: of-the-file\r\n"},
};

static void test_what_is_asked(void **state)
{
    (void)state;
    home_folder_write_file("token", "of-the-file\r\n");
    for (size_t i = 0; i < COUNT(good); i++) {
        struct keyless_aws aws;

        print_message("  %s\n", good[i].label);
        keyless_aws_start(&aws, good[i].variables, good_steps, 2);
        keyless_aws_call(&aws);
        assert_int_equal(aws.reply.status, STATUS_OK);
        assert_string_equal(aws.source, "container");
        assert_true(keyless_aws_begins(&aws, 0, "GET /creds?role=a HTTP"));
        assert_int_equal(keyless_aws_has(&aws, 0, "Authorization:"),
                         good[i].line != NULL);
        if (good[i].line != NULL)
            assert_true(keyless_aws_has(&aws, 0, good[i].line));
        assert_true(
            keyless_aws_has(&aws, 1, "x-amz-security-token: t0ken-1\r\n"));
        keyless_aws_stop(&aws);
    }
}

static const struct {
    const char *label, *file;
    const char *words;
} tokens[] = {
    {"two lines, of which one would be a header", "hush-hush\r\nX: y",
     "more than one line"},
    {"an empty file", "", "no token"},
    {"no file", NULL, "there is no such file"},
};

static void test_a_token_that_cannot_be_sent(void **state)
{
    static const struct home_variable variables[] = {
        FULL,
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "@/token"},
        {NULL, NULL}};

    (void)state;
    for (size_t i = 0; i < COUNT(tokens); i++) {
        struct keyless_aws aws;

        print_message("  %s\n", tokens[i].label);
        home_folder_write_file("token", tokens[i].file);
        keyless_aws_start(&aws, variables, good_steps, 2);
        keyless_aws_call(&aws);
        assert_int_equal(aws.reply.condition, AWS_NO_CREDENTIALS);
        if (strstr(aws.reply.message, tokens[i].words) == NULL)
            fail_msg("it says: %s", aws.reply.message);
        assert_int_equal(loopback_requests(aws.server), 0);
        keyless_aws_stop(&aws);
    }
}

static const struct {
    const char *label;
    struct loopback_step steps[5];
    size_t requests;
    const char *words; /* NULL: it goes well */
} ways[] = {
    {"what passes by itself is tried again",
     {BUSY, BUSY, KEYS, ZONES},
     4,
     NULL},
    {"three times at most",
     {BUSY, BUSY, BUSY, KEYS, ZONES},
     3,
     "answered HTTP 500"},
    {"a refusal does not pass",
     {KEYLESS_STEP("HTTP/1.1 403 Forbidden\r\n\r\n{\"code\":\"AccessDenied\","
                   "\"message\":\"no role\"}")},
     1,
     "the container's endpoint answered HTTP 403: AccessDenied: no role"},
    {"a redirect is not followed",
     {KEYLESS_STEP("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n")},
     1,
     "answered HTTP 302"},
    {"keys that are refused are no keys",
     {KEYLESS_STEP(KEYLESS_OK "{\"AccessKeyId\":\"A\"}"), KEYS, ZONES},
     3,
     NULL},
};

static void test_ways(void **state)
{
    static const struct home_variable variables[] = {FULL, {NULL, NULL}};

    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1); /* is not for loopback */
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct keyless_aws aws;

        print_message("  %s\n", ways[i].label);
        keyless_aws_start(&aws, variables, ways[i].steps, 5);
        keyless_aws_call(&aws);
        assert_int_equal(aws.reply.status,
                         ways[i].words == NULL ? STATUS_OK : STATUS_DENIED);
        if (ways[i].words != NULL)
            assert_non_null(strstr(aws.reply.message, ways[i].words));
        assert_int_equal(loopback_requests(aws.server), ways[i].requests);
        keyless_aws_stop(&aws);
    }
    unsetenv("http_proxy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_asked),
        cmocka_unit_test(test_a_token_that_cannot_be_sent),
        cmocka_unit_test(test_ways),
    };

    return cmocka_run_group_tests(tests, keyless_aws_set_up_globals,
                                  keyless_aws_tear_down_globals);
}
