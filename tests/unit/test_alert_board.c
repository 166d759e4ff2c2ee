#include "server/state/alert_board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct alert_board board;
static struct alert_notice notices[ALERT_BOARD_MAX + 5], out[ALERT_BOARD_MAX];
static size_t count;
static int64_t as_of;

static int set_up(void **state)
{
    (void)state;
    alert_board_init(&board);
    for (size_t i = 0; i < sizeof notices / sizeof notices[0]; i++)
        snprintf(notices[i].subject, sizeof notices[i].subject, "h%zu", i);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    alert_board_clear(&board);
    return 0;
}

static void test_at_first_nothing_is_known(void **state)
{
    (void)state;
    assert_int_equal(alert_board_read(&board, out, 10, &count, &as_of), 0);
    assert_int_equal(count, 0);
    assert_int_equal(as_of, 0);
}

static void test_what_is_put_is_read(void **state)
{
    (void)state;
    alert_board_put(&board, notices, 3, 7, 100);
    assert_int_equal(alert_board_read(&board, out, 10, &count, &as_of), 3);
    assert_string_equal(out[2].subject, "h2");
    assert_int_equal(count, 7);
    assert_int_equal(as_of, 100);
    assert_int_equal(alert_board_read(&board, out, 2, &count, &as_of), 2);
    alert_board_put(&board, notices + 1, 1, 1, 200);
    assert_int_equal(alert_board_read(&board, out, 10, &count, &as_of), 1);
    assert_string_equal(out[0].subject, "h1");
}

static void test_what_has_no_room_is_counted(void **state)
{
    (void)state;
    alert_board_put(&board, notices, ALERT_BOARD_MAX + 5, ALERT_BOARD_MAX + 5,
                    100);
    assert_int_equal(
        alert_board_read(&board, out, ALERT_BOARD_MAX, &count, &as_of),
        ALERT_BOARD_MAX);
    assert_int_equal(count, ALERT_BOARD_MAX + 5);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_at_first_nothing_is_known),
        TEST(test_what_is_put_is_read),
        TEST(test_what_has_no_room_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
