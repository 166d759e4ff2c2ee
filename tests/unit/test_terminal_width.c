#include "cli/terminal_width.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
    const char *label;
    unsigned short columns;
    size_t width;
} cases[] = {
    {"a terminal that says how wide it is", 120, 120},
    {"one that does not say", 0, 80},
    {"one so narrow that no table could stand there", 10, 40},
};

static FILE *open_terminal(int *master)
{
    FILE *stream;

    *master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(*master >= 0);
    assert_int_equal(grantpt(*master), 0);
    assert_int_equal(unlockpt(*master), 0);
    stream = fopen(ptsname(*master), "r+");
    assert_non_null(stream);
    return stream;
}

static void test_terminals(void **state)
{
    int master;
    FILE *stream = open_terminal(&master);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct winsize size = {.ws_row = 25, .ws_col = cases[i].columns};

        assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
        if (terminal_width(stream) != cases[i].width)
            fail_msg("%s: %zu", cases[i].label, terminal_width(stream));
    }
    fclose(stream);
    close(master);
}

static void test_what_is_no_terminal_has_no_width(void **state)
{
    FILE *stream = fopen("/dev/null", "w");

    (void)state;
    assert_non_null(stream);
    assert_int_equal(terminal_width(stream), 0);
    fclose(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terminals),
        cmocka_unit_test(test_what_is_no_terminal_has_no_width),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
