#include "base/child_process.h"

#include "base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char printed[4096];

/* All that is written until nobody has the other end any more. */
static void read_all(int fd)
{
    size_t len = 0;
    ssize_t got;

    while ((got = read(fd, printed + len, sizeof printed - 1 - len)) > 0)
        len += (size_t)got;
    printed[len] = '\0';
}

/* Runs a script, given `input`, to its end. Returns what waitpid() told. */
static int run(const char *script, const char *input)
{
    char *const arguments[] = {(char *)"sh", (char *)"-c", (char *)script,
                               NULL};
    char *const environment[] = {(char *)"PATH=/usr/bin:/bin", (char *)"A=b",
                                 NULL};
    struct child_process child = {"/bin/sh", arguments, environment, -1, -1};
    int in[2], out[2], ended;
    pid_t pid;

    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    if (input != NULL) {
        child.input = in[0];
        assert_int_equal(write(in[1], input, strlen(input)), strlen(input));
    }
    child.output = out[1];
    assert_int_equal(child_process_start(&child, &pid), 0);
    close(in[0]);
    close(in[1]);
    close(out[1]);
    read_all(out[0]);
    close(out[0]);
    assert_int_equal(waitpid(pid, &ended, 0), pid);
    return ended;
}

static const struct {
    const char *label, *script, *input, *printed;
} programs[] = {
    {"it reads what it is given", "cat", "a\nb", "a\nb"},
    {"without an input it reads nothing", "cat; echo end", NULL, "end\n"},
    {"its environment is what was given, and nothing of ours",
     "echo $A $HOME$LD_LIBRARY_PATH$SECRET", NULL, "b\n"},
    {"what it complains of goes nowhere", "echo trouble >&2; echo ok", NULL,
     "ok\n"},
    {"signals that we ignore end it", "kill -PIPE $$; echo alive", NULL, ""},
    {"so do those that we have blocked", "kill -TERM $$; echo alive", NULL, ""},
};

static void test_programs(void **state)
{
    (void)state;
    setenv("SECRET", "s", 1);
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        print_message("  %s\n", programs[i].label);
        (void)run(programs[i].script, programs[i].input);
        assert_string_equal(printed, programs[i].printed);
    }
}

static void test_none_of_our_descriptors_are_open_in_it(void **state)
{
    int ours = open("/dev/null", O_RDONLY); /* not even without O_CLOEXEC */
    char script[100];

    (void)state;
    assert_true(ours > 2);
    snprintf(script, sizeof script, "test -e /proc/self/fd/%d && echo open",
             ours);
    (void)run(script, NULL);
    assert_string_equal(printed, "");
    close(ours);
}

static void test_what_cannot_be_started(void **state)
{
    char *const arguments[] = {(char *)"x", NULL}, *const nothing[] = {NULL};
    struct child_process child = {"/nonexistent/x", arguments, nothing, -1, -1};
    pid_t pid;

    (void)state;
    assert_int_equal(child_process_start(&child, &pid), ENOENT);
    child.path = "/"; /* no program */
    assert_int_equal(child_process_start(&child, &pid), EACCES);
}

static void test_it_is_killed_with_what_it_has_started(void **state)
{
    char *const arguments[] = {(char *)"sh", (char *)"-c",
                               (char *)"sleep 1000 & echo up; sleep 1000",
                               NULL};
    char *const environment[] = {(char *)"PATH=/usr/bin:/bin", NULL};
    struct child_process child = {"/bin/sh", arguments, environment, -1, -1};
    int out[2];
    pid_t pid;
    char up[3];

    (void)state;
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    child.output = out[1];
    assert_int_equal(child_process_start(&child, &pid), 0);
    close(out[1]);
    assert_int_equal(read(out[0], up, sizeof up), sizeof up);
    child_process_kill(pid);
    read_all(out[0]); /* ends when nobody of the group is left */
    close(out[0]);
    assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
}

static int set_up(void **state)
{
    sigset_t blocked;

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    return sigprocmask(SIG_BLOCK, &blocked, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_none_of_our_descriptors_are_open_in_it),
        cmocka_unit_test(test_what_cannot_be_started),
        cmocka_unit_test(test_it_is_killed_with_what_it_has_started),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
