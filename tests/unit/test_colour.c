#include "cli/colour.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <stdbool.h>

#include <cmocka.h>

static const struct {
    const char *label, *term, *no_color;
    bool at_terminal, is_coloured;
} cases[] = {
    {"a terminal", "xterm", NULL, true, true},
    {"a file", "xterm", NULL, false, false},
    {"NO_COLOR, whatever it says", "xterm", "0", true, false},
    {"an empty NO_COLOR is none", "xterm", "", true, true},
    {"a terminal that knows none", "dumb", NULL, true, false},
    {"nobody knows which terminal", NULL, NULL, true, false},
    {"nobody says which terminal", "", NULL, true, false},
};

static void set(const char *name, const char *value)
{
    if (value == NULL)
        unsetenv(name);
    else
        setenv(name, value, 1);
}

/* The near end of a pseudo-terminal. */
static FILE *open_terminal(int *far_end)
{
    int fd;

    *far_end = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(*far_end >= 0);
    assert_int_equal(grantpt(*far_end), 0);
    assert_int_equal(unlockpt(*far_end), 0);
    fd = open(ptsname(*far_end), O_RDWR | O_NOCTTY);
    assert_true(fd >= 0);
    return fdopen(fd, "r+");
}

static void test_colours_are_for_people_at_terminals(void **state)
{
    int far_end;
    FILE *terminal = open_terminal(&far_end), *file = tmpfile();

    (void)state;
    assert_non_null(terminal);
    assert_non_null(file);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        FILE *stream = cases[i].at_terminal ? terminal : file;

        set("TERM", cases[i].term);
        set("NO_COLOR", cases[i].no_color);
        if ((colour_begin(stream, COLOUR_FAULT)[0] != '\0') !=
                cases[i].is_coloured ||
            (colour_end(stream)[0] != '\0') != cases[i].is_coloured)
            fail_msg("%s", cases[i].label);
    }
    fclose(terminal);
    fclose(file);
    close(far_end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_colours_are_for_people_at_terminals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
