#include "aws/credentials_instance.h"
#include "tests/unit/keyless_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define TOKEN KEYLESS_STEP(KEYLESS_OK "T0K")
#define ROLE KEYLESS_STEP(KEYLESS_OK "my-role\n")
#define KEYS KEYLESS_STEP(KEYLESS_OK KEYLESS_KEYS)
#define ZONES KEYLESS_STEP(KEYLESS_ZONES)
#define ROLES "/latest/meta-data/iam/security-credentials/"

static const struct home_variable instance[] = {
    {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "^/"},
    {"AWS_METADATA_SERVICE_TIMEOUT", "60"},
    {NULL, NULL}};

static void test_what_is_asked(void **state)
{
    static const struct loopback_step steps[] = {TOKEN, ROLE, KEYS, ZONES};
    struct keyless_aws aws;

    (void)state;
    keyless_aws_start(&aws, instance, steps, COUNT(steps));
    keyless_aws_call(&aws);
    assert_int_equal(aws.reply.status, STATUS_OK);
    assert_string_equal(aws.source, "instance role");
    assert_true(keyless_aws_begins(&aws, 0, "PUT /latest/api/token HTTP"));
    assert_true(keyless_aws_has(
        &aws, 0, "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n"));
    assert_true(keyless_aws_begins(&aws, 1, "GET " ROLES " HTTP"));
    assert_true(keyless_aws_has(&aws, 1, "x-aws-ec2-metadata-token: T0K\r\n"));
    assert_true(keyless_aws_begins(&aws, 2, "GET " ROLES "my-role HTTP"));
    assert_true(keyless_aws_has(&aws, 2, "x-aws-ec2-metadata-token: T0K\r\n"));
    for (size_t i = 0; i < 3; i++)
        assert_false(keyless_aws_has(&aws, i, "Authorization"));
    assert_true(keyless_aws_has(&aws, 3, "Credential=ASIA1/"));
    assert_true(keyless_aws_has(&aws, 3, "x-amz-security-token: t0ken-1\r\n"));
    keyless_aws_stop(&aws);
}

static const struct {
    const char *label;
    struct loopback_step steps[3];
    const char *words;
} bad[] = {
    {"no version 2, and version 1 is not tried",
     {KEYLESS_STEP("HTTP/1.1 403 Forbidden\r\n\r\n")},
     "answered HTTP 403"},
    {"an empty token", {KEYLESS_STEP(KEYLESS_OK "\n")}, "gave no token"},
    {"a token that would begin another header",
     {KEYLESS_STEP(KEYLESS_OK "a\x01X: y")},
     "gave no token"},
    {"a machine without a role",
     {TOKEN, KEYLESS_STEP("HTTP/1.1 404 Not Found\r\n\r\n")},
     "no role is attached to the EC2 instance"},
    {"a role that leads elsewhere",
     {TOKEN, KEYLESS_STEP(KEYLESS_OK "../../x")},
     "names no role"},
    {"no name", {TOKEN, KEYLESS_STEP(KEYLESS_OK)}, "names no role"},
    {"a session that has ended",
     {TOKEN, KEYLESS_STEP("HTTP/1.1 401 Unauthorized\r\n\r\n")},
     "answered HTTP 401"},
    {"a page in place of keys",
     {TOKEN, ROLE, KEYLESS_STEP(KEYLESS_OK "<html>hush-hush")},
     "no JSON object"},
    {"a role that the instance may not take",
     {TOKEN, ROLE,
      KEYLESS_STEP(KEYLESS_OK "{\"Code\":\"AssumeRoleUnauthorizedAccess\","
                              "\"Message\":\"no trust\"}")},
     "AssumeRoleUnauthorizedAccess: no trust"},
    {"hung up", {{NULL, LOOPBACK_CLOSE, 0}}, "did not answer: "},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct keyless_aws aws;

        print_message("  %s\n", bad[i].label);
        keyless_aws_start(&aws, instance, bad[i].steps, 3);
        keyless_aws_call(&aws);
        assert_int_equal(aws.reply.status, STATUS_DENIED);
        assert_int_equal(aws.reply.condition, AWS_NO_CREDENTIALS);
        if (strstr(aws.reply.message, bad[i].words) == NULL)
            fail_msg("it says: %s", aws.reply.message);
        assert_int_equal(aws.lost, 1);
        keyless_aws_stop(&aws);
    }
}

static void test_attempts(void **state)
{
    static const struct home_variable patient[] = {
        {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "^"},
        {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "2"},
        {"AWS_METADATA_SERVICE_TIMEOUT", "60"},
        {NULL, NULL}};
    static const struct loopback_step steps[] = {
        KEYLESS_STEP("HTTP/1.1 503 Busy\r\n\r\n"), TOKEN, ROLE, KEYS, ZONES};
    struct keyless_aws aws;

    (void)state;
    keyless_aws_start(&aws, patient, steps, COUNT(steps));
    keyless_aws_call(&aws);
    assert_int_equal(aws.reply.status, STATUS_OK);
    keyless_aws_stop(&aws);
    keyless_aws_start(&aws, instance, steps, COUNT(steps));
    keyless_aws_call(&aws);
    assert_int_equal(aws.reply.status, STATUS_DENIED);
    assert_int_equal(loopback_requests(aws.server), 1);
    keyless_aws_stop(&aws);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_asked),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_attempts),
    };

    return cmocka_run_group_tests(tests, keyless_aws_set_up_globals,
                                  keyless_aws_tear_down_globals);
}
