#include "aws/credentials_web_identity.h"
#include "tests/unit/keyless_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define ANSWER                                                                 \
    KEYLESS_OK                                                                 \
    "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>"     \
    "<Credentials><AccessKeyId>ASIA2</AccessKeyId><SecretAccessKey>s"          \
    "</SecretAccessKey><SessionToken>t0ken-2</SessionToken><Expiration>"       \
    "2100-01-01T00:00:00Z</Expiration></Credentials>"                          \
    "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"

static const struct home_variable variables[] = {
    {"AWS_WEB_IDENTITY_TOKEN_FILE", "@/web"},
    {"AWS_ROLE_ARN", "arn:aws:iam::1:role/r"},
    {"AWS_ROLE_SESSION_NAME", "me"},
    {NULL, NULL}};

static void test_what_is_asked(void **state)
{
    static const struct loopback_step steps[] = {KEYLESS_STEP(ANSWER),
                                                 KEYLESS_STEP(KEYLESS_ZONES)};
    struct keyless_aws aws;

    (void)state;
    home_folder_write_file("web", "a.b-c&d=e\n");
    keyless_aws_start(&aws, variables, steps, COUNT(steps));
    keyless_aws_call(&aws);
    assert_int_equal(aws.reply.status, STATUS_OK);
    assert_string_equal(aws.source, "web identity role arn:aws:iam::1:role/r");
    assert_true(keyless_aws_begins(&aws, 0, "POST / HTTP"));
    assert_true(keyless_aws_has(
        &aws, 0,
        "\r\n\r\nAction=AssumeRoleWithWebIdentity&Version=2011-06-15&"
        "DurationSeconds=3600&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&"
        "RoleSessionName=me&WebIdentityToken=a.b-c%26d%3De"));
    assert_false(keyless_aws_has(&aws, 0, "Authorization")); /* not signed */
    assert_true(keyless_aws_has(&aws, 1, "Credential=ASIA2/"));
    assert_true(keyless_aws_has(&aws, 1, "x-amz-security-token: t0ken-2\r\n"));
    keyless_aws_stop(&aws);
}

static void test_the_token_is_read_each_time(void **state)
{
    static const struct loopback_step steps[] = {
        KEYLESS_STEP(ANSWER), KEYLESS_STEP(KEYLESS_EXPIRED),
        KEYLESS_STEP(ANSWER), KEYLESS_STEP(KEYLESS_ZONES)};
    struct keyless_aws aws;

    (void)state;
    home_folder_write_file("web", "old");
    keyless_aws_start(&aws, variables, steps, COUNT(steps));
    keyless_aws_submit(&aws, 600000);
    while (loopback_requests(aws.server) == 0)
        aws_client_poll(aws.client, 10);
    home_folder_write_file("web", "new");
    keyless_aws_run(&aws);
    assert_int_equal(aws.reply.status, STATUS_OK);
    assert_true(keyless_aws_has(&aws, 0, "WebIdentityToken=old"));
    assert_true(keyless_aws_has(&aws, 2, "WebIdentityToken=new"));
    keyless_aws_stop(&aws);
}

static const struct {
    const char *label, *file, *words;
} files[] = {
    {"no file", NULL, "there is no such file"},
    {"an empty one", " \n", "it is empty"},
};

static void test_no_token(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        struct keyless_aws aws;

        print_message("  %s\n", files[i].label);
        home_folder_write_file("web", files[i].file);
        keyless_aws_start(&aws, variables, NULL, 0);
        keyless_aws_call(&aws);
        assert_int_equal(aws.reply.condition, AWS_NO_CREDENTIALS);
        assert_non_null(strstr(aws.reply.message, files[i].words));
        assert_int_equal(loopback_requests(aws.server), 0);
        keyless_aws_stop(&aws);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_asked),
        cmocka_unit_test(test_the_token_is_read_each_time),
        cmocka_unit_test(test_no_token),
    };

    return cmocka_run_group_tests(tests, keyless_aws_set_up_globals,
                                  keyless_aws_tear_down_globals);
}
