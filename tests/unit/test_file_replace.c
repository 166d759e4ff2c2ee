#include "cli/file_replace.h"
#include "tests/unit/scratch_folder.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char *path, *other;

static int set_up(void **state)
{
    if (scratch_folder_set_up(state) != 0)
        return -1;
    path = scratch_path("file");
    other = scratch_path("other");
    return 0;
}

/* Nothing may be left behind but the two files of the tests. */
static int tear_down(void **state)
{
    bool is_clean;

    chmod(scratch_folder(), 0700);
    remove(path);
    remove(other);
    is_clean = scratch_folder_is_empty();
    return scratch_folder_tear_down(state) == 0 && is_clean ? 0 : -1;
}

static void assert_content(const char *file, const char *expected)
{
    char content[64] = "";
    FILE *stream = fopen(file, "r");

    assert_non_null(stream);
    assert_int_equal(fread(content, 1, sizeof content - 1, stream),
                     strlen(expected));
    assert_string_equal(content, expected);
    fclose(stream);
}

static void write_file(const char *file, const char *content, mode_t mode)
{
    FILE *stream = fopen(file, "w");

    assert_non_null(stream);
    fputs(content, stream);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(chmod(file, mode), 0);
}

static mode_t mode_of(const char *file)
{
    struct stat st;

    assert_int_equal(lstat(file, &st), 0);
    return st.st_mode;
}

static void test_a_new_file_is_its_owners_alone(void **state)
{
    mode_t before = umask(0);

    (void)state;
    assert_int_equal(file_replace(path, span_from_string("new")), STATUS_OK);
    umask(before);
    assert_content(path, "new");
    assert_int_equal(mode_of(path) & 07777, 0600);
}

static void test_an_old_file_is_replaced_mode_and_all(void **state)
{
    (void)state;
    write_file(path, "a longer text than the new one", 0644);
    assert_int_equal(file_replace(path, span_from_string("new")), STATUS_OK);
    assert_content(path, "new");
    assert_int_equal(mode_of(path) & 07777, 0600);
}

static void test_the_mode_of_another_can_be_kept(void **state)
{
    struct stat like;

    (void)state;
    write_file(path, "old", 0640);
    assert_int_equal(stat(path, &like), 0);
    assert_int_equal(file_replace_like(path, span_from_string("new"), &like),
                     STATUS_OK);
    assert_content(path, "new");
    assert_int_equal(mode_of(path) & 07777, 0640);
}

static void test_an_empty_content_is_a_content(void **state)
{
    (void)state;
    write_file(path, "old", 0600);
    assert_int_equal(file_replace(path, span_from("", 0)), STATUS_OK);
    assert_content(path, "");
}

static void test_a_symbolic_link_is_left_alone_and_so_is_its_target(
    void **state)
{
    (void)state;
    write_file(other, "old", 0644);
    assert_int_equal(symlink("other", path), 0);
    assert_int_equal(file_replace(path, span_from_string("new")),
                     STATUS_INVALID);
    assert_true(S_ISLNK(mode_of(path)));
    assert_content(other, "old");
    assert_int_equal(mode_of(other) & 07777, 0644);
}

static void test_a_link_to_nothing_makes_no_file(void **state)
{
    (void)state;
    assert_int_equal(symlink("other", path), 0);
    assert_int_equal(file_replace(path, span_from_string("new")),
                     STATUS_INVALID);
    assert_true(S_ISLNK(mode_of(path)));
    assert_int_equal(access(other, F_OK), -1);
}

/* rename(2) gives the name a new file; the old one is still the other's. */
static void test_the_other_name_of_a_file_keeps_it(void **state)
{
    (void)state;
    write_file(other, "old", 0644);
    assert_int_equal(link(other, path), 0);
    assert_int_equal(file_replace(path, span_from_string("new")), STATUS_OK);
    assert_content(path, "new");
    assert_content(other, "old");
    assert_int_equal(mode_of(other) & 07777, 0644);
}

static void test_a_pipe_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(file_replace(path, span_from_string("new")),
                     STATUS_INVALID);
    assert_true(S_ISFIFO(mode_of(path)));
}

static void test_a_directory_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(file_replace(path, span_from_string("new")),
                     STATUS_INVALID);
    assert_true(S_ISDIR(mode_of(path)));
}

static void test_a_device_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(file_replace("/dev/null", span_from_string("new")),
                     STATUS_INVALID);
    assert_true(S_ISCHR(mode_of("/dev/null")));
}

static void test_a_missing_directory_is_named_by_errno(void **state)
{
    const char *missing = scratch_path("no/file");

    (void)state;
    assert_int_equal(file_replace(missing, span_from_string("new")),
                     STATUS_UNAVAILABLE);
    assert_int_equal(errno, ENOENT);
}

static void test_what_cannot_be_written_leaves_the_old_file(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip(); /* root may write anywhere */
    write_file(path, "old", 0600);
    assert_int_equal(chmod(scratch_folder(), 0500), 0);
    assert_int_equal(file_replace(path, span_from_string("new")),
                     STATUS_UNAVAILABLE);
    assert_int_equal(errno, EACCES);
    assert_content(path, "old");
}

int main(void)
{
#define REPLACE_TEST(test)                                                     \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        REPLACE_TEST(test_a_new_file_is_its_owners_alone),
        REPLACE_TEST(test_an_old_file_is_replaced_mode_and_all),
        REPLACE_TEST(test_the_mode_of_another_can_be_kept),
        REPLACE_TEST(test_an_empty_content_is_a_content),
        REPLACE_TEST(test_a_symbolic_link_is_left_alone_and_so_is_its_target),
        REPLACE_TEST(test_a_link_to_nothing_makes_no_file),
        REPLACE_TEST(test_the_other_name_of_a_file_keeps_it),
        REPLACE_TEST(test_a_pipe_is_left_alone),
        REPLACE_TEST(test_a_directory_is_left_alone),
        REPLACE_TEST(test_a_device_is_left_alone),
        REPLACE_TEST(test_a_missing_directory_is_named_by_errno),
        REPLACE_TEST(test_what_cannot_be_written_leaves_the_old_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
