#include "journal/json_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct {
    const char *label;
    const char *text;
    size_t max_bytes;
    const char *written;
} texts[] = {
    {"a text", "ddclient/3.10", 80, "ddclient/3.10"},
    {"nothing", "", 80, ""},
    {"no room", "abc", 0, ""},
    {"a quote and a backslash", "a\"b\\c", 80, "a\\\"b\\\\c"},
    {"they count as one byte each", "\"\"\"", 2, "\\\"\\\""},
    {"control characters", "a\tb\nc\x1b[0m\x7f", 80, "a b c [0m "},
    {"those of C1",
     "a\xc2\x9b"
     "31m",
     80, "a 31m"},
    {"markup is no matter of JSON", "<b>&amp;'", 80, "<b>&amp;'"},
    {"UTF-8", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 80,
     "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"Latin-1", "p\xe4\xdfwort", 80, "p\xef\xbf\xbd\xef\xbf\xbdwort"},
    {"half a character at the end", "a\xe2\x82", 80,
     "a\xef\xbf\xbd\xef\xbf\xbd"},
    {"cut", "abcdef", 4, "abcd"},
    {"cut before a character that has no room", "abc\xe2\x82\xac", 5, "abc"},
    {"cut behind one that has",
     "abc\xe2\x82\xac"
     "d",
     6, "abc\xe2\x82\xac"},
    {"cut before what stands for a byte", "abc\xff", 5, "abc"},
};

static void test_texts_are_escaped_and_cut(void **state)
{
    struct strbuf out, expected;

    (void)state;
    strbuf_init(&out, 1024);
    strbuf_init(&expected, 1024);
    for (size_t i = 0; i < COUNT(texts); i++) {
        strbuf_rewind(&out);
        strbuf_rewind(&expected);
        json_writer_begin(&out);
        json_writer_text(&out, "t", span_from_string(texts[i].text),
                         texts[i].max_bytes);
        json_writer_end(&out);
        strbuf_printf(&expected, "{\"t\":\"%s\"}\n", texts[i].written);
        if (!span_equal(strbuf_span(&out), strbuf_span(&expected)))
            fail_msg("%s: %s", texts[i].label, strbuf_string(&out));
    }
    strbuf_clear(&out);
    strbuf_clear(&expected);
}

static void test_a_nul_is_a_control_character(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 1024);
    json_writer_begin(&out);
    json_writer_text(&out, "t", span_from("a\0b", 3), 80);
    assert_string_equal(strbuf_string(&out), "{\"t\":\"a b\"");
    strbuf_clear(&out);
}

static void test_members_of_each_kind(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 1024);
    json_writer_begin(&out);
    json_writer_number(&out, "zero", 0);
    json_writer_number(&out, "most", UINT64_MAX);
    json_writer_flag(&out, "yes", true);
    json_writer_flag(&out, "no", false);
    json_writer_list_begin(&out, "list");
    json_writer_list_item(&out, span_from_string("a["), 80);
    json_writer_list_item(&out, span_from_string("\""), 80);
    json_writer_list_end(&out);
    json_writer_list_begin(&out, "empty");
    json_writer_list_end(&out);
    json_writer_text(&out, "last", span_from_string("{"), 80);
    json_writer_end(&out);
    assert_string_equal(strbuf_string(&out),
                        "{\"zero\":0,\"most\":18446744073709551615,"
                        "\"yes\":true,\"no\":false,\"list\":[\"a[\",\"\\\"\"],"
                        "\"empty\":[],\"last\":\"{\"}\n");
    strbuf_clear(&out);
}

static void test_lines_stand_one_behind_the_other(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 1024);
    for (int i = 0; i < 2; i++) {
        json_writer_begin(&out);
        json_writer_number(&out, "n", 1);
        json_writer_end(&out);
    }
    json_writer_begin(&out);
    json_writer_end(&out);
    assert_string_equal(strbuf_string(&out), "{\"n\":1}\n{\"n\":1}\n{}\n");
    strbuf_clear(&out);
}

static void test_a_full_buffer_tells(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 10);
    json_writer_begin(&out);
    json_writer_text(&out, "t", span_from_string("abcdef"), 80);
    assert_false(strbuf_ok(&out));
    json_writer_number(&out, "n", 1);
    json_writer_end(&out);
    assert_true(out.len <= 10);
    strbuf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_escaped_and_cut),
        cmocka_unit_test(test_a_nul_is_a_control_character),
        cmocka_unit_test(test_members_of_each_kind),
        cmocka_unit_test(test_lines_stand_one_behind_the_other),
        cmocka_unit_test(test_a_full_buffer_tells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
