#include "base/hash_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MANY = 20000 };

struct thing {
    int number;
    struct hash_link by_number;
};

static struct thing things[MANY];
static struct hash_table table;

static int set_up(void **state)
{
    (void)state;
    return hash_table_init(&table) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    hash_table_clear(&table);
    return 0;
}

static void add(int number, uint64_t hash)
{
    things[number].number = number;
    hash_table_add(&table, &things[number].by_number, hash);
}

static struct thing *find(int number, uint64_t hash)
{
    struct hash_link *link = hash_table_first(&table, hash);

    for (; link != NULL; link = hash_table_next(link))
        if (hash_entry(link, struct thing, by_number)->number == number)
            return hash_entry(link, struct thing, by_number);
    return NULL;
}

/* FNV-1a's own test vectors, folded as the header's hash is. */
static const struct {
    const char *text;
    uint64_t fnv1a;
} vectors[] = {
    {"", UINT64_C(0xcbf29ce484222325)},
    {"a", UINT64_C(0xaf63dc4c8601ec8c)},
    {"foobar", UINT64_C(0x85944171f73967e8)},
};

static void test_the_hash_is_fnv1a(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        assert_true(hash_text(span_from_string(vectors[i].text), 0) ==
                    (vectors[i].fnv1a ^ (vectors[i].fnv1a >> 32)));
}

static void test_a_seed_tells_kinds_apart(void **state)
{
    struct span name = span_from_string("home.example.org");

    (void)state;
    assert_true(hash_text(name, 0) != hash_text(name, 1));
}

static void test_what_was_added_is_found_until_it_is_removed(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++)
        add(i, (uint64_t)i * 7);
    assert_int_equal(table.count, MANY);
    for (int i = 0; i < MANY; i += 2)
        hash_table_remove(&table, &things[i].by_number);
    assert_int_equal(table.count, MANY / 2);
    for (int i = 0; i < MANY; i++)
        assert_ptr_equal(find(i, (uint64_t)i * 7), i % 2 ? &things[i] : NULL);
}

static void test_equal_hashes_stand_side_by_side(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++)
        add(i, 42);
    for (int i = 0; i < 100; i++)
        assert_ptr_equal(find(i, 42), &things[i]);
    hash_table_remove(&table, &things[50].by_number);
    assert_null(find(50, 42));
    assert_ptr_equal(find(99, 42), &things[99]);
}

static void test_another_hash_of_the_same_bucket_is_passed_over(void **state)
{
    (void)state;
    add(1, 1);
    add(2, 1 + ((uint64_t)1 << 40)); /* the low bits choose the bucket */
    assert_ptr_equal(find(1, 1), &things[1]);
    assert_null(find(2, 1));
    assert_null(hash_table_first(&table, 1 + ((uint64_t)1 << 41)));
}

static void test_it_grows_with_its_links(void **state)
{
    size_t empty = hash_table_bytes(&table);

    (void)state;
    for (int i = 0; i < MANY; i++)
        add(i, (uint64_t)i);
    assert_true(hash_table_bytes(&table) >= MANY * sizeof(struct hash_link *));
    assert_true(hash_table_bytes(&table) > empty);
}

int main(void)
{
#define TABLE_TEST(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_hash_is_fnv1a),
        cmocka_unit_test(test_a_seed_tells_kinds_apart),
        TABLE_TEST(test_what_was_added_is_found_until_it_is_removed),
        TABLE_TEST(test_equal_hashes_stand_side_by_side),
        TABLE_TEST(test_another_hash_of_the_same_bucket_is_passed_over),
        TABLE_TEST(test_it_grows_with_its_links),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
