#include "s3db/token_form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define SALT "0123456789abcdef"
#define HASH "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define SALT_64 SALT SALT SALT SALT

static const struct {
    const char *label, *text;
    enum token_kind kind;
    uint32_t n, r, p;
    const char *salt;
} forms[] = {
    {"a random token", "b42b8ee408d165ba29588841a44edd96", TOKEN_PLAIN, 0, 0, 0,
     NULL},
    {"one letter", "s", TOKEN_PLAIN, 0, 0, 0, NULL},
    {"a name without its colon is plain", "sha256", TOKEN_PLAIN, 0, 0, 0, NULL},
    {"another hash's name is plain", "sha512:" SALT ":" HASH, TOKEN_PLAIN, 0, 0,
     0, NULL},
    {"in capitals it is plain", "SHA256:x", TOKEN_PLAIN, 0, 0, 0, NULL},
    {"within a token it is plain", "my-scrypt:x", TOKEN_PLAIN, 0, 0, 0, NULL},
    {"sha256", "sha256:" SALT ":" HASH, TOKEN_SHA256, 0, 0, 0, SALT},
    {"the shortest salt", "sha256:01234567:" HASH, TOKEN_SHA256, 0, 0, 0,
     "01234567"},
    {"the longest salt", "sha256:" SALT_64 ":" HASH, TOKEN_SHA256, 0, 0, 0,
     SALT_64},
    {"a salt of all that there may be", "sha256:Az09+/=._-:" HASH, TOKEN_SHA256,
     0, 0, 0, "Az09+/=._-"},
    {"scrypt", "scrypt:16384:8:1:" SALT ":" HASH, TOKEN_SCRYPT, 16384, 8, 1,
     SALT},
    {"the least", "scrypt:1024:1:1:" SALT ":" HASH, TOKEN_SCRYPT, 1024, 1, 1,
     SALT},
    {"the most memory", "scrypt:32768:8:1:" SALT ":" HASH, TOKEN_SCRYPT, 32768,
     8, 1, SALT},
    {"the most blocks", "scrypt:1024:16:16:" SALT ":" HASH, TOKEN_SCRYPT, 1024,
     16, 16, SALT},
    {"the largest blocks", "scrypt:8192:32:1:" SALT ":" HASH, TOKEN_SCRYPT,
     8192, 32, 1, SALT},
};

static void test_forms_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct span text = span_from_string(forms[i].text);
        struct token_form form;

        if (token_form_kind(text) != forms[i].kind ||
            token_form_parse(text, &form) != NULL ||
            form.kind != forms[i].kind || form.n != forms[i].n ||
            form.r != forms[i].r || form.p != forms[i].p)
            fail_msg("%s", forms[i].label);
        if (form.kind == TOKEN_PLAIN)
            continue;
        assert_true(span_is(form.salt, forms[i].salt));
        assert_int_equal(form.hash[0], 0x00);
        assert_int_equal(form.hash[10], 0xaa);
        assert_int_equal(form.hash[26], 0xaa);
        assert_int_equal(form.hash[31], 0xff);
    }
}

static const char no_sha256[] = "the token begins with sha256: but is not ";
static const char no_scrypt[] = "the token begins with scrypt: but is not ";
static const char costs[] = "the numbers of the scrypt token are out of bounds";

static const struct {
    const char *label, *text, *fault;
} faults[] = {
    {"nothing behind the name", "sha256:", no_sha256},
    {"no hash", "sha256:" SALT, no_sha256},
    {"an empty hash", "sha256:" SALT ":", no_sha256},
    {"a short hash", "sha256:" SALT ":00", no_sha256},
    {"a long hash", "sha256:" SALT ":" HASH "0", no_sha256},
    {"a hash with another letter",
     "sha256:" SALT
     ":0g112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
     no_sha256},
    {"something behind the hash", "sha256:" SALT ":" HASH ":", no_sha256},
    {"no salt", "sha256::" HASH, no_sha256},
    {"a short salt", "sha256:0123456:" HASH, no_sha256},
    {"a long salt", "sha256:" SALT_64 "0:" HASH, no_sha256},
    {"a blank in the salt", "sha256:01234 567:" HASH, no_sha256},
    {"a dollar in the salt", "sha256:01234$567:" HASH, no_sha256},
    {"a password that only begins so", "sha256: my favourite", no_sha256},
    {"nothing behind scrypt", "scrypt:", no_scrypt},
    {"two numbers", "scrypt:16384:8:" SALT ":" HASH, no_scrypt},
    {"four numbers", "scrypt:16384:8:1:1:" SALT ":" HASH, no_scrypt},
    {"an empty number", "scrypt:16384::1:" SALT ":" HASH, no_scrypt},
    {"a leading zero", "scrypt:016384:8:1:" SALT ":" HASH, no_scrypt},
    {"a sign", "scrypt:16384:+8:1:" SALT ":" HASH, no_scrypt},
    {"a number that is too large for any",
     "scrypt:4294967296:8:1:" SALT ":" HASH, no_scrypt},
    {"no hash of scrypt", "scrypt:16384:8:1:" SALT, no_scrypt},
    {"a short salt of scrypt", "scrypt:16384:8:1:0123456:" HASH, no_scrypt},
    {"N is no power of two", "scrypt:16383:8:1:" SALT ":" HASH, costs},
    {"N is 0", "scrypt:0:8:1:" SALT ":" HASH, costs},
    {"N is too small", "scrypt:512:8:1:" SALT ":" HASH, costs},
    {"N is too large", "scrypt:65536:1:1:" SALT ":" HASH, costs},
    {"R is 0", "scrypt:16384:0:1:" SALT ":" HASH, costs},
    {"R is too large", "scrypt:1024:33:1:" SALT ":" HASH, costs},
    {"P is 0", "scrypt:16384:8:0:" SALT ":" HASH, costs},
    {"P is too large", "scrypt:1024:1:17:" SALT ":" HASH, costs},
    {"too much memory", "scrypt:32768:9:1:" SALT ":" HASH, costs},
    {"too much time", "scrypt:16384:8:3:" SALT ":" HASH, costs},
    {"a product beyond 32 bits",
     "scrypt:32768:4294967295:4294967295:" SALT ":" HASH, costs},
};

static void test_what_only_begins_like_a_hashed_token_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct token_form form = {.n = 7};
        const char *fault =
            token_form_parse(span_from_string(faults[i].text), &form);

        if (fault == NULL ||
            strncmp(fault, faults[i].fault, strlen(faults[i].fault)) != 0)
            fail_msg("%s: %s", faults[i].label, fault == NULL ? "-" : fault);
        assert_int_equal(form.n, 7);
    }
}

/* But for the letter case of the hash. */
static void test_what_is_read_is_written_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct span text = span_from_string(forms[i].text);
        struct token_form form;
        char written[TOKEN_HASHED_MAX_BYTES];
        size_t len;

        if (forms[i].kind == TOKEN_PLAIN)
            continue;
        assert_null(token_form_parse(text, &form));
        len = token_form_write(&form, written);
        assert_int_equal(len, text.len);
        assert_int_equal(strncasecmp(written, text.ptr, len), 0);
    }
}

static void test_the_longest_has_room(void **state)
{
    static const char longest[] = "scrypt:32768:32:16:" SALT_64 ":" HASH;

    (void)state;
    assert_int_equal(sizeof longest - 1, TOKEN_HASHED_MAX_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms_are_read),
        cmocka_unit_test(test_what_only_begins_like_a_hashed_token_is_refused),
        cmocka_unit_test(test_what_is_read_is_written_again),
        cmocka_unit_test(test_the_longest_has_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
