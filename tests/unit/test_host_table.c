#include "server/table/host_table.h"

#include "s3db/hostdb_build.h"
#include "tests/unit/failing_calloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { SENT_AT = 1000, MAX_AGE = 300 };

static struct in_transit_counts in_transit;

static struct hostdb *hosts_of(const char *names)
{
    struct hostdb *hosts = hostdb_new();
    struct span rest = span_from_string(names), name;

    assert_non_null(hosts);
    while (span_split(&rest, ' ', &name))
        assert_int_equal(hostdb_add(hosts, name, span_from_string("t0ken")),
                         STATUS_OK);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_table_knows_nothing),
        cmocka_unit_test(test_what_is_known_follows_the_host_to_its_new_row),
        cmocka_unit_test(test_the_previous_table_falls_silent),
        cmocka_unit_test(test_a_host_that_was_away_begins_anew),
        cmocka_unit_test(test_a_request_keeps_the_table_it_began_with),
        cmocka_unit_test(test_without_memory_the_previous_table_is_as_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
