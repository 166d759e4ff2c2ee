#include "cli/input.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *path, *other;
static struct strbuf body;

static int set_up(void **state)
{
    strbuf_init(&body, 100000);
    if (scratch_folder_set_up(state) != 0)
        return -1;
    path = scratch_path("file");
    other = scratch_path("other");
    return 0;
}

static int tear_down(void **state)
{
    strbuf_clear(&body);
    return scratch_folder_tear_down(state);
}

static void write_file(const char *name, size_t bytes)
{
    FILE *stream = fopen(name, "w");

    assert_non_null(stream);
    for (size_t i = 0; i < bytes; i++)
        putc('a' + (int)(i % 26), stream);
    assert_int_equal(fclose(stream), 0);
}

static const struct {
    const char *file;
    bool is_file;
} names[] = {
    {NULL, false},           {"/dev/stdin", false},
    {"/dev/fd/63", false},   {"/proc/self/fd/3", false},
    {"hosts.csv", true},     {"/dev/null", true},
    {"/dev/shm/fd/3", true}, {"dev/fd/63", true},
};

static void test_what_is_open_already_is_no_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(input_is_file(names[i].file), names[i].is_file);
    assert_string_equal(input_name(NULL), "<stdin>");
    assert_string_equal(input_name("hosts.csv"), "hosts.csv");
}

static void test_a_file_is_read_whole_also_through_a_link(void **state)
{
    (void)state;
    write_file(path, 99999);
    assert_true(input_read(path, &body));
    assert_int_equal(body.len, 99999);
    assert_int_equal(symlink("file", other), 0);
    strbuf_rewind(&body);
    assert_true(input_read(other, &body));
    assert_int_equal(body.len, 99999);
}

static void test_what_does_not_fit_is_refused(void **state)
{
    (void)state;
    write_file(path, 100001);
    assert_false(input_read(path, &body));
}

static void test_what_is_no_file_is_refused_at_once(void **state)
{
    (void)state;
    assert_false(input_read(path, &body)); /* there is none */
    assert_false(input_read(scratch_folder(), &body));
    assert_false(input_read("/dev/zero", &body));
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(input_read(path, &body)); /* nobody writes to it */
    assert_int_equal(symlink("file", other), 0);
    assert_false(input_read(other, &body));
    assert_int_equal(body.len, 0);
}

/* As a shell's <(COMMAND) gives it. */
static void test_a_pipe_that_is_open_already_is_read(void **state)
{
    char name[32];
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "a.example,t\n", 12), 12);
    close(ends[1]);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    assert_true(input_read(name, &body));
    assert_string_equal(strbuf_string(&body), "a.example,t\n");
    close(ends[0]);
    assert_false(input_read(name, &body));
}

int main(void)
{
#define INPUT_TEST(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        INPUT_TEST(test_what_is_open_already_is_no_file),
        INPUT_TEST(test_a_file_is_read_whole_also_through_a_link),
        INPUT_TEST(test_what_does_not_fit_is_refused),
        INPUT_TEST(test_what_is_no_file_is_refused_at_once),
        INPUT_TEST(test_a_pipe_that_is_open_already_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
