#include "s3db/row_index.h"

#include "tests/unit/failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { MANY = 20000, KEY_MAX = 16 };

/* The rows are numbers, and the key of a row is the number that `key_of` has
 * for it, in words. */
static unsigned key_of[MANY];
static unsigned asked; /* how often a row was looked at */
static struct row_index row_index;

static struct span key(char out[KEY_MAX], unsigned number)
{
    return span_from(out, (size_t)snprintf(out, KEY_MAX, "key-%u", number));
}

static bool has_key(const void *rows, uint32_t row, struct span wanted)
{
    char text[KEY_MAX];

    asked++;
    return span_equal(key(text, ((const unsigned *)rows)[row]), wanted);
}

/* Spread as a good hash is; what is kept of it is the upper half. */
static uint64_t spread(unsigned number)
{
    return (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t all_alike(unsigned number)
{
    (void)number;
    return UINT64_C(0x8000000000000000);
}

/* The greatest there is: probing goes on at the first slot. */
static uint64_t all_at_the_end(unsigned number)
{
    return UINT64_MAX - number;
}

static uint64_t (*hash_of)(unsigned number) = spread;

static const struct row_group *find(unsigned number)
{
    char text[KEY_MAX];

    return row_index_find(&row_index, hash_of(number), key(text, number),
                          has_key, key_of);
}

static bool add(uint32_t row, unsigned number)
{
    key_of[row] = number;
    if (!row_index_reserve(&row_index))
        return false;
    row_index_add(&row_index, hash_of(number), find(number), row);
    return true;
}

static int tear_down(void **state)
{
    (void)state;
    row_index_clear(&row_index);
    hash_of = spread;
    return 0;
}

/* Rows that were added in turns to the groups 0 .. groups - 1. */
static void assert_group(unsigned number, unsigned groups, uint32_t rows)
{
    const struct row_group *group = find(number);
    uint32_t entry, count = 0;

    assert_non_null(group);
    entry = group->first;
    for (uint32_t row = number; row < rows; row += groups, count++) {
        assert_int_equal(row_index_row(&row_index, entry), row);
        entry = row_index_next(&row_index, entry);
    }
    assert_int_equal(group->count, count);
}

static void test_an_empty_index_has_no_group_and_no_memory(void **state)
{
    (void)state;
    assert_null(find(0));
    assert_int_equal(row_index_bytes(&row_index), 0);
    row_index_seal(&row_index);
    assert_null(find(0));
    row_index_clear(&row_index);
}

static void test_room_that_nobody_used_is_given_back(void **state)
{
    (void)state;
    assert_true(row_index_reserve(&row_index));
    assert_null(find(0));
    assert_true(row_index_bytes(&row_index) > 0);
    row_index_seal(&row_index);
    assert_int_equal(row_index_bytes(&row_index), 0);
}

static void test_a_group_has_its_rows_in_order_and_no_others(void **state)
{
    static const unsigned groups[] = {1, 2, 3, 100, MANY / 2, MANY};

    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        for (uint32_t row = 0; row < MANY; row++)
            assert_true(add(row, row % groups[i]));
        for (int sealed = 0; sealed < 2; sealed++) {
            for (unsigned number = 0; number < groups[i]; number++)
                assert_group(number, groups[i], MANY);
            assert_null(find(groups[i]));
            row_index_seal(&row_index);
        }
        tear_down(state);
    }
}

/* Whatever the hashes, for they say where to look and not what is there. */
static void test_rows_of_different_keys_are_never_mixed_up(void **state)
{
    static uint64_t (*const hashes[])(unsigned) = {all_alike, all_at_the_end};

    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
        hash_of = hashes[i];
        for (uint32_t row = 0; row < 200; row++)
            assert_true(add(row, row % 50));
        row_index_seal(&row_index);
        for (unsigned number = 0; number < 50; number++)
            assert_group(number, 50, 200);
        assert_null(find(50));
        tear_down(state);
    }
}

/* One look at a row for each that is added or found, however many there are. */
static void test_a_large_group_costs_no_more_than_a_small_one(void **state)
{
    (void)state;
    asked = 0;
    for (uint32_t row = 0; row < MANY; row++)
        assert_true(add(row, 0));
    assert_int_equal(asked, MANY - 1);
    assert_group(0, 1, MANY);
    assert_int_equal(asked, MANY);
}

static void test_rows_may_be_added_after_it_was_sealed(void **state)
{
    (void)state;
    for (uint32_t row = 0; row < 300; row++) {
        assert_true(add(row, row % 3));
        row_index_seal(&row_index);
    }
    for (unsigned number = 0; number < 3; number++)
        assert_group(number, 3, 300);
}

/* What the header promises: 8 bytes a row, and up to 22 a key. */
static void test_a_sealed_index_is_small(void **state)
{
    (void)state;
    for (uint32_t row = 0; row < MANY; row++)
        assert_true(add(row, row % 5000));
    row_index_seal(&row_index);
    assert_in_range(row_index_bytes(&row_index), 1, 8 * MANY + 22 * 5000);
    row_index_clear(&row_index);
    assert_int_equal(row_index_bytes(&row_index), 0);
}

static void test_without_memory_all_is_as_it_was(void **state)
{
    unsigned failures = 0;

    (void)state;
    for (uint32_t row = 0; row < 1000; row++) {
        for (size_t successes = 0; successes < 2; successes++) {
            bool added;

            failing_memory_after(successes);
            added = row_index_reserve(&row_index);
            if (failing_memory_stop()) {
                assert_false(added);
                assert_null(find(row));
                failures++;
            }
        }
        if (row > 0)
            assert_group(row - 1, MANY, row);
        assert_true(add(row, row));
    }
    assert_true(failures > 10);
    failing_memory_after(0);
    row_index_seal(&row_index);
    assert_true(failing_memory_stop());
    for (unsigned number = 0; number < 1000; number++)
        assert_group(number, MANY, 1000);
}

#define INDEX_TEST(test) cmocka_unit_test_teardown(test, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        INDEX_TEST(test_an_empty_index_has_no_group_and_no_memory),
        INDEX_TEST(test_room_that_nobody_used_is_given_back),
        INDEX_TEST(test_a_group_has_its_rows_in_order_and_no_others),
        INDEX_TEST(test_rows_of_different_keys_are_never_mixed_up),
        INDEX_TEST(test_a_large_group_costs_no_more_than_a_small_one),
        INDEX_TEST(test_rows_may_be_added_after_it_was_sealed),
        INDEX_TEST(test_a_sealed_index_is_small),
        INDEX_TEST(test_without_memory_all_is_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
