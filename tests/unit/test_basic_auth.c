#include "server/http/basic_auth.h"

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct {
    const char *label, *header, *user, *password;
} accepted[] = {
    /* printf 'home.example.org:s3cret' | base64 */
    {"a host and its token",
     "Basic aG9tZS5leGFtcGxlLm9yZzpzM2NyZXQ=", "home.example.org", "s3cret"},
    {"no padding", "Basic YTpi", "a", "b"},
    {"one byte of padding", "Basic YTpiYw==", "a", "bc"},
    {"two bytes of padding", "Basic YTpiY2Q=", "a", "bcd"},
    {"the scheme has no letter case", "bASIC YTpi", "a", "b"},
    {"several blanks behind the scheme", "Basic    YTpi", "a", "b"},
    {"blanks around", " Basic YTpi \t", "a", "b"},
    {"a tab behind the blank", "Basic \tYTpi", "a", "b"},
    {"the password holds the later colons", "Basic YTpiOmM6", "a", "b:c:"},
    {"an empty password", "Basic YWI6", "ab", ""},
    {"an empty user", "Basic OmFi", "", "ab"},
    {"both empty", "Basic Og==", "", ""},
    {"all of the alphabet's odd characters", "Basic Ojo+Oj8/", "", ":>:\?\?"},
};

static void test_what_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(accepted); i++) {
        unsigned char buffer[BASIC_AUTH_BUFFER_BYTES];
        struct basic_auth auth;

        if (!basic_auth_parse(span_from_string(accepted[i].header), buffer,
                              &auth))
            fail_msg("%s: refused", accepted[i].label);
        if (!span_is(auth.user, accepted[i].user) ||
            !span_is(auth.password, accepted[i].password))
            fail_msg("%s: got %.*s, %.*s", accepted[i].label,
                     (int)auth.user.len, auth.user.ptr, (int)auth.password.len,
                     auth.password.ptr);
    }
}

static const struct {
    const char *label;
    struct span header;
} refused[] = {
    {"nothing", SPAN_LITERAL("")},
    {"blanks", SPAN_LITERAL("   ")},
    {"the scheme alone", SPAN_LITERAL("Basic")},
    {"the scheme and a blank", SPAN_LITERAL("Basic ")},
    {"another scheme", SPAN_LITERAL("Bearer YTpi")},
    {"a scheme that begins like it", SPAN_LITERAL("Basics YTpi")},
    {"a scheme that it begins like", SPAN_LITERAL("Basi YTpi")},
    {"no blank behind the scheme", SPAN_LITERAL("BasicYTpi")},
    {"a tab is no blank", SPAN_LITERAL("Basic\tYTpi")},
    {"no scheme", SPAN_LITERAL("YTpi")},
    {"clear text", SPAN_LITERAL("Basic a:b")},
    {"no colon", SPAN_LITERAL("Basic YWJj")},
    {"one character short", SPAN_LITERAL("Basic YTp")},
    {"one character too many", SPAN_LITERAL("Basic YTpiY")},
    {"padding left away", SPAN_LITERAL("Basic YTpiYw")},
    {"half of the padding left away", SPAN_LITERAL("Basic YTpiYw=")},
    {"padding alone", SPAN_LITERAL("Basic ====")},
    {"three bytes of padding", SPAN_LITERAL("Basic YTpiY===")},
    {"four bytes of padding", SPAN_LITERAL("Basic YTpi====")},
    {"padding in the middle", SPAN_LITERAL("Basic YTo=YTpi")},
    {"padding before the last character", SPAN_LITERAL("Basic YTpiY=Q=")},
    {"a blank inside", SPAN_LITERAL("Basic YTpi YTpi")},
    {"a line feed inside", SPAN_LITERAL("Basic YTpi\nYTpi")},
    {"a line feed behind", SPAN_LITERAL("Basic YTpi\n")},
    {"what OpenSSL takes for the end of a file",
     SPAN_LITERAL("Basic YTpiYTp-")},
    {"only that", SPAN_LITERAL("Basic YTpi----")},
    {"the URL's alphabet", SPAN_LITERAL("Basic Ojo-Oj8_")},
    {"a character of no alphabet", SPAN_LITERAL("Basic YTp*")},
    {"beyond ASCII", SPAN_LITERAL("Basic YTp\377")},
    {"a NUL byte", SPAN_LITERAL("Basic YTpi\0\0\0\0")},
    {"a NUL byte inside", SPAN_LITERAL("Basic YT\0i")},
    {"two values joined", SPAN_LITERAL("Basic YTpi, Basic YTpi")},
};

static void test_what_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        unsigned char buffer[BASIC_AUTH_BUFFER_BYTES];
        struct basic_auth auth;

        if (basic_auth_parse(refused[i].header, buffer, &auth))
            fail_msg("%s: taken", refused[i].label);
    }
}

/* "Basic ", then `len` bytes "a:xxx..." in base64, in memory of just that
 * size, so that a look beyond it shows. */
static struct span header_of(size_t len)
{
    static const char scheme[] = "Basic ";
    const size_t scheme_len = sizeof scheme - 1;
    unsigned char *clear = malloc(len);
    char *encoded = malloc(scheme_len + (len + 2) / 3 * 4 + 1);
    int encoded_len;

    assert_non_null(clear);
    assert_non_null(encoded);
    memset(clear, 'x', len);
    memcpy(clear, "a:", 2);
    memcpy(encoded, scheme, scheme_len);
    encoded_len =
        EVP_EncodeBlock((unsigned char *)encoded + scheme_len, clear, (int)len);
    free(clear);
    return span_from(encoded, scheme_len + (size_t)encoded_len);
}

static bool accepts_length(size_t len)
{
    unsigned char *buffer = malloc(BASIC_AUTH_BUFFER_BYTES);
    struct span header = header_of(len);
    struct basic_auth auth;
    bool taken;

    assert_non_null(buffer);
    taken = basic_auth_parse(header, buffer, &auth);
    if (taken)
        assert_int_equal(auth.password.len, len - 2);
    free(buffer);
    free((void *)(uintptr_t)header.ptr);
    return taken;
}

static void test_the_longest_that_can_match_is_the_longest_taken(void **state)
{
    (void)state;
    for (size_t len = 2; len <= BASIC_AUTH_DECODED_MAX; len++)
        if (!accepts_length(len))
            fail_msg("%zu bytes are refused", len);
    for (size_t len = BASIC_AUTH_DECODED_MAX + 1;
         len <= BASIC_AUTH_DECODED_MAX + 8; len++)
        if (accepts_length(len))
            fail_msg("%zu bytes are taken", len);
    assert_false(accepts_length(100000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_accepted),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_the_longest_that_can_match_is_the_longest_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
