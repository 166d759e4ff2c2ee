#include "s3db/host.h"

#include "tests/unit/hashed_tokens.h"

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

static const struct {
    const char *label, *token, *sent;
    enum token_kind kind;
    bool matches;
} hashed[] = {
    {"a plain token", "s3cret", "s3cret", TOKEN_PLAIN, true},
    {"a hashed one", SHA256_TOKEN, "s3cret", TOKEN_SHA256, true},
    {"another than is hashed", SHA256_TOKEN, "s3creT", TOKEN_SHA256, false},
    {"not what the row has", SHA256_TOKEN, SHA256_TOKEN, TOKEN_SHA256, false},
    {"nothing", SHA256_TOKEN, "", TOKEN_SHA256, false},
    {"what breaks the form", "sha256:s3cret", "sha256:s3cret", TOKEN_SHA256,
     false},
    {"scrypt is not tried here", SCRYPT_TOKEN, "s3cret", TOKEN_SCRYPT, false},
    {"nor is what the row has of it", SCRYPT_TOKEN, SCRYPT_TOKEN, TOKEN_SCRYPT,
     false},
};

static void test_a_hashed_token_is_not_what_is_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hashed / sizeof hashed[0]; i++) {
        struct host host = host_with(span(hashed[i].token));

        if (host_token_kind(&host) != hashed[i].kind ||
            host_token_is_plain(&host) != (hashed[i].kind == TOKEN_PLAIN) ||
            host_token_matches(&host, span(hashed[i].sent)) !=
                hashed[i].matches)
            fail_msg("%s", hashed[i].label);
    }
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

/* A host whose row says this of it; the storage is the caller's. */
static struct host host_saying(struct host_attributes *row,
                               enum host_attribute which, const char *value)
{
    struct host host = host_with(span("s3cret"));

    row->len = 0;
    assert_null(host_attributes_add(row, which, span(value)));
    host.attributes = span_from((const char *)row->bytes, row->len);
    return host;
}

static void test_a_row_that_says_nothing_is_as_ever(void **state)
{
    struct host host = host_with(span("s3cret"));
    struct address suffix = {.family = ADDRESS_NONE};
    uint32_t seconds = 77;

    (void)state;
    assert_true(host_holds(&host, ADDRESS_IPV4));
    assert_true(host_holds(&host, ADDRESS_IPV6));
    assert_false(host_has_type(&host));
    assert_false(host_is_locked(&host));
    assert_false(host_is_readable(&host));
    assert_false(host_allows_internal(&host, false));
    assert_true(host_allows_internal(&host, true));
    assert_int_equal(host_mac_address(&host).len, 0);
    assert_int_equal(host_user(&host).len, 0);
    assert_false(host_ipv6_suffix(&host, &suffix));
    assert_int_equal(suffix.family, ADDRESS_NONE);
    assert_false(host_expect_within(&host, &seconds));
    assert_false(host_expire_after(&host, &seconds));
    assert_int_equal(seconds, 77);
}

static const struct {
    const char *record_type;
    bool a, aaaa, has_type;
} record_types[] = {
    {"A", true, false, true},
    {"AAAA", false, true, true},
    {"", true, true, false},
};

static void test_a_row_is_for_the_record_of_its_type_or_for_both(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof record_types / sizeof record_types[0]; i++) {
        struct host_attributes row;
        struct host host = host_saying(&row, HOST_ATTRIBUTE_RECORD_TYPE,
                                       record_types[i].record_type);

        if (host_holds(&host, ADDRESS_IPV4) != record_types[i].a ||
            host_holds(&host, ADDRESS_IPV6) != record_types[i].aaaa ||
            host_has_type(&host) != record_types[i].has_type)
            fail_msg("\"%s\"", record_types[i].record_type);
    }
}

static void test_a_flag_is_set_or_not(void **state)
{
    static const struct {
        enum host_attribute which;
        bool (*is_set)(const struct host *host);
    } flags[] = {
        {HOST_ATTRIBUTE_LOCK_RECORD, host_is_locked},
        {HOST_ATTRIBUTE_READ_PRIVILEGE, host_is_readable},
    };

    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        struct host_attributes row;
        struct host yes = host_saying(&row, flags[i].which, "yes"), no;

        assert_true(flags[i].is_set(&yes));
        assert_false(flags[1 - i].is_set(&yes));
        no = host_saying(&row, flags[i].which, "no");
        assert_false(flags[i].is_set(&no));
    }
}

static void test_the_rows_word_on_internal_addresses_is_the_last(void **state)
{
    struct host_attributes row;
    struct host host = host_saying(&row, HOST_ATTRIBUTE_ALLOW_INTERNAL, "true");

    (void)state;
    assert_true(host_allows_internal(&host, false));
    assert_true(host_allows_internal(&host, true));
    host = host_saying(&row, HOST_ATTRIBUTE_ALLOW_INTERNAL, "false");
    assert_false(host_allows_internal(&host, false));
    assert_false(host_allows_internal(&host, true));
}

static void test_texts_come_back_as_they_are_written(void **state)
{
    struct host_attributes row;
    struct host host =
        host_saying(&row, HOST_ATTRIBUTE_MAC_ADDRESS, "02-00-5E-10-00-0a");

    (void)state;
    assert_true(span_is(host_mac_address(&host), "02-00-5E-10-00-0a"));
    assert_int_equal(host_user(&host).len, 0);
    host = host_saying(&row, HOST_ATTRIBUTE_USER, "Anne B.");
    assert_true(span_is(host_user(&host), "Anne B."));
    assert_int_equal(host_mac_address(&host).len, 0);
}

static void test_an_ipv6_suffix_has_sixteen_bytes(void **state)
{
    static const char *const suffixes[] = {
        "::1",         "::100",       "::1234:5678:9abc:def0",
        "::1:0:0:0:1", "2001:db8::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    };

    (void)state;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        struct host_attributes row;
        struct host host =
            host_saying(&row, HOST_ATTRIBUTE_IPV6_SUFFIX, suffixes[i]);
        struct address suffix, wanted;

        memset(&suffix, 0x77, sizeof suffix);
        assert_true(address_parse(span(suffixes[i]), &wanted));
        assert_true(host_ipv6_suffix(&host, &suffix));
        assert_int_equal(suffix.family, ADDRESS_IPV6);
        assert_memory_equal(suffix.bytes, wanted.bytes, sizeof suffix.bytes);
    }
}

static void test_silence_is_counted_in_seconds(void **state)
{
    struct host_attributes row = {.len = 0};
    struct host host = host_saying(&row, HOST_ATTRIBUTE_EXPECT_WITHIN, "15m");
    uint32_t seconds = 77;

    (void)state;
    assert_true(host_expect_within(&host, &seconds));
    assert_int_equal(seconds, 900);
    assert_false(host_expire_after(&host, &seconds));
    assert_int_equal(seconds, 900);
    host = host_saying(&row, HOST_ATTRIBUTE_EXPIRE_AFTER, "30d");
    assert_true(host_expire_after(&host, &seconds));
    assert_int_equal(seconds, 30 * 86400);
    assert_false(host_expect_within(&host, &seconds));
    assert_int_equal(seconds, 30 * 86400);
}

static void test_never_is_said_and_is_not_silence_about_it(void **state)
{
    struct host_attributes row = {.len = 0};
    struct host host = host_saying(&row, HOST_ATTRIBUTE_EXPIRE_AFTER, "never");
    uint32_t seconds = 77;

    (void)state;
    assert_true(host_expire_after(&host, &seconds));
    assert_int_equal(seconds, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token_matches),
        cmocka_unit_test(test_no_token_is_an_unknown_hosts),
        cmocka_unit_test(test_a_token_longer_than_any_is_refused),
        cmocka_unit_test(test_a_hashed_token_is_not_what_is_sent),
        cmocka_unit_test(test_a_ttl_is_the_rows_own_or_none),
        cmocka_unit_test(test_a_row_that_says_nothing_is_as_ever),
        cmocka_unit_test(test_a_row_is_for_the_record_of_its_type_or_for_both),
        cmocka_unit_test(test_a_flag_is_set_or_not),
        cmocka_unit_test(test_the_rows_word_on_internal_addresses_is_the_last),
        cmocka_unit_test(test_texts_come_back_as_they_are_written),
        cmocka_unit_test(test_an_ipv6_suffix_has_sixteen_bytes),
        cmocka_unit_test(test_silence_is_counted_in_seconds),
        cmocka_unit_test(test_never_is_said_and_is_not_silence_about_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
