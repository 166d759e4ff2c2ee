#include "cli/text_file.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

enum { SIZE = 10000 };

static const char *path, *link_path;

static int make_files(void **state)
{
    static char text[SIZE];

    if (scratch_folder_set_up(state) != 0)
        return -1;
    memset(text, 'x', sizeof text);
    path = scratch_write("file", span_from(text, sizeof text));
    link_path = scratch_path("link");
    return symlink("file", link_path);
}

static void check(const char *name, enum links links, size_t max,
                  enum status expected, const char *words)
{
    struct strbuf text;
    enum status status;

    strbuf_init(&text, max);
    status = text_file_read(name, links, &text);
    if (words != NULL)
        assert_string_equal(text_file_fault(name, links, status), words);
    assert_int_equal(status, expected);
    if (status == STATUS_OK)
        assert_int_equal(text.len, SIZE);
    strbuf_clear(&text);
}

static void test_all_of_it_or_a_reason(void **state)
{
    (void)state;
    check(path, LINKS_REFUSED, SIZE, STATUS_OK, NULL);
    check(path, LINKS_REFUSED, SIZE - 1, STATUS_FULL, "it is too long");
    check(link_path, LINKS_FOLLOWED, SIZE, STATUS_OK, NULL);
    check(link_path, LINKS_REFUSED, SIZE, STATUS_INVALID,
          "it is a symbolic link");
    check(scratch_folder(), LINKS_FOLLOWED, SIZE, STATUS_INVALID,
          "it is a directory");
    check("/nonexistent/file", LINKS_FOLLOWED, SIZE, STATUS_NOT_FOUND,
          "there is no such file");
    check("/dev/zero", LINKS_FOLLOWED, SIZE, STATUS_INVALID, "it is a device");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_of_it_or_a_reason)};

    return cmocka_run_group_tests(tests, make_files, scratch_folder_tear_down);
}
