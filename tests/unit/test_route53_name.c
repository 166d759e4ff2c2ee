#include "aws/route53_name.h"

#include "aws/route53.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define LABEL_63                                                               \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NAME_253                                                               \
    LABEL_63 "." LABEL_63 "." LABEL_63 "."                                     \
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
    const char *label, *escaped, *expected; /* "": no name of ours */
} names[] = {
    {"a plain name loses its dot", "x.example.org.", "x.example.org"},
    {"the dot is not needed", "x.example.org", "x.example.org"},
    {"a wildcard", "\\052.example.org.", "*.example.org"},
    {"a wildcard spelt out", "*.example.org.", "*.example.org"},
    {"several escapes", "\\141\\142\\055.example.org.", "ab-.example.org"},
    {"letters are lower-cased", "X.Example.ORG.", "x.example.org"},
    {"the longest name", NAME_253 ".", NAME_253},
    {"escapes count as what they mean",
     LABEL_63
     "." LABEL_63 "." LABEL_63 "."
     "\\141aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     ".",
     NAME_253},
    {"one letter too many", "b" NAME_253 ".", ""},
    {"far too many", NAME_253 "." NAME_253, ""},
    {"a dot within a label is not a dot between two", "a\\056b.example.org.",
     ""},
    {"an escape cut short", "a.example.org\\05", ""},
    {"an escape without digits", "a.example.org\\", ""},
    {"an escape that is not octal", "\\058.example.org.", ""},
    {"an escape beyond a byte", "\\400.example.org.", ""},
    {"the root", ".", ""},
    {"nothing", "", ""},
};

static void test_decode(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char out[DNS_NAME_MAX];
        size_t len;

        print_message("  %s\n", names[i].label);
        len = route53_name_decode(span_from_string(names[i].escaped), out);
        assert_true(span_is(span_from(out, len), names[i].expected));
    }
}

static const struct {
    const char *label, *message, *name;
    bool a, aaaa; /* whether the set of that type is named */
} messages[] = {
    /* AWS's own wordings. */
    {"tried to create",
     "Tried to create resource record set [name='x.example.org.', type='A'] "
     "but it already exists",
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

static void test_message_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(messages); i++) {
        struct span message = span_from_string(messages[i].message);
        struct span name = span_from_string(messages[i].name);

        print_message("  %s\n", messages[i].label);
        assert_int_equal(route53_message_names(message, name, RRSET_A),
                         messages[i].a);
        assert_int_equal(route53_message_names(message, name, RRSET_AAAA),
                         messages[i].aaaa);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_message_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
