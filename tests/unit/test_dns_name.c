#include "base/dns_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define LABEL_61 "a2345678901234567890123456789012345678901234567890123456789ab"
#define LABEL_62 LABEL_61 "c"
#define LABEL_63 LABEL_62 "d"
#define THREE_LABELS_191 LABEL_63 "." LABEL_63 "." LABEL_63
#define NAME_253 LABEL_61 "." THREE_LABELS_191
#define NAME_254 LABEL_62 "." THREE_LABELS_191
#define NAME_255 LABEL_63 "." THREE_LABELS_191

static struct span span(const char *text)
{
    return span_from_string(text);
}

/* --- normalising ---------------------------------------------------------- */

static const struct {
    const char *label, *name, *normal;
} normal[] = {
    {"as it is", "home.example.org", "home.example.org"},
    {"letters become lower case", "HoMe.EXAMPLE.org", "home.example.org"},
    {"one trailing dot is dropped", "home.example.org.", "home.example.org"},
    {"a second one stays, for others to judge", "home.example.org..",
     "home.example.org."},
    {"characters are not judged", "h\303\266me_ .example.org/",
     "h\303\266me_ .example.org/"},
    {"only ASCII letters change", "[@`{Zz", "[@`{zz"},
    {"one label", "Home", "home"},
    {"the root is empty", ".", ""},
    {"nothing is empty", "", ""},
};

static void test_normalize(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(normal); i++) {
        char out[DNS_NAME_MAX];
        size_t len = dns_name_normalize(span(normal[i].name), out);

        if (!span_is(span_from(out, len), normal[i].normal))
            fail_msg("%s: got %.*s", normal[i].label, (int)len, out);
    }
}

static void test_normalize_at_the_limit(void **state)
{
    char dotted[DNS_NAME_MAX + 2];
    char out[DNS_NAME_MAX];

    (void)state;
    assert_int_equal(strlen(NAME_253), 253);
    assert_int_equal(dns_name_normalize(span(NAME_253), out), 253);
    assert_int_equal(dns_name_normalize(span(NAME_254), out), 0);
    assert_int_equal(dns_name_normalize(span(NAME_255), out), 0);
    /* The trailing dot does not count. */
    memcpy(dotted, NAME_253, 253);
    memcpy(dotted + 253, ".", 2);
    assert_int_equal(dns_name_normalize(span(dotted), out), 253);
    memcpy(dotted + 253, "..", 2);
    assert_int_equal(dns_name_normalize(span_from(dotted, 255), out), 0);
}

/* --- which names can be hosts --------------------------------------------- */

static const char *const good_names[] = {
    "example.org",
    "home.example.org",
    "a.b",
    "1.2.example.org",
    "my-router.example.org",
    "a--b.example.org",
    "_dmarc.example.org",
    "home_.example.org",
    "*.example.org",
    "xn--hme-sna.example.org",
    LABEL_63 ".example.org",
    NAME_253,
};

static const struct {
    const char *label, *name, *fault;
} bad_names[] = {
    {"nothing", "", "empty"},
    {"one label", "localhost", "not fully qualified"},
    {"a wildcard alone", "*", "not fully qualified"},
    {"the root", ".", "label is empty"},
    {"a dot in front", ".example.org", "label is empty"},
    {"a dot behind: it was not normalised", "home.example.org.",
     "label is empty"},
    {"two dots", "home..example.org", "label is empty"},
    {"a label of 64", LABEL_63 "x.example.org", "longer than 63"},
    {"a name of 254", NAME_254, "longer than 253"},
    {"a hyphen in front", "-home.example.org", "hyphen"},
    {"a hyphen behind", "home-.example.org", "hyphen"},
    {"a hyphen behind the last label", "home.example.org-", "hyphen"},
    {"a hyphen alone", "-.example.org", "hyphen"},
    {"upper case: it was not normalised", "Home.example.org", "character"},
    {"a blank", "my home.example.org", "character"},
    {"a line feed", "home.example.org\n", "character"},
    {"beyond ASCII", "h\303\266me.example.org", "character"},
    {"a slash", "home/1.example.org", "character"},
    {"an at sign", "me@example.org", "character"},
    {"a backslash", "\\052.example.org", "character"},
    {"a wildcard further right", "a.*.example.org", "character"},
    {"a wildcard that is part of a label", "*a.example.org", "character"},
    {"two wildcards", "**.example.org", "character"},
    {"a port", "home.example.org:80", "character"},
};

static void test_names_that_can_be_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good_names); i++) {
        const char *fault = dns_name_fault(span(good_names[i]));

        if (fault != NULL)
            fail_msg("%s: %s", good_names[i], fault);
    }
}

static void test_names_that_cannot_and_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad_names); i++) {
        const char *fault = dns_name_fault(span(bad_names[i].name));

        if (fault == NULL || strstr(fault, bad_names[i].fault) == NULL)
            fail_msg("%s: %s", bad_names[i].label,
                     fault == NULL ? "taken" : fault);
    }
}

static void test_a_nul_byte_is_no_letter(void **state)
{
    (void)state;
    assert_non_null(dns_name_fault(span_from("home\0.example.org", 17)));
    assert_non_null(dns_name_fault(span_from("home.example.org\0", 17)));
}

/* --- zones ---------------------------------------------------------------- */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normalize),
        cmocka_unit_test(test_normalize_at_the_limit),
        cmocka_unit_test(test_names_that_can_be_hosts),
        cmocka_unit_test(test_names_that_cannot_and_why),
        cmocka_unit_test(test_a_nul_byte_is_no_letter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
