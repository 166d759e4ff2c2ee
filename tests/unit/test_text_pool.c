#include "journal/text_pool.h"

#include "tests/unit/failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct span text_of(char text[16], unsigned number)
{
    return span_from(text, (size_t)snprintf(text, 16, "agent/%u", number));
}

static void test_a_text_has_one_number_as_long_as_it_is_used(void **state)
{
    struct text_pool *pool = text_pool_new(10);
    uint16_t a, b;

    (void)state;
    assert_non_null(pool);
    a = text_pool_hold(pool, span_from_string("a"));
    b = text_pool_hold(pool, span_from_string("b"));
    assert_int_not_equal(a, b);
    assert_int_equal(text_pool_hold(pool, span_from_string("a")), a);
    assert_int_equal(text_pool_count(pool), 2);
    text_pool_drop(pool, a);
    assert_true(span_is(text_pool_get(pool, a), "a"));
    text_pool_drop(pool, a);
    assert_int_equal(text_pool_count(pool), 1);
    assert_true(span_is(text_pool_get(pool, b), "b"));
    text_pool_free(pool);
}

static void test_nothing_is_a_text_without_use(void **state)
{
    struct text_pool *pool = text_pool_new(10);

    (void)state;
    assert_int_equal(text_pool_hold(pool, span_from(NULL, 0)), TEXT_POOL_EMPTY);
    text_pool_drop(pool, TEXT_POOL_EMPTY);
    assert_int_equal(text_pool_get(pool, TEXT_POOL_EMPTY).len, 0);
    assert_int_equal(text_pool_count(pool), 0);
    text_pool_free(pool);
}

static void test_what_is_one_too_many_is_other(void **state)
{
    enum { MANY = 1000 };
    struct text_pool *pool = text_pool_new(MANY);
    char text[16];
    size_t full;

    (void)state;
    for (unsigned i = 0; i < MANY; i++)
        assert_int_not_equal(text_pool_hold(pool, text_of(text, i)),
                             TEXT_POOL_OTHER);
    full = text_pool_bytes(pool);
    for (unsigned i = MANY; i < 10 * MANY; i++)
        assert_int_equal(text_pool_hold(pool, text_of(text, i)),
                         TEXT_POOL_OTHER);
    assert_int_equal(text_pool_bytes(pool), full);
    assert_true(span_is(text_pool_get(pool, TEXT_POOL_OTHER), "other"));

    /* Known ones are known still, and make room when they are gone. */
    assert_int_not_equal(text_pool_hold(pool, text_of(text, 7)),
                         TEXT_POOL_OTHER);
    text_pool_drop(pool, text_pool_hold(pool, text_of(text, 8)));
    text_pool_drop(pool, text_pool_hold(pool, text_of(text, 8)));
    text_pool_drop(pool, TEXT_POOL_OTHER);
    text_pool_free(pool);
}

static void test_what_is_dropped_makes_room(void **state)
{
    struct text_pool *pool = text_pool_new(2);
    char text[16];

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        uint16_t number = text_pool_hold(pool, text_of(text, i));

        assert_int_not_equal(number, TEXT_POOL_OTHER);
        assert_true(span_equal(text_pool_get(pool, number), text_of(text, i)));
        text_pool_drop(pool, number);
    }
    assert_int_equal(text_pool_count(pool), 0);
    text_pool_free(pool);
}

static void test_a_long_text_is_cut(void **state)
{
    struct text_pool *pool = text_pool_new(2);
    char text[1000];
    uint16_t number;

    (void)state;
    memset(text, 'x', sizeof text);
    number = text_pool_hold(pool, span_from(text, sizeof text));
    assert_int_equal(text_pool_get(pool, number).len, TEXT_POOL_TEXT_MAX_BYTES);
    assert_int_equal(
        text_pool_hold(pool, span_from(text, TEXT_POOL_TEXT_MAX_BYTES)),
        number);
    text_pool_free(pool);
}

static void test_without_memory_a_text_is_other(void **state)
{
    struct text_pool *pool = text_pool_new(2);

    (void)state;
    failing_memory_after(0);
    assert_int_equal(text_pool_hold(pool, span_from_string("a")),
                     TEXT_POOL_OTHER);
    assert_true(failing_memory_stop());
    assert_int_equal(text_pool_count(pool), 0);
    assert_int_not_equal(text_pool_hold(pool, span_from_string("a")),
                         TEXT_POOL_OTHER);
    text_pool_free(pool);
}

static void test_without_memory_there_is_no_pool(void **state)
{
    struct text_pool *pool = NULL;
    size_t failures = 0;

    (void)state;
    for (; pool == NULL; failures++) {
        failing_memory_after(failures);
        pool = text_pool_new(2);
        failing_memory_stop();
    }
    assert_in_range(failures, 4, 10);
    text_pool_free(pool);
    text_pool_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_text_has_one_number_as_long_as_it_is_used),
        cmocka_unit_test(test_nothing_is_a_text_without_use),
        cmocka_unit_test(test_what_is_one_too_many_is_other),
        cmocka_unit_test(test_what_is_dropped_makes_room),
        cmocka_unit_test(test_a_long_text_is_cut),
        cmocka_unit_test(test_without_memory_a_text_is_other),
        cmocka_unit_test(test_without_memory_there_is_no_pool),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
