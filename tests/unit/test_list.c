#include "base/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ITEMS_MAX = 8 };

struct item {
    char name;
    struct list node;
};

static struct item items[ITEMS_MAX];

/* Makes the items a, b, c ...; all linked nowhere. */
static int set_up(void **state)
{
    (void)state;
    for (int i = 0; i < ITEMS_MAX; i++) {
        items[i].name = (char)('a' + i);
        list_init(&items[i].node);
    }
    return 0;
}

static void fill(struct list *head, size_t from, size_t to)
{
    list_init(head);
    for (size_t i = from; i < to; i++)
        list_append(head, &items[i].node);
}

/* Compares forwards and backwards: both rings must be whole. */
static void assert_items(const struct list *head, const char *expected)
{
    size_t len = strlen(expected);
    const struct list *node = head->next;

    for (size_t i = 0; i < len; i++, node = node->next) {
        if (node == head)
            fail_msg("the list ends before %s", expected + i);
        assert_int_equal(list_entry(node, const struct item, node)->name,
                         expected[i]);
    }
    assert_ptr_equal(node, head);
    node = head->prev;
    for (size_t i = len; i-- > 0; node = node->prev)
        assert_int_equal(list_entry(node, const struct item, node)->name,
                         expected[i]);
    assert_ptr_equal(node, head);
    assert_int_equal(list_is_empty(head), len == 0);
}

static void test_append_keeps_the_order(void **state)
{
    struct list head;

    (void)state;
    fill(&head, 0, 0);
    assert_items(&head, "");
    fill(&head, 0, 3);
    assert_items(&head, "abc");
}

static void test_insert_before_each_place(void **state)
{
    struct list head;

    (void)state;
    fill(&head, 0, 2);
    list_insert_before(head.next, &items[2].node);
    assert_items(&head, "cab");
    list_insert_before(&items[1].node, &items[3].node);
    assert_items(&head, "cadb");
    list_insert_before(&head, &items[4].node);
    assert_items(&head, "cadbe");
}

static void test_remove_from_each_place(void **state)
{
    struct list head;

    (void)state;
    fill(&head, 0, 4);
    list_remove(&items[1].node);
    assert_items(&head, "acd");
    list_remove(&items[0].node);
    assert_items(&head, "cd");
    list_remove(&items[3].node);
    assert_items(&head, "c");
    list_remove(&items[2].node);
    assert_items(&head, "");
}

static void test_remove_twice_is_harmless(void **state)
{
    struct list head;

    (void)state;
    fill(&head, 0, 3);
    list_remove(&items[1].node);
    list_remove(&items[1].node);
    assert_items(&head, "ac");
    list_append(&head, &items[1].node);
    assert_items(&head, "acb");
}

static const struct {
    const char *label;
    size_t to, from; /* how many of each */
    const char *joined;
} moves[] = {
    {"nothing to nothing", 0, 0, ""},  {"nothing to some", 3, 0, "abc"},
    {"some to nothing", 0, 3, "abc"},  {"one to one", 1, 1, "ab"},
    {"some to some", 3, 4, "abcdefg"},
};

static void test_take_all(void **state)
{
    struct list to, from;

    (void)state;
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        print_message("%s\n", moves[i].label);
        fill(&to, 0, moves[i].to);
        fill(&from, moves[i].to, moves[i].to + moves[i].from);
        list_take_all(&to, &from);
        assert_items(&to, moves[i].joined);
        assert_items(&from, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_append_keeps_the_order, set_up),
        cmocka_unit_test_setup(test_insert_before_each_place, set_up),
        cmocka_unit_test_setup(test_remove_from_each_place, set_up),
        cmocka_unit_test_setup(test_remove_twice_is_harmless, set_up),
        cmocka_unit_test_setup(test_take_all, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
