#include "journal/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct {
    const char *label, *text;
    size_t len;
    bool is_control;
} characters[] = {
    {"nothing", "", 0, false},
    {"ASCII", "a", 1, false},
    {"one character of several", "abc", 1, false},
    {"a line feed", "\n", 1, true},
    {"escape", "\x1b", 1, true},
    {"delete", "\x7f", 1, true},
    {"the last of C1", "\xc2\x9f", 2, true},
    {"the first of C1", "\xc2\x80", 2, true},
    {"the blank behind C1", "\xc2\xa0", 2, false},
    {"a letter that ends like a control character", "\xc3\x80", 2, false},
    {"two bytes, the last", "\xdf\xbf", 2, false},
    {"three bytes, the first", "\xe0\xa0\x80", 3, false},
    {"the last before surrogates", "\xed\x9f\xbf", 3, false},
    {"the first behind surrogates", "\xee\x80\x80", 3, false},
    {"three bytes, the last", "\xef\xbf\xbf", 3, false},
    {"four bytes, the first", "\xf0\x90\x80\x80", 4, false},
    {"four bytes, the last", "\xf4\x8f\xbf\xbf", 4, false},
    {"what only follows", "\x80", 0, false},
    {"an overlong slash", "\xc0\xaf", 0, false},
    {"an overlong one of three bytes", "\xe0\x9f\xbf", 0, false},
    {"an overlong one of four", "\xf0\x8f\xbf\xbf", 0, false},
    {"a surrogate", "\xed\xa0\x80", 0, false},
    {"beyond U+10FFFF", "\xf4\x90\x80\x80", 0, false},
    {"five bytes", "\xf8\x88\x80\x80\x80", 0, false},
    {"half of two", "\xc3", 0, false},
    {"half of three", "\xe2\x82", 0, false},
    {"half of four", "\xf0\x9f\x98", 0, false},
    {"a letter in the middle", "\xe2x\x82", 0, false},
    {"a letter at the end", "\xe2\x82x", 0, false},
};

static void test_a_character_is_whole_or_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(characters); i++) {
        struct span text = span_from_string(characters[i].text);
        size_t len = utf8_length(text);

        if (len != characters[i].len ||
            (len > 0 && utf8_is_control(span_from(text.ptr, len)) !=
                            characters[i].is_control))
            fail_msg("%s", characters[i].label);
    }
}

static void test_each_code_is_written_as_it_is_read(void **state)
{
    (void)state;
    for (unsigned code = 0; code <= 0x10ffff; code++) {
        char text[4];
        size_t len;

        if (code >= 0xd800 && code < 0xe000)
            continue;
        len = utf8_write(code, text);
        assert_int_equal(len, code < 0x80      ? 1
                              : code < 0x800   ? 2
                              : code < 0x10000 ? 3
                                               : 4);
        assert_int_equal(utf8_length(span_from(text, len)), len);
    }
}

static void test_codes_are_those_of_the_standard(void **state)
{
    char text[4];

    (void)state;
    assert_true(span_is(span_from(text, utf8_write(0xe4, text)), "\xc3\xa4"));
    assert_true(
        span_is(span_from(text, utf8_write(0xfffd, text)), UTF8_REPLACEMENT));
    assert_true(span_is(span_from(text, utf8_write(0x1f600, text)),
                        "\xf0\x9f\x98\x80"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_character_is_whole_or_none),
        cmocka_unit_test(test_each_code_is_written_as_it_is_read),
        cmocka_unit_test(test_codes_are_those_of_the_standard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
