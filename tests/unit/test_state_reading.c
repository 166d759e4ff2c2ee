#include "cli/state_reading.h"
#include "cli/command.h"

#include "journal/gzip.h"
#include "journal/moment.h"
#include "journal/object_name.h"
#include "journal/snapshot.h"

#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

enum { MINUTE = 60 * 1000 };

static struct state_store *store;
static int64_t now;

static int set_up(void **state)
{
    int result;

    if (scratch_folder_set_up(state) != 0)
        return -1;
    now = (int64_t)time(NULL) * 1000;
    store = state_store_open(scratch_path("state"), &result);
    return store == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    state_store_close(store);
    return scratch_folder_tear_down(state);
}

/* ---- what is there ---- */

static void put(const char *key, struct span body)
{
    assert_int_equal(state_store_put_new(store, key, body, "x/y"), STATUS_OK);
}

/* An object of one refused call, made so many minutes ago. */
static void put_refusal(int minutes, uint32_t number, const char *host)
{
    struct object_name name = {.made_at = now - (int64_t)minutes * MINUTE,
                               .copy = "0123456789abcdef",
                               .number = number};
    struct event event = {
        .kind = EVENT_CALLS,
        .at = name.made_at,
        .calls = {.host = span_from_string(host),
                  .outcome = SPAN_LITERAL("badauth"),
                  .calls = 1,
                  .refused = 1},
    };
    struct strbuf line, packed;
    char key[OBJECT_NAME_MAX];

    strbuf_init(&line, EVENT_LINE_MAX_BYTES);
    strbuf_init(&packed, EVENT_LINE_MAX_BYTES);
    assert_int_equal(event_write(&event, &line), STATUS_OK);
    assert_int_equal(gzip_pack(strbuf_span(&line), &packed), STATUS_OK);
    object_name_write(&name, key);
    put(key, strbuf_span(&packed));
    strbuf_clear(&line);
    strbuf_clear(&packed);
}

/* A snapshot made so many minutes ago, of one host that was refused 5 times, and
 * stands there so often, with this object of the copy in it. `cut` bytes of it are
 * missing. */
static void put_lines(int minutes, uint32_t number, int times, size_t cut)
{
    struct applied_objects applied = {.count = 0};
    struct object_name name = {.made_at = now - (int64_t)minutes * MINUTE,
                               .copy = "0123456789abcdef",
                               .number = number};
    struct host_state state = {.name = SPAN_LITERAL("a.x"), .refusals = 5};
    struct snapshot_writer *writer;
    struct strbuf packed;

    strbuf_init(&packed, EVENT_LINE_MAX_BYTES);
    writer = snapshot_writer_new(&packed, name.made_at);
    assert_int_equal(applied_objects_add(&applied, &name), STATUS_OK);
    snapshot_writer_applied(writer, &applied);
    for (int i = 0; i < times; i++)
        snapshot_writer_host(writer, &state);
    assert_int_equal(snapshot_writer_finish(writer), STATUS_OK);
    put(SNAPSHOT_KEY, span_from(packed.ptr, packed.len - cut));
    strbuf_clear(&packed);
    applied_objects_clear(&applied);
}

static void put_snapshot(int minutes, uint32_t number, size_t cut)
{
    put_lines(minutes, number, 1, cut);
}

/* ---- what is read of it ---- */

/* How often it was refused in a row; -1: it is not known. */
static int refusals(const struct host_states *states, const char *host)
{
    struct host_state state;
    uint32_t index;

    if (!host_states_find(states, span_from_string(host), &index))
        return -1;
    host_states_get(states, index, &state);
    return (int)state.refusals;
}

static void check(int result, int of_a, int of_b)
{
    struct host_states *states;

    assert_int_equal(state_reading_get(store, &states), result);
    assert_non_null(states);
    assert_int_equal(refusals(states, "a.x"), of_a);
    assert_int_equal(refusals(states, "b.x"), of_b);
    host_states_free(states);
}

static void test_a_snapshot_alone(void **state)
{
    (void)state;
    put_snapshot(30, 1, 0);
    check(EXIT_OK, 5, -1);
}

static void test_objects_that_are_in_the_snapshot_do_not_count_twice(
    void **state)
{
    (void)state;
    put_snapshot(30, 2, 0);
    put_refusal(31, 1, "a.x");
    put_refusal(30, 2, "a.x");
    put_refusal(29, 3, "a.x");
    put_refusal(28, 4, "b.x");
    check(EXIT_OK, 6, 1);
}

static void test_objects_alone(void **state)
{
    (void)state;
    put_refusal(47 * 60, 1, "a.x");
    put_refusal(1, 2, "b.x");
    check(EXIT_OK, 1, 1);
}

static void test_a_damaged_snapshot_is_passed_over(void **state)
{
    (void)state;
    put_snapshot(30, 2, 1);
    put_refusal(30, 2, "a.x");
    check(EXIT_INCOMPLETE, 1, -1);
}

static void test_what_a_snapshot_says_before_it_contradicts_itself_is_forgotten(
    void **state)
{
    (void)state;
    put_lines(30, 2, 2, 0);
    put_refusal(30, 2, "b.x");
    check(EXIT_INCOMPLETE, -1, 1);
}

static void test_a_damaged_object_is_passed_over(void **state)
{
    struct object_name name = {
        .made_at = now - MINUTE, .copy = "fedcba9876543210", .number = 1};
    char key[OBJECT_NAME_MAX];

    (void)state;
    object_name_write(&name, key);
    put(key, span_from_string("no gzip"));
    put_refusal(2, 1, "a.x");
    check(EXIT_INCOMPLETE, 1, -1);
}

static void test_nothing_is_no_state(void **state)
{
    struct host_states *states;

    (void)state;
    put("other", span_from_string("x"));
    assert_int_equal(state_reading_get(store, &states), EXIT_FAILED);
    assert_null(states);
}

static void test_a_store_that_cannot_be_read(void **state)
{
    struct host_states *states;

    (void)state;
    scratch_write("state", span_from_string("no folder"));
    assert_int_equal(state_reading_get(store, &states), EXIT_FAILED);
    assert_null(states);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_snapshot_alone),
        TEST(test_objects_that_are_in_the_snapshot_do_not_count_twice),
        TEST(test_objects_alone),
        TEST(test_a_damaged_snapshot_is_passed_over),
        TEST(
            test_what_a_snapshot_says_before_it_contradicts_itself_is_forgotten),
        TEST(test_a_damaged_object_is_passed_over),
        TEST(test_nothing_is_no_state),
        TEST(test_a_store_that_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
