#include "aws/route53_name.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
