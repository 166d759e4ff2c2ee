#include "server/http/validation_hash.h"

#include "tests/unit/hash_caller.h"
#include "tests/unit/hashed_tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* Of the documents of the serverless system. */
#define OF_V2 "2d4584795ea50777bd43433f9b10f3a9feaf6e9ad49a535b79923f56b538451d"
#define OF_V3 "0eb3fc760ddbd7dca1702ae359b8f990b8a145d719b9d1014da4aa866022dd70"

static const struct {
    const char *label, *text;
    bool parsed;
} texts[] = {
    {"64 digits", OF_V2, true},
    {"in upper case",
     "2D4584795EA50777BD43433F9B10F3A9FEAF6E9AD49A535B79923F56B538451D", true},
    {"one digit less",
     "d4584795ea50777bd43433f9b10f3a9feaf6e9ad49a535b79923f56b538451d", false},
    {"one more", OF_V2 "0", false},
    {"a letter beyond f",
     "gd4584795ea50777bd43433f9b10f3a9feaf6e9ad49a535b79923f56b538451d", false},
    {"the last one, too",
     "2d4584795ea50777bd43433f9b10f3a9feaf6e9ad49a535b79923f56b538451-", false},
    {"a blank before it",
     " d4584795ea50777bd43433f9b10f3a9feaf6e9ad49a535b79923f56b538451d", false},
    {"nothing", "", false},
};

static void test_what_can_be_a_hash(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct validation_hash hash = {.bytes = {0x77}}, wanted;

        assert_true(validation_hash_parse(span_from_string(OF_V2), &wanted));
        if (validation_hash_parse(span_from_string(texts[i].text), &hash) !=
            texts[i].parsed)
            fail_msg("%s", texts[i].label);
        if (texts[i].parsed)
            assert_memory_equal(&hash, &wanted, sizeof hash);
        else
            assert_int_equal(hash.bytes[0], 0x77);
    }
}

static const struct {
    const char *label, *hash, *client, *name, *token;
    bool matches;
} cases[] = {
    {"version 2's own example", OF_V2, "73.222.111.6", "test.example.com.",
     "123abc", true},
    {"version 3's own example", OF_V3, "11.12.13.14", "www.example.com",
     "SuP3R_5eCR3T", true},
    {"an IPv4 address that was mapped is one", OF_V2, "::ffff:73.222.111.6",
     "test.example.com.", "123abc", true},
    {"another address", OF_V2, "73.222.111.7", "test.example.com.", "123abc",
     false},
    {"another host", OF_V2, "73.222.111.6", "tost.example.com.", "123abc",
     false},
    {"the name is not normalised", OF_V2, "73.222.111.6", "Test.example.com.",
     "123abc", false},
    {"not even its dot", OF_V2, "73.222.111.6", "test.example.com", "123abc",
     false},
    {"another token", OF_V2, "73.222.111.6", "test.example.com.", "123abd",
     false},
    {"a host that does not exist", OF_V2, "73.222.111.6", "test.example.com.",
     NULL, false},
};

static void test_whose_hash_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct host host = {.token = span_from_string(cases[i].token)};
        struct address client = address_of(cases[i].client);
        struct validation_hash hash;

        assert_true(
            validation_hash_parse(span_from_string(cases[i].hash), &hash));
        if (validation_hash_matches(
                &hash, &client, span_from_string(cases[i].name),
                cases[i].token == NULL ? NULL : &host) != cases[i].matches)
            fail_msg("%s", cases[i].label);
    }
}

static bool matches(const char *address, const char *name, const char *token,
                    const struct host *host)
{
    char digits[VALIDATION_HASH_DIGITS + 1];
    struct address client = address_of(address);
    struct validation_hash hash;

    hash_of(address, name, token, digits);
    assert_true(validation_hash_parse(span_from_string(digits), &hash));
    return validation_hash_matches(&hash, &client, span_from_string(name),
                                   host);
}

static void test_ipv6_is_hashed_in_its_canonical_text(void **state)
{
    struct host host = {.token = SPAN_LITERAL("s3cret")};

    (void)state;
    assert_true(matches("2001:db8::1", "a.example.org.", "s3cret", &host));
    assert_false(matches("2001:db8:0::1", "a.example.org.", "s3cret", &host));
}

static void test_the_longest_of_all_fits(void **state)
{
    char name[256] = {0}, token[HOSTDB_TOKEN_MAX_BYTES + 1] = {0};
    struct host host;

    (void)state;
    memset(name, 'n', 254);
    memset(token, 't', HOSTDB_TOKEN_MAX_BYTES);
    host.token = span_from_string(token);
    assert_true(
        matches("2001:db8:1111:2222:3333:4444:5555:6666", name, token, &host));
    name[254] = 'n'; /* the name of no host */
    assert_false(matches("192.0.2.1", name, token, &host));
}

/* Who has read the table has its text, and the token is not there. */
static void test_no_hash_is_that_of_a_hashed_token(void **state)
{
    static const char *const tokens[] = {SHA256_TOKEN, SCRYPT_TOKEN};

    (void)state;
    for (size_t i = 0; i < COUNT(tokens); i++) {
        struct host host = {.token = span_from_string(tokens[i])};

        assert_false(matches("192.0.2.1", "a.example.org.", tokens[i], &host));
        assert_false(matches("192.0.2.1", "a.example.org.", "s3cret", &host));
        assert_false(matches("192.0.2.1", "a.example.org.",
                             "0123456789abcdef0123456789abcdef", &host));
    }
}

static void test_nobody_knows_the_token_of_no_host(void **state)
{
    (void)state;
    assert_false(matches("192.0.2.1", "a.example.org.",
                         "0123456789abcdef0123456789abcdef", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_can_be_a_hash),
        cmocka_unit_test(test_whose_hash_it_is),
        cmocka_unit_test(test_ipv6_is_hashed_in_its_canonical_text),
        cmocka_unit_test(test_the_longest_of_all_fits),
        cmocka_unit_test(test_no_hash_is_that_of_a_hashed_token),
        cmocka_unit_test(test_nobody_knows_the_token_of_no_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
