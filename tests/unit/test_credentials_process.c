#include "aws/credentials_process.h"
#include "tests/unit/home_folder.h"
#include "tests/unit/patience.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define KEYS                                                                   \
    "{\"Version\":1,\"AccessKeyId\":\"AKIA\",\"SecretAccessKey\":\"s\"}"

static struct credentials_process process;
static struct aws_credentials found;
static struct strbuf why;

static void start(const char *command, int64_t timeout_ms)
{
    strbuf_init(&why, 1000);
    assert_int_equal(
        credentials_process_start(&process, command, 0, timeout_ms, &why),
        STATUS_OK);
}

/* As long as it takes, while the process believes that no time passes. */
static enum status finish(void)
{
    struct patience patience = patience_for("the end of a program");
    enum status status;

    while ((status = credentials_process_step(&process, 0, &found, &why)) ==
           STATUS_BUSY) {
        struct pollfd output = {credentials_process_fd(&process), POLLIN, 0};

        poll(&output, 1, (int)credentials_process_wait_ms(&process, 0));
        patience_lasts(&patience);
    }
    assert_int_equal(process.pid, 0);
    assert_int_equal(credentials_process_fd(&process), -1);
    return status;
}

static void clear(void)
{
    aws_credentials_clear(&found);
    strbuf_clear(&why);
}

static const struct {
    const char *label, *command;
    enum status expected;
    const char *why;
} cases[] = {
    {"keys", "echo '" KEYS "'", STATUS_OK, ""},
    {"keys in two pieces, and a word on standard error",
     "echo hush-hush >&2; printf '{\"Version\":1,\"AccessKeyId\":\"AKIA\",'; "
     "sleep 0.05; echo '\"SecretAccessKey\":\"s\"}'",
     STATUS_OK, ""},
    {"an output that ends before the program",
     "echo '" KEYS "'; exec >/dev/null; sleep 0.05", STATUS_OK, ""},
    {"a failure", "echo '" KEYS "'; exit 3", STATUS_INVALID,
     "it exited with status 3; run it by hand to see what it says"},
    {"no such program", "/nonexistent/x", STATUS_INVALID,
     "it exited with status 127"},
    {"a violent end", "kill -KILL $$", STATUS_INVALID,
     "it was ended by signal 9"},
    {"nothing", "true", STATUS_INVALID, "the reply is no JSON object"},
    {"a page", "echo '<html>hush-hush'", STATUS_INVALID,
     "the reply is no JSON object"},
    {"too much", "head -c 300000 /dev/zero", STATUS_INVALID,
     "it printed more than 64 KiB"},
    {"standard input is empty, and not ours", "cat; echo '" KEYS "'", STATUS_OK,
     ""},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        print_message("  %s\n", cases[i].label);
        start(cases[i].command, 1000);
        assert_int_equal(finish(), cases[i].expected);
        assert_int_equal(found.access_key_id != NULL,
                         cases[i].expected == STATUS_OK);
        if (strncmp(strbuf_string(&why), cases[i].why, strlen(cases[i].why)) !=
            0)
            fail_msg("it says: %s", strbuf_string(&why));
        assert_null(strstr(strbuf_string(&why), "hush-hush"));
        clear();
    }
}

static bool is_gone(const char *pid_file)
{
    FILE *file = fopen(pid_file, "r");
    int pid = 0;

    if (file == NULL)
        return false;
    if (fscanf(file, "%d", &pid) != 1)
        pid = 0;
    fclose(file);
    return pid > 0 && kill(pid, 0) != 0;
}

static char pid_file[200];

/* Starts a program that starts another, which tells its number. */
static void start_endless(void)
{
    struct patience patience = patience_for("a program that began");
    char command[1000];

    snprintf(pid_file, sizeof pid_file, "%s",
             home_folder_write_file("pid", NULL));
    snprintf(command, sizeof command,
             "sleep 100000 & echo $! >%s.new; mv %s.new %s; wait", pid_file,
             pid_file, pid_file);
    start(command, 1000);
    while (access(pid_file, R_OK) != 0)
        patience_lasts(&patience);
}

static void wait_until_gone(void)
{
    struct patience patience = patience_for("the end of what a program began");

    while (!is_gone(pid_file))
        patience_lasts(&patience);
}

static void test_a_program_that_takes_too_long_is_killed(void **state)
{
    (void)state;
    start_endless();
    assert_int_equal(credentials_process_step(&process, 999, &found, &why),
                     STATUS_BUSY);
    assert_int_equal(credentials_process_wait_ms(&process, 999), 1);
    assert_int_equal(credentials_process_step(&process, 1000, &found, &why),
                     STATUS_UNAVAILABLE);
    assert_string_equal(strbuf_string(&why), "it took too long");
    assert_int_equal(process.pid, 0);
    wait_until_gone();
    clear();
}

static void test_clear_kills_all_that_was_started(void **state)
{
    (void)state;
    start_endless();
    credentials_process_clear(&process);
    assert_int_equal(process.pid, 0);
    wait_until_gone();
    credentials_process_clear(&process);
    clear();
}

/* The server blocks its signals in all threads; a child would inherit that. */
static void test_signals_are_as_usual_for_the_program(void **state)
{
    sigset_t all, before;

    (void)state;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    signal(SIGPIPE, SIG_IGN);
    start("kill -TERM $$; sleep 100000", 1000);
    assert_int_equal(finish(), STATUS_INVALID);
    assert_string_equal(strbuf_string(&why), "it was ended by signal 15");
    clear();
    start("kill -PIPE $$; sleep 100000", 1000);
    assert_int_equal(finish(), STATUS_INVALID);
    assert_string_equal(strbuf_string(&why), "it was ended by signal 13");
    clear();
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

/* What we have open is none of its business. */
static void test_no_descriptor_is_inherited(void **state)
{
    int fd = dup2(open("/dev/null", O_RDONLY), 77);

    (void)state;
    assert_int_equal(fd, 77);
    start("if [ -e /proc/self/fd/77 ]; then exit 5; fi; echo '" KEYS "'", 1000);
    assert_int_equal(finish(), STATUS_OK);
    clear();
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_a_program_that_takes_too_long_is_killed),
        cmocka_unit_test(test_clear_kills_all_that_was_started),
        cmocka_unit_test(test_signals_are_as_usual_for_the_program),
        cmocka_unit_test(test_no_descriptor_is_inherited),
    };

    return cmocka_run_group_tests(tests, home_folder_set_up,
                                  scratch_folder_tear_down);
}
