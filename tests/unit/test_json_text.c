#include "server/http/json_text.h"

#include "tests/unit/failing_jansson.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct {
    const char *label, *text;
    bool read;
} texts[] = {
    {"an object", "{\"mode\": \"get\"}", true},
    {"an empty one", "{}", true},
    {"blanks around it", " \t\r\n{ } \n", true},
    {"numbers and the like within", "{\"a\": [1, -2.5e3, true, null]}", true},
    {"as deep as may be", "{\"a\":[[[[[[[]]]]]]]}", true},
    {"one deeper", "{\"a\":[[[[[[[[]]]]]]]]}", false},
    {"width is not depth", "{\"a\":[[],[],[],[],[],[],[],[],[],[]]}", true},
    {"brackets in a string are not depth", "{\"a\":\"[[[[[[[[[[\"}", true},
    {"a quote in a string does not end it", "{\"a\":\"\\\"[[[[[[[[[[\"}", true},
    {"a backslash before the quote does not hide its end",
     "{\"a\":\"\\\\\",\"b\":[[[[[[[[]]]]]]]]}", false},
    {"brackets that close nothing do not make room", "]]]]{\"a\":1}", false},
    {"nothing", "", false},
    {"blanks alone", "  ", false},
    {"an array", "[\"mode\", \"get\"]", false},
    {"a string", "\"get\"", false},
    {"a number", "7", false},
    {"null", "null", false},
    {"a form", "mode=get", false},
    {"half an object", "{\"mode\": \"get\"", false},
    {"something behind it", "{} {}", false},
    {"a member twice", "{\"mode\": \"get\", \"mode\": \"set\"}", false},
    {"a comma at the end", "{\"mode\": \"get\",}", false},
    {"single quotes", "{'mode': 'get'}", false},
    {"a remark", "{} // get", false},
    {"a byte order mark", "\xef\xbb\xbf{}", false},
    {"UTF-8", "{\"a\": \"p\xc3\xa4\xc3\x9fwort\"}", true},
    {"Latin-1", "{\"a\": \"p\xe4\xdfwort\"}", false},
    {"an overlong NUL", "{\"a\": \"\xc0\x80\"}", false},
    {"half a surrogate", "{\"a\": \"\\ud800\"}", false},
    {"a NUL by its number", "{\"a\": \"\\u0000\"}", false},
    {"a line's end in a string", "{\"a\": \"\n\"}", false},
    {"a number that no machine holds", "{\"a\": 99999999999999999999}", false},
};

static void test_what_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        json_t *object = json_text_read(span_from_string(texts[i].text));

        if ((object != NULL) != texts[i].read)
            fail_msg("%s", texts[i].label);
        json_decref(object);
    }
}

static void test_a_nul_is_no_end(void **state)
{
    (void)state;
    assert_null(json_text_read(span_from("{}\0", 3)));
}

static void test_long_text_is_refused(void **state)
{
    char *text = malloc(JSON_TEXT_MAX_BYTES + 1);
    json_t *object;

    (void)state;
    assert_non_null(text);
    memset(text, ' ', JSON_TEXT_MAX_BYTES + 1);
    memcpy(text, "{}", 2);
    object = json_text_read(span_from(text, JSON_TEXT_MAX_BYTES));
    assert_non_null(object);
    json_decref(object);
    assert_null(json_text_read(span_from(text, JSON_TEXT_MAX_BYTES + 1)));
    free(text);
}

static void test_members_that_are_strings_are_found(void **state)
{
    json_t *object = json_text_read(span_from_string(
        "{\"a\": 1, \"b\": \"x\\u00e9\", \"c\": [\"y\"], \"d\": \"\"}"));
    struct span value = {"before", 6};

    (void)state;
    assert_false(json_text_member(object, "a", &value));
    assert_false(json_text_member(object, "c", &value));
    assert_false(json_text_member(object, "e", &value));
    assert_true(span_is(value, "before"));
    assert_true(json_text_member(object, "b", &value));
    assert_true(span_is(value, "x\xc3\xa9"));
    assert_true(json_text_member(object, "d", &value));
    assert_int_equal(value.len, 0);
    json_decref(object);
}

static json_t *example(void)
{
    return json_pack("{s:s, s:i, s:[s, s]}", "z", "p\xc3\xa4\"", "a", 0, "m",
                     "x", "y");
}

static const char spaced[] =
    "{\"z\": \"p\\u00E4\\\"\", \"a\": 0, \"m\": [\"x\", \"y\"]}";

static void test_what_is_written_keeps_its_order(void **state)
{
    char text[sizeof spaced - 1];
    char *long_text;
    size_t len;

    (void)state;
    len = json_text_write(example(), JSON_TEXT_SPACED, text, sizeof text);
    assert_true(span_is(span_from(text, len), spaced));
    len = json_text_write(example(), JSON_TEXT_COMPACT, text, sizeof text);
    assert_true(
        span_is(span_from(text, len),
                "{\"z\":\"p\\u00E4\\\"\",\"a\":0,\"m\":[\"x\",\"y\"]}"));
    assert_int_equal(
        json_text_write(example(), JSON_TEXT_SPACED, text, sizeof text - 1), 0);
    long_text = json_text_write_long(example(), JSON_TEXT_SPACED);
    assert_string_equal(long_text, spaced);
    free(long_text);
}

/* Each allocation in its turn is the first to fail. */
static void test_without_memory_nothing_is_left_behind(void **state)
{
    static const char text[] = "{\"a\": \"b\", \"c\": [1, {\"d\": 2.5}]}";
    json_t *object = NULL;
    int failures = 0;
    char out[64];

    (void)state;
    for (; object == NULL; failures++) {
        failing_jansson_after(failures);
        object = json_text_read(span_from_string(text));
    }
    failing_jansson_after(-1);
    json_decref(object);
    assert_in_range(failures, 5, 100);
    assert_int_equal(json_text_write(NULL, JSON_TEXT_SPACED, out, sizeof out),
                     0);
    assert_null(json_text_write_long(NULL, JSON_TEXT_SPACED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_a_nul_is_no_end),
        cmocka_unit_test(test_long_text_is_refused),
        cmocka_unit_test(test_members_that_are_strings_are_found),
        cmocka_unit_test(test_what_is_written_keeps_its_order),
        cmocka_unit_test(test_without_memory_nothing_is_left_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
