#include "cli/outage_file.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* ---- where it is ---- */

static const char *const *environment; /* NAME, value, ..., NULL */

static const char *get(const char *name)
{
    for (const char *const *each = environment; *each != NULL; each += 2)
        if (strcmp(each[0], name) == 0)
            return each[1];
    return NULL;
}

static const struct {
    const char *label;
    const char *environment[7];
    const char *host, *path;
} paths[] = {
    {"systemd says where",
     {"STATE_DIRECTORY", "/var/lib/dyndb", "XDG_STATE_HOME", "/x", NULL},
     "a.example.org",
     "/var/lib/dyndb/set-ip-a.example.org"},
    {"systemd names several",
     {"STATE_DIRECTORY", "/var/lib/a:/var/lib/b", NULL},
     "a.example.org",
     "/var/lib/a/set-ip-a.example.org"},
    {"a person's",
     {"XDG_STATE_HOME", "/var/me/state", "HOME", "/var/me", NULL},
     "a.example.org",
     "/var/me/state/dyndb/set-ip-a.example.org"},
    {"a person who never heard of XDG",
     {"HOME", "/var/me", "XDG_STATE_HOME", "", NULL},
     "a.example.org",
     "/var/me/.local/state/dyndb/set-ip-a.example.org"},
    {"a path that is not absolute is ignored, as XDG demands",
     {"XDG_STATE_HOME", "state", "HOME", "/var/me", NULL},
     "a.example.org",
     "/var/me/.local/state/dyndb/set-ip-a.example.org"},
    {"nobody's",
     {NULL},
     "a.example.org",
     "/var/lib/dyndb/set-ip-a.example.org"},
    {"a wildcard is no pattern",
     {NULL},
     "*.example.org",
     "/var/lib/dyndb/set-ip-_.example.org"},
};

static void test_the_usual_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(paths); i++) {
        char *path;

        print_message("  %s\n", paths[i].label);
        environment = paths[i].environment;
        path = outage_file_usual_path(get, paths[i].host);
        assert_string_equal(path, paths[i].path);
        free(path);
    }
}

/* ---- what is in it ---- */

static void test_it_is_kept_while_there_is_trouble(void **state)
{
    const char *path = scratch_path("some/where/else");
    struct outage outage, again;
    struct stat st;

    (void)state;
    assert_int_equal(outage_file_load(&outage, path), STATUS_OK);
    assert_int_equal(outage.phase, OUTAGE_NONE);
    outage_step(&outage, "no network", "then", false);
    assert_int_equal(outage_file_save(&outage, path), STATUS_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(outage_file_load(&again, path), STATUS_OK);
    assert_int_equal(again.phase, OUTAGE_ON);
    assert_string_equal(again.trouble, "no network");
    outage_step(&again, NULL, "now", false);
    assert_int_equal(outage_file_save(&again, path), STATUS_OK);
    assert_int_not_equal(stat(path, &st), 0);
    assert_int_equal(outage_file_save(&again, path), STATUS_OK);
}

static void test_no_link_is_followed(void **state)
{
    const char *path = scratch_path("link");
    struct outage outage = {.phase = OUTAGE_NONE};
    struct stat st;

    (void)state;
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_int_equal(outage_file_load(&outage, path), STATUS_INVALID);
    assert_int_equal(outage.phase, OUTAGE_NONE);
    outage_step(&outage, "no network", "then", false);
    assert_int_equal(outage_file_save(&outage, path), STATUS_INVALID);
    assert_int_not_equal(stat(scratch_path("elsewhere"), &st), 0);
}

static void test_what_cannot_be_written_is_told(void **state)
{
    struct outage outage = {.phase = OUTAGE_NONE};

    (void)state;
    outage_step(&outage, "no network", "then", false);
    assert_int_equal(outage_file_save(&outage, "/proc/nosuch/file"),
                     STATUS_UNAVAILABLE);
}

static void test_a_file_that_is_too_long_is_a_lock(void **state)
{
    static char text[100000];
    struct outage outage;

    (void)state;
    memset(text, 'x', sizeof text);
    scratch_write("long", span_from(text, sizeof text));
    assert_int_equal(outage_file_load(&outage, scratch_path("long")),
                     STATUS_OK);
    assert_int_equal(outage.phase, OUTAGE_ON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_usual_path),
        cmocka_unit_test(test_it_is_kept_while_there_is_trouble),
        cmocka_unit_test(test_no_link_is_followed),
        cmocka_unit_test(test_what_cannot_be_written_is_told),
        cmocka_unit_test(test_a_file_that_is_too_long_is_a_lock),
    };

    return cmocka_run_group_tests(tests, scratch_folder_set_up,
                                  scratch_folder_tear_down);
}
