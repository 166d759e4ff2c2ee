#include "journal/object_store.h"
#include "tests/unit/failing_memory.h"
#include "tests/unit/scratch_folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PLENTY_BYTES = 1024 * 1024 };

static struct object_store *store;
static struct strbuf out;
static char *path;

static int set_up(void **state)
{
    if (scratch_folder_set_up(state) != 0)
        return -1;
    strbuf_init(&out, PLENTY_BYTES);
    path = scratch_path("state");
    store = object_store_new(path, NULL);
    return store == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    strbuf_clear(&out);
    object_store_free(store);
    return scratch_folder_tear_down(state);
}

/* Borrowed until the next call. */
static const char *path_of(const char *name)
{
    static char full[4096];

    snprintf(full, sizeof full, "%s/%s", path, name);
    return full;
}

static enum status put(const char *key, const char *body,
                       enum object_condition condition, struct object_tag *tag)
{
    return object_store_put(store, key, span_from_string(body), "text/plain",
                            condition, tag);
}

static void assert_holds(const char *key, const char *body)
{
    strbuf_rewind(&out);
    assert_int_equal(object_store_get(store, key, NULL, &out), STATUS_OK);
    assert_string_equal(strbuf_string(&out), body);
}

/* ---- putting and getting ---- */

static void test_what_is_put_is_got(void **state)
{
    (void)state;
    assert_int_equal(put("a/b/c", "first", OBJECT_ALWAYS, NULL), STATUS_OK);
    assert_holds("a/b/c", "first");
    assert_int_equal(put("a/b/c", "", OBJECT_ALWAYS, NULL), STATUS_OK);
    assert_holds("a/b/c", "");
}

static void test_what_was_never_put_is_not_found(void **state)
{
    (void)state;
    assert_int_equal(object_store_get(store, "a", NULL, &out),
                     STATUS_NOT_FOUND);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(put("a", "x", OBJECT_ALWAYS, NULL), STATUS_OK);
    assert_int_equal(object_store_get(store, "b", NULL, &out),
                     STATUS_NOT_FOUND);
    assert_int_equal(object_store_get(store, "b/c", NULL, &out),
                     STATUS_NOT_FOUND);
    assert_string_not_equal(object_store_reason(store), "");
}

static void test_the_tag_is_the_contents(void **state)
{
    struct object_tag one = {""}, other = {""}, same = {""}, got = {""};

    (void)state;
    assert_int_equal(put("a", "one", OBJECT_ALWAYS, &one), STATUS_OK);
    assert_int_equal(put("b", "other", OBJECT_ALWAYS, &other), STATUS_OK);
    assert_int_equal(put("c", "one", OBJECT_ALWAYS, &same), STATUS_OK);
    assert_int_equal(object_store_get(store, "a", &got, &out), STATUS_OK);
    assert_string_equal(one.text, got.text);
    assert_string_equal(one.text, same.text);
    assert_string_not_equal(one.text, other.text);
    assert_int_equal(strlen(one.text), 66);
}

static void test_what_is_known_is_not_got_again(void **state)
{
    struct object_tag tag = {""};

    (void)state;
    assert_int_equal(put("a", "one", OBJECT_ALWAYS, &tag), STATUS_OK);
    assert_int_equal(object_store_get(store, "a", &tag, &out),
                     STATUS_UNCHANGED);
    assert_int_equal(out.len, 0);
    assert_string_equal(object_store_reason(store), "");
    assert_int_equal(put("a", "two", OBJECT_ALWAYS, NULL), STATUS_OK);
    assert_int_equal(object_store_get(store, "a", &tag, &out), STATUS_OK);
    assert_string_equal(strbuf_string(&out), "two");
    strbuf_rewind(&out);
    assert_int_equal(object_store_get(store, "a", &tag, &out),
                     STATUS_UNCHANGED);
}

static void test_a_long_object_comes_back_whole(void **state)
{
    char *body = malloc(200001);

    (void)state;
    assert_non_null(body);
    memset(body, 'x', 200000);
    body[199999] = 'y';
    body[200000] = '\0';
    assert_int_equal(put("a", body, OBJECT_ALWAYS, NULL), STATUS_OK);
    assert_holds("a", body);
    free(body);
}

/* ---- conditions ---- */

static void test_only_the_first_puts_what_is_to_be_absent(void **state)
{
    struct object_tag tag = {""};

    (void)state;
    assert_int_equal(put("a/b", "first", OBJECT_IF_ABSENT, &tag), STATUS_OK);
    assert_string_not_equal(tag.text, "");
    assert_int_equal(put("a/b", "second", OBJECT_IF_ABSENT, NULL),
                     STATUS_CONFLICT);
    assert_string_not_equal(object_store_reason(store), "");
    assert_holds("a/b", "first");
}

static void test_only_what_is_unchanged_is_replaced(void **state)
{
    struct object_tag first = {""}, second;

    (void)state;
    assert_int_equal(put("a", "first", OBJECT_ALWAYS, &first), STATUS_OK);
    second = first;
    assert_int_equal(put("a", "second", OBJECT_IF_UNCHANGED, &second),
                     STATUS_OK);
    assert_string_not_equal(first.text, second.text);
    assert_int_equal(put("a", "third", OBJECT_IF_UNCHANGED, &first),
                     STATUS_CONFLICT);
    assert_holds("a", "second");
    assert_int_equal(put("a", "third", OBJECT_IF_UNCHANGED, &second),
                     STATUS_OK);
    assert_holds("a", "third");
}

static void test_what_is_not_there_is_not_unchanged(void **state)
{
    struct object_tag tag = {"\"0\""};

    (void)state;
    assert_int_equal(put("a", "x", OBJECT_IF_UNCHANGED, &tag), STATUS_CONFLICT);
    assert_string_equal(tag.text, "\"0\"");
    assert_int_equal(object_store_get(store, "a", NULL, &out),
                     STATUS_NOT_FOUND);
}

/* Adds `rounds` to the number in the object, as servers do that compete. */
static void count_up(int rounds)
{
    struct object_store *own = object_store_new(path, NULL);
    char next[32];

    for (int i = 0; own != NULL && i < rounds; i++) {
        enum status status = STATUS_CONFLICT;

        while (status == STATUS_CONFLICT) {
            struct object_tag tag = {""};
            struct strbuf text;

            strbuf_init(&text, 100);
            if (object_store_get(own, "count", &tag, &text) != STATUS_OK)
                _exit(1);
            snprintf(next, sizeof next, "%ld",
                     strtol(strbuf_string(&text), NULL, 10) + 1);
            strbuf_clear(&text);
            status = object_store_put(own, "count", span_from_string(next),
                                      "text/plain", OBJECT_IF_UNCHANGED, &tag);
        }
        if (status != STATUS_OK)
            _exit(2);
    }
    object_store_free(own);
    _exit(own == NULL ? 3 : 0);
}

static void test_processes_that_compete_lose_nothing(void **state)
{
    enum { PROCESSES = 4, ROUNDS = 50 };
    int result;

    (void)state;
    assert_int_equal(put("count", "0", OBJECT_ALWAYS, NULL), STATUS_OK);
    for (int i = 0; i < PROCESSES; i++) {
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0)
            count_up(ROUNDS);
    }
    for (int i = 0; i < PROCESSES; i++) {
        assert_true(wait(&result) > 0);
        assert_int_equal(result, 0);
    }
    assert_holds("count", "200");
}

static void test_what_a_killed_writer_left_is_in_nobodys_way(void **state)
{
    FILE *stream;

    (void)state;
    assert_int_equal(put("a", "x", OBJECT_ALWAYS, NULL), STATUS_OK);
    stream = fopen(path_of(".new"), "w");
    assert_non_null(stream);
    fputs("half of someth", stream);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(put("b", "y", OBJECT_IF_ABSENT, NULL), STATUS_OK);
    assert_holds("b", "y");
    assert_int_equal(access(path_of(".new"), F_OK), -1);
}

/* The child holds the lock until it is told that the parent was interrupted. */
static void test_who_waits_for_the_lock_can_be_interrupted(void **state)
{
    int fd;

    (void)state;
    assert_int_equal(put("a", "x", OBJECT_ALWAYS, NULL), STATUS_OK);
    fd = open(path_of(".lock"), O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    object_store_interrupt(store);
    assert_int_equal(put("a", "y", OBJECT_ALWAYS, NULL), STATUS_UNAVAILABLE);
    close(fd);
}

/* ---- what else is in the file system ---- */

static mode_t mode_of(const char *name)
{
    struct stat st;

    assert_int_equal(lstat(path_of(name), &st), 0);
    return st.st_mode & 07777;
}

static void test_what_is_made_has_the_directorys_rights(void **state)
{
    mode_t before = umask(077);

    (void)state;
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chmod(path, 0755), 0);
    assert_int_equal(put("a/b", "x", OBJECT_ALWAYS, NULL), STATUS_OK);
    umask(before);
    assert_int_equal(mode_of("a"), 0755);
    assert_int_equal(mode_of("a/b"), 0644);
    assert_int_equal(mode_of(".lock"), 0644);
}

static void test_a_directory_that_is_made_is_its_owners_and_groups(void **state)
{
    mode_t before = umask(0);

    (void)state;
    assert_int_equal(put("a/b", "x", OBJECT_ALWAYS, NULL), STATUS_OK);
    umask(before);
    assert_int_equal(mode_of("."), 0750);
    assert_int_equal(mode_of("a"), 0750);
    assert_int_equal(mode_of("a/b"), 0640);
}

static void test_what_root_makes_is_the_directory_owners(void **state)
{
    struct stat st;

    (void)state;
    if (geteuid() != 0)
        skip(); /* only root can give away */
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chown(path, 10053, 10054), 0);
    assert_int_equal(put("a/b", "x", OBJECT_ALWAYS, NULL), STATUS_OK);
    for (size_t i = 0; i < 3; i++) {
        static const char *const names[] = {"a", "a/b", ".lock"};

        assert_int_equal(lstat(path_of(names[i]), &st), 0);
        assert_int_equal(st.st_uid, 10053);
        assert_int_equal(st.st_gid, 10054);
    }
}

static void test_no_symbolic_link_is_followed(void **state)
{
    const char *elsewhere = scratch_write("elsewhere", span_from_string("old"));

    (void)state;
    assert_int_equal(put("a", "x", OBJECT_ALWAYS, NULL), STATUS_OK);
    assert_int_equal(symlink(elsewhere, path_of("link")), 0);
    assert_int_equal(symlink("..", path_of("up")), 0);
    assert_int_equal(put("link", "new", OBJECT_ALWAYS, NULL), STATUS_INVALID);
    assert_int_equal(put("up/elsewhere", "new", OBJECT_ALWAYS, NULL),
                     STATUS_INVALID);
    assert_int_equal(object_store_get(store, "link", NULL, &out),
                     STATUS_INVALID);
    assert_int_equal(object_store_get(store, "up/elsewhere", NULL, &out),
                     STATUS_INVALID);
    assert_int_equal(out.len, 0);
}

static void test_a_folder_and_a_pipe_are_no_objects(void **state)
{
    (void)state;
    assert_int_equal(put("a/b", "x", OBJECT_ALWAYS, NULL), STATUS_OK);
    assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
    assert_int_equal(put("a", "x", OBJECT_ALWAYS, NULL), STATUS_INVALID);
    assert_int_equal(put("pipe", "x", OBJECT_ALWAYS, NULL), STATUS_INVALID);
    assert_int_equal(put("a/b/c", "x", OBJECT_ALWAYS, NULL), STATUS_INVALID);
    assert_int_equal(object_store_get(store, "a", NULL, &out), STATUS_INVALID);
    assert_int_equal(object_store_get(store, "pipe", NULL, &out),
                     STATUS_INVALID);
}

static void test_a_directory_below_none_is_not_made(void **state)
{
    struct object_store *lost =
        object_store_new(scratch_path("no/state"), NULL);

    (void)state;
    assert_non_null(lost);
    assert_int_equal(object_store_put(lost, "a", span_from("", 0), "a/b",
                                      OBJECT_ALWAYS, NULL),
                     STATUS_NOT_FOUND);
    assert_string_equal(object_store_reason(lost),
                        "cannot make the directory: No such file or directory");
    object_store_free(lost);
}

static void test_a_file_in_the_directorys_place_is_refused(void **state)
{
    struct object_store *file =
        object_store_new(scratch_write("file", span_from_string("x")), NULL);

    (void)state;
    assert_non_null(file);
    assert_int_equal(object_store_put(file, "a", span_from("", 0), "a/b",
                                      OBJECT_ALWAYS, NULL),
                     STATUS_INVALID);
    assert_int_equal(object_store_get(file, "a", NULL, &out), STATUS_INVALID);
    assert_int_equal(object_store_list(file, "", "", NULL, NULL),
                     STATUS_INVALID);
    object_store_free(file);
}

static void test_a_directory_for_reading_is_denied_to_writers(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip(); /* root may write anywhere */
    assert_int_equal(put("a", "x", OBJECT_ALWAYS, NULL), STATUS_OK);
    assert_int_equal(chmod(path, 0500), 0);
    assert_int_equal(put("b/c", "x", OBJECT_ALWAYS, NULL), STATUS_DENIED);
    assert_holds("a", "x");
    assert_int_equal(chmod(path, 0700), 0);
}

/* ---- listing ---- */

static bool append_key(void *arg, const char *key)
{
    strbuf_printf(arg, "%s ", key);
    return true;
}

static void assert_listed(const char *prefix, const char *after,
                          const char *expected)
{
    strbuf_rewind(&out);
    assert_int_equal(object_store_list(store, prefix, after, append_key, &out),
                     STATUS_OK);
    assert_string_equal(strbuf_string(&out), expected);
}

static void put_some(void)
{
    static const char *const keys[] = {
        "snapshot",   "events/dt=2/b", "events/dt=1/z",  "events/dt=2/a",
        "events-old", "events.json",   "events/dt=10/x",
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_int_equal(put(keys[i], keys[i], OBJECT_ALWAYS, NULL), STATUS_OK);
}

static void test_a_directory_that_is_not_there_is_empty(void **state)
{
    (void)state;
    assert_listed("", "", "");
    assert_string_equal(object_store_reason(store), "");
}

/* A folder's keys stand where its name and a slash do: behind '-' and '.'. */
static void test_keys_are_listed_in_the_order_of_their_bytes(void **state)
{
    (void)state;
    put_some();
    assert_listed("", "",
                  "events-old events.json events/dt=1/z events/dt=10/x "
                  "events/dt=2/a events/dt=2/b snapshot ");
}

static const struct {
    const char *label, *prefix, *after, *expected;
} listings[] = {
    {"a folder", "events/dt=2/", "", "events/dt=2/a events/dt=2/b "},
    {"a prefix may end within a name", "events/dt=1", "",
     "events/dt=1/z events/dt=10/x "},
    {"a whole key is its own prefix", "snapshot", "", "snapshot "},
    {"none begins like this", "events/dt=3/", "", ""},
    {"a folder that is not there", "no/such/", "", ""},
    {"behind a key, without it", "events/", "events/dt=2/a", "events/dt=2/b "},
    {"behind what is no key", "events/", "events/dt=1/zz",
     "events/dt=10/x events/dt=2/a events/dt=2/b "},
    {"behind a folder, all that is in it", "events/", "events/dt=2",
     "events/dt=2/a events/dt=2/b "},
    {"behind the last one", "events/", "events/dt=2/b", ""},
    {"behind all of them", "", "zzz", ""},
    {"before all of them", "events/dt=2/", "a", "events/dt=2/a events/dt=2/b "},
};

static void test_a_listing_is_of_a_prefix_and_behind_a_key(void **state)
{
    (void)state;
    put_some();
    for (size_t i = 0; i < sizeof listings / sizeof listings[0]; i++) {
        print_message("  %s\n", listings[i].label);
        assert_listed(listings[i].prefix, listings[i].after,
                      listings[i].expected);
    }
}

static void test_what_is_no_object_is_passed_over(void **state)
{
    (void)state;
    assert_int_equal(put("a/b", "x", OBJECT_ALWAYS, NULL), STATUS_OK);
    assert_int_equal(symlink("b", path_of("a/link")), 0);
    assert_int_equal(symlink("a", path_of("linked")), 0);
    assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
    assert_int_equal(mkdir(path_of("empty"), 0700), 0);
    assert_int_equal(mkdir(path_of(".git"), 0700), 0);
    assert_int_equal(link(path_of("a/b"), scratch_path("state/.git/x")), 0);
    assert_int_equal(link(path_of("a/b"), scratch_path("state/a\nb")), 0);
    assert_listed("", "", "a/b ");
}

static bool stop_at_once(void *arg, const char *key)
{
    (void)append_key(arg, key);
    return false;
}

static void test_who_listens_can_end_it(void **state)
{
    (void)state;
    put_some();
    assert_int_equal(
        object_store_list(store, "events/", "", stop_at_once, &out), STATUS_OK);
    assert_string_equal(strbuf_string(&out), "events/dt=1/z ");
}

/* ---- memory ---- */

static enum status make_and_put(void)
{
    struct object_store *own = object_store_new(path, NULL);
    enum status status;

    if (own == NULL)
        return STATUS_NOMEM;
    status = object_store_put(own, "a/b", span_from("x", 1), "a/b",
                              OBJECT_ALWAYS, NULL);
    object_store_free(own);
    return status;
}

static enum status get_one(void)
{
    return object_store_get(store, "a/b", NULL, &out);
}

static enum status list_all(void)
{
    return object_store_list(store, "", "", append_key, &out);
}

/* Each allocation in turn is the one that fails. */
static void test_a_want_of_memory_is_told_and_leaves_nothing(void **state)
{
    static enum status (*const calls[])(void) = {make_and_put, get_one,
                                                 list_all};

    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        bool failed = true;

        for (size_t n = 0; failed; n++) {
            enum status status;

            strbuf_clear(&out);
            failing_memory_after(n);
            status = calls[i]();
            failed = failing_memory_stop();
            /* The buffer of the test itself may be what failed. */
            assert_true(status == (failed ? STATUS_NOMEM : STATUS_OK) ||
                        (calls[i] == list_all && !strbuf_ok(&out)));
            assert_true(failed || n > 0);
        }
    }
}

int main(void)
{
#define STORE_TEST(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_what_is_put_is_got),
        STORE_TEST(test_what_was_never_put_is_not_found),
        STORE_TEST(test_the_tag_is_the_contents),
        STORE_TEST(test_what_is_known_is_not_got_again),
        STORE_TEST(test_a_long_object_comes_back_whole),
        STORE_TEST(test_only_the_first_puts_what_is_to_be_absent),
        STORE_TEST(test_only_what_is_unchanged_is_replaced),
        STORE_TEST(test_what_is_not_there_is_not_unchanged),
        STORE_TEST(test_processes_that_compete_lose_nothing),
        STORE_TEST(test_what_a_killed_writer_left_is_in_nobodys_way),
        STORE_TEST(test_who_waits_for_the_lock_can_be_interrupted),
        STORE_TEST(test_what_is_made_has_the_directorys_rights),
        STORE_TEST(test_a_directory_that_is_made_is_its_owners_and_groups),
        STORE_TEST(test_what_root_makes_is_the_directory_owners),
        STORE_TEST(test_no_symbolic_link_is_followed),
        STORE_TEST(test_a_folder_and_a_pipe_are_no_objects),
        STORE_TEST(test_a_directory_below_none_is_not_made),
        STORE_TEST(test_a_file_in_the_directorys_place_is_refused),
        STORE_TEST(test_a_directory_for_reading_is_denied_to_writers),
        STORE_TEST(test_keys_are_listed_in_the_order_of_their_bytes),
        STORE_TEST(test_a_directory_that_is_not_there_is_empty),
        STORE_TEST(test_a_listing_is_of_a_prefix_and_behind_a_key),
        STORE_TEST(test_what_is_no_object_is_passed_over),
        STORE_TEST(test_who_listens_can_end_it),
        STORE_TEST(test_a_want_of_memory_is_told_and_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
