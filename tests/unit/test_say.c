#include "cli/say.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
    const char *label, *text, *expected;
} cases[] = {
    {"a line", "well", "dyndb: well\n"},
    {"further lines are indented", "one\ntwo", "dyndb: one\n  two\n"},
    {"a line end at the end is not doubled", "one\n", "dyndb: one\n"},
    {"no control character reaches the terminal", "a\033[31m\r\tb\x7f",
     "dyndb: a?[31m??b?\n"},
    {"UTF-8 does", "\xc3\xa9", "dyndb: \xc3\xa9\n"},
};

/* What is written to standard error while the text is said. */
static void hear(const char *text, char *out, size_t size)
{
    FILE *heard = tmpfile();
    int saved = dup(STDERR_FILENO);

    assert_non_null(heard);
    dup2(fileno(heard), STDERR_FILENO);
    say("%s", text);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(heard);
    out[fread(out, 1, size - 1, heard)] = '\0';
    fclose(heard);
}

static void say_to(FILE *to, const char *text)
{
    int saved = dup(STDERR_FILENO);

    dup2(fileno(to), STDERR_FILENO);
    say_coloured(COLOUR_FAULT, "%s", text);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
}

static void test_a_file_gets_no_colour_and_no_name_of_the_tool(void **state)
{
    char said[64] = "";
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    say_to(file, "f:1: a\033b");
    rewind(file);
    assert_int_equal(fread(said, 1, sizeof said - 1, file), 9);
    assert_string_equal(said, "f:1: a?b\n");
    fclose(file);
}

static void test_say(void **state)
{
    char heard[128];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hear(cases[i].text, heard, sizeof heard);
        if (strcmp(heard, cases[i].expected) != 0)
            fail_msg("%s: %s", cases[i].label, heard);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_say),
        cmocka_unit_test(test_a_file_gets_no_colour_and_no_name_of_the_tool),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
