#include "aws/small_file.h"
#include "tests/unit/home_folder.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void test_a_file_is_read_whole(void **state)
{
    struct small_file file;
    const char *why;

    (void)state;
    assert_int_equal(
        small_file_read(&file, home_folder_write_file("f", "t0ken\n"), &why),
        STATUS_OK);
    assert_true(span_is(small_file_span(&file), "t0ken\n"));
    small_file_clear(&file);
    assert_null(file.text);
    assert_int_equal(
        small_file_read(&file, home_folder_write_file("f", ""), &why),
        STATUS_OK);
    assert_int_equal(small_file_span(&file).len, 0);
    small_file_clear(&file);
}

static void test_absent(void **state)
{
    struct small_file file;
    const char *why;

    (void)state;
    assert_int_equal(small_file_read(&file, "/nonexistent/x", &why),
                     STATUS_NOT_FOUND);
    assert_int_equal(small_file_read(&file, "/dev/null/x", &why),
                     STATUS_NOT_FOUND);
    assert_null(file.text);
}

/* To open a FIFO for reading would wait for somebody to write. */
static void test_what_is_no_regular_file(void **state)
{
    const char *fifo = home_folder_write_file("fifo", NULL);
    struct small_file file;
    const char *why = NULL;

    (void)state;
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(small_file_read(&file, fifo, &why), STATUS_INVALID);
    assert_string_equal(why, "it is no regular file");
    assert_int_equal(small_file_read(&file, "/dev/zero", &why), STATUS_INVALID);
    assert_int_equal(small_file_read(&file, "/", &why), STATUS_INVALID);
    assert_null(file.text);
}

static void test_too_large(void **state)
{
    const char *path = home_folder_write_file("f", "");
    struct small_file file;
    const char *why = NULL;

    (void)state;
    assert_int_equal(truncate(path, SMALL_FILE_MAX_BYTES), 0);
    assert_int_equal(small_file_read(&file, path, &why), STATUS_OK);
    small_file_clear(&file);
    assert_int_equal(truncate(path, SMALL_FILE_MAX_BYTES + 1), 0);
    assert_int_equal(small_file_read(&file, path, &why), STATUS_INVALID);
    assert_string_equal(why, "it is larger than a megabyte");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_is_read_whole),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_what_is_no_regular_file),
        cmocka_unit_test(test_too_large),
    };

    return cmocka_run_group_tests(tests, home_folder_set_up,
                                  scratch_folder_tear_down);
}
