#include "journal/applied_objects.h"

#include "tests/unit/failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000)

static struct object_name object(unsigned copy, uint32_t number,
                                 int64_t made_at)
{
    struct object_name name = {.made_at = made_at, .number = number};

    snprintf(name.copy, sizeof name.copy, "%016x", copy);
    return name;
}

static void add(struct applied_objects *applied, unsigned copy, uint32_t number,
                int64_t made_at)
{
    struct object_name name = object(copy, number, made_at);

    assert_int_equal(applied_objects_add(applied, &name), STATUS_OK);
}

static bool have(const struct applied_objects *applied, unsigned copy,
                 uint32_t number)
{
    struct object_name name = object(copy, number, 0);

    return applied_objects_have(applied, &name);
}

static int set_up(void **state)
{
    static struct applied_objects applied;

    applied = (struct applied_objects){0};
    *state = &applied;
    return 0;
}

static int tear_down(void **state)
{
    applied_objects_clear(*state);
    return 0;
}

static void test_the_highest_number_stands_for_those_before(void **state)
{
    assert_false(have(*state, 7, 1));
    add(*state, 7, 5, 100);
    assert_true(have(*state, 7, 1));
    assert_true(have(*state, 7, 5));
    assert_false(have(*state, 7, 6));
    assert_false(have(*state, 8, 1));
    add(*state, 7, 3, 200);
    assert_true(have(*state, 7, 5));
    assert_int_equal(
        applied_objects_newest(*state, "0000000000000007")->made_at, 100);
    assert_null(applied_objects_newest(*state, "0000000000000008"));
}

static void test_many_copies_are_kept_apart(void **state)
{
    for (unsigned i = 0; i < 1000; i++)
        add(*state, i * 7919 % 1000, 1 + i * 7919 % 1000, 100);
    for (unsigned i = 0; i < 1000; i++) {
        assert_true(have(*state, i, 1 + i));
        assert_false(have(*state, i, 2 + i));
    }
}

static void test_copies_are_forgotten_after_two_days(void **state)
{
    add(*state, 1, 1, 100 * HOUR - 1);
    add(*state, 2, 1, 100 * HOUR);
    add(*state, 3, 1, 10 * HOUR);
    add(*state, 3, 2, 120 * HOUR);
    add(*state, 4, 1, 200 * HOUR); /* its clock is ahead */
    applied_objects_forget(*state, 148 * HOUR);
    assert_false(have(*state, 1, 1));
    assert_true(have(*state, 2, 1));
    assert_true(have(*state, 3, 2));
    assert_true(have(*state, 4, 1));
}

static void test_there_are_so_many_and_the_oldest_goes(void **state)
{
    for (unsigned i = 0; i < APPLIED_OBJECTS_MAX_COPIES; i++)
        add(*state, i, 1, i == 77 ? 1 : 100 + i);
    add(*state, 0xffffff, 1, 50);
    assert_false(have(*state, 77, 1));
    assert_true(have(*state, 0xffffff, 1));
    assert_true(have(*state, 76, 1));
    assert_true(have(*state, 78, 1));
    add(*state, 0xfffffe, 1, 1000000);
    assert_false(have(*state, 0xffffff, 1));
}

static void test_without_memory_all_is_as_it_was(void **state)
{
    struct object_name name = object(99, 1, 100);

    for (unsigned i = 0; i < 16; i++)
        add(*state, i, 1, 100);
    failing_memory_after(0);
    assert_int_equal(applied_objects_add(*state, &name), STATUS_NOMEM);
    assert_true(failing_memory_stop());
    assert_false(have(*state, 99, 1));
    for (unsigned i = 0; i < 16; i++)
        assert_true(have(*state, i, 1));
    assert_int_equal(applied_objects_add(*state, &name), STATUS_OK);
    assert_true(have(*state, 99, 1));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_the_highest_number_stands_for_those_before),
        TEST(test_many_copies_are_kept_apart),
        TEST(test_copies_are_forgotten_after_two_days),
        TEST(test_there_are_so_many_and_the_oldest_goes),
        TEST(test_without_memory_all_is_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
