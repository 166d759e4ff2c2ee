/* The client and the credentials that it is supplied with: who waits, for how
 * long, and what is sent once more. */
#include "aws/credentials_supply.h"
#include "tests/unit/keyless_aws.h"
#include "tests/unit/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define KEYS(id)                                                               \
    KEYLESS_STEP(KEYLESS_OK "{\"AccessKeyId\":\"" id                           \
                            "\",\"SecretAccessKey\":\"s\","                    \
                            "\"Token\":\"t-" id                                \
                            "\",\"Expiration\":\"2100-01-01T00:00:00Z\"}")
#define ZONES KEYLESS_STEP(KEYLESS_ZONES)
#define EXPIRED KEYLESS_STEP(KEYLESS_EXPIRED)

static const struct home_variable container[] = {
    {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "^/creds"}, {NULL, NULL}};

static void test_many_wait_for_one_fetch(void **state)
{
    static const struct loopback_step steps[] = {KEYS("ONE"), ZONES, ZONES,
                                                 ZONES};
    struct keyless_aws aws;

    (void)state;
    keyless_aws_start(&aws, container, steps, COUNT(steps));
    for (size_t i = 0; i < 3; i++)
        keyless_aws_submit(&aws, PATIENCE_MS);
    assert_int_equal(aws_client_running(aws.client), 3);
    keyless_aws_run(&aws);
    assert_int_equal(aws.completions, 3);
    assert_int_equal(aws.reply.status, STATUS_OK);
    assert_int_equal(loopback_requests(aws.server), 4);
    assert_int_equal(aws.found, 1);
    keyless_aws_stop(&aws);
}

static void test_ended_credentials_are_fetched_anew_once(void **state)
{
    static const struct loopback_step steps[] = {KEYS("ONE"), EXPIRED,
                                                 KEYS("TWO"), ZONES};
    struct keyless_aws aws;

    (void)state;
    keyless_aws_start(&aws, container, steps, COUNT(steps));
    keyless_aws_call(&aws);
    assert_int_equal(aws.completions, 1);
    assert_int_equal(aws.reply.status, STATUS_OK);
    assert_string_equal(aws.reply.code, "");
    assert_true(keyless_aws_has(&aws, 1, "x-amz-security-token: t-ONE\r\n"));
    assert_true(keyless_aws_has(&aws, 3, "x-amz-security-token: t-TWO\r\n"));
    assert_false(keyless_aws_has(&aws, 3, "t-ONE"));
    assert_int_equal(aws.lost, 0);
    keyless_aws_stop(&aws);
}

static void test_the_second_refusal_is_the_callers(void **state)
{
    static const struct loopback_step steps[] = {KEYS("ONE"), EXPIRED,
                                                 KEYS("TWO"), EXPIRED};
    struct keyless_aws aws;

    (void)state;
    keyless_aws_start(&aws, container, steps, COUNT(steps));
    keyless_aws_call(&aws);
    assert_int_equal(aws.completions, 1);
    assert_int_equal(aws.reply.status, STATUS_DENIED);
    assert_string_equal(aws.reply.code, "ExpiredToken");
    assert_int_equal(loopback_requests(aws.server), 4);
    keyless_aws_stop(&aws);
}

static void test_keys_of_the_environment_are_not_renewed(void **state)
{
    static const struct home_variable keys[] = {
        {"AWS_ACCESS_KEY_ID", "ASIA"},
        {"AWS_SECRET_ACCESS_KEY", "s"},
        {"AWS_SESSION_TOKEN", "t"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "^/creds"},
        {NULL, NULL}};
    static const struct loopback_step steps[] = {EXPIRED};
    struct keyless_aws aws;

    (void)state;
    keyless_aws_start(&aws, keys, steps, COUNT(steps));
    keyless_aws_call(&aws);
    assert_string_equal(aws.reply.code, "ExpiredToken");
    assert_int_equal(loopback_requests(aws.server), 1);
    assert_string_equal(aws.source, "environment");
    keyless_aws_stop(&aws);
}

/* Nobody answers, and the caller has less time than those who are asked. */
static void test_to_wait_is_part_of_the_time_limit(void **state)
{
    struct keyless_aws aws;

    (void)state;
    keyless_aws_start(&aws, container, NULL, 0);
    keyless_aws_submit(&aws, 50);
    keyless_aws_run(&aws);
    assert_int_equal(aws.completions, 1);
    assert_int_equal(aws.reply.status, STATUS_DENIED);
    assert_int_equal(aws.reply.condition, AWS_NO_CREDENTIALS);
    assert_non_null(strstr(aws.reply.message, "not answered yet"));
    keyless_aws_stop(&aws);
}

static void test_after_a_failure_others_are_found(void **state)
{
    static const struct loopback_step steps[] = {
        KEYLESS_STEP("HTTP/1.1 404 Not Found\r\n\r\n"), KEYS("ONE"), ZONES};
    struct keyless_aws aws;

    (void)state;
    keyless_aws_start(&aws, container, steps, COUNT(steps));
    keyless_aws_call(&aws);
    assert_int_equal(aws.reply.condition, AWS_NO_CREDENTIALS);
    assert_non_null(strstr(aws.reply.message, "HTTP 404"));
    assert_int_equal(aws.lost, 1);
    keyless_aws_call(&aws); /* waits for the next fetch */
    assert_int_equal(aws.reply.status, STATUS_OK);
    assert_int_equal(aws.found, 1);
    keyless_aws_stop(&aws);
}

static void test_free_while_they_are_asked(void **state)
{
    struct keyless_aws aws;

    (void)state;
    keyless_aws_start(&aws, container, NULL, 0);
    keyless_aws_submit(&aws, 600000);
    while (loopback_requests(aws.server) == 0)
        aws_client_poll(aws.client, 10);
    keyless_aws_stop(&aws);
    assert_int_equal(aws.completions, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_wait_for_one_fetch),
        cmocka_unit_test(test_ended_credentials_are_fetched_anew_once),
        cmocka_unit_test(test_the_second_refusal_is_the_callers),
        cmocka_unit_test(test_keys_of_the_environment_are_not_renewed),
        cmocka_unit_test(test_to_wait_is_part_of_the_time_limit),
        cmocka_unit_test(test_after_a_failure_others_are_found),
        cmocka_unit_test(test_free_while_they_are_asked),
    };

    return cmocka_run_group_tests(tests, keyless_aws_set_up_globals,
                                  keyless_aws_tear_down_globals);
}
