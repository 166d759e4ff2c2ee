#include "server/state/alert_board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct alert_board board;
static struct alert_list list, out;

static int set_up(void **state)
{
    (void)state;
    alert_board_init(&board);
    memset(&list, 0, sizeof list);
    memset(&out, 0xff, sizeof out);
    for (size_t i = 0; i < ALERT_BOARD_MAX; i++)
        snprintf(list.notices[i].subject, sizeof list.notices[i].subject,
                 "h%zu", i);
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
    alert_board_read(&board, &out);
    assert_int_equal(out.named, 0);
    assert_int_equal(out.count, 0);
    assert_int_equal(out.silent, 0);
    assert_int_equal(out.as_of, 0);
}

static void put(size_t named, size_t count, size_t silent, int64_t as_of)
{
    list.named = named;
    list.count = count;
    list.silent = silent;
    list.as_of = as_of;
    alert_board_put(&board, &list);
    alert_board_read(&board, &out);
}

static void test_what_is_put_is_read(void **state)
{
    (void)state;
    put(3, 7, 5, 100);
    assert_int_equal(out.named, 3);
    assert_string_equal(out.notices[2].subject, "h2");
    assert_int_equal(out.count, 7);
    assert_int_equal(out.silent, 5);
    assert_int_equal(out.as_of, 100);
    put(ALERT_BOARD_MAX, ALERT_BOARD_MAX + 5, 0, 200);
    assert_int_equal(out.named, ALERT_BOARD_MAX);
    assert_string_equal(out.notices[ALERT_BOARD_MAX - 1].subject, "h199");
}

static void test_what_is_put_takes_the_place_of_the_former(void **state)
{
    (void)state;
    put(3, 3, 3, 100);
    snprintf(list.notices[0].subject, sizeof list.notices[0].subject, "new");
    put(1, 1, 0, 200);
    assert_int_equal(out.named, 1);
    assert_string_equal(out.notices[0].subject, "new");
    assert_int_equal(out.silent, 0);
}

static const struct {
    const char *label, *subject, *host;
    bool is_silence;
    int64_t since, accessed_at;
    bool is_silent;
} silences[] = {
    {"who is named is silent", "a", "a", true, 50, 50, true},
    {"who is not is not", "a", "b", true, 50, 50, false},
    {"nor whose name only begins so", "a", "aa", true, 50, 50, false},
    {"another alert of a host is no silence", "a", "a", false, 50, 50, false},
    {"who has called since is not silent", "a", "a", true, 50, 51, false},
    {"what is known here may be older", "a", "a", true, 50, 10, true},
    {"who never called is silent", "a", "a", true, 0, 0, true},
    {"until it does", "a", "a", true, 0, 1, false},
};

static void test_who_is_silent(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof silences / sizeof silences[0]; i++) {
        struct alert_notice *notice = &list.notices[1];

        list.named = 2;
        snprintf(notice->subject, sizeof notice->subject, "%s",
                 silences[i].subject);
        notice->is_silence = silences[i].is_silence;
        notice->since = silences[i].since;
        if (alert_list_is_silent(&list, span_from_string(silences[i].host),
                                 silences[i].accessed_at) !=
            silences[i].is_silent)
            fail_msg("%s", silences[i].label);
    }
    list.named = 1;
    list.notices[1].is_silence = true;
    assert_false(alert_list_is_silent(&list, span_from_string("a"), 0));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_at_first_nothing_is_known),
        TEST(test_what_is_put_is_read),
        TEST(test_what_is_put_takes_the_place_of_the_former),
        TEST(test_who_is_silent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
