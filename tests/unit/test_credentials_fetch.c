#include "aws/credentials_fetch.h"
#include "tests/unit/keyless_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define ROLE(id)                                                               \
    KEYLESS_STEP(KEYLESS_OK                                                    \
                 "<AssumeRoleResponse><AssumeRoleResult><Credentials>"         \
                 "<AccessKeyId>" id "</AccessKeyId><SecretAccessKey>s"         \
                 "</SecretAccessKey><SessionToken>t</SessionToken>"            \
                 "<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>" \
                 "</AssumeRoleResult></AssumeRoleResponse>")
#define BUSY KEYLESS_STEP("HTTP/1.1 500 Busy\r\n\r\n")
#define ZONES KEYLESS_STEP(KEYLESS_ZONES)
#define KEYS "aws_access_key_id=AKIA\naws_secret_access_key=s\n"
#define JSON                                                                   \
    "{\"Version\":1,\"AccessKeyId\":\"AKIAPROC\",\"SecretAccessKey\":\"s\"}"

static const struct home_variable dev[] = {{"AWS_PROFILE", "dev"},
                                           {NULL, NULL}};

static void test_a_role_by_way_of_a_role(void **state)
{
    static const struct loopback_step steps[] = {ROLE("ASIAMID"), BUSY, BUSY,
                                                 ROLE("ASIATOP"), ZONES};
    struct keyless_aws aws;

    (void)state;
    home_folder_write("[base]\n" KEYS,
                      "[profile dev]\nrole_arn=arn:top\nsource_profile=mid\n"
                      "[profile mid]\nrole_arn=arn:mid\nsource_profile=base\n");
    keyless_aws_start(&aws, dev, steps, COUNT(steps));
    keyless_aws_call(&aws);
    assert_int_equal(aws.reply.status, STATUS_OK);
    assert_true(keyless_aws_has(&aws, 0, "Credential=AKIA/"));
    assert_true(keyless_aws_has(&aws, 0, "RoleArn=arn%3Amid"));
    for (size_t i = 1; i <= 3; i++) { /* each role has its own attempts */
        assert_true(keyless_aws_has(&aws, i, "Credential=ASIAMID/"));
        assert_true(keyless_aws_has(&aws, i, "RoleArn=arn%3Atop"));
    }
    assert_true(keyless_aws_has(&aws, 4, "Credential=ASIATOP/"));
    keyless_aws_stop(&aws);
}

static void test_keys_of_a_file_ask_nobody(void **state)
{
    static const struct loopback_step steps[] = {ZONES};
    struct keyless_aws aws;

    (void)state;
    home_folder_write("[dev]\n" KEYS, NULL);
    keyless_aws_start(&aws, dev, steps, COUNT(steps));
    keyless_aws_call(&aws);
    assert_int_equal(aws.reply.status, STATUS_OK);
    assert_true(keyless_aws_has(&aws, 0, "Credential=AKIA/"));
    assert_false(keyless_aws_has(&aws, 0, "x-amz-security-token"));
    keyless_aws_stop(&aws);
}

static void test_a_program(void **state)
{
    static const struct loopback_step steps[] = {ZONES};
    struct keyless_aws aws;

    (void)state;
    home_folder_write(NULL, "[profile dev]\ncredential_process=sleep 0.05; "
                            "echo '" JSON "'\n");
    keyless_aws_start(&aws, dev, steps, COUNT(steps));
    keyless_aws_call(&aws);
    assert_int_equal(aws.reply.status, STATUS_OK);
    assert_true(keyless_aws_has(&aws, 0, "Credential=AKIAPROC/"));
    keyless_aws_stop(&aws);
}

static void test_a_program_that_fails(void **state)
{
    struct keyless_aws aws;

    (void)state;
    home_folder_write(NULL, "[profile dev]\ncredential_process=exit 1\n");
    keyless_aws_start(&aws, dev, NULL, 0);
    keyless_aws_call(&aws);
    assert_int_equal(aws.reply.condition, AWS_NO_CREDENTIALS);
    assert_non_null(strstr(aws.reply.message, "it exited with status 1"));
    assert_non_null(strstr(aws.reply.message, "; before that environment: "));
    keyless_aws_stop(&aws);
}

/* It was well when the configuration was read. */
static void test_a_file_that_broke_since(void **state)
{
    struct keyless_aws aws;

    (void)state;
    home_folder_write("[dev]\n" KEYS, NULL);
    keyless_aws_start(&aws, dev, NULL, 0);
    home_folder_write("[dev]\nhush-hush\n", NULL);
    keyless_aws_call(&aws);
    assert_int_equal(aws.reply.condition, AWS_NO_CREDENTIALS);
    assert_non_null(strstr(aws.reply.message, "line 2 of "));
    keyless_aws_stop(&aws);
}

static void test_free_while_a_program_runs(void **state)
{
    struct keyless_aws aws;

    (void)state;
    home_folder_write(NULL, "[profile dev]\ncredential_process=sleep 1000\n");
    keyless_aws_start(&aws, dev, NULL, 0);
    keyless_aws_submit(&aws, 1000);
    aws_client_poll(aws.client, 0);
    keyless_aws_stop(&aws);
    assert_int_equal(aws.completions, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_role_by_way_of_a_role),
        cmocka_unit_test(test_keys_of_a_file_ask_nobody),
        cmocka_unit_test(test_a_program),
        cmocka_unit_test(test_a_program_that_fails),
        cmocka_unit_test(test_a_file_that_broke_since),
        cmocka_unit_test(test_free_while_a_program_runs),
    };

    return cmocka_run_group_tests(tests, keyless_aws_set_up_globals,
                                  keyless_aws_tear_down_globals);
}
