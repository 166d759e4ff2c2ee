#include "journal/recent_events.h"

#include "tests/unit/failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { BYTES = 1024 * 1024 };

#define SECOND INT64_C(1000)

static struct event change(const char *host, int64_t at)
{
    struct event event = {.kind = EVENT_CHANGE, .at = at * SECOND};

    event.change.host = span_from_string(host);
    event.change.family = ADDRESS_IPV4;
    event.change.after = (struct address){ADDRESS_IPV4, {192, 0, 2, 1}};
    return event;
}

static struct event refusal(const char *host, int64_t at, const char *outcome,
                            uint32_t refused)
{
    struct event event = {.kind = EVENT_CALLS, .at = at * SECOND};

    event.calls.host = span_from_string(host);
    event.calls.outcome = span_from_string(outcome);
    event.calls.calls = event.calls.refused = refused;
    return event;
}

static struct event edit(int64_t at, const char *one, const char *other)
{
    struct event event = {.kind = EVENT_EDIT, .at = at * SECOND};

    event.edit.action = span_from_string("upload");
    event.edit.hosts[0] = span_from_string(one);
    event.edit.hosts[1] = span_from_string(other);
    event.edit.named = event.edit.hosts_in_all = 2;
    return event;
}

static void add(struct recent_events *recent, struct event event)
{
    assert_int_equal(recent_events_add(recent, &event), STATUS_OK);
}

/* "c5 r3x2 e1": the kind, the time, how often it was refused. */
static bool tell(void *arg, const struct event *event)
{
    static const char kinds[] = {
        [EVENT_CALLS] = 'r', [EVENT_CHANGE] = 'c', [EVENT_EDIT] = 'e'};
    struct strbuf *out = arg;

    strbuf_printf(out, "%s%c%d", out->len == 0 ? "" : " ", kinds[event->kind],
                  (int)(event->at / SECOND));
    if (event->kind == EVENT_CALLS && event->calls.refused > 1)
        strbuf_printf(out, "x%u", event->calls.refused);
    return true;
}

static void assert_told(struct recent_events *recent, struct recent_query query,
                        const char *expected)
{
    struct strbuf out;

    strbuf_init(&out, 4096);
    assert_int_equal(recent_events_each(recent, &query, tell, &out), STATUS_OK);
    assert_string_equal(strbuf_string(&out), expected);
    strbuf_clear(&out);
}

static struct recent_query page(unsigned kinds, const char *host, size_t offset,
                                size_t count)
{
    return (struct recent_query){.kinds = kinds,
                                 .host = span_from_string(host),
                                 .offset = offset,
                                 .count = count};
}

static int set_up(void **state)
{
    *state = recent_events_new(BYTES);
    return *state == NULL;
}

static int tear_down(void **state)
{
    recent_events_free(*state);
    return 0;
}

/* --- what is asked for ----------------------------------------------------- */

static const struct {
    const char *label;
    unsigned kinds;
    const char *host;
    size_t offset, count;
    const char *told;
    size_t in_all;
} queries[] = {
    {"the newest first", RECENT_ALL, "", 0, 100, "c9 e7 c6 r5 e4 r3 c2 c1", 8},
    {"a page of it", RECENT_ALL, "", 2, 3, "c6 r5 e4", 8},
    {"the last page", RECENT_ALL, "", 6, 3, "c2 c1", 8},
    {"a page behind the last one", RECENT_ALL, "", 8, 3, "", 8},
    {"no page at all", RECENT_ALL, "", 0, 0, "", 8},
    {"as far as can be counted", RECENT_ALL, "", SIZE_MAX, SIZE_MAX, "", 8},
    {"changes alone", RECENT_CHANGES, "", 1, 2, "c6 c2", 4},
    {"refusals alone", RECENT_REFUSALS, "", 0, 100, "r5 r3", 2},
    {"edits alone", RECENT_EDITS, "", 0, 100, "e7 e4", 2},
    {"two kinds", RECENT_EDITS | RECENT_REFUSALS, "", 0, 100, "e7 r5 e4 r3", 4},
    {"no kind", 0, "", 0, 100, "", 0},
    {"of one host", RECENT_ALL, "a.example", 0, 100, "c9 e7 r5 e4 c1", 5},
    {"a page of that", RECENT_ALL, "a.example", 1, 2, "e7 r5", 5},
    {"of one host, changes alone", RECENT_CHANGES, "a.example", 0, 100, "c9 c1",
     2},
    {"of another host", RECENT_ALL, "b.example", 0, 100, "c6 e4 r3 c2", 4},
    {"of a host that was named twice at once", RECENT_ALL, "c.example", 0, 100,
     "e7", 1},
    {"of a host of which nothing is known", RECENT_ALL, "d.example", 0, 100, "",
     0},
};

static void test_what_is_asked_for_is_told(void **state)
{
    struct event three = edit(7, "a.example", "c.example");

    add(*state, change("a.example", 1));
    add(*state, change("b.example", 2));
    add(*state, refusal("b.example", 3, "badauth", 1));
    add(*state, edit(4, "a.example", "b.example"));
    add(*state, refusal("a.example", 5, "badauth", 1));
    add(*state, change("b.example", 6));
    three.edit.hosts[2] = span_from_string("c.example");
    three.edit.named = 3;
    add(*state, three);
    add(*state, change("a.example", 9));
    for (size_t i = 0; i < COUNT(queries); i++) {
        struct recent_query query = page(queries[i].kinds, queries[i].host,
                                         queries[i].offset, queries[i].count);

        assert_told(*state, query, queries[i].told);
        if (recent_events_count(*state, &query) != queries[i].in_all)
            fail_msg("%s", queries[i].label);
    }
}

/* An edit of four hosts, of which an event names two. */
static void add_long_edit(struct recent_events *recent, int64_t at)
{
    struct event first = edit(at, "a.example", "b.example"),
                 rest = edit(at, "c.example", "d.example");

    first.edit.hosts_in_all = rest.edit.hosts_in_all = 4;
    rest.edit.hosts_before = 2;
    add(recent, first);
    add(recent, rest);
}

static void test_an_edit_of_several_events_is_told_once(void **state)
{
    struct recent_query all = page(RECENT_ALL, "", 0, 100),
                        last = page(RECENT_ALL, "d.example", 0, 100);

    add(*state, change("a.example", 1));
    add_long_edit(*state, 2);
    add(*state, change("a.example", 3));
    assert_told(*state, all, "c3 e2 c1");
    assert_int_equal(recent_events_count(*state, &all), 3);
    assert_told(*state, page(RECENT_ALL, "", 2, 1), "c1");
    assert_told(*state, page(RECENT_ALL, "a.example", 0, 100), "c3 e2 c1");
    assert_told(*state, last, "e2");
    assert_int_equal(recent_events_count(*state, &last), 1);
}

static bool stop(void *arg, const struct event *event)
{
    return tell(arg, event) && false;
}

static void test_who_has_enough_is_told_no_more(void **state)
{
    struct recent_query query = page(RECENT_ALL, "", 0, 100);
    struct strbuf out;

    strbuf_init(&out, 100);
    add(*state, change("a.example", 1));
    add(*state, change("a.example", 2));
    assert_int_equal(recent_events_each(*state, &query, stop, &out), STATUS_OK);
    assert_string_equal(strbuf_string(&out), "c2");
    strbuf_clear(&out);
}

static void test_what_is_no_news_is_not_kept(void **state)
{
    add(*state, refusal("a.example", 1, "good", 0));
    add(*state, (struct event){.kind = EVENT_COPY, .at = 2});
    assert_told(*state, page(RECENT_ALL, "", 0, 100), "");
}

/* --- order ----------------------------------------------------------------- */

static void test_the_order_is_that_of_time(void **state)
{
    static const int64_t times[] = {50, 20, 30, 90, 10, 80, 25, 85, 5, 95, 50};

    for (size_t i = 0; i < COUNT(times); i++)
        add(*state, change(i % 2 == 0 ? "a.example" : "b.example", times[i]));
    assert_told(*state, page(RECENT_ALL, "", 0, 100),
                "c95 c90 c85 c80 c50 c50 c30 c25 c20 c10 c5");
    assert_told(*state, page(RECENT_ALL, "a.example", 0, 100),
                "c50 c50 c30 c25 c10 c5");
    assert_told(*state, page(RECENT_ALL, "b.example", 0, 100),
                "c95 c90 c85 c80 c20");
}

struct last {
    int64_t second;
    size_t count;
};

static bool compare(void *arg, const struct event *event)
{
    struct last *last = arg;

    assert_true(event->at / SECOND <= last->second);
    last->second = event->at / SECOND;
    last->count++;
    return true;
}

/* With times that are near and far, further apart than signposts are, and some that
 * are dropped on the way. */
static void test_the_order_is_right_wherever_an_event_belongs(void **state)
{
    enum { MANY = 3000 };
    static int64_t seconds[MANY];
    uint64_t random = 53;
    struct recent_query query = page(RECENT_CHANGES, "", 0, MANY);
    struct recent_events *recent = recent_events_new(400 * 1024);

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        random = random * UINT64_C(6364136223846793005) + 1;
        seconds[i] = (int64_t)(random >> 33) % (i % 3 == 0 ? 20000 : 50) +
                     (int64_t)i / 2;
        add(recent, change("a.example", seconds[i]));
        if (i % 100 == 0) {
            struct last last = {INT64_MAX, 0};

            assert_int_equal(recent_events_each(recent, &query, compare, &last),
                             STATUS_OK);
            assert_int_equal(last.count, recent_events_count(recent, &query));
            assert_true(last.count > i / 5);
        }
    }
    recent_events_free(recent);
}

/* As from a snapshot, whichever way it was written. */
static void test_no_place_is_searched_for_at_either_end(void **state)
{
    enum { MANY = 5000 };
    struct recent_events *oldest_first = recent_events_new(8 * BYTES),
                         *newest_first = recent_events_new(8 * BYTES);

    (void)state;
    for (int i = 1; i <= MANY; i++) {
        add(oldest_first, change("a.example", 60 * i));
        add(newest_first, change("a.example", 60 * (MANY + 1 - i)));
    }
    assert_int_equal(recent_events_steps(oldest_first), 0);
    assert_int_equal(recent_events_steps(newest_first), 0);
    assert_told(newest_first, page(RECENT_ALL, "", MANY - 2, 9), "c120 c60");
    assert_told(newest_first, page(RECENT_ALL, "a.example", MANY - 2, 9),
                "c120 c60");
    recent_events_free(oldest_first);
    recent_events_free(newest_first);
}

static bool add_again(void *arg, const struct event *event)
{
    add(arg, *event);
    return true;
}

static void test_what_is_replayed_is_the_same_again(void **state)
{
    static const char expected[] = "c9 r8x2 c7 c7 e7 c5 c5 r5 c1";
    struct recent_events *again = recent_events_new(BYTES);
    struct event late = change("b.example", 7);

    late.at += 100;
    add(*state, change("a.example", 9));
    add(*state, change("b.example", 5));
    add(*state, change("a.example", 5));
    add(*state, refusal("a.example", 5, "badauth", 1));
    add(*state, edit(7, "a.example", "b.example"));
    add(*state, late);
    add(*state, change("a.example", 7));
    add(*state, refusal("b.example", 8, "badauth", 2));
    add(*state, change("c.example", 1));
    assert_told(*state, page(RECENT_ALL, "", 0, 100), expected);
    assert_int_equal(recent_events_replay(*state, add_again, again), STATUS_OK);
    assert_told(again, page(RECENT_ALL, "", 0, 100), expected);
    recent_events_free(again);
}

static void test_who_has_enough_is_replayed_no_more(void **state)
{
    struct strbuf out;

    strbuf_init(&out, 100);
    add(*state, change("a.example", 1));
    add(*state, change("a.example", 2));
    assert_int_equal(recent_events_replay(*state, stop, &out), STATUS_OK);
    assert_string_equal(strbuf_string(&out), "c1");
    strbuf_clear(&out);
}

/* --- refusals -------------------------------------------------------------- */

static bool keep_call(void *arg, const struct event *event)
{
    *(struct event *)arg = *event;
    return false;
}

static void test_refusals_that_follow_one_another_are_one(void **state)
{
    struct recent_query query = page(RECENT_ALL, "a.example", 0, 1);
    struct event newest = refusal("a.example", 30, "badauth", 4), told;

    newest.calls.client = (struct address){ADDRESS_IPV4, {192, 0, 2, 7}};
    newest.calls.calls = 10;
    add(*state, refusal("a.example", 20, "badauth", 2));
    add(*state, newest);
    add(*state, refusal("a.example", 10, "badauth", 1));
    assert_told(*state, page(RECENT_ALL, "", 0, 100), "r30x7");
    assert_int_equal(recent_events_each(*state, &query, keep_call, &told),
                     STATUS_OK);
    assert_int_equal(told.calls.first_at, 10 * SECOND);
    assert_int_equal(told.calls.calls, 13);
    assert_true(address_equal(&told.calls.client, &newest.calls.client));
    assert_int_equal(recent_events_count(*state, &query), 1);

    newest.calls.refused = UINT32_MAX;
    add(*state, newest);
    assert_told(*state, page(RECENT_ALL, "", 0, 100), "r30x4294967295");
}

static void test_what_differs_is_another_refusal(void **state)
{
    struct event for_a_reason = refusal("a.example", 30, "abuse", 1);

    add(*state, refusal("a.example", 10, "badauth", 1));
    add(*state, refusal("a.example", 20, "abuse", 1));
    for_a_reason.calls.reason = span_from_string("too often");
    add(*state, for_a_reason);
    add(*state, refusal("b.example", 40, "abuse", 1));
    add(*state, change("a.example", 50));
    for_a_reason.at = 60 * SECOND;
    add(*state, for_a_reason);
    for_a_reason.at = 70 * SECOND;
    add(*state, for_a_reason);
    assert_told(*state, page(RECENT_ALL, "", 0, 100),
                "r70x2 c50 r40 r30 r20 r10");
}

/* As a snapshot has them, and as objects of other copies come late. */
static void test_refusals_with_a_change_in_between_are_two_in_any_order(
    void **state)
{
    struct event events[] = {refusal("a.example", 10, "badauth", 1),
                             change("a.example", 20),
                             refusal("a.example", 30, "badauth", 2)};

    (void)state;
    for (size_t order = 0; order < 6; order++) {
        struct recent_events *recent = recent_events_new(BYTES);
        size_t first = order % 3, second = (first + 1 + order / 3) % 3;

        add(recent, events[first]);
        if (first != 1 && second != 1) /* nobody knows of the change yet */
            add(recent, events[1]);
        add(recent, events[second]);
        if (first == 1 || second == 1)
            add(recent, events[3 - first - second]);
        assert_told(recent, page(RECENT_ALL, "", 0, 100), "r30x2 c20 r10");
        recent_events_free(recent);
    }
}

/* --- bounds ---------------------------------------------------------------- */

static const char *name_of(char text[32], unsigned number)
{
    snprintf(text, 32, "h%u.example", number);
    return text;
}

static void test_the_oldest_are_dropped(void **state)
{
    char name[32];
    size_t count;

    for (unsigned i = 0; i < 10000; i++)
        add(*state, change(name_of(name, i), 10 + i));
    count = recent_events_count(*state,
                                &(struct recent_query){.kinds = RECENT_ALL});
    assert_in_range(count, 1000, 3000);
    assert_told(*state, page(RECENT_ALL, "", 0, 2), "c10009 c10008");
    assert_told(*state, page(RECENT_ALL, name_of(name, 9999), 0, 2), "c10009");
    assert_told(*state, page(RECENT_ALL, name_of(name, 17), 0, 2), "");

    add(*state, change("late.example", 5));
    assert_told(*state, page(RECENT_ALL, "late.example", 0, 2), "");
    assert_int_equal(recent_events_count(
                         *state, &(struct recent_query){.kinds = RECENT_ALL}),
                     count);
    assert_true(recent_events_bytes(*state) < BYTES + 1400 * 1024);
}

static void test_refusals_drive_out_no_change(void **state)
{
    char name[32];

    add(*state, change("a.example", 1));
    add(*state, edit(2, "a.example", "b.example"));
    for (unsigned i = 0; i < 10000; i++)
        add(*state, refusal(name_of(name, i), 10 + i, "badauth", 1));
    assert_told(*state, page(RECENT_CHANGES | RECENT_EDITS, "", 0, 9), "e2 c1");
    assert_in_range(
        recent_events_count(*state,
                            &(struct recent_query){.kinds = RECENT_REFUSALS}),
        1000, 3000);
}

/* The one that is added to may be the one that has to go. */
static void test_a_refusal_that_goes_on_needs_no_room_twice(void **state)
{
    char reason[100];
    struct event long_one = refusal("a.example", 1, "badauth", 1);
    struct recent_events *small = recent_events_new(2 * 600);

    (void)state;
    memset(reason, 'x', sizeof reason);
    long_one.calls.reason = span_from(reason, sizeof reason);
    for (int64_t at = 1; at < 100; at++) {
        long_one.at = at * SECOND;
        add(small, long_one);
    }
    assert_told(small, page(RECENT_ALL, "", 0, 100), "r99x99");
    recent_events_free(small);
}

static void test_what_has_no_room_at_all_is_not_kept(void **state)
{
    struct recent_events *small = recent_events_new(100);

    (void)state;
    add(small, change("a.example", 1));
    add(small, refusal("a.example", 1, "badauth", 1));
    assert_told(small, page(RECENT_ALL, "", 0, 100), "");
    recent_events_free(small);
}

static void test_without_memory_all_is_as_it_was(void **state)
{
    struct event event = refusal("a.example", 2, "badauth", 1);

    add(*state, change("a.example", 1));
    add(*state, refusal("a.example", 2, "badauth", 1));
    failing_memory_after(0);
    assert_int_equal(recent_events_add(*state, &event), STATUS_NOMEM);
    assert_true(failing_memory_stop());
    assert_told(*state, page(RECENT_ALL, "", 0, 100), "r2 c1");
    add(*state, event);
    assert_told(*state, page(RECENT_ALL, "", 0, 100), "r2x2 c1");
}

static void test_without_memory_there_are_none(void **state)
{
    struct recent_events *recent = NULL;
    size_t failures = 0;

    (void)state;
    for (; recent == NULL; failures++) {
        failing_memory_after(failures);
        recent = recent_events_new(BYTES);
        failing_memory_stop();
    }
    assert_in_range(failures, 3, 10);
    recent_events_free(recent);
    recent_events_free(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_an_edit_of_several_events_is_told_once, set_up, tear_down),
        TEST(test_what_is_asked_for_is_told),
        TEST(test_who_has_enough_is_told_no_more),
        TEST(test_what_is_no_news_is_not_kept),
        TEST(test_the_order_is_that_of_time),
        TEST(test_the_order_is_right_wherever_an_event_belongs),
        TEST(test_no_place_is_searched_for_at_either_end),
        TEST(test_what_is_replayed_is_the_same_again),
        TEST(test_who_has_enough_is_replayed_no_more),
        TEST(test_refusals_that_follow_one_another_are_one),
        TEST(test_what_differs_is_another_refusal),
        TEST(test_refusals_with_a_change_in_between_are_two_in_any_order),
        TEST(test_the_oldest_are_dropped),
        TEST(test_refusals_drive_out_no_change),
        TEST(test_a_refusal_that_goes_on_needs_no_room_twice),
        TEST(test_what_has_no_room_at_all_is_not_kept),
        TEST(test_without_memory_all_is_as_it_was),
        TEST(test_without_memory_there_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
