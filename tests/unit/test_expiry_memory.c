#include "server/expiry_memory.h"

#include "s3db/hostdb_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { MANY = 20000 };

static struct expiry_memory *memory;

static int set_up(void **state)
{
    (void)state;
    memory = expiry_memory_new();
    return memory == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    expiry_memory_free(memory);
    return 0;
}

static void keep_of(unsigned kind, const char *name, enum rrset_type type,
                    uint32_t moment)
{
    assert_int_equal(
        expiry_memory_keep(memory, kind, span_from_string(name), type, moment),
        STATUS_OK);
}

static void keep(unsigned kind, const char *name, uint32_t moment)
{
    keep_of(kind, name, RRSET_A, moment);
}

/* 77: nothing is remembered. */
static uint32_t found_of(unsigned kind, const char *name, enum rrset_type type)
{
    uint32_t moment = 77;
    bool is_found =
        expiry_memory_find(memory, kind, span_from_string(name), type, &moment);

    assert_int_equal(is_found, moment != 77);
    return moment;
}

static uint32_t found(unsigned kind, const char *name)
{
    return found_of(kind, name, RRSET_A);
}

static void test_what_is_kept_is_found(void **state)
{
    (void)state;
    assert_int_equal(found(0, "a.example.org"), 77);
    keep(0, "a.example.org", 5);
    assert_int_equal(found(0, "a.example.org"), 5);
    assert_int_equal(found(0, "b.example.org"), 77);
    assert_int_equal(found(0, ""), 77);
    keep(0, "", 0);
    assert_int_equal(found(0, ""), 0);
}

static void test_kinds_do_not_speak_for_each_other(void **state)
{
    (void)state;
    keep(1, "a.example.org", 5);
    assert_int_equal(found(0, "a.example.org"), 77);
    assert_int_equal(found(2, "a.example.org"), 77);
    keep(2, "a.example.org", 6);
    assert_int_equal(found(1, "a.example.org"), 5);
}

static void test_nor_do_the_records_of_a_name(void **state)
{
    (void)state;
    keep_of(1, "a.example.org", RRSET_A, 5);
    assert_int_equal(found_of(1, "a.example.org", RRSET_AAAA), 77);
    keep_of(1, "a.example.org", RRSET_AAAA, 6);
    assert_int_equal(found_of(1, "a.example.org", RRSET_A), 5);
    assert_int_equal(found_of(1, "a.example.org", RRSET_AAAA), 6);
}

/* The seed of a simple hash and the first byte may undo each other. */
static void test_neither_do_names_that_differ_in_a_letter(void **state)
{
    static const char *const names[] = {"a.example.org", "b.example.org",
                                        "c.example.org", "d.example.org"};

    (void)state;
    for (unsigned kind = 0; kind < 4; kind++)
        for (uint32_t i = 0; i < 4; i++)
            keep(kind, names[i], kind * 100 + i);
    for (unsigned kind = 0; kind < 4; kind++)
        for (uint32_t i = 0; i < 4; i++)
            assert_int_equal(found(kind, names[i]), kind * 100 + i);
}

static void test_the_newer_moment_takes_the_older_one_s_place(void **state)
{
    (void)state;
    keep(0, "a.example.org", 5);
    keep(0, "a.example.org", 4);
    assert_int_equal(found(0, "a.example.org"), 4);
}

static void test_many_are_kept(void **state)
{
    char name[32];

    (void)state;
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "h%u.example.org", (unsigned)i);
        keep(i % 3, name, i + 100);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "h%u.example.org", (unsigned)i);
        assert_int_equal(found(i % 3, name), i + 100);
        assert_int_equal(found(i % 3 + 1, name), 77);
    }
}

static void add_row(struct hostdb *hosts, const char *name, const char *type)
{
    struct host_attributes row = {.len = 0};

    assert_null(host_attributes_add(&row, HOST_ATTRIBUTE_RECORD_TYPE,
                                    span_from_string(type)));
    assert_int_equal(
        hostdb_add_row(hosts, span_from_string(name), span_from_string("t"),
                       span_from((const char *)row.bytes, row.len)),
        STATUS_OK);
}

static void test_those_without_a_row_are_left_out(void **state)
{
    struct hostdb *hosts = hostdb_new();
    struct expiry_memory *kept;

    (void)state;
    add_row(hosts, "a.example.org", "A");
    add_row(hosts, "a.example.org", "AAAA");
    add_row(hosts, "b.example.org", "A");
    keep(0, "a.example.org", 1);
    keep(1, "a.example.org", 2);
    keep(2, "a.example.org", 3); /* of a kind that is not asked for */
    keep(1, "gone.example.org", 4);
    keep_of(0, "a.example.org", RRSET_AAAA, 5);
    keep_of(0, "b.example.org", RRSET_AAAA, 6); /* has a row for A alone */
    kept = expiry_memory_of_hosts(memory, 2, hosts);
    assert_non_null(kept);
    assert_int_equal(expiry_memory_count(memory), 6);
    assert_int_equal(expiry_memory_count(kept), 3);
    expiry_memory_free(memory);
    memory = kept;
    assert_int_equal(found(0, "a.example.org"), 1);
    assert_int_equal(found(1, "a.example.org"), 2);
    assert_int_equal(found(2, "a.example.org"), 77);
    assert_int_equal(found(1, "gone.example.org"), 77);
    assert_int_equal(found_of(0, "a.example.org", RRSET_AAAA), 5);
    assert_int_equal(found_of(0, "b.example.org", RRSET_AAAA), 77);
    hostdb_release(hosts);
}

#define MEMORY_TEST(test)                                                      \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEMORY_TEST(test_what_is_kept_is_found),
        MEMORY_TEST(test_kinds_do_not_speak_for_each_other),
        MEMORY_TEST(test_nor_do_the_records_of_a_name),
        MEMORY_TEST(test_neither_do_names_that_differ_in_a_letter),
        MEMORY_TEST(test_the_newer_moment_takes_the_older_one_s_place),
        MEMORY_TEST(test_many_are_kept),
        MEMORY_TEST(test_those_without_a_row_are_left_out),
    };

    expiry_memory_free(NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
