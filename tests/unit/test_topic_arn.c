#include "aws/topic_arn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct {
    const char *label, *arn, *region;
} arns[] = {
    {"the public cloud", "arn:aws:sns:eu-west-1:123456789012:dyndns-status",
     "eu-west-1"},
    {"China", "arn:aws-cn:sns:cn-north-1:123456789012:a", "cn-north-1"},
    {"GovCloud", "arn:aws-us-gov:sns:us-gov-west-1:123456789012:a_B-9",
     "us-gov-west-1"},
    {"a FIFO topic", "arn:aws:sns:us-east-1:123456789012:a.fifo", "us-east-1"},
};

static void test_what_is_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(arns); i++) {
        char region[ENDPOINT_REGION_MAX + 1];

        print_message("  %s\n", arns[i].label);
        assert_null(topic_arn_fault(arns[i].arn));
        topic_arn_region(arns[i].arn, region);
        assert_string_equal(region, arns[i].region);
    }
}

static const struct {
    const char *label, *arn;
} no_arns[] = {
    {"nothing", ""},
    {"the seed's placeholder", "SNS topic ARN to notify"},
    {"a topic's name alone", "dyndns-status"},
    {"another service's", "arn:aws:sqs:eu-west-1:123456789012:a"},
    {"another's partition", "arn:acme:sns:eu-west-1:123456789012:a"},
    {"no region", "arn:aws:sns::123456789012:a"},
    {"a zone", "arn:aws:sns:eu-west-1a:123456789012:a"},
    {"a host in the region's place",
     "arn:aws:sns:evil.example.org/:123456789012:a"},
    {"an account that is too short", "arn:aws:sns:eu-west-1:12345678901:a"},
    {"letters in the account", "arn:aws:sns:eu-west-1:12345678901x:a"},
    {"no topic", "arn:aws:sns:eu-west-1:123456789012:"},
    {"nothing behind the account", "arn:aws:sns:eu-west-1:123456789012"},
    {"a subscription's, which has one part more",
     "arn:aws:sns:eu-west-1:123456789012:a:0c1d"},
    {"a blank at the end", "arn:aws:sns:eu-west-1:123456789012:a "},
};

static void test_what_is_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(no_arns); i++) {
        print_message("  %s\n", no_arns[i].label);
        assert_non_null(topic_arn_fault(no_arns[i].arn));
    }
}

static void test_a_name_may_have_256_characters(void **state)
{
    char arn[1000] = "arn:aws:sns:eu-west-1:123456789012:";
    size_t len = strlen(arn);

    (void)state;
    memset(arn + len, 'x', 256);
    assert_null(topic_arn_fault(arn));
    arn[len + 256] = 'x';
    assert_non_null(topic_arn_fault(arn));
    memset(arn + len, 'x', 500);
    assert_non_null(topic_arn_fault(arn));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_one),
        cmocka_unit_test(test_what_is_none),
        cmocka_unit_test(test_a_name_may_have_256_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
