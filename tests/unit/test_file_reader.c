#include "s3db/file_reader.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static const char *path;
static struct file_reader reader;

static int set_up(void **state)
{
    if (scratch_folder_set_up(state) != 0)
        return -1;
    path = scratch_path("file");
    return 0;
}

static void write_file(const char *mode, const char *text)
{
    FILE *file = fopen(path, mode);

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static enum status open_file(const char *known_version)
{
    return file_reader_open(&reader, path, span_from_string(known_version));
}

static void test_pieces_and_then_an_empty_one(void **state)
{
    struct span chunk;

    (void)state;
    write_file("w", "text");
    assert_int_equal(open_file(""), STATUS_OK);
    assert_int_equal(file_reader_next(&reader, &chunk), STATUS_OK);
    assert_true(span_is(chunk, "text"));
    assert_int_equal(file_reader_next(&reader, &chunk), STATUS_OK);
    assert_int_equal(chunk.len, 0);
    file_reader_close(&reader);
    file_reader_close(&reader); /* twice is fine */
}

static void test_a_known_version_is_not_opened(void **state)
{
    char version[FILE_VERSION_MAX];

    (void)state;
    write_file("w", "text");
    assert_int_equal(open_file(""), STATUS_OK);
    memcpy(version, reader.version, sizeof version);
    file_reader_close(&reader);
    assert_int_equal(open_file(version), STATUS_UNCHANGED);
    assert_int_equal(reader.fd, -1);
}

static void test_a_changed_file_has_another_version(void **state)
{
    char version[FILE_VERSION_MAX];

    (void)state;
    write_file("w", "text");
    assert_int_equal(open_file(""), STATUS_OK);
    memcpy(version, reader.version, sizeof version);
    file_reader_close(&reader);
    write_file("w", "longer");
    assert_int_equal(open_file(version), STATUS_OK);
    assert_string_not_equal(reader.version, version);
    file_reader_close(&reader);
}

static void test_a_file_that_grows_while_it_is_read(void **state)
{
    struct span chunk;

    (void)state;
    write_file("w", "text");
    assert_int_equal(open_file(""), STATUS_OK);
    assert_int_equal(file_reader_next(&reader, &chunk), STATUS_OK);
    write_file("a", "more");
    assert_int_equal(file_reader_next(&reader, &chunk), STATUS_OK);
    assert_true(span_is(chunk, "more"));
    assert_int_equal(file_reader_next(&reader, &chunk), STATUS_UNAVAILABLE);
    assert_int_equal(chunk.len, 0);
    assert_string_equal(reader.fault, "it changed while it was read");
    file_reader_close(&reader);
}

static const struct {
    const char *path;
    enum status status;
    const char *fault;
} others[] = {
    {"/nonexistent/file", STATUS_NOT_FOUND, "there is no such file"},
    {"/", STATUS_INVALID, "it is not a regular file"},
    {"/dev/null", STATUS_INVALID, "it is not a regular file"},
};

static void test_what_is_no_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(
            file_reader_open(&reader, others[i].path, span_from("", 0)),
            others[i].status);
        assert_string_equal(reader.fault, others[i].fault);
        assert_string_equal(reader.version, "");
        assert_int_equal(reader.fd, -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_and_then_an_empty_one),
        cmocka_unit_test(test_a_known_version_is_not_opened),
        cmocka_unit_test(test_a_changed_file_has_another_version),
        cmocka_unit_test(test_a_file_that_grows_while_it_is_read),
        cmocka_unit_test(test_what_is_no_file),
    };

    return cmocka_run_group_tests(tests, set_up, scratch_folder_tear_down);
}
