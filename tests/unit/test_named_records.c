#include "aws/named_records.h"

#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct {
    const char *label, *message, *name;
    bool a, aaaa; /* whether the set of that type is named */
} messages[] = {
    /* AWS's own wordings. */
    {"tried to create",
     "Tried to create resource record set [name='x.example.org.', type='A'] "
     "but it already exists",
     "x.example.org", true, false},
    {"of another value",
     "[Tried to delete resource record set [name='x.example.org.', type='A'] "
     "but the values provided do not match the current values]",
     "x.example.org", true, false},
    {"in brackets",
     "[Tried to delete resource record set [name='x.example.org.', "
     "type='AAAA'] but it was not found]",
     "x.example.org", false, true},
    {"a conflicting CNAME",
     "[RRSet of type A with DNS name x.example.org. is not permitted because "
     "a conflicting RRSet of type CNAME with the same DNS name already exists "
     "in zone example.org.]",
     "x.example.org", true, false},
    {"the older wording has two spaces",
     "RRSet of type AAAA with DNS name x.example.org. is not permitted because "
     "a conflicting RRSet of type  CNAME with the same DNS name already exists "
     "in zone example.org.",
     "x.example.org", false, true},
    {"no type is named",
     "RRSet with DNS name x.example.net. is not permitted "
     "in zone example.org.",
     "x.example.net", true, true},
    {"other sets of the same name and type",
     "RRSet with DNS name x.example.org., type A cannot be created as other "
     "RRSets exist with the same name and type.",
     "x.example.org", true, false},
    {"twice in one batch",
     "[The request contains an invalid set of changes for a resource record "
     "set 'AAAA x.example.org.']",
     "x.example.org", false, true},
    {"a third type tells the two apart as little as none",
     "[RRSet of type CNAME with DNS name x.example.org. is not permitted as "
     "it conflicts with other records with the same DNS name in zone "
     "example.org.]",
     "x.example.org", true, true},
    {"a wildcard as Route 53 writes it",
     "Tried to create resource record set [name='\\052.example.org.', "
     "type='A'] but it already exists",
     "*.example.org", true, false},
    {"a wildcard spelt out", "RRSet with DNS name *.example.org. is bad",
     "*.example.org", true, true},
    {"without the last dot", "RRSet with DNS name x.example.org is bad",
     "x.example.org", true, true},
    {"at the very end", "bad name: x.example.org", "x.example.org", true, true},
    {"at the very end, as a sentence", "bad name: x.example.org..",
     "x.example.org", true, true},
    {"in capitals", "RRSet with DNS name X.Example.org. is bad",
     "x.example.org", true, true},

    /* Several in one. */
    {"the second of two, joined by us",
     "RRSet of type A with DNS name a.example.org. is bad; RRSet of type AAAA "
     "with DNS name b.example.org. is bad",
     "b.example.org", false, true},
    {"the second of two, joined by AWS",
     "[Tried to create resource record set [name='a.example.org.', type='A'] "
     "but it already exists, Tried to create resource record set "
     "[name='b.example.org.', type='AAAA'] but it already exists]",
     "b.example.org", false, true},
    {"the first of two",
     "[Tried to create resource record set [name='a.example.org.', type='A'] "
     "but it already exists, Tried to create resource record set "
     "[name='b.example.org.', type='AAAA'] but it already exists]",
     "a.example.org", true, false},
    {"a type before does not reach over to the next",
     "[RRSet of type A with DNS name a.example.org. is bad, RRSet with DNS "
     "name b.example.org. is bad]",
     "b.example.org", true, true},
    {"both types of one name",
     "[RRSet of type A with DNS name x.example.org. is bad, RRSet of type "
     "AAAA with DNS name x.example.org. is bad]",
     "x.example.org", true, true},

    {"a type that begins where the name does is not before it",
     "RRSet of type AAAA and type A.example.org", "a.example.org", false, true},
    {"the name stands first as the zone",
     "in zone 'example.org.' RRSet with DNS name example.org. is bad",
     "example.org", true, true},

    /* Not named. */
    {"within a longer name",
     "RRSet with DNS name ax.example.org. is not permitted", "x.example.org",
     false, false},
    {"below another name", "RRSet with DNS name b.x.example.org. is bad",
     "x.example.org", false, false},
    {"below a wildcard", "RRSet with DNS name \\052.x.example.org. is bad",
     "x.example.org", false, false},
    {"above another name", "RRSet with DNS name x.example.org.uk. is bad",
     "x.example.org", false, false},
    {"the name has a tail", "RRSet with DNS name x.example.org-a. is bad",
     "x.example.org", false, false},
    {"as the zone",
     "RRSet with DNS name x.example.net. is not permitted in zone "
     "example.org.",
     "example.org", false, false},
    {"as the zone, in quotes", "bad RRSet in zone 'example.org.'",
     "example.org", false, false},
    {"cut by us, and so perhaps a longer one",
     "RRSet with DNS name x.example.org...", "x.example.org", false, false},
    {"a wildcard is not any name below",
     "RRSet with DNS name x.example.org. is bad", "*.example.org", false,
     false},
    {"a broken escape", "RRSet with DNS name \\05.example.org. is bad",
     "*.example.org", false, false},
    {"another name altogether", "RRSet with DNS name y.example.org. is bad",
     "x.example.org", false, false},
    {"no words at all", "", "x.example.org", false, false},
    {"no name at all", "RRSet with DNS name x.example.org. is bad", "", false,
     false},
};

static void test_who_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(messages); i++) {
        struct named_records *named =
            named_records_new(span_from_string(messages[i].message));
        struct span name = span_from_string(messages[i].name);

        assert_non_null(named);
        if (named_records_has(named, name, RRSET_A) != messages[i].a ||
            named_records_has(named, name, RRSET_AAAA) != messages[i].aaaa)
            fail_msg("%s", messages[i].label);
        named_records_free(named);
    }
}

/* A refusal that names 400 of 500, each with a sentence of its own. */
static void test_many_are_named_at_once(void **state)
{
    char name[32];
    struct named_records *named;
    struct strbuf words;

    (void)state;
    strbuf_init(&words, 512 * 1024);
    for (unsigned i = 0; i < 400; i++)
        strbuf_printf(&words,
                      "%sRRSet of type %s with DNS name h%u.example.org. is "
                      "not permitted because a conflicting RRSet of type CNAME "
                      "with the same DNS name already exists in zone "
                      "example.org.",
                      i == 0 ? "" : "; ", i % 2 == 0 ? "A" : "AAAA", i);
    named = named_records_new(strbuf_span(&words));
    strbuf_clear(&words); /* they are not kept */
    assert_non_null(named);
    for (unsigned i = 0; i < 500; i++) {
        snprintf(name, sizeof name, "h%u.example.org", i);
        assert_int_equal(
            named_records_has(named, span_from_string(name), RRSET_A),
            i < 400 && i % 2 == 0);
        assert_int_equal(
            named_records_has(named, span_from_string(name), RRSET_AAAA),
            i < 400 && i % 2 == 1);
    }
    assert_false(
        named_records_has(named, span_from_string("example.org"), RRSET_A));
    named_records_free(named);
}

static void test_without_memory_none_is_named(void **state)
{
    (void)state;
    assert_false(
        named_records_has(NULL, span_from_string("x.example.org"), RRSET_A));
    named_records_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_is_named),
        cmocka_unit_test(test_many_are_named_at_once),
        cmocka_unit_test(test_without_memory_none_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
