#include "cli/object_ahead.h"
#include "cli/command.h"

#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { OBJECTS = 5 * OBJECT_AHEAD_KEPT, ROUNDS = 3 };

static struct state_store *store;
static char names[OBJECTS][16];
static char *keys[OBJECTS];

static int set_up(void **state)
{
    int result;

    if (scratch_folder_set_up(state) != 0)
        return -1;
    store = state_store_open(scratch_path("state"), &result);
    assert_non_null(store);
    for (size_t i = 0; i < OBJECTS; i++) {
        snprintf(names[i], sizeof names[i], "o/%03zu", i);
        keys[i] = names[i];
        if (i % 10 != 7) /* these are not there */
            assert_int_equal(state_store_put_new(store, keys[i],
                                                 span_from_string(names[i]),
                                                 "text/plain"),
                             STATUS_OK);
    }
    return 0;
}

static int tear_down(void **state)
{
    state_store_close(store);
    return scratch_folder_tear_down(state);
}

static void check(const struct fetched_object *object, size_t number)
{
    assert_string_equal(object->key, names[number]);
    if (number % 10 == 7) {
        assert_int_equal(object->status, STATUS_NOT_FOUND);
        return;
    }
    assert_int_equal(object->status, STATUS_OK);
    assert_true(span_is(object->body, names[number]));
}

static void test_objects_come_in_their_order(void **state)
{
    struct object_ahead *ahead = object_ahead_new(store);
    struct fetched_object object;

    (void)state;
    assert_non_null(ahead);
    for (int round = 0; round < ROUNDS; round++) {
        object_ahead_begin(ahead, keys, OBJECTS);
        for (size_t i = 0; i < OBJECTS; i++) {
            assert_true(object_ahead_next(ahead, &object, NULL, NULL));
            check(&object, i);
        }
        assert_false(object_ahead_next(ahead, &object, NULL, NULL));
        assert_false(object_ahead_next(ahead, &object, NULL, NULL));
    }
    object_ahead_free(ahead);
}

static void test_without_names_there_is_nothing(void **state)
{
    struct object_ahead *ahead = object_ahead_new(store);
    struct fetched_object object;

    (void)state;
    assert_false(object_ahead_next(ahead, &object, NULL, NULL));
    object_ahead_begin(ahead, keys, 0);
    assert_false(object_ahead_next(ahead, &object, NULL, NULL));
    object_ahead_free(ahead);
}

static void test_it_may_end_before_all_were_handed_out(void **state)
{
    struct object_ahead *ahead = object_ahead_new(store);
    struct fetched_object object;

    (void)state;
    object_ahead_begin(ahead, keys, OBJECTS);
    assert_true(object_ahead_next(ahead, &object, NULL, NULL));
    check(&object, 0);
    object_ahead_free(ahead);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects_come_in_their_order),
        cmocka_unit_test(test_without_names_there_is_nothing),
        cmocka_unit_test(test_it_may_end_before_all_were_handed_out),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
