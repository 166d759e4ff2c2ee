#include "base/core_files.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void allow_core_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_CORE, &limit) != 0)
        _exit(1);
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_CORE, &limit) != 0)
        _exit(1);
}

/* In a child, for what is forbidden stays forbidden. */
static int status_of(void (*child)(void))
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        allow_core_files();
        child();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void forbid_and_look(void)
{
    struct rlimit limit;

    core_files_forbid();
    if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur > 1 ||
        limit.rlim_max > 1)
        _exit(1);
}

static void forbid_and_die(void)
{
    core_files_forbid();
    signal(SIGABRT, SIG_DFL);
    abort();
}

static void test_the_limit_is_lowered_for_good(void **state)
{
    (void)state;
    assert_int_equal(status_of(forbid_and_look), 0);
}

static void test_a_process_that_dies_leaves_no_core(void **state)
{
    int status = status_of(forbid_and_die);

    (void)state;
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_false(WCOREDUMP(status));
}

/* Into a directory of its own: should a core be left, it lies there. */
static int set_up(void **state)
{
    return scratch_folder_set_up(state) == 0 ? chdir(scratch_folder()) : -1;
}

static int tear_down(void **state)
{
    return chdir("/") == 0 ? scratch_folder_tear_down(state) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_limit_is_lowered_for_good),
        cmocka_unit_test(test_a_process_that_dies_leaves_no_core),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
