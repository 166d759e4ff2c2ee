#include "cli/regular_file.h"
#include "tests/unit/scratch_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static void make_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, "text", 4), 4);
    close(fd);
}

static void make_pipe(const char *path)
{
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void make_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_in_range(
        snprintf(address.sun_path, sizeof address.sun_path, "%s", path), 1,
        sizeof address.sun_path - 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

static void make_directory(const char *path)
{
    assert_int_equal(mkdir(path, 0700), 0);
}

static void link_to_nothing(const char *path)
{
    assert_int_equal(symlink("nothing", path), 0);
}

static void link_to_itself(const char *path)
{
    assert_int_equal(symlink(path, path), 0);
}

static void link_to_device(const char *path)
{
    assert_int_equal(symlink("/dev/null", path), 0);
}

static const char *target;

static void link_to_file(const char *path)
{
    assert_int_equal(symlink(target, path), 0);
}

static void make_nothing(const char *path)
{
    (void)path;
}

static const struct {
    const char *label;
    void (*make)(const char *path);
    enum links links;
    enum status status;
    const char *obstacle;
} cases[] = {
    {"a regular file", make_file, LINKS_REFUSED, STATUS_OK, NULL},
    {"nothing", make_nothing, LINKS_REFUSED, STATUS_NOT_FOUND, NULL},
    {"a pipe without a writer", make_pipe, LINKS_REFUSED, STATUS_INVALID,
     "it is a pipe"},
    {"a socket", make_socket, LINKS_REFUSED, STATUS_INVALID, "it is a socket"},
    {"a directory", make_directory, LINKS_REFUSED, STATUS_INVALID,
     "it is a directory"},
    {"a link, refused", link_to_file, LINKS_REFUSED, STATUS_INVALID,
     "it is a symbolic link"},
    {"a link, followed", link_to_file, LINKS_FOLLOWED, STATUS_OK, NULL},
    {"a link to nothing, refused", link_to_nothing, LINKS_REFUSED,
     STATUS_INVALID, "it is a symbolic link"},
    {"a link to nothing, followed", link_to_nothing, LINKS_FOLLOWED,
     STATUS_NOT_FOUND, NULL},
    {"a link to itself", link_to_itself, LINKS_FOLLOWED, STATUS_UNAVAILABLE,
     NULL},
    {"a link to a device", link_to_device, LINKS_FOLLOWED, STATUS_INVALID,
     "it is a device"},
};

static void assert_is_open_for_reading(int fd)
{
    char text[8];

    assert_int_equal(read(fd, text, sizeof text), 4);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    close(fd);
}

static void test_only_regular_files_are_opened(void **state)
{
    const char *path = scratch_path("it");

    (void)state;
    target = scratch_write("target", span_from_string("text"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *obstacle;
        int fd = -2;

        print_message("  %s\n", cases[i].label);
        cases[i].make(path);
        assert_int_equal(regular_file_open(path, cases[i].links, &fd),
                         cases[i].status);
        if (cases[i].status == STATUS_OK)
            assert_is_open_for_reading(fd);
        else
            assert_int_equal(fd, -1);
        obstacle = regular_file_obstacle(path, cases[i].links);
        if (cases[i].obstacle == NULL)
            assert_null(obstacle);
        else
            assert_string_equal(obstacle, cases[i].obstacle);
        remove(path);
    }
}

static void test_errno_says_why(void **state)
{
    int fd;

    (void)state;
    assert_int_equal(regular_file_open("/dev/null/file", LINKS_FOLLOWED, &fd),
                     STATUS_UNAVAILABLE);
    assert_int_equal(errno, ENOTDIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_regular_files_are_opened),
        cmocka_unit_test(test_errno_says_why),
    };

    return cmocka_run_group_tests(tests, scratch_folder_set_up,
                                  scratch_folder_tear_down);
}
