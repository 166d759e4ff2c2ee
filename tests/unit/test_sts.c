#include "aws/sts.h"
#include "tests/unit/keyless_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define ANSWER(id)                                                             \
    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">" \
    "<AssumeRoleResult><Credentials><AccessKeyId>" id                          \
    "</AccessKeyId><SecretAccessKey>hush-hush</SecretAccessKey><SessionToken>" \
    "t0ken-" id "</SessionToken><Expiration>2100-01-01T00:00:00.5Z"            \
    "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
#define REFUSAL(code)                                                          \
    "<ErrorResponse><Error><Code>" code "</Code><Message>not you</Message>"    \
    "</Error><RequestId>r-1</RequestId></ErrorResponse>"

static const struct {
    const char *label, *text;
    enum status expected;
} documents[] = {
    {"a role's keys", ANSWER("ASIA"), STATUS_OK},
    {"nothing", "", STATUS_INVALID},
    {"no XML", "{}", STATUS_INVALID},
    {"another document", "<ListHostedZonesResponse/>", STATUS_INVALID},
    {"another action's", "<AssumeRoleWithWebIdentityResponse/>",
     STATUS_INVALID},
    {"no key id", ANSWER(""), STATUS_INVALID},
    {"a line break in the key", ANSWER("A\nB"), STATUS_INVALID},
    {"no time",
     "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A"
     "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t"
     "</SessionToken></Credentials></AssumeRoleResult></AssumeRoleResponse>",
     STATUS_INVALID},
    {"no token",
     "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A"
     "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><Expiration>"
     "2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
     "</AssumeRoleResponse>",
     STATUS_INVALID},
};

static void test_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(documents); i++) {
        struct aws_credentials found = {.access_key_id = NULL};
        bool is_good = documents[i].expected == STATUS_OK;

        print_message("  %s\n", documents[i].label);
        assert_int_equal(sts_read(STS_ASSUME_ROLE,
                                  span_from_string(documents[i].text), &found),
                         documents[i].expected);
        assert_int_equal(found.access_key_id != NULL, is_good);
        assert_true(found.expires_at == (is_good ? 4102444800 : 0));
        aws_credentials_clear(&found);
    }
}

static const struct home_variable dev[] = {{"AWS_PROFILE", "dev"},
                                           {NULL, NULL}};

static void write_profile(void)
{
    home_folder_write("[base]\naws_access_key_id=AKIA\n"
                      "aws_secret_access_key=s\n",
                      "[profile dev]\nrole_arn=arn:1\nsource_profile=base\n"
                      "external_id=a b\nduration_seconds=900\n");
}

static void test_what_is_asked(void **state)
{
    static const struct loopback_step steps[] = {
        KEYLESS_STEP(KEYLESS_OK ANSWER("ASIA")), KEYLESS_STEP(KEYLESS_ZONES)};
    struct keyless_aws aws;

    (void)state;
    write_profile();
    keyless_aws_start(&aws, dev, steps, COUNT(steps));
    keyless_aws_call(&aws);
    assert_int_equal(aws.reply.status, STATUS_OK);
    assert_true(keyless_aws_begins(&aws, 0, "POST / HTTP"));
    assert_true(keyless_aws_has(&aws, 0, "Credential=AKIA/"));
    assert_true(keyless_aws_has(&aws, 0, "/us-east-1/sts/aws4_request"));
    assert_true(keyless_aws_has(
        &aws, 0,
        "Action=AssumeRole&Version=2011-06-15&DurationSeconds=900&"
        "RoleArn=arn%3A1&RoleSessionName=dyndns53&ExternalId=a%20b"));
    assert_true(keyless_aws_has(&aws, 1, "Credential=ASIA/"));
    assert_true(
        keyless_aws_has(&aws, 1, "x-amz-security-token: t0ken-ASIA\r\n"));
    keyless_aws_stop(&aws);
}

static const struct {
    const char *label, *reply;
    size_t requests;
    const char *words;
} refusals[] = {
    {"a refusal is told in STS's words",
     "HTTP/1.1 403 Forbidden\r\n\r\n" REFUSAL("AccessDenied"), 1,
     "STS refused AssumeRole: AccessDenied: not you, request id r-1"},
    {"an outage is waited for, a little",
     "HTTP/1.1 500 Internal Server Error\r\n\r\n" REFUSAL("InternalFailure"), 3,
     "InternalFailure"},
    {"so is a throttle", "HTTP/1.1 400 Bad\r\n\r\n" REFUSAL("Throttling"), 3,
     "Throttling"},
    {"and a provider that STS did not reach",
     "HTTP/1.1 400 Bad\r\n\r\n" REFUSAL("IDPCommunicationError"), 3,
     "IDPCommunicationError"},
    {"a page", KEYLESS_OK "<html>hush-hush</html>", 3,
     "the reply is not the document to expect"},
};

static void test_refusals(void **state)
{
    (void)state;
    write_profile();
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct loopback_step steps[] = {KEYLESS_STEP(refusals[i].reply),
                                              KEYLESS_STEP(refusals[i].reply),
                                              KEYLESS_STEP(refusals[i].reply)};
        struct keyless_aws aws;

        print_message("  %s\n", refusals[i].label);
        keyless_aws_start(&aws, dev, steps, COUNT(steps));
        keyless_aws_call(&aws);
        assert_int_equal(aws.reply.condition, AWS_NO_CREDENTIALS);
        if (strstr(aws.reply.message, refusals[i].words) == NULL)
            fail_msg("it says: %s", aws.reply.message);
        assert_int_equal(loopback_requests(aws.server), refusals[i].requests);
        keyless_aws_stop(&aws);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_what_is_asked),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, keyless_aws_set_up_globals,
                                  keyless_aws_tear_down_globals);
}
