#include "server/history/outbox.h"

#include "tests/unit/failing_calloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MAX_BYTES = 100 };

static struct outbox *outbox;

static void add(uint32_t number, size_t bytes)
{
    struct object_name name = {.made_at = number * 1000, .number = number};
    struct strbuf body;

    strbuf_init(&body, 10000);
    for (size_t i = 0; i < bytes; i++)
        strbuf_append_char(&body, (char)('0' + number));
    outbox_add(outbox, &name, &body);
    assert_int_equal(body.len, 0);
    strbuf_clear(&body);
}

/* Takes the oldest out; 0: there is none. */
static uint32_t take(void)
{
    struct object_name name;
    struct span body;

    if (!outbox_borrow(outbox, &name, &body))
        return 0;
    assert_int_equal(body.ptr[0], '0' + name.number);
    outbox_return(outbox, true);
    return name.number;
}

static void test_objects_leave_in_their_order(void **state)
{
    (void)state;
    add(1, 10);
    add(2, 20);
    assert_int_equal(outbox_look(outbox).objects, 2);
    assert_int_equal(outbox_look(outbox).bytes, 30);
    assert_int_equal(outbox_look(outbox).oldest_at, 1000);
    assert_int_equal(take(), 1);
    assert_int_equal(take(), 2);
    assert_int_equal(take(), 0);
    assert_int_equal(outbox_look(outbox).objects, 0);
    assert_int_equal(outbox_look(outbox).bytes, 0);
    assert_int_equal(outbox_look(outbox).oldest_at, 0);
    assert_int_equal(outbox_look(outbox).dropped, 0);
}

static void test_one_that_was_not_taken_stays_the_oldest(void **state)
{
    struct object_name name;
    struct span body;

    (void)state;
    add(1, 10);
    add(2, 10);
    assert_true(outbox_borrow(outbox, &name, &body));
    outbox_return(outbox, false);
    assert_int_equal(take(), 1);
}

static void test_where_there_is_no_room_the_oldest_goes(void **state)
{
    (void)state;
    add(1, 40);
    add(2, 40);
    add(3, 40);
    assert_int_equal(outbox_look(outbox).dropped, 1);
    assert_int_equal(outbox_look(outbox).bytes, 80);
    add(4, 90);
    assert_int_equal(outbox_look(outbox).dropped, 3);
    assert_int_equal(take(), 4);
}

static void test_what_is_lent_is_not_dropped_meanwhile(void **state)
{
    struct object_name name;
    struct span body;

    (void)state;
    add(1, 60);
    assert_true(outbox_borrow(outbox, &name, &body));
    add(2, 60);
    assert_int_equal(body.ptr[59], '1');
    assert_int_equal(outbox_look(outbox).dropped, 1);
    add(3, 30);
    outbox_return(outbox, false);
    assert_int_equal(take(), 1);
    assert_int_equal(take(), 3);
}

static void test_what_was_lent_goes_afterwards_if_it_must(void **state)
{
    struct object_name name;
    struct span body;

    (void)state;
    add(1, 60);
    assert_true(outbox_borrow(outbox, &name, &body));
    add(2, 40);
    assert_int_equal(outbox_look(outbox).dropped, 0);
    add(3, 60);
    assert_int_equal(outbox_look(outbox).dropped, 2);
    outbox_return(outbox, false);
    assert_int_equal(outbox_look(outbox).objects, 1);
}

static void test_what_is_too_large_for_it_is_not_kept(void **state)
{
    (void)state;
    add(1, MAX_BYTES + 1);
    assert_int_equal(outbox_look(outbox).dropped, 1);
    assert_int_equal(take(), 0);
}

static void test_without_memory_there_is_none(void **state)
{
    (void)state;
    calloc_fail_after(0);
    assert_null(outbox_new(MAX_BYTES));
    assert_true(calloc_fail_never());
}

static int set_up(void **state)
{
    (void)state;
    outbox = outbox_new(MAX_BYTES);
    return outbox == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    outbox_free(outbox);
    return 0;
}

#define OUTBOX_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OUTBOX_TEST(test_objects_leave_in_their_order),
        OUTBOX_TEST(test_one_that_was_not_taken_stays_the_oldest),
        OUTBOX_TEST(test_where_there_is_no_room_the_oldest_goes),
        OUTBOX_TEST(test_what_is_lent_is_not_dropped_meanwhile),
        OUTBOX_TEST(test_what_was_lent_goes_afterwards_if_it_must),
        OUTBOX_TEST(test_what_is_too_large_for_it_is_not_kept),
        cmocka_unit_test(test_without_memory_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
