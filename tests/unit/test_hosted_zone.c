#include "aws/hosted_zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define CHARS_32 "Z0123456789ABCDEFGHIJKLMNOPQRSTU"

static const struct {
    const char *label, *id;
    bool is_valid;
} ids[] = {
    {"an old id", "Z1D633PJN98FT9", true},
    {"an id of today", "Z0123456789ABCDEFGHIJ", true},
    {"one character", "Z", true},
    {"digits alone", "0123456789", true},
    {"the longest", CHARS_32, true},
    {"one character too long", CHARS_32 "V", false},
    {"nothing", "", false},
    {"lower case", "z1d633pjn98ft9", false},
    {"one letter of lower case", "Z1D633PJN98FTa", false},
    {"the prefix", "/hostedzone/Z1", false},
    {"a slash", "Z1/rrset", false},
    {"a way up", "..", false},
    {"a query", "Z1?x", false},
    {"an escape", "Z%31", false},
    {"a space", "Z 1", false},
    {"a hyphen", "Z-1", false},
    {"below A", "Z@", false},
    {"above Z", "Z[", false},
    {"above 9", "Z:", false},
    {"beyond ASCII", "Z\xc3\x84", false},
    {"a zone's name", "example.org", false},
};

static void test_what_an_id_can_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ids); i++)
        if (hosted_zone_id_is_valid(span_from_string(ids[i].id)) !=
            ids[i].is_valid)
            fail_msg("%s", ids[i].label);
    assert_false(hosted_zone_id_is_valid(span_from("Z\0", 2)));
}

static const struct {
    const char *label, *written, *bare;
} forms[] = {
    {"as the API writes it", "/hostedzone/Z1", "Z1"},
    {"as the console writes it", "Z1", "Z1"},
    {"the prefix is left once", "/hostedzone//hostedzone/Z1", "/hostedzone/Z1"},
    {"the prefix alone is no id", "/hostedzone/", "/hostedzone/"},
    {"another prefix", "/change/C1", "/change/C1"},
    {"nothing", "", ""},
};

static void test_the_bare_id(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++)
        if (!span_is(hosted_zone_bare_id(span_from_string(forms[i].written)),
                     forms[i].bare))
            fail_msg("%s", forms[i].label);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_an_id_can_be),
        cmocka_unit_test(test_the_bare_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
