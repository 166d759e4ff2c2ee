#include "server/http/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { OUT_MAX_BYTES = 4096 };

static bool find(struct span name, struct span *text)
{
    static const struct {
        const char *name, *text;
    } texts[] = {
        {"head", "<h1>{{title}}</h1>"},
        {"row", "({{name}})"},
        {"endless", "{{>endless}}"},
    };

    for (size_t i = 0; i < COUNT(texts); i++) {
        if (span_is(name, texts[i].name)) {
            *text = span_from_string(texts[i].text);
            return true;
        }
    }
    return false;
}

static enum status fill(const char *text, const char *json, struct strbuf *out)
{
    json_t *value = json_loads(json, JSON_ALLOW_NUL, NULL);
    enum status status;

    if (value == NULL)
        fail_msg("the test's own JSON is wrong: %s", json);
    strbuf_init(out, OUT_MAX_BYTES);
    status = template_fill(span_from_string(text), value, find, out);
    json_decref(value);
    return status;
}

static const struct {
    const char *label, *text, *json, *result;
} cases[] = {
    {"a text without places stays as it is", "<p>a { b } c</p>", "{}",
     "<p>a { b } c</p>"},
    {"an empty one too", "", "{}", ""},
    {"a place is filled in", "<p>{{a}}</p>", "{\"a\":\"b\"}", "<p>b</p>"},
    {"with a number", "{{a}}", "{\"a\":-12}", "-12"},
    {"with a word for what is true or not", "{{a}} {{b}}",
     "{\"a\":true,\"b\":false}", "true false"},
    {"with nothing", "<{{a}}>", "{\"a\":\"\"}", "<>"},
    {"one after the other", "{{a}}{{b}}{{a}}", "{\"a\":\"1\",\"b\":\"2\"}",
     "121"},
    {"what a value says is no place", "{{a}}", "{\"a\":\"{{b}}\",\"b\":\"x\"}",
     "{{b}}"},

    {"a section stands for each element", "{{#a}}[{{b}}]{{/a}}",
     "{\"a\":[{\"b\":1},{\"b\":2}]}", "[1][2]"},
    {"for none", "<{{#a}}x{{/a}}>", "{\"a\":[]}", "<>"},
    {"for what is true", "{{#a}}x{{/a}}", "{\"a\":true}", "x"},
    {"for a text, which it may show", "{{#a}}[{{a}}]{{/a}}", "{\"a\":\"b\"}",
     "[b]"},
    {"for a number, be it 0", "{{#a}}[{{a}}]{{/a}}", "{\"a\":0}", "[0]"},
    {"for an object, whose members it has", "{{#a}}{{b}}{{/a}}",
     "{\"a\":{\"b\":\"x\"}}", "x"},
    {"not for what is false", "<{{#a}}x{{/a}}>", "{\"a\":false}", "<>"},
    {"nor null", "<{{#a}}x{{/a}}>", "{\"a\":null}", "<>"},
    {"nor empty", "<{{#a}}x{{/a}}>", "{\"a\":\"\"}", "<>"},
    {"nor not there", "<{{#a}}x{{/a}}>", "{}", "<>"},
    {"its opposite for all of these", "{{^a}}1{{/a}}{{^b}}2{{/b}}{{^c}}3{{/c}}",
     "{\"a\":false,\"b\":[]}", "123"},
    {"and for nothing else", "<{{^a}}x{{/a}}>", "{\"a\":\"b\"}", "<>"},
    {"names are looked for outwards", "{{#a}}{{b}}{{c}}{{/a}}",
     "{\"a\":[{\"b\":1}],\"b\":9,\"c\":2}", "12"},
    {"but not inwards, once out again", "{{#a}}{{b}}{{/a}}{{b}}",
     "{\"a\":[{\"b\":1}],\"b\":2}", "12"},
    {"sections stand in each other, of one name too",
     "{{#a}}<{{#a}}{{b}}{{/a}}>{{/a}}", "{\"a\":[{\"a\":[{\"b\":1}]}]}", "<1>"},
    {"what is left out is not filled in", "{{#a}}{{nobody}}{{/a}}", "{}", ""},
    {"another text is filled in likewise", "{{>head}}!", "{\"title\":\"<\"}",
     "<h1>&lt;</h1>!"},
    {"for each element too", "{{#a}}{{>row}}{{/a}}",
     "{\"a\":[{\"name\":\"x\"},{\"name\":\"y\"}]}", "(x)(y)"},
};

static void test_texts_are_filled_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf out;
        enum status status = fill(cases[i].text, cases[i].json, &out);

        if (status != STATUS_OK ||
            strcmp(strbuf_string(&out), cases[i].result) != 0)
            fail_msg("%s: %s, %s", cases[i].label, status_name(status),
                     strbuf_string(&out));
        strbuf_clear(&out);
    }
}

static const struct {
    const char *label, *text, *json;
} refused[] = {
    {"a name that the value does not have", "{{a}}", "{}"},
    {"one that has no text of its own", "{{a}}", "{\"a\":{}}"},
    {"nor has a list", "{{a}}", "{\"a\":[]}"},
    {"nor null", "{{a}}", "{\"a\":null}"},
    {"nor is a fraction shown", "{{a}}", "{\"a\":1.5}"},
    {"a place without a name", "{{}}", "{}"},
    {"with a blank", "{{ a }}", "{\"a\":\"b\"}"},
    {"in capitals", "{{A}}", "{\"A\":\"b\"}"},
    {"a name that is too long", "{{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}",
     "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":\"b\"}"},
    {"a value that would not be escaped, by three braces", "{{{a}}}",
     "{\"a\":\"b\"}"},
    {"or by an ampersand", "{{&a}}", "{\"a\":\"b\"}"},
    {"a place without an end", "x{{a", "{\"a\":\"b\"}"},
    {"a section without an end", "{{#a}}x", "{\"a\":true}"},
    {"be it left out", "{{#a}}x", "{}"},
    {"an end without a section", "x{{/a}}", "{\"a\":true}"},
    {"a section that ends another one", "{{#a}}x{{/b}}",
     "{\"a\":true,\"b\":true}"},
    {"sections that cross", "{{#a}}{{#b}}{{/a}}{{/b}}",
     "{\"a\":true,\"b\":true}"},
    {"a text that there is not", "{{>tail}}", "{}"},
    {"a text in itself, without end", "{{>endless}}", "{}"},
};

static void test_what_does_not_fit_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct strbuf out;
        enum status status = fill(refused[i].text, refused[i].json, &out);

        if (status != STATUS_INVALID)
            fail_msg("%s: %s", refused[i].label, status_name(status));
        strbuf_clear(&out);
    }
}

static const struct {
    const char *label, *json, *result;
} hostile[] = {
    {"no tag begins", "\"<script>alert(1)</script>\"",
     "&lt;script&gt;alert(1)&lt;/script&gt;"},
    {"no quotes end", "\"\\\" onload=\\\"x\"", "&quot; onload=&quot;x"},
    {"of neither kind", "\"' onload='x\"", "&#39; onload=&#39;x"},
    {"no reference is made", "\"&lt;b&gt;\"", "&amp;lt;b&amp;gt;"},
    {"what was escaped is escaped again", "\"&amp;\"", "&amp;amp;"},
    {"a byte that is no character is shown as such", "\"a\\u0000b\\u001bc\"",
     "a\xef\xbf\xbd"
     "b\xef\xbf\xbd"
     "c"},
    {"and so is the last of ASCII", "\"\\u007f\"", "\xef\xbf\xbd"},
    {"blanks stay", "\" a\\tb\\nc \"", " a\tb\nc "},
    {"other letters stay", "\"\xc3\xa4\xe2\x82\xac\"", "\xc3\xa4\xe2\x82\xac"},
    {"a comment does not begin", "\"<!--\"", "&lt;!--"},
    {"nor end", "\"-->\"", "--&gt;"},
};

static void test_no_value_leaves_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hostile); i++) {
        char json[256];
        struct strbuf out;
        enum status status;

        snprintf(json, sizeof json, "{\"a\":%s}", hostile[i].json);
        status = fill("{{a}}", json, &out);
        if (status != STATUS_OK ||
            strcmp(strbuf_string(&out), hostile[i].result) != 0)
            fail_msg("%s: %s, %s", hostile[i].label, status_name(status),
                     strbuf_string(&out));
        strbuf_clear(&out);
    }
}

static void test_no_byte_alone_stays_dangerous(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        char c = (char)byte;
        struct strbuf out;

        strbuf_init(&out, OUT_MAX_BYTES);
        template_append_escaped(&out, span_from(&c, 1));
        assert_null(strpbrk(strbuf_string(&out), "<>\"'"));
        assert_true(out.len > 0);
        strbuf_clear(&out);
    }
}

static void test_too_much_is_told(void **state)
{
    struct strbuf out;
    json_t *value = json_pack("{s:s}", "a", "12345");

    (void)state;
    strbuf_init(&out, 8);
    assert_int_equal(
        template_fill(span_from_string("{{a}}{{a}}"), value, NULL, &out),
        STATUS_NOMEM);
    strbuf_clear(&out);
    strbuf_init(&out, 8);
    assert_int_equal(
        template_fill(span_from_string("123456789"), value, NULL, &out),
        STATUS_NOMEM);
    strbuf_clear(&out);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_filled_in),
        cmocka_unit_test(test_what_does_not_fit_is_refused),
        cmocka_unit_test(test_no_value_leaves_its_place),
        cmocka_unit_test(test_no_byte_alone_stays_dangerous),
        cmocka_unit_test(test_too_much_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
