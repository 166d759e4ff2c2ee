#include "aws/uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct {
    const char *label, *text, *encoded, *path;
} encodings[] = {
    {"what is unreserved stays", "AZaz09-_.~", "AZaz09-_.~", "AZaz09-_.~"},
    {"a tilde is not encoded", "~user", "~user", "~user"},
    {"a slash stays in a path alone", "a/b", "a%2Fb", "a/b"},
    {"a space is never a plus", "a b", "a%20b", "a%20b"},
    {"a plus is a plus", "a+b", "a%2Bb", "a%2Bb"},
    {"an escape is encoded again, it is a name", "a%20b", "a%2520b", "a%2520b"},
    {"hex digits are upper-case", "\xc3\xa9", "%C3%A9", "%C3%A9"},
    {"sub-delimiters are encoded", "!$&'()*,;=:@", /**/
     "%21%24%26%27%28%29%2A%2C%3B%3D%3A%40",
     "%21%24%26%27%28%29%2A%2C%3B%3D%3A%40"},
    {"a query or a fragment cannot begin", "?#[]", "%3F%23%5B%5D",
     "%3F%23%5B%5D"},
    {"a line cannot end", "a\r\nb", "a%0D%0Ab", "a%0D%0Ab"},
    {"dot segments and double slashes are names to S3", "a//../b/./",
     "a%2F%2F..%2Fb%2F.%2F", "a//../b/./"},
    {"Route 53's escapes are encoded", "\\052.example.org.",
     "%5C052.example.org.", "%5C052.example.org."},
    {"nothing is nothing", "", "", ""},
};

static void test_encoding(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(encodings); i++) {
        struct strbuf out;

        print_message("  %s\n", encodings[i].label);
        strbuf_init(&out, 1000);
        uri_append_encoded(&out, span_from_string(encodings[i].text));
        assert_string_equal(strbuf_string(&out), encodings[i].encoded);
        strbuf_rewind(&out);
        uri_append_path(&out, span_from_string(encodings[i].text));
        assert_string_equal(strbuf_string(&out), encodings[i].path);
        strbuf_clear(&out);
    }
}

static void test_every_byte_has_one_form(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        char byte = (char)c;
        struct strbuf out;
        bool plain;

        strbuf_init(&out, 10);
        uri_append_encoded(&out, span_from(&byte, 1));
        plain = out.len == 1 && out.ptr[0] == byte;
        assert_true(plain || (out.len == 3 && out.ptr[0] == '%'));
        strbuf_clear(&out);
    }
}

static const struct {
    const char *label;
    struct uri_param params[4];
    size_t count;
    const char *expected;
} queries[] = {
    {"no parameters, no question mark", {{NULL, {NULL, 0}}}, 0, ""},
    {"one parameter", {{"a", SPAN_LITERAL("1")}}, 1, "?a=1"},
    {"an empty value still has its equals sign",
     {{"versioning", SPAN_LITERAL("")}},
     1,
     "?versioning="},
    {"parameters are sorted",
     {{"type", SPAN_LITERAL("A")},
      {"maxitems", SPAN_LITERAL("300")},
      {"name", SPAN_LITERAL("x.example.org.")},
      {"identifier", SPAN_LITERAL("b c")}},
     4,
     "?identifier=b%20c&maxitems=300&name=x.example.org.&type=A"},
    {"a name sorts before its own extension",
     {{"a-b", SPAN_LITERAL("2")}, {"a", SPAN_LITERAL("1")}},
     2,
     "?a=1&a-b=2"},
    {"upper case sorts before lower case",
     {{"a", SPAN_LITERAL("1")}, {"B", SPAN_LITERAL("2")}},
     2,
     "?B=2&a=1"},
    {"equal names are sorted by their values",
     {{"a", SPAN_LITERAL("2")}, {"a", SPAN_LITERAL("10")}},
     2,
     "?a=10&a=2"},
    {"what is sorted is the encoded form: %7C stands before z",
     {{"a", SPAN_LITERAL("z")}, {"a", SPAN_LITERAL("|")}},
     2,
     "?a=%7C&a=z"},
    {"two escapes sort by the bytes they mean",
     {{"a", SPAN_LITERAL("\xc3")}, {"a", SPAN_LITERAL(" ")}},
     2,
     "?a=%20&a=%C3"},
    {"a value cannot begin another parameter",
     {{"name", SPAN_LITERAL("x&type=A?b#c")}},
     1,
     "?name=x%26type%3DA%3Fb%23c"},
};

static void test_query(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(queries); i++) {
        struct uri_param params[4];
        struct strbuf out;

        print_message("  %s\n", queries[i].label);
        memcpy(params, queries[i].params, sizeof params);
        strbuf_init(&out, 1000);
        uri_append_query(&out, params, queries[i].count);
        assert_string_equal(strbuf_string(&out), queries[i].expected);
        strbuf_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encoding),
        cmocka_unit_test(test_every_byte_has_one_form),
        cmocka_unit_test(test_query),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
