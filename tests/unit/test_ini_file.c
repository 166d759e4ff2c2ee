#include "aws/ini_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { ENTRIES_MAX = 5 };

static const struct {
    const char *label, *text;
    const char *entries[ENTRIES_MAX]; /* "line section key value" */
    const char *fault;
} cases[] = {
    {"nothing", "", {NULL}, NULL},
    {"blank lines and comments alone", "\n \n# x=y\n  ; [z\n", {NULL}, NULL},
    {"a section and its keys",
     "[default]\naws_access_key_id = AKIA\nregion=eu-west-1\n",
     {"1 default  ", "2 default aws_access_key_id AKIA",
      "3 default region eu-west-1"},
     NULL},
    {"two sections",
     "[a]\nx=1\n[b]\nx=2\n",
     {"1 a  ", "2 a x 1", "3 b  ", "4 b x 2"},
     NULL},
    {"no line feed at the end", "[a]\nx=1", {"1 a  ", "2 a x 1"}, NULL},
    {"CRLF", "[a]\r\nx=1\r\n\r\n", {"1 a  ", "2 a x 1"}, NULL},
    {"a byte order mark", "\xef\xbb\xbf[a]\nx=1\n", {"1 a  ", "2 a x 1"}, NULL},
    {"the value is what follows the first =",
     "[a]\nx = a=b==\n",
     {"1 a  ", "2 a x a=b=="},
     NULL},
    {"a colon for the =", "[a]\nx: 1\n", {"1 a  ", "2 a x 1"}, NULL},
    {"an empty value", "[a]\nx =\ny=1\n", {"1 a  ", "2 a x ", "3 a y 1"}, NULL},
    {"# and ; within a value belong to it",
     "[a]\nx = a#b ;c\n",
     {"1 a  ", "2 a x a#b ;c"},
     NULL},
    {"blanks in a section's name",
     "[ profile x y ]\n",
     {"1 profile x y  "},
     NULL},
    {"what follows a section's ] is a comment",
     "[a] # mine\nx=1\n",
     {"1 a  ", "2 a x 1"},
     NULL},
    {"what is indented further than its key is of its value",
     "[a]\ns3 =\n  x = 1\n\ty = 2\nregion = r\n",
     {"1 a  ", "2 a s3 ", "5 a region r"},
     NULL},
    {"keys may be indented alike",
     "[a]\n  x = 1\n  y = 2\n",
     {"1 a  ", "2 a x 1", "3 a y 2"},
     NULL},
    {"a section may be indented",
     "  [a]\n  x = 1\n",
     {"1 a  ", "2 a x 1"},
     NULL},
    {"a key before any section", "x = 1\n", {NULL}, "1 stands before"},
    {"a section that does not end",
     "[a]\n[b\nx=1\n",
     {"1 a  "},
     "2 begins with [ and has no ]"},
    {"a line that is nothing", "[a]\nhush-hush\n", {"1 a  "}, "2 is neither"},
    {"no key", "[a]\n= hush-hush\n", {"1 a  "}, "2 has no key"},
    {"after a fault there is no more",
     "[a]\n?\nx=1\n",
     {"1 a  "},
     "2 is neither"},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ini_reader reader = ini_open(span_from_string(cases[i].text));
        struct ini_entry entry;
        char told[200];
        size_t count = 0;

        print_message("  %s\n", cases[i].label);
        while (ini_next(&reader, &entry)) {
            assert_true(count < ENTRIES_MAX);
            snprintf(told, sizeof told, "%zu %.*s %.*s %.*s", reader.line,
                     (int)entry.section.len, entry.section.ptr,
                     (int)entry.key.len, entry.key.ptr, (int)entry.value.len,
                     entry.value.ptr);
            assert_non_null(cases[i].entries[count]);
            assert_string_equal(told, cases[i].entries[count]);
            count++;
        }
        assert_true(count == ENTRIES_MAX || cases[i].entries[count] == NULL);
        assert_false(ini_next(&reader, &entry));
        assert_int_equal(reader.fault != NULL, cases[i].fault != NULL);
        if (reader.fault == NULL)
            continue;
        snprintf(told, sizeof told, "%zu %s", reader.line, reader.fault);
        assert_memory_equal(told, cases[i].fault, strlen(cases[i].fault));
        assert_null(strstr(told, "hush-hush"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
