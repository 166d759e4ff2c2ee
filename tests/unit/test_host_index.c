#include "journal/host_index.h"

#include "tests/unit/failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct span name_of(char text[32], unsigned number)
{
    return span_from(text,
                     (size_t)snprintf(text, 32, "h%u.dyn.example", number));
}

static void test_names_have_numbers_in_the_order_of_adding(void **state)
{
    enum { MANY = 20000 };
    struct host_index index;
    char text[32];
    uint32_t number;

    (void)state;
    assert_true(host_index_init(&index));
    for (unsigned i = 0; i < MANY; i++) {
        assert_false(host_index_find(&index, name_of(text, i), &number));
        assert_int_equal(host_index_add(&index, name_of(text, i)), STATUS_OK);
    }
    assert_int_equal(index.count, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        assert_true(host_index_find(&index, name_of(text, i), &number));
        assert_int_equal(number, i);
        assert_true(span_equal(host_index_name(&index, i), name_of(text, i)));
    }
    assert_false(host_index_find(&index, name_of(text, MANY), &number));
    assert_in_range(host_index_bytes(&index) / MANY, 20, 60);
    host_index_clear(&index);
}

static void test_names_of_any_length_have_room(void **state)
{
    struct host_index index;
    char name[HOST_INDEX_NAME_MAX_BYTES + 1];
    uint32_t number;

    (void)state;
    memset(name, 'x', sizeof name);
    assert_true(host_index_init(&index));
    for (unsigned i = 0; i < 2000; i++) {
        name[0] = (char)('a' + i % 26);
        name[1] = (char)('a' + i / 26 % 26);
        name[2] = (char)('a' + i / 26 / 26);
        assert_int_equal(
            host_index_add(&index, span_from(name, HOST_INDEX_NAME_MAX_BYTES)),
            STATUS_OK);
    }
    assert_true(host_index_find(
        &index, span_from(name, HOST_INDEX_NAME_MAX_BYTES), &number));
    assert_int_equal(number, 1999);
    assert_int_equal(host_index_name(&index, number).len,
                     HOST_INDEX_NAME_MAX_BYTES);
    assert_int_equal(host_index_add(&index, span_from(name, sizeof name)),
                     STATUS_FULL);
    assert_int_equal(host_index_add(&index, span_from("", 0)), STATUS_OK);
    assert_true(host_index_find(&index, span_from("", 0), &number));
    assert_int_equal(number, 2000);
    host_index_clear(&index);
}

/* Whichever allocation fails: the name is not there, the others are, and the
 * next attempt adds it. */
static void test_without_memory_all_is_as_it_was(void **state)
{
    struct host_index index;
    size_t failures = 0;
    char text[32];

    (void)state;
    assert_true(host_index_init(&index));
    for (unsigned i = 0; i < 5000; i++) {
        uint32_t number;
        enum status status;

        failing_memory_after(0);
        status = host_index_add(&index, name_of(text, i));
        if (!failing_memory_stop()) {
            assert_int_equal(status, STATUS_OK);
            continue;
        }
        failures++;
        assert_int_equal(status, STATUS_NOMEM);
        assert_int_equal(index.count, i);
        assert_false(host_index_find(&index, name_of(text, i), &number));
        assert_true(i == 0 ||
                    host_index_find(&index, name_of(text, i - 1), &number));
        failing_memory_after(1);
        status = host_index_add(&index, name_of(text, i));
        if (failing_memory_stop())
            failures++;
        if (status != STATUS_OK)
            assert_int_equal(host_index_add(&index, name_of(text, i)),
                             STATUS_OK);
    }
    assert_true(failures > 10);
    host_index_clear(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_have_numbers_in_the_order_of_adding),
        cmocka_unit_test(test_names_of_any_length_have_room),
        cmocka_unit_test(test_without_memory_all_is_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
