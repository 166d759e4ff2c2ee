#include "server/table/host_table.h"

#include "s3db/hostdb_build.h"
#include "tests/unit/failing_calloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { SENT_AT = 1000, MAX_AGE = 300 };

static struct in_transit_counts in_transit;

static void add(struct hostdb *hosts, struct span name, struct span record_type)
{
    struct host_attributes row = {.len = 0};

    assert_null(
        host_attributes_add(&row, HOST_ATTRIBUTE_RECORD_TYPE, record_type));
    assert_int_equal(
        hostdb_add_row(hosts, name, span_from_string("t0ken"),
                       span_from((const char *)row.bytes, row.len)),
        STATUS_OK);
}

/* Of "name" or "name/record_type" each. */
static struct hostdb *hosts_of(const char *rows)
{
    struct hostdb *hosts = hostdb_new();
    struct span rest = span_from_string(rows), row;

    assert_non_null(hosts);
    while (span_split(&rest, ' ', &row)) {
        struct span name;

        assert_true(span_split(&row, '/', &name));
        add(hosts, name, row);
    }
    hostdb_seal(hosts);
    return hosts;
}

static uint32_t index_of(const struct host_table *host_table, const char *name)
{
    struct host host;

    if (!hostdb_lookup(host_table->hosts, span_from_string(name), &host))
        fail_msg("%s is not in the table", name);
    return host.index;
}

static struct address address(const char *text)
{
    struct address parsed;

    if (!address_parse(span_from_string(text), &parsed))
        fail_msg("the test's own address is none: %s", text);
    return parsed;
}

static void set(struct host_table *host_table, const char *name,
                const char *text)
{
    struct address a = address(text);

    rrset_cache_set(host_table->known, index_of(host_table, name), &a, SENT_AT);
}

static bool says(const struct host_table *host_table, const char *name,
                 const char *text)
{
    struct address a = address(text);

    return rrset_cache_confirms(
        host_table->known, &in_transit, index_of(host_table, name),
        span_from_string(name), &a, SENT_AT + 1, MAX_AGE);
}

static void test_the_first_table_knows_nothing(void **state)
{
    struct host_table *first =
        host_table_new(hosts_of("a.example.org b.example.org"), NULL);

    (void)state;
    assert_non_null(first);
    assert_int_equal(hostdb_count(first->hosts), 2);
    assert_false(says(first, "a.example.org", "192.0.2.1"));
    host_table_release(first);
}

static void test_what_is_known_follows_the_host_to_its_new_row(void **state)
{
    struct host_table *old = host_table_new(
        hosts_of("a.example.org b.example.org c.example.org"), NULL);
    struct host_table *new;

    (void)state;
    set(old, "a.example.org", "192.0.2.1");
    set(old, "b.example.org", "192.0.2.2");
    set(old, "c.example.org", "192.0.2.3");
    set(old, "c.example.org", "2001:db8::3");
    new = host_table_new(hosts_of("c.example.org d.example.org a.example.org"),
                         old);
    assert_non_null(new);
    assert_true(says(new, "a.example.org", "192.0.2.1"));
    assert_true(says(new, "c.example.org", "192.0.2.3"));
    assert_true(says(new, "c.example.org", "2001:db8::3"));
    assert_false(says(new, "d.example.org", "192.0.2.2"));
    assert_false(says(new, "a.example.org", "192.0.2.3"));
    host_table_release(old);
    host_table_release(new);
}

/* ---- rows for one record ---- */

enum { ROWS_MAX = 4 };

/* Before, each row that is for a record knows an address of its own: row 1 says
 * 192.0.2.1 and 2001:db8::1. Afterwards each row knows what is written here,
 * and no more: first the A record and then the AAAA record, by the old row from
 * 0 on; '-': nothing. */
static const struct {
    const char *label, *before, *after;
    const char *known[ROWS_MAX];
} splits[] = {
    {"as it was, for both",
     "b.example a.example",
     "a.example b.example",
     {"11", "00"}},
    {"as it was, with two rows",
     "a.example/A a.example/AAAA",
     "a.example/A a.example/AAAA",
     {"0-", "-1"}},
    {"the rows change places",
     "a.example/A a.example/AAAA",
     "a.example/AAAA a.example/A",
     {"-1", "0-"}},
    {"one for both becomes two",
     "b.example a.example",
     "a.example/AAAA b.example a.example/A",
     {"-1", "00", "1-"}},
    {"two become one for both",
     "a.example/AAAA b.example a.example/A",
     "b.example a.example",
     {"11", "20"}},
    {"one for both becomes one for A", "a.example", "a.example/A", {"0-"}},
    {"one for both becomes one for AAAA",
     "a.example",
     "a.example/AAAA",
     {"-0"}},
    {"one for A becomes one for both", "a.example/A", "a.example", {"0-"}},
    {"one for A becomes one for AAAA", "a.example/A", "a.example/AAAA", {"--"}},
    {"one of two goes", "a.example/A a.example/AAAA", "a.example/AAAA", {"-1"}},
    {"a second one comes",
     "a.example/AAAA",
     "a.example/A a.example/AAAA",
     {"--", "-0"}},
};

static struct address address_of_row(enum rrset_type type, size_t row)
{
    char text[ADDRESS_TEXT_MAX];

    snprintf(text, sizeof text, "%s%zu",
             type == RRSET_A ? "192.0.2." : "2001:db8::", row);
    return address(text);
}

static void tell_all(struct host_table *host_table)
{
    for (uint32_t row = 0; row < hostdb_count(host_table->hosts); row++) {
        struct host host = hostdb_row(host_table->hosts, row);

        for (int type = RRSET_A; type <= RRSET_AAAA; type++) {
            struct address a = address_of_row((enum rrset_type)type, row);

            if (host_holds(&host, a.family))
                rrset_cache_set(host_table->known, row, &a, SENT_AT);
        }
    }
}

/* Which of the old rows told what the record is known to say. */
static char told_by(const struct host_table *host_table, uint32_t row,
                    enum rrset_type type)
{
    struct address last = rrset_cache_last(host_table->known, row, type);

    for (size_t old = 0; old < ROWS_MAX; old++) {
        struct address a = address_of_row(type, old);

        if (address_equal(&last, &a)) {
            assert_true(rrset_cache_holds(host_table->known, row, &a,
                                          SENT_AT + 1, MAX_AGE));
            return "0123"[old];
        }
    }
    assert_int_equal(last.family, ADDRESS_NONE);
    return '-';
}

static void test_what_is_known_of_a_record_follows_it_to_its_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof splits / sizeof splits[0]; i++) {
        struct host_table *old =
            host_table_new(hosts_of(splits[i].before), NULL);
        struct host_table *new;

        tell_all(old);
        new = host_table_new(hosts_of(splits[i].after), old);
        for (uint32_t row = 0; row < hostdb_count(new->hosts); row++)
            if (told_by(new, row, RRSET_A) != splits[i].known[row][0] ||
                told_by(new, row, RRSET_AAAA) != splits[i].known[row][1])
                fail_msg("%s: row %u", splits[i].label, (unsigned)row);
        host_table_release(old);
        host_table_release(new);
    }
}

/* Nobody should have told it; but were it told, it would be nobody's. */
static void test_what_a_row_knows_of_another_rows_record_is_left(void **state)
{
    struct host_table *old =
        host_table_new(hosts_of("a.example/A a.example/AAAA"), NULL);
    struct address a = address_of_row(RRSET_AAAA, 3);
    struct host_table *new;

    (void)state;
    rrset_cache_set(old->known, 0, &a, SENT_AT);
    new = host_table_new(hosts_of("a.example"), old);
    assert_int_equal(told_by(new, 0, RRSET_AAAA), '-');
    host_table_release(old);
    host_table_release(new);
}

static void test_the_previous_table_falls_silent(void **state)
{
    struct host_table *old = host_table_new(hosts_of("a.example.org"), NULL);
    struct host_table *new;

    (void)state;
    set(old, "a.example.org", "192.0.2.1");
    assert_true(says(old, "a.example.org", "192.0.2.1"));
    new = host_table_new(hosts_of("a.example.org"), old);
    assert_false(says(old, "a.example.org", "192.0.2.1"));
    host_table_release(old);
    host_table_release(new);
}

static void test_a_host_that_was_away_begins_anew(void **state)
{
    struct host_table *first = host_table_new(hosts_of("a.example.org"), NULL);
    struct host_table *second, *third;

    (void)state;
    set(first, "a.example.org", "192.0.2.1");
    second = host_table_new(hosts_of("b.example.org"), first);
    third = host_table_new(hosts_of("a.example.org b.example.org"), second);
    assert_false(says(third, "a.example.org", "192.0.2.1"));
    host_table_release(first);
    host_table_release(second);
    host_table_release(third);
}

static void test_a_request_keeps_the_table_it_began_with(void **state)
{
    struct host_table *old = host_table_new(hosts_of("a.example.org"), NULL);
    struct host_table *held = host_table_acquire(old);
    struct host_table *new;

    (void)state;
    assert_ptr_equal(held, old);
    new = host_table_new(hosts_of("b.example.org"), old);
    host_table_release(old);
    assert_int_equal(index_of(held, "a.example.org"), 0);
    host_table_release(held);
    host_table_release(new);
    host_table_release(NULL);
}

/* The reload fails; whoever was served before is served on. */
static void test_without_memory_the_previous_table_is_as_before(void **state)
{
    (void)state;
    for (unsigned successes = 0; successes < 2; successes++) {
        struct host_table *old =
            host_table_new(hosts_of("a.example.org"), NULL);
        struct hostdb *hosts = hosts_of("a.example.org b.example.org");

        set(old, "a.example.org", "192.0.2.1");
        calloc_fail_after(successes);
        assert_null(host_table_new(hosts, old));
        assert_true(calloc_fail_never());
        assert_true(says(old, "a.example.org", "192.0.2.1"));
        host_table_release(old);
    }
}

static void test_it_may_tell_where_it_came_from(void **state)
{
    static const struct table_origin origin = {.where = "hosts.csv",
                                               .rows_left_out = 2};
    struct host_table *table = host_table_new(hosts_of("a.example.org"), NULL);

    (void)state;
    assert_null(table->origin);
    host_table_set_origin(table, &origin);
    assert_string_equal(table->origin->where, "hosts.csv");
    assert_int_equal(table->origin->rows_left_out, 2);
    host_table_release(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_table_knows_nothing),
        cmocka_unit_test(test_what_is_known_follows_the_host_to_its_new_row),
        cmocka_unit_test(test_what_is_known_of_a_record_follows_it_to_its_row),
        cmocka_unit_test(test_what_a_row_knows_of_another_rows_record_is_left),
        cmocka_unit_test(test_the_previous_table_falls_silent),
        cmocka_unit_test(test_a_host_that_was_away_begins_anew),
        cmocka_unit_test(test_a_request_keeps_the_table_it_began_with),
        cmocka_unit_test(test_without_memory_the_previous_table_is_as_before),
        cmocka_unit_test(test_it_may_tell_where_it_came_from),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
