#include "base/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MANY = 1000 };

static struct heap_node nodes[MANY];
static struct heap heap;

static int set_up(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++)
        nodes[i] = (struct heap_node){.key = 0};
    heap = (struct heap){.nodes = NULL};
    return heap_reserve(&heap, MANY) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    heap_clear(&heap);
    return 0;
}

/* Keys in an order that is neither rising nor falling; each comes up once. */
static int64_t scattered(int i)
{
    return (int64_t)i * 389 % MANY;
}

static void fill(void)
{
    for (int i = 0; i < MANY; i++)
        heap_put(&heap, &nodes[i], scattered(i));
}

/* Empties the heap and checks that the keys rise. */
static size_t drain(void)
{
    int64_t last = INT64_MIN;
    size_t count = 0;

    while (heap.count > 0) {
        struct heap_node *first = heap_first(&heap);

        assert_true(first->key >= last);
        last = first->key;
        heap_remove(&heap, first);
        assert_false(heap_holds(first));
        count++;
    }
    return count;
}

static void test_an_empty_heap_has_no_first(void **state)
{
    (void)state;
    assert_null(heap_first(&heap));
}

static void test_the_least_key_comes_first(void **state)
{
    (void)state;
    fill();
    assert_int_equal(heap_first(&heap)->key, 0);
    assert_int_equal(drain(), MANY);
}

static void test_equal_keys_come_in_their_order(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++)
        heap_put(&heap, &nodes[i], 7);
    heap_put(&heap, &nodes[0], 7); /* keeps its turn */
    heap_put(&heap, &nodes[1], 8);
    heap_put(&heap, &nodes[1], 7); /* has lost it */
    for (int i = 0; i < MANY; i++) {
        if (i == 1)
            continue;
        assert_ptr_equal(heap_first(&heap), &nodes[i]);
        heap_remove(&heap, &nodes[i]);
    }
    assert_ptr_equal(heap_first(&heap), &nodes[1]);
}

static void test_a_node_moves_when_its_key_changes(void **state)
{
    (void)state;
    fill();
    for (int i = 0; i < MANY; i++) { /* up as well as down */
        heap_put(&heap, &nodes[i], i % 2 ? scattered(i) + MANY : -scattered(i));
        assert_int_equal(heap.count, MANY);
    }
    assert_int_equal(drain(), MANY);
}

static void test_any_node_can_be_taken_out(void **state)
{
    (void)state;
    fill();
    for (int i = 0; i < MANY; i += 2)
        heap_remove(&heap, &nodes[i]);
    assert_int_equal(drain(), MANY / 2);
}

static void test_taking_out_what_is_not_there_is_harmless(void **state)
{
    (void)state;
    heap_put(&heap, &nodes[0], 7);
    heap_remove(&heap, &nodes[1]);
    assert_ptr_equal(heap_first(&heap), &nodes[0]);
    heap_remove(&heap, &nodes[0]);
    heap_remove(&heap, &nodes[0]);
    assert_null(heap_first(&heap));
}

static void test_room_grows_and_what_is_there_stays(void **state)
{
    (void)state;
    fill();
    assert_int_equal(heap_reserve(&heap, MANY * 50), STATUS_OK);
    assert_true(heap.capacity >= MANY * 50);
    assert_int_equal(heap_reserve(&heap, 1), STATUS_OK);
    assert_int_equal(drain(), MANY);
}

int main(void)
{
#define HEAP_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        HEAP_TEST(test_an_empty_heap_has_no_first),
        HEAP_TEST(test_the_least_key_comes_first),
        HEAP_TEST(test_equal_keys_come_in_their_order),
        HEAP_TEST(test_a_node_moves_when_its_key_changes),
        HEAP_TEST(test_any_node_can_be_taken_out),
        HEAP_TEST(test_taking_out_what_is_not_there_is_harmless),
        HEAP_TEST(test_room_grows_and_what_is_there_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
