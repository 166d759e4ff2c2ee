#include "cli/journal_walk.h"
#include "cli/command.h"

#include "journal/gzip.h"
#include "journal/moment.h"
#include "journal/object_name.h"

#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct state_store *store;

static int set_up(void **state)
{
    int result;

    if (scratch_folder_set_up(state) != 0)
        return -1;
    store = state_store_open(scratch_path("state"), &result);
    return store == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    state_store_close(store);
    return scratch_folder_tear_down(state);
}

/* ---- objects ---- */

static int64_t moment(const char *text)
{
    int64_t ms;

    assert_true(moment_parse(span_from_string(text), &ms));
    return ms;
}

static void put_bytes(const char *at, char copy, uint32_t number,
                      struct span body)
{
    struct object_name name = {.made_at = moment(at), .number = number};
    char key[OBJECT_NAME_MAX];

    memset(name.copy, copy, COPY_NAME_DIGITS);
    object_name_write(&name, key);
    assert_int_equal(state_store_put_new(store, key, body, "x/y"), STATUS_OK);
}

static void put(const char *at, char copy, uint32_t number, const char *lines)
{
    struct strbuf packed;

    strbuf_init(&packed, 1 << 20);
    assert_int_equal(gzip_pack(span_from_string(lines), &packed), STATUS_OK);
    put_bytes(at, copy, number, strbuf_span(&packed));
    strbuf_clear(&packed);
}

#define EDIT(at, action)                                                       \
    "{\"event\":\"edit\",\"at\":\"" at "\",\"action\":\"" action "\"}\n"

/* ---- what is told of them ---- */

struct told {
    struct strbuf text;
    size_t takes_left; /* before it is ended */
};

static bool take(void *arg, const struct event *event, struct span line)
{
    struct told *told = arg;

    assert_int_equal(event->kind, EVENT_EDIT);
    assert_true(line.len > 0 && line.ptr[line.len - 1] == '}');
    strbuf_append(&told->text, event->edit.action);
    strbuf_append_char(&told->text, ' ');
    return --told->takes_left > 0;
}

static bool pass(void *arg, int64_t at)
{
    struct told *told = arg;
    char text[MOMENT_TEXT_MAX];

    moment_format(at, text);
    strbuf_printf(&told->text, "|%.2s:%.2s ", text + 11, text + 14);
    return true;
}

static void check(struct journal_walk *walk, int result, const char *text)
{
    struct told told = {.takes_left = 100};

    strbuf_init(&told.text, 1 << 20);
    walk->store = store;
    walk->take = take;
    walk->pass = pass;
    walk->arg = &told;
    if (walk->until == 0)
        walk->until = INT64_MAX;
    walk->now = moment("2026-11-21T12:00:00Z");
    assert_int_equal(journal_walk_run(walk), result);
    assert_string_equal(strbuf_string(&told.text), text);
    strbuf_clear(&told.text);
}

static void test_objects_are_read_from_the_oldest_to_the_newest(void **state)
{
    struct journal_walk walk = {.since = moment("2026-11-20T00:00:00Z")};

    (void)state;
    put("2026-11-21T10:02:00Z", 'a', 2, EDIT("2026-11-21T10:01:30Z", "d"));
    put("2026-11-21T10:01:00Z", 'a', 1,
        EDIT("2026-11-21T10:00:30Z", "b") EDIT("2026-11-21T10:00:20Z", "c"));
    put("2026-11-20T23:59:00Z", 'b', 1, EDIT("2026-11-20T23:58:59Z", "a"));
    check(&walk, EXIT_OK, "a |23:59 b c |10:01 d |10:02 ");
    assert_int_equal(walk.objects, 3);
    assert_int_equal(walk.damaged, 0);
}

static void test_only_the_time_asked_for_is_told(void **state)
{
    struct journal_walk walk = {.since = moment("2026-11-21T10:00:00Z"),
                                .until = moment("2026-11-21T10:01:00Z")};

    (void)state;
    put("2026-11-21T09:59:59Z", 'a', 1, EDIT("2026-11-21T10:00:30Z", "no"));
    put("2026-11-21T10:00:10Z", 'a', 2,
        EDIT("2026-11-21T09:59:59.999Z", "no")
            EDIT("2026-11-21T10:00:00Z", "first"));
    put("2026-11-21T10:02:00Z", 'a', 3,
        EDIT("2026-11-21T10:01:00Z", "last")
            EDIT("2026-11-21T10:01:00.001Z", "no"));
    /* One that is told to put an object an hour, and its clock is ahead. */
    put("2026-11-21T11:11:00Z", 'b', 1, EDIT("2026-11-21T10:00:50Z", "late"));
    put("2026-11-21T11:11:01Z", 'a', 4, EDIT("2026-11-21T10:00:30Z", "no"));
    check(&walk, EXIT_OK, "first |10:00 last |10:02 late |11:11 ");
}

static void test_a_clock_that_is_ahead_is_in_the_next_day(void **state)
{
    struct journal_walk walk = {.since = moment("2026-11-21T10:00:00Z")};

    (void)state;
    put("2026-11-22T00:01:00Z", 'a', 1, EDIT("2026-11-22T00:00:30Z", "x"));
    check(&walk, EXIT_OK, "x |00:01 ");
}

static bool has_b(void *arg, struct span line)
{
    (void)arg;
    return memmem(line.ptr, line.len, "\"b\"", 3) != NULL;
}

static void test_lines_that_are_not_wanted_are_passed_over(void **state)
{
    struct journal_walk walk = {.since = moment("2026-11-21T10:00:00Z"),
                                .wants = has_b};

    (void)state;
    put("2026-11-21T10:01:00Z", 'a', 1,
        EDIT("2026-11-21T10:00:30Z", "a") EDIT("2026-11-21T10:00:30Z", "b")
            EDIT("2026-11-21T10:00:30Z", "c"));
    check(&walk, EXIT_OK, "b |10:01 ");
}

static void test_what_is_no_event_is_passed_over(void **state)
{
    struct journal_walk walk = {.since = moment("2026-11-21T10:00:00Z")};

    (void)state;
    put("2026-11-21T10:01:00Z", 'a', 1,
        "\nno "
        "JSON\n{\"event\":\"newer\",\"at\":\"2026-11-21T10:00:00Z\"}\n" EDIT(
            "2026-11-21T10:00:30Z", "a") "{\"event\":\"ed");
    check(&walk, EXIT_OK, "a |10:01 ");
}

static void test_what_is_no_object_of_the_journal_is_not_read(void **state)
{
    struct journal_walk walk = {.since = moment("2026-11-21T10:00:00Z")};

    (void)state;
    assert_int_equal(
        state_store_put_new(store, "events/dt=2026-11-21/readme.txt",
                            span_from_string("hello"), "text/plain"),
        STATUS_OK);
    assert_int_equal(state_store_put_new(store, "other", span_from_string("x"),
                                         "text/plain"),
                     STATUS_OK);
    check(&walk, EXIT_OK, "");
    assert_int_equal(walk.objects, 0);
}

static void test_a_damaged_object_is_passed_over_as_a_whole(void **state)
{
    struct journal_walk walk = {.since = moment("2026-11-21T10:00:00Z")};
    struct strbuf packed;

    (void)state;
    strbuf_init(&packed, 1 << 20);
    assert_int_equal(
        gzip_pack(span_from_string(EDIT("2026-11-21T10:00:30Z", "no")),
                  &packed),
        STATUS_OK);
    put_bytes("2026-11-21T10:01:00Z", 'a', 1,
              span_from(packed.ptr, packed.len - 1)); /* cut short */
    packed.ptr[packed.len - 6] ^= 1;                  /* its check value */
    put_bytes("2026-11-21T10:02:00Z", 'a', 2, strbuf_span(&packed));
    put_bytes("2026-11-21T10:03:00Z", 'a', 3, span_from_string(""));
    put("2026-11-21T10:04:00Z", 'a', 4, EDIT("2026-11-21T10:03:30Z", "yes"));
    check(&walk, EXIT_INCOMPLETE, "|10:01 |10:02 |10:03 yes |10:04 ");
    assert_int_equal(walk.damaged, 3);
    strbuf_clear(&packed);
}

static void test_a_line_longer_than_any_event_is_passed_over(void **state)
{
    struct journal_walk walk = {.since = moment("2026-11-21T10:00:00Z")};
    struct strbuf lines;

    (void)state;
    strbuf_init(&lines, 1 << 20);
    for (int i = 0; i <= EVENT_LINE_MAX_BYTES; i++)
        strbuf_append_char(&lines, 'x');
    strbuf_append_string(&lines, "\n" EDIT("2026-11-21T10:00:30Z", "a"));
    put("2026-11-21T10:01:00Z", 'a', 1, strbuf_string(&lines));
    check(&walk, EXIT_OK, "a |10:01 ");
    strbuf_clear(&lines);
}

static void test_whoever_is_told_may_end_it(void **state)
{
    struct told told = {.takes_left = 2};
    struct journal_walk walk = {
        .store = store,
        .since = moment("2026-11-21T10:00:00Z"),
        .until = INT64_MAX,
        .now = moment("2026-11-21T12:00:00Z"),
        .take = take,
        .pass = pass,
        .arg = &told,
    };

    (void)state;
    strbuf_init(&told.text, 1024);
    put("2026-11-21T10:01:00Z", 'a', 1,
        EDIT("2026-11-21T10:00:30Z", "a") EDIT("2026-11-21T10:00:30Z", "b")
            EDIT("2026-11-21T10:00:30Z", "c"));
    assert_int_equal(journal_walk_run(&walk), EXIT_FAILED);
    assert_string_equal(strbuf_string(&told.text), "a b ");
    strbuf_clear(&told.text);
}

static void test_a_store_that_cannot_be_read_ends_it(void **state)
{
    struct journal_walk walk = {.since = moment("2026-11-21T10:00:00Z")};

    (void)state;
    scratch_write("state", span_from_string("no folder"));
    check(&walk, EXIT_FAILED, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_objects_are_read_from_the_oldest_to_the_newest),
        TEST(test_only_the_time_asked_for_is_told),
        TEST(test_a_clock_that_is_ahead_is_in_the_next_day),
        TEST(test_lines_that_are_not_wanted_are_passed_over),
        TEST(test_what_is_no_event_is_passed_over),
        TEST(test_what_is_no_object_of_the_journal_is_not_read),
        TEST(test_a_damaged_object_is_passed_over_as_a_whole),
        TEST(test_a_line_longer_than_any_event_is_passed_over),
        TEST(test_whoever_is_told_may_end_it),
        TEST(test_a_store_that_cannot_be_read_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
