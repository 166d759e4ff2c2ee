#include "journal/json_reader.h"

#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* A copy with an end that a sanitizer guards. */
static char *copy_of(struct span text)
{
    char *copy = malloc(text.len + (text.len == 0));

    assert_non_null(copy);
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    return copy;
}

static const char *const kind_names[] = {"text", "number", "flag", "list",
                                         "else"};

/* "name=text:value;" for each member, and "!" if the line is no JSON. */
static void tell(struct span line, struct strbuf *out)
{
    char *copy = copy_of(line);
    struct json_reader reader;
    struct json_member member;
    struct span item;

    strbuf_rewind(out);
    json_reader_init(&reader, copy, line.len);
    while (json_reader_next(&reader, &member)) {
        strbuf_append(out, member.name);
        strbuf_printf(out, "=%s:", kind_names[member.kind]);
        if (member.kind == JSON_TEXT)
            strbuf_append(out, member.text);
        if (member.kind == JSON_NUMBER || member.kind == JSON_FLAG)
            strbuf_printf(out, "%llu", (unsigned long long)member.number);
        while (member.kind == JSON_LIST &&
               json_reader_item(&member.list, &item)) {
            strbuf_append(out, item);
            strbuf_append_char(out, ',');
        }
        strbuf_append_char(out, ';');
    }
    if (!json_reader_ok(&reader))
        strbuf_append_char(out, '!');
    free(copy);
}

static const struct {
    const char *label, *line, *told;
} lines[] = {
    {"an object", "{\"a\":\"b\"}", "a=text:b;"},
    {"an empty one", "{}", ""},
    {"blanks around everything",
     " \t{ \"a\" : \"b\" ,\r\n\"c\" : 1 , \"d\" : [ \"e\" , \"f\" ] } \n",
     "a=text:b;c=number:1;d=list:e,f,;"},
    {"numbers", "{\"a\":0,\"b\":18446744073709551615}",
     "a=number:0;b=number:18446744073709551615;"},
    {"numbers that do not fit are passed over",
     "{\"a\":18446744073709551616,\"b\":-1,\"c\":1.5,\"d\":1e3,\"e\":2E-1}",
     "a=else:;b=else:;c=else:;d=else:;e=else:;"},
    {"flags and null", "{\"a\":true,\"b\":false,\"c\":null}",
     "a=flag:1;b=flag:0;c=else:;"},
    {"a list", "{\"a\":[\"x\",\"y\"],\"b\":[],\"c\":1}",
     "a=list:x,y,;b=list:;c=number:1;"},
    {"what is no text in a list is passed over",
     "{\"a\":[1,\"x\",[\"in\"],{\"y\":\"z\"},null,\"y\"]}", "a=list:x,y,;"},
    {"an object within is passed over",
     "{\"a\":{\"b\":[1,{\"c\":\"}\\\"\"}],\"d\":{}},\"e\":\"f\"}",
     "a=else:;e=text:f;"},
    {"escapes", "{\"a\\\"b\":\"\\\"\\\\\\/x\"}", "a\"b=text:\"\\/x;"},
    {"codes", "{\"a\":\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00\"}",
     "a=text:A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80;"},
    {"halves of surrogates",
     "{\"a\":\"\\ud83dx\\ude00\\ud83d\\ud83d\\ude00\\ud83d\\u0041\"}",
     "a=text:\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80"
     "\xef\xbf\xbd"
     "A;"},
    {"control characters, escaped",
     "{\"a\":\"1\\n2\\t3\\u00004\\u001b5\\u007f6\\u009b7\"}",
     "a=text:1 2 3 4 5 6 7;"},
    {"control characters of UTF-8",
     "{\"a\":\"1\x7f"
     "2\xc2\x9b"
     "3\"}",
     "a=text:1 2 3;"},
    {"UTF-8 behind an escape", "{\"a\":\"\\\\\xc3\xa4\xf0\x9f\x98\x80\"}",
     "a=text:\\\xc3\xa4\xf0\x9f\x98\x80;"},
    {"a member twice", "{\"a\":1,\"a\":2}", "a=number:1;a=number:2;"},
    {"as deep as may be", "{\"a\":[[[[[[[[]]]]]]]],\"b\":1}",
     "a=list:;b=number:1;"},
    {"one deeper", "{\"a\":[[[[[[[[[]]]]]]]]],\"b\":1}", "!"},
    {"nothing", "", "!"},
    {"blanks alone", "  ", "!"},
    {"an array", "[\"a\"]", "!"},
    {"a text", "\"a\"", "!"},
    {"half an object", "{\"a\":1", "a=number:1;!"},
    {"half a name", "{\"a", "!"},
    {"half a text", "{\"a\":\"b", "!"},
    {"half a list", "{\"a\":[\"b\"", "!"},
    {"half an escape", "{\"a\":\"b\\", "!"},
    {"half a code", "{\"a\":\"\\u00", "!"},
    {"half a pair", "{\"a\":\"\\ud83d\\u", "!"},
    {"something behind it", "{} {}", "!"},
    {"something behind a member", "{\"a\":1}x", "a=number:1;!"},
    {"a comma at the end", "{\"a\":1,}", "a=number:1;!"},
    {"a comma at the front", "{,\"a\":1}", "!"},
    {"no comma", "{\"a\":1\"b\":2}", "a=number:1;!"},
    {"no colon", "{\"a\" 1}", "!"},
    {"no value", "{\"a\":}", "!"},
    {"no name", "{:1}", "!"},
    {"a name without quotes", "{a:1}", "!"},
    {"single quotes", "{'a':1}", "!"},
    {"an escape that JSON has not", "{\"a\":\"\\x41\"}", "!"},
    {"a code that is none", "{\"a\":\"\\u00g0\"}", "!"},
    {"a line's end in a text", "{\"a\":\"\n\"}", "!"},
    {"Latin-1", "{\"a\":\"p\xe4\xdfwort\"}", "!"},
    {"an overlong NUL", "{\"a\":\"\xc0\x80\"}", "!"},
    {"a word that JSON has not", "{\"a\":nul}", "!"},
    {"a minus alone", "{\"a\":-}", "!"},
    {"a plus", "{\"a\":+1}", "!"},
    {"brackets that do not fit", "{\"a\":[1}", "!"},
    {"a comma at the end of a list", "{\"a\":[1,]}", "!"},
};

static void test_what_is_read(void **state)
{
    struct strbuf told;

    (void)state;
    strbuf_init(&told, 4096);
    for (size_t i = 0; i < COUNT(lines); i++) {
        tell(span_from_string(lines[i].line), &told);
        if (!span_is(strbuf_span(&told), lines[i].told))
            fail_msg("%s: %s", lines[i].label, strbuf_string(&told));
    }
    strbuf_clear(&told);
}

/* Whatever is cut off: it ends, within the line, and is no object any more. */
static void test_no_front_of_a_line_is_one(void **state)
{
    static const char whole[] =
        "{\"a\":\"\\u00e4\\ud83d\\ude00\xe2\x82\xac\\n\",\"b\":[\"c\",{\"d\":"
        "[true]}],\"e\":-1.5e+3,\"f\":null}";
    struct strbuf told;

    (void)state;
    strbuf_init(&told, 4096);
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        tell(span_from(whole, len), &told);
        assert_int_equal(told.ptr[told.len - 1], '!');
    }
    tell(span_from(whole, sizeof whole - 1), &told);
    assert_null(strchr(strbuf_string(&told), '!'));
    strbuf_clear(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_no_front_of_a_line_is_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
