#include "s3db/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct span span(const char *text)
{
    return span_from_string(text);
}

static struct host host_with(struct span token)
{
    return (struct host){.name = span("home.dyn.example.org"), .token = token};
}

static const struct {
    const char *label, *token;
    bool matches;
} tokens[] = {
    {"the token", "s3cret", true},
    {"another of the same length", "s3creT", false},
    {"letter case matters", "S3CRET", false},
    {"one byte short", "s3cre", false},
    {"one byte long", "s3crett", false},
    {"nothing", "", false},
    {"zero bytes, which the dummy holds", "\0\0\0\0\0\0", false},
};

static void test_token_matches(void **state)
{
    struct host host = host_with(span("s3cret"));

    (void)state;
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
        if (host_token_matches(&host, span(tokens[i].token)) !=
            tokens[i].matches)
            fail_msg("%s", tokens[i].label);
}

static void test_no_token_is_an_unknown_hosts(void **state)
{
    static const char zeros[HOSTDB_TOKEN_MAX_BYTES];

    (void)state;
    assert_false(host_token_matches(NULL, span("s3cret")));
    assert_false(host_token_matches(NULL, span("")));
    assert_false(host_token_matches(NULL, span_from(NULL, 0)));
    assert_false(host_token_matches(NULL, span_from(zeros, 1)));
    assert_false(host_token_matches(NULL, span_from(zeros, sizeof zeros)));
}

static void test_a_token_longer_than_any_is_refused(void **state)
{
    static char token[HOSTDB_TOKEN_MAX_BYTES + 1];
    struct span longest = span_from(token, HOSTDB_TOKEN_MAX_BYTES);
    struct host host = host_with(longest);

    (void)state;
    memset(token, 't', sizeof token);
    assert_true(host_token_matches(&host, longest));
    assert_false(host_token_matches(&host, span_from(token, sizeof token)));
}

static void test_a_ttl_is_the_rows_own_or_none(void **state)
{
    struct host host = host_with(span("s3cret"));
    struct host_attributes row = {.len = 0};
    uint32_t ttl = 77;

    (void)state;
    assert_false(host_attribute_ttl(&host, &ttl));
    assert_int_equal(ttl, 77);
    assert_null(host_attributes_add(&row, HOST_ATTRIBUTE_TTL, span("300")));
    host.attributes = span_from((const char *)row.bytes, row.len);
    assert_true(host_attribute_ttl(&host, &ttl));
    assert_int_equal(ttl, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token_matches),
        cmocka_unit_test(test_no_token_is_an_unknown_hosts),
        cmocka_unit_test(test_a_token_longer_than_any_is_refused),
        cmocka_unit_test(test_a_ttl_is_the_rows_own_or_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
