#include "server/dns/rrset_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { MANY = 20000, TEXT_MAX = 64 };

static struct span span(const char *text)
{
    return span_from_string(text);
}

static struct span numbered(char out[TEXT_MAX], int n)
{
    int len = snprintf(out, TEXT_MAX, "h%d.example.org", n);

    return span_from(out, (size_t)len);
}

static void test_a_new_record_wants_nothing(void **state)
{
    struct rrset_table table;
    struct rrset_state *record;

    (void)state;
    assert_int_equal(rrset_table_init(&table), STATUS_OK);
    record = rrset_table_add(&table, span("home.example.org"), RRSET_AAAA);
    assert_non_null(record);
    assert_true(span_is(rrset_state_name(record), "home.example.org"));
    assert_int_equal(record->type, RRSET_AAAA);
    assert_false(record->pending.wanted);
    assert_false(record->in_flight.wanted);
    assert_true(list_is_empty(&record->pending.waiters));
    assert_true(list_is_empty(&record->in_flight.waiters));
    assert_int_equal(record->refusals, 0);
    assert_int_equal(record->group, 0);
    rrset_table_remove(&table, record);
    rrset_table_clear(&table);
}

static const struct {
    const char *label, *name;
    enum rrset_type type;
    bool found;
} finds[] = {
    {"the name and the type", "home.example.org", RRSET_A, true},
    {"the other type is another record", "home.example.org", RRSET_AAAA, false},
    {"another name", "away.example.org", RRSET_A, false},
    {"a name that it begins with", "home.example.or", RRSET_A, false},
    {"a name that begins with it", "home.example.org2", RRSET_A, false},
    {"no name", "", RRSET_A, false},
};

static void test_find(void **state)
{
    struct rrset_table table;
    struct rrset_state *record;

    (void)state;
    assert_int_equal(rrset_table_init(&table), STATUS_OK);
    record = rrset_table_add(&table, span("home.example.org"), RRSET_A);
    assert_non_null(record);
    for (size_t i = 0; i < sizeof finds / sizeof finds[0]; i++)
        if (rrset_table_find(&table, span(finds[i].name), finds[i].type) !=
            (finds[i].found ? record : NULL))
            fail_msg("%s", finds[i].label);
    rrset_table_remove(&table, record);
    assert_null(rrset_table_find(&table, span("home.example.org"), RRSET_A));
    rrset_table_clear(&table);
}

static void test_both_types_of_a_name_stand_side_by_side(void **state)
{
    struct rrset_table table;
    struct rrset_state *a, *aaaa;

    (void)state;
    assert_int_equal(rrset_table_init(&table), STATUS_OK);
    a = rrset_table_add(&table, span("home.example.org"), RRSET_A);
    aaaa = rrset_table_add(&table, span("home.example.org"), RRSET_AAAA);
    assert_ptr_equal(
        rrset_table_find(&table, span("home.example.org"), RRSET_A), a);
    assert_ptr_equal(
        rrset_table_find(&table, span("home.example.org"), RRSET_AAAA), aaaa);
    rrset_table_remove(&table, a);
    assert_ptr_equal(
        rrset_table_find(&table, span("home.example.org"), RRSET_AAAA), aaaa);
    rrset_table_remove(&table, aaaa);
    rrset_table_clear(&table);
}

static void test_the_name_is_copied(void **state)
{
    char name[] = "home.example.org";
    struct rrset_table table;
    struct rrset_state *record;

    (void)state;
    assert_int_equal(rrset_table_init(&table), STATUS_OK);
    record = rrset_table_add(&table, span(name), RRSET_A);
    memset(name, 'x', sizeof name - 1);
    assert_ptr_equal(
        rrset_table_find(&table, span("home.example.org"), RRSET_A), record);
    rrset_table_remove(&table, record);
    rrset_table_clear(&table);
}

static void test_the_longest_name(void **state)
{
    char name[DNS_NAME_MAX];
    struct rrset_table table;
    struct rrset_state *record;

    (void)state;
    memset(name, 'x', sizeof name);
    assert_int_equal(rrset_table_init(&table), STATUS_OK);
    record = rrset_table_add(&table, span_from(name, sizeof name), RRSET_A);
    assert_ptr_equal(
        rrset_table_find(&table, span_from(name, sizeof name), RRSET_A),
        record);
    assert_null(
        rrset_table_find(&table, span_from(name, sizeof name - 1), RRSET_A));
    rrset_table_remove(&table, record);
    rrset_table_clear(&table);
}

/* Growing moves every record to another bucket, and loses none. */
static void test_many_come_and_go(void **state)
{
    struct rrset_table table;
    char name[TEXT_MAX];

    (void)state;
    assert_int_equal(rrset_table_init(&table), STATUS_OK);
    for (int i = 0; i < MANY; i++)
        assert_non_null(rrset_table_add(&table, numbered(name, i),
                                        i % 2 ? RRSET_A : RRSET_AAAA));
    assert_int_equal(rrset_table_count(&table), MANY);
    for (int i = 0; i < MANY; i += 2)
        rrset_table_remove(
            &table, rrset_table_find(&table, numbered(name, i), RRSET_AAAA));
    assert_int_equal(rrset_table_count(&table), MANY / 2);
    for (int i = 0; i < MANY; i++) {
        struct rrset_state *record = rrset_table_find(
            &table, numbered(name, i), i % 2 ? RRSET_A : RRSET_AAAA);

        assert_int_equal(record != NULL, i % 2);
        if (record != NULL)
            rrset_table_remove(&table, record);
    }
    assert_int_equal(rrset_table_count(&table), 0);
    rrset_table_clear(&table);
}

/* The ceiling on memory is only as good as the figure. */
static void test_bytes_are_counted_and_counted_back(void **state)
{
    struct rrset_table table;
    char name[TEXT_MAX];
    size_t names = 0, empty, buckets;

    (void)state;
    assert_int_equal(rrset_table_init(&table), STATUS_OK);
    empty = rrset_table_bytes(&table);
    assert_true(empty > 0);
    for (int i = 0; i < MANY; i++) {
        names += numbered(name, i).len;
        rrset_table_add(&table, span(name), RRSET_A);
    }
    buckets = hash_table_bytes(&table.records);
    assert_int_equal(rrset_table_bytes(&table),
                     buckets + MANY * sizeof(struct rrset_state) + names);
    for (int i = 0; i < MANY; i++)
        rrset_table_remove(
            &table, rrset_table_find(&table, numbered(name, i), RRSET_A));
    assert_int_equal(rrset_table_bytes(&table), buckets);
    rrset_table_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_record_wants_nothing),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_both_types_of_a_name_stand_side_by_side),
        cmocka_unit_test(test_the_name_is_copied),
        cmocka_unit_test(test_the_longest_name),
        cmocka_unit_test(test_many_come_and_go),
        cmocka_unit_test(test_bytes_are_counted_and_counted_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
