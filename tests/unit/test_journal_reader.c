#include "journal/journal_reader.h"

#include "journal/gzip.h"
#include "journal/moment.h"
#include "tests/unit/failing_memory.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* 2026-11-21T12:00:00Z */
#define NOON (INT64_C(1795219200000) + 12 * HOUR)

static struct object_store *store;
static struct applied_objects applied;
static struct journal_reader *reader;
static struct strbuf told;
static char other_copys; /* the last digit of a copy whose objects are wanted
                            not at all */

/* --- a store that fails when it is told to --------------------------------- */

static int gets_until_failure, lists_until_failure; /* negative: never */
enum { AFTER_LISTS = 5 };

static int gets, lists;
static void (*after_list[AFTER_LISTS])(
    void); /* what happens after each listing of a day */

enum status __real_object_store_get(struct object_store *from, const char *key,
                                    struct object_tag *tag, struct strbuf *out);
enum status __wrap_object_store_get(struct object_store *from, const char *key,
                                    struct object_tag *tag, struct strbuf *out);
enum status __real_object_store_list(struct object_store *from,
                                     const char *prefix, const char *after,
                                     object_store_key_fn *each, void *arg);
enum status __wrap_object_store_list(struct object_store *from,
                                     const char *prefix, const char *after,
                                     object_store_key_fn *each, void *arg);

enum status __wrap_object_store_get(struct object_store *from, const char *key,
                                    struct object_tag *tag, struct strbuf *out)
{
    if (gets_until_failure-- == 0)
        return STATUS_UNAVAILABLE;
    gets++;
    return __real_object_store_get(from, key, tag, out);
}

enum status __wrap_object_store_list(struct object_store *from,
                                     const char *prefix, const char *after,
                                     object_store_key_fn *each, void *arg)
{
    enum status status;

    if (lists_until_failure-- == 0)
        return STATUS_UNAVAILABLE;
    status = __real_object_store_list(from, prefix, after, each, arg);
    if (lists < AFTER_LISTS && after_list[lists] != NULL)
        after_list[lists]();
    lists++;
    return status;
}

/* --- who listens: "<a1 12 34>", "[a2: why]" -------------------------------- */

static bool wants(void *arg, const struct object_name *name)
{
    (void)arg;
    return name->copy[COPY_NAME_DIGITS - 1] != other_copys;
}

static void begin(void *arg, const struct object_name *name)
{
    (void)arg;
    strbuf_printf(&told, "<%c%u", name->copy[COPY_NAME_DIGITS - 1],
                  name->number);
}

static void event(void *arg, const struct event *happened)
{
    (void)arg;
    strbuf_printf(&told, " %d", (int)happened->at);
}

static void end(void *arg, const struct object_name *name, size_t passed_over)
{
    (void)arg;
    (void)name;
    if (passed_over > 0)
        strbuf_printf(&told, " but %zu", passed_over);
    strbuf_append_string(&told, "> ");
}

static void damaged(void *arg, const char *key, const char *reason)
{
    struct object_name name;

    (void)arg;
    assert_true(object_name_read(span_from_string(key), &name));
    strbuf_printf(&told, "[%c%u: %s] ", name.copy[COPY_NAME_DIGITS - 1],
                  name.number, reason);
}

static const struct journal_listener listener = {wants, begin,   event,
                                                 end,   damaged, NULL};

static enum status poll_at(int64_t now, const char *expected)
{
    enum status status;

    strbuf_rewind(&told);
    status = journal_reader_poll(reader, now, &listener);
    assert_string_equal(strbuf_string(&told), expected);
    return status;
}

/* --- what is there --------------------------------------------------------- */

static struct object_name object(char copy, uint32_t number, int64_t made_at)
{
    struct object_name name = {.made_at = made_at, .number = number};

    memset(name.copy, '0', COPY_NAME_DIGITS);
    name.copy[COPY_NAME_DIGITS - 1] = copy;
    return name;
}

static void put_bytes(const struct object_name *name, struct span bytes)
{
    char key[OBJECT_NAME_MAX];
    struct object_tag tag;

    object_name_write(name, key);
    assert_int_equal(object_store_put(store, key, bytes, "application/gzip",
                                      OBJECT_IF_ABSENT, &tag),
                     STATUS_OK);
}

static void put_text(const struct object_name *name, const char *text)
{
    struct strbuf packed;

    strbuf_init(&packed, 1024 * 1024);
    assert_int_equal(gzip_pack(span_from_string(text), &packed), STATUS_OK);
    put_bytes(name, strbuf_span(&packed));
    strbuf_clear(&packed);
}

/* An object with one event, whose time is `number` as well. */
static void put(char copy, uint32_t number, int64_t made_at)
{
    struct object_name name = object(copy, number, made_at);
    struct event happened = {.kind = EVENT_COPY, .at = number};
    struct strbuf line;

    happened.copy.copy = span_from_string(name.copy);
    strbuf_init(&line, EVENT_LINE_MAX_BYTES);
    assert_int_equal(event_write(&happened, &line), STATUS_OK);
    put_text(&name, strbuf_string(&line));
    strbuf_clear(&line);
}

static int set_up(void **state)
{
    if (scratch_folder_set_up(state) != 0)
        return -1;
    store = object_store_new(scratch_path("state"), NULL);
    applied = (struct applied_objects){0};
    reader = journal_reader_new(store, &applied, NOON - 2 * DAY);
    strbuf_init(&told, 64 * 1024);
    gets_until_failure = lists_until_failure = -1;
    gets = lists = 0;
    memset(after_list, 0, sizeof after_list);
    other_copys = '-';
    return store == NULL || reader == NULL;
}

static int tear_down(void **state)
{
    journal_reader_free(reader);
    applied_objects_clear(&applied);
    object_store_free(store);
    strbuf_clear(&told);
    return scratch_folder_tear_down(state);
}

/* --- what is told ---------------------------------------------------------- */

static void test_where_nothing_is_nothing_is_told(void **state)
{
    (void)state;
    assert_int_equal(journal_reader_complete_at(reader), 0);
    assert_int_equal(poll_at(NOON, ""), STATUS_OK);
    assert_int_equal(journal_reader_complete_at(reader), NOON);
}

static void test_each_object_is_told_once_in_the_order_of_time(void **state)
{
    (void)state;
    put('b', 1, NOON - 3 * MINUTE);
    put('a', 2, NOON - 2 * MINUTE);
    put('b', 2, NOON - 2 * MINUTE);
    put('a', 1, NOON - 4 * MINUTE);
    assert_int_equal(poll_at(NOON, "<a1 1> <b1 1> <a2 2> <b2 2> "), STATUS_OK);
    assert_int_equal(poll_at(NOON + 1, ""), STATUS_OK);
    put('a', 3, NOON);
    put('b', 3, NOON + MINUTE); /* its clock is ahead */
    assert_int_equal(poll_at(NOON + 2, "<a3 3> <b3 3> "), STATUS_OK);
    assert_int_equal(poll_at(NOON + 3, ""), STATUS_OK);
}

static void test_all_since_the_beginning_is_told_day_by_day(void **state)
{
    (void)state;
    put('a', 1, NOON - 2 * DAY - MINUTE);
    put('a', 2, NOON - 2 * DAY);
    put('a', 3, NOON - DAY - 12 * HOUR);
    put('a', 4, NOON - 12 * HOUR - 1);
    put('a', 5, NOON - 12 * HOUR);
    put('a', 6, NOON);
    assert_int_equal(poll_at(NOON, "<a2 2> <a3 3> <a4 4> <a5 5> <a6 6> "),
                     STATUS_OK);
}

static void test_at_midnight_both_days_are_looked_at(void **state)
{
    int64_t midnight = NOON + 12 * HOUR;

    (void)state;
    assert_int_equal(poll_at(midnight - MINUTE, ""), STATUS_OK);
    put('a', 1, midnight - 2);
    put('b', 1, midnight + 2);
    assert_int_equal(poll_at(midnight - 1, "<a1 1> <b1 1> "), STATUS_OK);
    put('a', 2, midnight - 1);
    put('b', 2, midnight + 3);
    assert_int_equal(poll_at(midnight + 5, "<a2 2> <b2 2> "), STATUS_OK);
}

static void test_what_is_not_wanted_is_not_fetched(void **state)
{
    struct object_name name = object('a', 1, NOON);

    (void)state;
    other_copys = 'a';
    put('a', 1, NOON);
    put('b', 1, NOON);
    assert_int_equal(poll_at(NOON, "<b1 1> "), STATUS_OK);
    assert_int_equal(gets, 1);
    assert_true(applied_objects_have(&applied, &name));
}

static void test_what_a_snapshot_holds_is_not_told(void **state)
{
    struct object_name name = object('a', 2, NOON - MINUTE);

    (void)state;
    assert_int_equal(applied_objects_add(&applied, &name), STATUS_OK);
    put('a', 1, NOON - 2 * MINUTE);
    put('a', 2, NOON - MINUTE);
    put('a', 3, NOON);
    assert_int_equal(poll_at(NOON, "<a3 3> "), STATUS_OK);
    assert_int_equal(gets, 1);
}

static void test_other_files_are_passed_over(void **state)
{
    (void)state;
    put('a', 1, NOON);
    scratch_write("state/events/dt=2026-11-21/README", span_from_string("x"));
    scratch_write("state/events/dt=2026-11-21/20261121T120000Z-x.jsonl.gz",
                  span_from_string("x"));
    assert_int_equal(poll_at(NOON, "<a1 1> "), STATUS_OK);
}

/* --- what is late ---------------------------------------------------------- */

static void test_what_is_a_little_late_is_told(void **state)
{
    (void)state;
    assert_int_equal(poll_at(NOON, ""), STATUS_OK);
    put('a', 1, NOON - 14 * MINUTE);
    assert_int_equal(poll_at(NOON + MINUTE, "<a1 1> "), STATUS_OK);
}

/* Copy a could not reach the store for five hours. */
static void test_what_is_very_late_is_told_before_what_follows_it(void **state)
{
    (void)state;
    put('a', 1, NOON - 6 * HOUR);
    put('b', 1, NOON - MINUTE);
    assert_int_equal(poll_at(NOON, "<a1 1> <b1 1> "), STATUS_OK);
    put('a', 2, NOON - 5 * HOUR);
    put('a', 3, NOON - 4 * HOUR);
    assert_int_equal(poll_at(NOON + MINUTE, ""), STATUS_OK);
    put('a', 4, NOON + MINUTE);
    assert_int_equal(poll_at(NOON + 2 * MINUTE, "<a2 2> <a3 3> <a4 4> "),
                     STATUS_OK);
}

static void test_what_was_dropped_is_not_looked_for_again(void **state)
{
    (void)state;
    put('a', 1, NOON - 6 * HOUR);
    assert_int_equal(poll_at(NOON, "<a1 1> "), STATUS_OK);
    put('a', 7, NOON);
    assert_int_equal(poll_at(NOON + MINUTE, "<a7 7> "), STATUS_OK);
    put('a', 8, NOON + MINUTE);
    lists_until_failure = 1; /* of this day alone */
    assert_int_equal(poll_at(NOON + 2 * MINUTE, "<a8 8> "), STATUS_OK);
}

static void test_a_copy_that_says_nothing_for_long_misses_nothing(void **state)
{
    (void)state;
    put('a', 1, NOON - 6 * HOUR);
    assert_int_equal(poll_at(NOON, "<a1 1> "), STATUS_OK);
    put('a', 2, NOON);
    lists_until_failure = 1; /* nobody looks for more */
    assert_int_equal(poll_at(NOON + MINUTE, "<a2 2> "), STATUS_OK);
}

static void test_a_copy_that_was_never_heard_of_may_have_more(void **state)
{
    (void)state;
    journal_reader_free(reader);
    reader = journal_reader_new(store, &applied, NOON - HOUR);
    put('a', 1, NOON - 40 * HOUR);
    put('a', 2, NOON - MINUTE);
    put('b', 1, NOON - 30 * HOUR);
    put('c', 1, NOON - 49 * HOUR);
    put('c', 2, NOON - 47 * HOUR);
    assert_int_equal(poll_at(NOON, "<c2 2> <a1 1> <b1 1> <a2 2> "), STATUS_OK);
}

/* --- what is put while the reader lists ------------------------------------- */

#define MIDNIGHT (NOON + 12 * HOUR)

static void put_around_midnight(void)
{
    put('a', 2, MIDNIGHT - MINUTE);
    put('a', 3, MIDNIGHT + MINUTE);
}

static void put_more_around_midnight(void)
{
    put('b', 2, MIDNIGHT - 1);
    put('b', 3, MIDNIGHT + 1);
}

static void poll_before_midnight(void)
{
    put('a', 1, MIDNIGHT - 6 * MINUTE);
    put('b', 1, MIDNIGHT - 6 * MINUTE);
    assert_int_equal(poll_at(MIDNIGHT - 5 * MINUTE, "<a1 1> <b1 1> "),
                     STATUS_OK);
    lists = 0;
}

/* Day 1 is listed, both are put, and day 2 is listed. */
static void test_what_a_listing_just_missed_is_no_gap(void **state)
{
    (void)state;
    poll_before_midnight();
    after_list[0] = put_around_midnight;
    assert_int_equal(poll_at(MIDNIGHT + 2 * MINUTE, "<a2 2> <a3 3> "),
                     STATUS_OK);
}

static void test_nor_is_what_the_listing_after_it_just_missed(void **state)
{
    (void)state;
    poll_before_midnight();
    after_list[0] = put_around_midnight;
    after_list[2] = put_more_around_midnight;
    assert_int_equal(
        poll_at(MIDNIGHT + 2 * MINUTE, "<a2 2> <b2 2> <b3 3> <a3 3> "),
        STATUS_OK);
}

static void put_the_third_and_fourth(void)
{
    put('a', 3, MIDNIGHT - 1);
    put('a', 4, MIDNIGHT + 1);
}

static void test_nor_behind_one_that_is_new(void **state)
{
    (void)state;
    poll_before_midnight();
    put('a', 2, MIDNIGHT - MINUTE);
    after_list[0] = put_the_third_and_fourth;
    assert_int_equal(poll_at(MIDNIGHT + 2 * MINUTE, "<a2 2> <a3 3> <a4 4> "),
                     STATUS_OK);
}

static void test_a_gap_that_stays_is_looked_for_once(void **state)
{
    (void)state;
    put('a', 1, NOON - 2 * MINUTE);
    put('a', 2, NOON - MINUTE);
    journal_reader_free(reader);
    reader = journal_reader_new(store, &applied, NOON - HOUR);
    assert_int_equal(poll_at(NOON, "<a1 1> <a2 2> "), STATUS_OK);
    assert_int_equal(lists, 1);
    put('a', 4, NOON + MINUTE);
    put('a', 6, NOON + 2 * MINUTE);
    assert_int_equal(poll_at(NOON + 2 * MINUTE, "<a4 4> <a6 6> "), STATUS_OK);
    assert_int_equal(lists, 3);
    put('a', 7, NOON + 3 * MINUTE);
    assert_int_equal(poll_at(NOON + 3 * MINUTE, "<a7 7> "), STATUS_OK);
    assert_int_equal(lists, 4);
}

/* --- what is damaged ------------------------------------------------------- */

static void test_what_is_damaged_is_told_and_passed_over(void **state)
{
    struct object_name bad = object('a', 2, NOON - MINUTE);

    (void)state;
    put('a', 1, NOON - 2 * MINUTE);
    put_bytes(&bad, span_from_string("no gzip"));
    put('a', 3, NOON);
    assert_int_equal(
        poll_at(NOON, "<a1 1> [a2: it is not as it was packed] <a3 3> "),
        STATUS_OK);
    assert_int_equal(poll_at(NOON + 1, ""), STATUS_OK);
}

static void test_lines_that_are_none_are_counted(void **state)
{
    struct object_name name = object('a', 1, NOON);

    (void)state;
    put_text(&name, "{\"event\":\"dance\",\"at\":\"1970-01-01T00:00:01Z\"}\n"
                    "{\"event\":\"copy\",\"at\":\"1970-01-01T00:00:00.007Z\","
                    "\"copy\":\"0123456789abcdef\"}\n"
                    "\n"
                    "{\"event\":\"copy\",\"at\":\"1970-01-01T00:00:00.008Z\","
                    "\"copy\":\"0123456789abcdef\"}");
    assert_int_equal(poll_at(NOON, "<a1 7 8 but 2> "), STATUS_OK);
}

static void test_an_object_without_a_line_is_one(void **state)
{
    struct object_name name = object('a', 1, NOON);

    (void)state;
    put_text(&name, "");
    assert_int_equal(poll_at(NOON, "<a1> "), STATUS_OK);
    assert_int_equal(poll_at(NOON, ""), STATUS_OK);
}

/* --- what fails ------------------------------------------------------------ */

static void test_a_poll_that_fails_goes_on_where_it_was(void **state)
{
    (void)state;
    put('a', 1, NOON - 2 * MINUTE);
    put('a', 2, NOON - MINUTE);
    put('b', 1, NOON);
    gets_until_failure = 1;
    assert_int_equal(poll_at(NOON, "<a1 1> "), STATUS_UNAVAILABLE);
    assert_int_equal(journal_reader_complete_at(reader), 0);
    assert_int_equal(poll_at(NOON, "<a2 2> <b1 1> "), STATUS_OK);
}

static void test_after_an_outage_all_of_it_is_looked_at(void **state)
{
    (void)state;
    assert_int_equal(poll_at(NOON, ""), STATUS_OK);
    lists_until_failure = 0;
    assert_int_equal(poll_at(NOON + HOUR, ""), STATUS_UNAVAILABLE);
    lists_until_failure = 0;
    assert_int_equal(poll_at(NOON + 2 * HOUR, ""), STATUS_UNAVAILABLE);
    assert_int_equal(journal_reader_complete_at(reader), NOON);
    put('a', 1, NOON + MINUTE);
    assert_int_equal(poll_at(NOON + 3 * HOUR, "<a1 1> "), STATUS_OK);
    assert_int_equal(journal_reader_complete_at(reader), NOON + 3 * HOUR);
}

static void test_a_copy_that_is_silent_for_two_days_is_forgotten(void **state)
{
    (void)state;
    put('a', 1, NOON);
    assert_int_equal(poll_at(NOON, "<a1 1> "), STATUS_OK);
    assert_int_equal(poll_at(NOON + 2 * DAY, ""), STATUS_OK);
    assert_int_equal(applied.count, 1);
    assert_int_equal(poll_at(NOON + 2 * DAY + 1, ""), STATUS_OK);
    assert_int_equal(applied.count, 0);
}

/* Whichever allocation fails: in the end everything was told, and once. */
static void test_without_memory_nothing_is_told_twice(void **state)
{
    struct strbuf all;
    size_t failures = 0;
    enum status status = STATUS_NOMEM;

    (void)state;
    put('a', 1, NOON - MINUTE);
    put('b', 1, NOON);
    strbuf_init(&all, 4096);
    for (size_t i = 0; status != STATUS_OK; i++) {
        strbuf_rewind(&told);
        strbuf_append(&told, span_from("", 0));
        failing_memory_after(i);
        status = journal_reader_poll(reader, NOON, &listener);
        failures += failing_memory_stop();
        strbuf_append(&all, strbuf_span(&told));
    }
    assert_true(failures > 3);
    assert_null(strstr(strbuf_string(&all), "damaged"));
    assert_string_equal(strbuf_string(&all), "<a1 1> <b1 1> ");
    strbuf_clear(&all);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_where_nothing_is_nothing_is_told),
        TEST(test_each_object_is_told_once_in_the_order_of_time),
        TEST(test_all_since_the_beginning_is_told_day_by_day),
        TEST(test_at_midnight_both_days_are_looked_at),
        TEST(test_what_is_not_wanted_is_not_fetched),
        TEST(test_what_a_snapshot_holds_is_not_told),
        TEST(test_other_files_are_passed_over),
        TEST(test_what_is_a_little_late_is_told),
        TEST(test_what_is_very_late_is_told_before_what_follows_it),
        TEST(test_what_was_dropped_is_not_looked_for_again),
        TEST(test_a_copy_that_says_nothing_for_long_misses_nothing),
        TEST(test_a_copy_that_was_never_heard_of_may_have_more),
        TEST(test_what_a_listing_just_missed_is_no_gap),
        TEST(test_nor_is_what_the_listing_after_it_just_missed),
        TEST(test_nor_behind_one_that_is_new),
        TEST(test_a_gap_that_stays_is_looked_for_once),
        TEST(test_what_is_damaged_is_told_and_passed_over),
        TEST(test_lines_that_are_none_are_counted),
        TEST(test_an_object_without_a_line_is_one),
        TEST(test_a_poll_that_fails_goes_on_where_it_was),
        TEST(test_after_an_outage_all_of_it_is_looked_at),
        TEST(test_a_copy_that_is_silent_for_two_days_is_forgotten),
        TEST(test_without_memory_nothing_is_told_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
