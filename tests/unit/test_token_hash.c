#include "s3db/token_hash.h"

#include "tests/unit/hashed_tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct span span(const char *text)
{
    return span_from_string(text);
}

/* The hash as a hashed token has it. */
static void assert_hash(struct token_form form, const char *digits)
{
    char text[TOKEN_HASHED_MAX_BYTES];
    size_t len = token_form_write(&form, text), wanted = strlen(digits);

    assert_true(len > wanted);
    assert_memory_equal(text + len - wanted, digits, wanted);
}

/* Those of RFC 7914 12 that ask for no gigabyte, as far as we keep the bytes. */
static const struct {
    const char *password, *salt;
    uint32_t n, r, p;
    const char *hash;
} vectors[] = {
    {"", "", 16, 1, 1,
     "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"},
    {"password", "NaCl", 1024, 8, 16,
     "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"},
    {"pleaseletmein", "SodiumChloride", 16384, 8, 1,
     "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"},
};

static void test_scrypt_is_that_of_the_rfc(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        struct token_form form = {
            .kind = TOKEN_SCRYPT,
            .n = vectors[i].n,
            .r = vectors[i].r,
            .p = vectors[i].p,
            .salt = span(vectors[i].salt),
        };

        assert_true(
            token_hash_make(&form, span(vectors[i].password), form.hash));
        assert_hash(form, vectors[i].hash);
    }
}

static const struct {
    const char *label, *token, *sent;
    bool matches;
} sent[] = {
    {"the token", SHA256_TOKEN, "s3cret", true},
    {"another one", SHA256_TOKEN, "s3creT", false},
    {"its beginning", SHA256_TOKEN, "s3cre", false},
    {"nothing", SHA256_TOKEN, "", false},
    {"what the table has", SHA256_TOKEN, SHA256_TOKEN, false},
    {"the salt with it", SHA256_TOKEN, "00112233s3cret", false},
    {"the token of scrypt", SCRYPT_TOKEN, "s3cret", true},
    {"another one of scrypt", SCRYPT_TOKEN, "s3creT", false},
    {"nothing of scrypt", SCRYPT_TOKEN, "", false},
    {"what the table has of scrypt", SCRYPT_TOKEN, SCRYPT_TOKEN, false},
};

static void test_only_the_token_matches(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sent); i++) {
        struct token_form form;

        assert_null(token_form_parse(span(sent[i].token), &form));
        if (token_hash_matches(&form, span(sent[i].sent)) != sent[i].matches)
            fail_msg("%s", sent[i].label);
    }
}

static void test_an_empty_token_is_nobodys(void **state)
{
    struct token_form form = {.kind = TOKEN_SHA256, .salt = span("00112233")};

    (void)state;
    assert_true(token_hash_make(&form, span(""), form.hash));
    assert_false(token_hash_matches(&form, span("")));
}

static void test_the_longest_token_is_hashed_and_no_longer_one(void **state)
{
    static char longest[TOKEN_MAX_BYTES + 1];
    struct token_form form = {.kind = TOKEN_SHA256, .salt = span("00112233")};

    (void)state;
    memset(longest, 't', sizeof longest);
    assert_true(token_hash_make(&form, span_from(longest, sizeof longest - 1),
                                form.hash));
    assert_true(
        token_hash_matches(&form, span_from(longest, sizeof longest - 1)));
    assert_false(
        token_hash_make(&form, span_from(longest, sizeof longest), form.hash));
}

static void test_what_scrypt_cannot_do_matches_nothing(void **state)
{
    struct token_form form = {
        .kind = TOKEN_SCRYPT, .n = 1000, .r = 8, .p = 1, .salt = span("NaCl")};

    (void)state;
    assert_false(token_hash_make(&form, span("s3cret"), form.hash));
    assert_false(token_hash_matches(&form, span("s3cret")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scrypt_is_that_of_the_rfc),
        cmocka_unit_test(test_only_the_token_matches),
        cmocka_unit_test(test_an_empty_token_is_nobodys),
        cmocka_unit_test(test_the_longest_token_is_hashed_and_no_longer_one),
        cmocka_unit_test(test_what_scrypt_cannot_do_matches_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
