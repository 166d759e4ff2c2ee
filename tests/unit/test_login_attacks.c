#include "server/state/login_attacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct login_attacks attacks;
static struct login_attack out[LOGIN_ATTACKS_MAX];

static int set_up(void **state)
{
    (void)state;
    login_attacks_init(&attacks);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    login_attacks_clear(&attacks);
    return 0;
}

static void note(const char *host, int64_t at)
{
    login_attacks_note(&attacks, span_from_string(host), at);
}

static void test_each_is_kept_with_its_last_sign(void **state)
{
    (void)state;
    assert_int_equal(login_attacks_read(&attacks, out), 0);
    note("a.example.org", 100);
    note("", 200);
    note("a.example.org", 300);
    assert_int_equal(login_attacks_read(&attacks, out), 2);
    assert_string_equal(out[0].name, "a.example.org");
    assert_int_equal(out[0].at, 300);
    assert_string_equal(out[1].name, "");
    assert_int_equal(out[1].at, 200);
}

static void test_the_oldest_makes_room(void **state)
{
    char host[20];

    (void)state;
    for (int i = 0; i < LOGIN_ATTACKS_MAX; i++) {
        snprintf(host, sizeof host, "h%d", i);
        note(host, 100 + (i == 5 ? 0 : 1));
    }
    note("new", 200);
    assert_int_equal(login_attacks_read(&attacks, out), LOGIN_ATTACKS_MAX);
    assert_string_equal(out[5].name, "new");
    assert_string_equal(out[4].name, "h4");
}

static void test_a_name_that_is_too_long_is_cut(void **state)
{
    char host[2 * LOGIN_ATTACKS_NAME_MAX];

    (void)state;
    memset(host, 'a', sizeof host);
    login_attacks_note(&attacks, span_from(host, sizeof host), 100);
    assert_int_equal(login_attacks_read(&attacks, out), 1);
    assert_int_equal(strlen(out[0].name), LOGIN_ATTACKS_NAME_MAX);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_each_is_kept_with_its_last_sign),
        TEST(test_the_oldest_makes_room),
        TEST(test_a_name_that_is_too_long_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
