#include "cli/etag_file.h"
#include "tests/unit/scratch_folder.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ETAG "\"9bb58f26192e4ba00f01e2e7b136bbd8\""

static const char *file, *etag_file;

static int set_up(void **state)
{
    if (scratch_folder_set_up(state) != 0)
        return -1;
    file = scratch_path("hosts.csv");
    etag_file = scratch_path("hosts.csv.etag");
    return 0;
}

static const struct {
    const char *label, *text; /* NULL: there is no etag_file */
    enum status status;
    const char *etag;
} cases[] = {
    {"there is none", NULL, STATUS_OK, ""},
    {"this object's", "bucket: b\nkey: hosts.csv\netag: " ETAG "\n", STATUS_OK,
     ETAG},
    {"the last line may lack its end", "bucket: b\nkey: hosts.csv\netag: " ETAG,
     STATUS_OK, ETAG},
    {"another bucket's", "bucket: b2\nkey: hosts.csv\netag: " ETAG "\n",
     STATUS_OK, ""},
    {"another object's", "bucket: b\nkey: hosts2.csv\netag: " ETAG "\n",
     STATUS_OK, ""},
    {"there was no object", "bucket: b\nkey: hosts.csv\netag: none\n",
     STATUS_OK, ""},
    {"empty", "", STATUS_INVALID, ""},
    {"something else", "a.example,token\n", STATUS_INVALID, ""},
    {"cut short", "bucket: b\nkey: hosts.csv\n", STATUS_INVALID, ""},
    {"without an ETag", "bucket: b\nkey: hosts.csv\netag: \n", STATUS_INVALID,
     ""},
};

static void test_read(void **state)
{
    char etag[S3_ETAG_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unlink(etag_file);
        if (cases[i].text != NULL)
            scratch_write("hosts.csv.etag", span_from_string(cases[i].text));
        if (etag_file_read(file, "b", "hosts.csv", etag) != cases[i].status ||
            strcmp(etag, cases[i].etag) != 0)
            fail_msg("%s: %s", cases[i].label, etag);
    }
}

static void test_what_is_written_is_read(void **state)
{
    char etag[S3_ETAG_MAX + 1];
    struct stat st;

    (void)state;
    assert_int_equal(etag_file_write(file, "b", "a key.csv", ETAG), STATUS_OK);
    assert_int_equal(etag_file_read(file, "b", "a key.csv", etag), STATUS_OK);
    assert_string_equal(etag, ETAG);
    assert_int_equal(etag_file_write(file, "b", "a key.csv", ""), STATUS_OK);
    assert_int_equal(etag_file_read(file, "b", "a key.csv", etag), STATUS_OK);
    assert_string_equal(etag, "");
    assert_int_equal(stat(etag_file, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

/* ---- what else may stand there ---- */

static const char *elsewhere;

static void make_pipe(void)
{
    assert_int_equal(mkfifo(etag_file, 0600), 0);
}

static void make_directory_there(void)
{
    assert_int_equal(mkdir(etag_file, 0700), 0);
}

static void make_link(void)
{
    assert_int_equal(symlink(elsewhere, etag_file), 0);
}

static void make_strange_file(void)
{
    scratch_write("hosts.csv.etag", span_from_string("a.example,token\n"));
}

static const struct {
    const char *label;
    void (*make)(void);
    const char *fault;
    enum status written;
} obstacles[] = {
    {"a pipe that nobody writes to does not hang us", make_pipe, "it is a pipe",
     STATUS_INVALID},
    {"a directory", make_directory_there, "it is a directory", STATUS_INVALID},
    {"a link is not followed, though a etag_file is at its end", make_link,
     "it is a symbolic link", STATUS_INVALID},
    {"a file of somebody else's", make_strange_file,
     "it is not a file that dyndb wrote", STATUS_OK},
};

static void test_what_is_no_sidecar_is_neither_read_nor_followed(void **state)
{
    char etag[S3_ETAG_MAX + 1];
    struct stat st;

    (void)state;
    elsewhere = scratch_path("other.etag");
    for (size_t i = 0; i < sizeof obstacles / sizeof obstacles[0]; i++) {
        enum status status;

        print_message("  %s\n", obstacles[i].label);
        assert_int_equal(etag_file_write(file, "b", "k", ETAG), STATUS_OK);
        assert_int_equal(rename(etag_file, elsewhere), 0);
        assert_int_equal(chmod(elsewhere, 0644), 0);
        obstacles[i].make();
        status = etag_file_read(file, "b", "k", etag);
        assert_int_equal(status, STATUS_INVALID);
        assert_string_equal(etag, "");
        assert_string_equal(etag_file_fault(file, status), obstacles[i].fault);
        status = etag_file_write(file, "b", "k", "\"another\"");
        assert_int_equal(status, obstacles[i].written);
        if (status != STATUS_OK)
            assert_string_equal(etag_file_fault(file, status),
                                obstacles[i].fault);
        assert_int_equal(stat(elsewhere, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0644);
        assert_int_equal(remove(etag_file), 0);
        /* What the link points to is as it was. */
        assert_int_equal(rename(elsewhere, etag_file), 0);
        assert_int_equal(etag_file_read(file, "b", "k", etag), STATUS_OK);
        assert_string_equal(etag, ETAG);
    }
}

static void test_faults_in_words(void **state)
{
    (void)state;
    errno = EACCES;
    assert_string_equal(etag_file_fault(file, STATUS_UNAVAILABLE),
                        "Permission denied");
    assert_string_equal(etag_file_fault(file, STATUS_NOMEM), "out of memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_what_is_no_sidecar_is_neither_read_nor_followed),
        cmocka_unit_test(test_faults_in_words),
    };

    return cmocka_run_group_tests(tests, set_up, scratch_folder_tear_down);
}
