#include "cli/database_file.h"

#include "base/clock.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char *path;

/* Time passes only while somebody waits. */
static int64_t now_ms;
static int waits;

int64_t __wrap_clock_now_ms(void);
int __wrap_nanosleep(const struct timespec *time, struct timespec *rest);

int64_t __wrap_clock_now_ms(void)
{
    return now_ms;
}

int __wrap_nanosleep(const struct timespec *time, struct timespec *rest)
{
    (void)rest;
    waits++;
    now_ms += time->tv_sec * 1000 + time->tv_nsec / 1000000;
    return 0;
}

static int set_up(void **state)
{
    if (scratch_folder_set_up(state) != 0)
        return -1;
    path = scratch_path("hosts.csv");
    waits = 0;
    return 0;
}

static void write_file(const char *content, mode_t mode)
{
    FILE *stream = fopen(path, "w");

    assert_non_null(stream);
    fputs(content, stream);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void assert_is(const char *content, mode_t mode)
{
    struct database_file file;
    struct strbuf text;
    struct stat st;

    strbuf_init(&text, 1024);
    assert_true(database_file_open(&file, path));
    assert_int_equal(database_file_read(&file, &text), STATUS_OK);
    assert_string_equal(strbuf_string(&text), content);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, mode);
    database_file_close(&file);
    strbuf_clear(&text);
}

static void test_a_new_file_is_its_owner_s_alone(void **state)
{
    struct database_file file;
    struct strbuf text;

    (void)state;
    strbuf_init(&text, 1024);
    assert_true(database_file_open(&file, path));
    assert_int_equal(database_file_read(&file, &text), STATUS_NOT_FOUND);
    assert_int_equal(text.len, 0);
    assert_int_equal(database_file_write(&file, span_from_string("new")),
                     STATUS_OK);
    database_file_close(&file);
    assert_is("new", 0600);
    strbuf_clear(&text);
}

static void test_who_could_read_the_old_one_can_read_the_new_one(void **state)
{
    struct database_file file;
    struct strbuf text;

    (void)state;
    strbuf_init(&text, 1024);
    write_file("old", 0640);
    assert_true(database_file_open(&file, path));
    assert_int_equal(database_file_read(&file, &text), STATUS_OK);
    assert_string_equal(strbuf_string(&text), "old");
    assert_int_equal(database_file_write(&file, span_from_string("new")),
                     STATUS_OK);
    database_file_close(&file);
    assert_is("new", 0640);
    strbuf_clear(&text);
}

/* By somebody who knows nothing of the lock. */
static void test_a_file_that_was_changed_meanwhile_is_not_replaced(void **state)
{
    struct database_file file;
    struct strbuf text;

    (void)state;
    strbuf_init(&text, 1024);
    assert_true(database_file_open(&file, path));
    assert_int_equal(database_file_read(&file, &text), STATUS_NOT_FOUND);
    write_file("theirs", 0600);
    assert_int_equal(database_file_write(&file, span_from_string("ours")),
                     STATUS_CONFLICT);
    assert_int_equal(database_file_read(&file, &text), STATUS_OK);
    assert_string_equal(strbuf_string(&text), "theirs");
    write_file("theirs, longer", 0600);
    assert_int_equal(database_file_write(&file, span_from_string("ours")),
                     STATUS_CONFLICT);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(database_file_write(&file, span_from_string("ours")),
                     STATUS_CONFLICT);
    database_file_close(&file);
    strbuf_clear(&text);
}

static void test_two_do_not_edit_at_the_same_time(void **state)
{
    struct database_file one, two;

    (void)state;
    assert_true(database_file_open(&one, path));
    assert_false(database_file_open(&two, path));
    assert_in_range(waits, 2, 15 * 1000);
    database_file_close(&two);
    database_file_close(&one);
    waits = 0;
    assert_true(database_file_open(&two, path));
    assert_int_equal(waits, 0);
    database_file_close(&two);
}

static void test_what_is_no_file_is_left_alone(void **state)
{
    struct database_file file;
    struct strbuf text;

    (void)state;
    strbuf_init(&text, 1024);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_true(database_file_open(&file, path));
    assert_int_equal(database_file_read(&file, &text), STATUS_INVALID);
    database_file_close(&file);
    assert_int_equal(rmdir(path), 0);
    assert_false(database_file_open(&file, "/nonexistent/hosts.csv"));
    database_file_close(&file);
    strbuf_clear(&text);
}

int main(void)
{
#define FILE_TEST(test)                                                        \
    cmocka_unit_test_setup_teardown(test, set_up, scratch_folder_tear_down)
    const struct CMUnitTest tests[] = {
        FILE_TEST(test_a_new_file_is_its_owner_s_alone),
        FILE_TEST(test_who_could_read_the_old_one_can_read_the_new_one),
        FILE_TEST(test_a_file_that_was_changed_meanwhile_is_not_replaced),
        FILE_TEST(test_two_do_not_edit_at_the_same_time),
        FILE_TEST(test_what_is_no_file_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
