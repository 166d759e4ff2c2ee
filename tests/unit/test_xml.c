#include "aws/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct {
    const char *label, *text;
    const char *expected; /* the text of <a> in <r>; NULL: refused */
} documents[] = {
    {"a plain document", "<r><a>x</a></r>", "x"},
    {"a declaration before it", "<?xml version=\"1.0\"?>\n<r><a>x</a></r>",
     "x"},
    {"a default namespace", "<r xmlns=\"https://example.org/\"><a>x</a></r>",
     "x"},
    {"a namespace with a prefix",
     "<n:r xmlns:n=\"https://example.org/\"><n:a>x</n:a></n:r>", "x"},
    {"white space around a text is not the text", "<r><a>\n  x y\t</a></r>",
     "x y"},
    {"XML's own entities", "<r><a>&lt;&amp;&apos;&quot;&gt;</a></r>", "<&'\">"},
    {"character references", "<r><a>&#x78;&#121;</a></r>", "xy"},
    {"a CDATA section is text", "<r><a><![CDATA[<x>]]></a></r>", "<x>"},
    {"other elements before and after", "<r><b/><a>x</a><a>y</a></r>", "x"},
    {"comments and blanks between elements", "<r> <!-- a --> <a>x</a></r>",
     "x"},
    {"an element that is not there has no text", "<r><b>x</b></r>", ""},
    {"nor has an empty one", "<r><a/></r>", ""},
    {"nor one that holds another", "<r><a><b>x</b></a></r>", ""},
    {"nor one of mixed content", "<r><a>x<b/>y</a></r>", ""},
    {"a deeper element is not a child", "<r><b><a>x</a></b></r>", ""},
    {"another root", "<s><a>x</a></s>", ""},

    {"nothing", "", NULL},
    {"not XML", "upstream connect error", NULL},
    {"a page of a gateway",
     "<html><head><title>502</title></head><body><hr></body></html>", NULL},
    {"cut within an element", "<r><a>x</a>", NULL},
    {"cut within a tag", "<r><a>x</a></", NULL},
    {"something after the end", "<r><a>x</a></r><r/>", NULL},
    {"an unknown entity", "<r><a>&x;</a></r>", NULL},
    {"a DTD", "<!DOCTYPE r><r><a>x</a></r>", NULL},
    {"a DTD that declares an entity",
     "<!DOCTYPE r [<!ENTITY x \"y\">]><r><a>&x;</a></r>", NULL},
    {"a DTD that names a file",
     "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>"
     "<r><a>&x;</a></r>",
     NULL},
    {"a DTD that expands without measure",
     "<!DOCTYPE r [<!ENTITY x \"yyyyyyyyyy\"><!ENTITY z \"&x;&x;&x;&x;\">]>"
     "<r b=\"&z;&z;\"><a>&z;&z;</a></r>",
     NULL},
    {"an external DTD", "<!DOCTYPE r SYSTEM \"http://192.0.2.1/x.dtd\"><r/>",
     NULL},
    {"bytes that are no UTF-8", "<r><a>\xff\xfe</a></r>", NULL},
    {"a control character", "<r><a>\x01</a></r>", NULL},
};

static void test_documents(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(documents); i++) {
        struct span text = span_from_string(documents[i].text), value;
        bool refused = documents[i].expected == NULL;
        xmlDoc *doc;

        print_message("  %s\n", documents[i].label);
        assert_int_equal(xml_parse(text, &doc),
                         refused ? STATUS_INVALID : STATUS_OK);
        assert_int_equal(doc == NULL, refused);
        if (refused)
            continue;
        value = xml_child_text(xml_root(doc, "r"), "a");
        assert_true(span_is(value, documents[i].expected));
        xmlFreeDoc(doc);
    }
}

static void test_siblings_are_found_by_name(void **state)
{
    static const char text[] = "<r><a>1</a><b>2</b> <a>3</a></r>";
    const xmlNode *a, *any;
    xmlDoc *doc;

    (void)state;
    assert_int_equal(xml_parse(span_from_string(text), &doc), STATUS_OK);
    a = xml_child(xml_root(doc, "r"), "a");
    assert_int_equal(xml_count(xml_root(doc, "r"), "a"), 2);
    assert_int_equal(xml_count(xml_root(doc, "r"), NULL), 3);
    any = xml_next(a, NULL);
    assert_true(xml_is(any, "b"));
    a = xml_next(a, "a");
    assert_true(span_is(xml_text(a), "3"));
    assert_null(xml_next(a, "a"));
    assert_null(xml_child(NULL, "a"));
    assert_int_equal(xml_text(NULL).len, 0);
    assert_int_equal(xml_raw_text(NULL).len, 0);
    xmlFreeDoc(doc);
}

static enum status parse_nested(size_t depth)
{
    char *text = malloc(depth * 7 + 1);
    size_t len = 0;
    enum status status;
    xmlDoc *doc;

    for (size_t i = 0; i < depth; i++)
        len += (size_t)sprintf(text + len, "<a>");
    for (size_t i = 0; i < depth; i++)
        len += (size_t)sprintf(text + len, "</a>");
    status = xml_parse(span_from(text, len), &doc);
    xmlFreeDoc(doc);
    free(text);
    return status;
}

static void test_nesting_is_bounded(void **state)
{
    (void)state;
    assert_int_equal(parse_nested(100), STATUS_OK);
    assert_int_equal(parse_nested(300), STATUS_INVALID);
    assert_int_equal(parse_nested(100000), STATUS_INVALID);
}

static void test_size_is_bounded(void **state)
{
    size_t len = XML_MAX_BYTES + 1;
    char *text = malloc(len);
    xmlDoc *doc;

    (void)state;
    memset(text, ' ', len);
    memcpy(text, "<r/>", 4);
    assert_int_equal(xml_parse(span_from(text, len), &doc), STATUS_INVALID);
    assert_null(doc);
    assert_int_equal(xml_parse(span_from(text, len - 1), &doc), STATUS_OK);
    xmlFreeDoc(doc);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_siblings_are_found_by_name),
        cmocka_unit_test(test_nesting_is_bounded),
        cmocka_unit_test(test_size_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
