#include "s3db/token_make.h"

#include "s3db/token_hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct {
    const char *label, *token;
    enum token_kind kind;
} tokens[] = {
    {"128 bits in hexadecimal digits", "b42b8ee408d165ba29588841a44edd96",
     TOKEN_SHA256},
    {"in upper case", "B42B8EE408D165BA29588841A44EDD96", TOKEN_SHA256},
    {"88 bits", "b42b8ee408d165ba295888", TOKEN_SHA256},
    {"84 bits", "b42b8ee408d165ba29588", TOKEN_SCRYPT},
    {"128 bits in base64", "3q2+7wABAgMEBQYHCAkKCw==", TOKEN_SHA256},
    {"in the other base64", "x-Jd0_Yw8Rk3LmQ7tVb2Zg", TOKEN_SHA256},
    {"letters and digits", "kT5wQz8RbN2vXc7LmP4sHd", TOKEN_SHA256},
    {"a word", "secret", TOKEN_SCRYPT},
    {"words", "correct horse battery staple", TOKEN_SCRYPT},
    {"words without blanks", "correcthorsebatterystaple", TOKEN_SCRYPT},
    {"words with capitals and digits", "CorrectHorseBatteryStaple12",
     TOKEN_SCRYPT},
    {"words with hyphens", "Correct-Horse-Battery-Staple-12", TOKEN_SCRYPT},
    {"digits alone", "1234567890123456789012345", TOKEN_SCRYPT},
    {"letters of hexadecimal digits alone", "deadbeefcafebabedeadbeef",
     TOKEN_SCRYPT},
    {"the same again and again", "a1a1a1a1a1a1a1a1a1a1a1a1", TOKEN_SCRYPT},
    {"in pairs", "aB1aB1aB1aB1aB1aB1aB1aB1", TOKEN_SCRYPT},
    {"something else in it", "kT5wQz8RbN2vXc7LmP4s.d", TOKEN_SCRYPT},
};

static void test_what_people_chose_takes_scrypt(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tokens); i++)
        if (token_make_kind(span_from_string(tokens[i].token)) !=
            tokens[i].kind)
            fail_msg("%s", tokens[i].label);
}

static void test_what_is_made_is_of_its_form_and_matches(void **state)
{
    static const enum token_kind kinds[] = {TOKEN_SHA256, TOKEN_SCRYPT};
    static const struct span token = SPAN_LITERAL("s3cret");

    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct token_text text;
        struct token_form form;

        assert_int_equal(token_make(kinds[i], token, &text), STATUS_OK);
        assert_null(token_form_parse(span_from(text.bytes, text.len), &form));
        assert_int_equal(form.kind, kinds[i]);
        assert_int_equal(form.salt.len, 2 * TOKEN_MAKE_SALT_BYTES);
        assert_true(token_hash_matches(&form, token));
        assert_false(token_hash_matches(&form, span_from_string("s3creT")));
    }
}

static void test_each_has_a_salt_of_its_own(void **state)
{
    struct token_text a, b;

    (void)state;
    assert_int_equal(token_make(TOKEN_SHA256, span_from_string("t"), &a),
                     STATUS_OK);
    assert_int_equal(token_make(TOKEN_SHA256, span_from_string("t"), &b),
                     STATUS_OK);
    assert_false(
        span_equal(span_from(a.bytes, a.len), span_from(b.bytes, b.len)));
}

static void test_what_can_be_no_token_is_refused(void **state)
{
    static char longest[TOKEN_MAX_BYTES + 1];
    struct token_text text;

    (void)state;
    memset(longest, 't', sizeof longest);
    assert_int_equal(token_make(TOKEN_SHA256, span_from(longest, 0), &text),
                     STATUS_INVALID);
    assert_int_equal(
        token_make(TOKEN_SHA256, span_from(longest, TOKEN_MAX_BYTES), &text),
        STATUS_OK);
    assert_int_equal(
        token_make(TOKEN_SHA256, span_from(longest, sizeof longest), &text),
        STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest cases[] = {
        cmocka_unit_test(test_what_people_chose_takes_scrypt),
        cmocka_unit_test(test_what_is_made_is_of_its_form_and_matches),
        cmocka_unit_test(test_each_has_a_salt_of_its_own),
        cmocka_unit_test(test_what_can_be_no_token_is_refused),
    };

    return cmocka_run_group_tests(cases, NULL, NULL);
}
