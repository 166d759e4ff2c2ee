#include "cli/text_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

enum { SIZE = 10000 };

static char folder[] = "/tmp/test_text_file.XXXXXX", path[100], link_path[100];

static int make_files(void **state)
{
    FILE *file;

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/file", folder);
    snprintf(link_path, sizeof link_path, "%s/link", folder);
    file = fopen(path, "w");
    for (int i = 0; file != NULL && i < SIZE; i++)
        fputc('x', file);
    return file != NULL && fclose(file) == 0 && symlink("file", link_path) == 0
               ? 0
               : -1;
}

static int remove_files(void **state)
{
    (void)state;
    unlink(link_path);
    unlink(path);
    rmdir(folder);
    return 0;
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
    check(folder, LINKS_FOLLOWED, SIZE, STATUS_INVALID, "it is a directory");
    check("/nonexistent/file", LINKS_FOLLOWED, SIZE, STATUS_NOT_FOUND,
          "there is no such file");
    check("/dev/zero", LINKS_FOLLOWED, SIZE, STATUS_INVALID, "it is a device");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_of_it_or_a_reason)};

    return cmocka_run_group_tests(tests, make_files, remove_files);
}
