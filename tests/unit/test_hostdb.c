#include "s3db/hostdb.h"
#include "s3db/hostdb_build.h"

#include "base/dns_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { MANY = 20000 };

static struct span span(const char *text)
{
    return span_from_string(text);
}

enum { TEXT_MAX = 64 };

/* A name or a token with a number in it, written to out. */
static struct span numbered(char out[TEXT_MAX], const char *before, int n,
                            const char *after)
{
    int len = snprintf(out, TEXT_MAX, "%s%06d%s", before, n, after);

    assert_in_range(len, 1, TEXT_MAX - 1);
    return span_from(out, (size_t)len);
}

static struct hostdb *new_with(const char *name, const char *token)
{
    struct hostdb *db = hostdb_new();

    assert_non_null(db);
    assert_int_equal(hostdb_add(db, span(name), span(token)), STATUS_OK);
    hostdb_seal(db);
    return db;
}

static const struct {
    const char *label, *name;
    bool found;
} lookups[] = {
    {"as it was added", "home.dyn.example.org", true},
    {"letter case is ignored", "Home.DYN.Example.ORG", true},
    {"one trailing dot is ignored", "home.dyn.example.org.", true},
    {"two trailing dots are not", "home.dyn.example.org..", false},
    {"a name above it is another", "dyn.example.org", false},
    {"a name that begins like it is another", "home.dyn.example.or", false},
    {"a name that goes on is another", "home.dyn.example.org.net", false},
    {"the empty name is nobody's", "", false},
    {"the root is nobody's", ".", false},
};

static void test_lookup_by_name(void **state)
{
    struct hostdb *db = new_with("home.dyn.example.org", "s3cret");
    struct host host;

    (void)state;
    for (size_t i = 0; i < sizeof lookups / sizeof lookups[0]; i++)
        if (hostdb_lookup(db, span(lookups[i].name), &host) != lookups[i].found)
            fail_msg("%s", lookups[i].label);
    hostdb_release(db);
}

static void test_a_name_longer_than_any_is_not_found(void **state)
{
    struct hostdb *db = new_with("home.dyn.example.org", "s3cret");
    char name[DNS_NAME_MAX + 2];
    struct host host;

    (void)state;
    memset(name, 'a', sizeof name);
    assert_false(hostdb_lookup(db, span_from(name, sizeof name), &host));
    assert_false(hostdb_lookup(db, span_from(NULL, 0), &host));
    hostdb_release(db);
}

static void test_lookup_gives_the_row(void **state)
{
    struct hostdb *db = new_with("home.dyn.example.org", "s3cret");
    struct host host;

    (void)state;
    assert_true(hostdb_lookup(db, span("HOME.dyn.example.org."), &host));
    assert_true(span_is(host.name, "home.dyn.example.org"));
    assert_true(span_is(host.token, "s3cret"));
    assert_int_equal(host.index, 0);
    hostdb_release(db);
}

static void test_a_failed_lookup_leaves_out_alone(void **state)
{
    struct hostdb *db = new_with("home.dyn.example.org", "s3cret");
    struct host host = {.index = 77};

    (void)state;
    assert_false(hostdb_lookup(db, span("away.dyn.example.org"), &host));
    assert_int_equal(host.index, 77);
    hostdb_release(db);
}

static void test_an_empty_hostdb_finds_nothing(void **state)
{
    struct hostdb *db = hostdb_new();
    struct host host;

    (void)state;
    hostdb_seal(db);
    assert_int_equal(hostdb_count(db), 0);
    assert_false(hostdb_lookup(db, span("home.dyn.example.org"), &host));
    hostdb_release(db);
}

static void test_a_name_is_added_once(void **state)
{
    struct hostdb *db = new_with("home.dyn.example.org", "first");
    struct host host;

    (void)state;
    assert_int_equal(
        hostdb_add(db, span("home.dyn.example.org"), span("second")),
        STATUS_CONFLICT);
    assert_int_equal(hostdb_count(db), 1);
    assert_true(hostdb_lookup(db, span("home.dyn.example.org"), &host));
    assert_true(span_is(host.token, "first"));
    hostdb_release(db);
}

/* Lengths at which the row's form changes, and the greatest. */
static void test_tokens_of_any_length_come_back(void **state)
{
    static const size_t lengths[] = {1, 127, 128, 129, 255, 256, 257, 1024};
    char token[HOSTDB_TOKEN_MAX_BYTES], name[TEXT_MAX];
    struct hostdb *db = hostdb_new();
    struct host host;

    (void)state;
    memset(token, 't', sizeof token);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        assert_int_equal(hostdb_add(db, numbered(name, "h", (int)i, ".example"),
                                    span_from(token, lengths[i])),
                         STATUS_OK);
    hostdb_seal(db);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        host = hostdb_row(db, (uint32_t)i);
        assert_true(span_equal(host.token, span_from(token, lengths[i])));
    }
    hostdb_release(db);
}

static void test_many_hosts_are_all_found(void **state)
{
    struct hostdb *db = hostdb_new();
    char name[TEXT_MAX], token[TEXT_MAX];
    struct host host;
    size_t before;

    (void)state;
    for (int i = 0; i < MANY; i++)
        assert_int_equal(hostdb_add(db, numbered(name, "h", i, ".example.org"),
                                    numbered(token, "token-", i, "")),
                         STATUS_OK);
    before = hostdb_bytes(db);
    for (int sealed = 0; sealed < 2; sealed++) {
        for (int i = 0; i < MANY; i++) {
            assert_true(hostdb_lookup(
                db, numbered(name, "h", i, ".example.org"), &host));
            assert_int_equal(host.index, i);
            assert_true(
                span_equal(host.token, numbered(token, "token-", i, "")));
            assert_false(hostdb_lookup(
                db, numbered(name, "x", i, ".example.org"), &host));
        }
        hostdb_seal(db);
    }
    assert_int_equal(hostdb_count(db), MANY);
    assert_true(hostdb_bytes(db) < before);
    hostdb_release(db);
}

/* A row is as long as its line in the CSV; the index is less than ten bytes. */
static void test_memory_is_near_the_size_of_the_csv(void **state)
{
    struct hostdb *db = hostdb_new();
    char name[TEXT_MAX];
    size_t csv_bytes = 0;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        struct span host = numbered(name, "h", i, ".dyn.example.org");
        struct span token = span("0123456789abcdef0123456789abcdef");

        assert_int_equal(hostdb_add(db, host, token), STATUS_OK);
        csv_bytes += host.len + token.len + sizeof ",\n" - 1;
    }
    hostdb_seal(db);
    assert_in_range(hostdb_bytes(db), csv_bytes, csv_bytes + 10 * MANY);
    hostdb_release(db);
}

/* What a table took before there were attributes: of each row its text, two or
 * three bytes of lengths and four of index, and a third more slots than rows. */
static size_t bytes_without_attributes(size_t hosts, size_t row_bytes)
{
    struct hostdb *empty = hostdb_new();
    size_t slots = hosts + hosts / 3 + 1;
    size_t fixed = hostdb_bytes(empty) - 128 * sizeof(uint32_t);

    hostdb_release(empty);
    return fixed + row_bytes + (hosts + slots) * sizeof(uint32_t);
}

static struct span ttl_of_300(struct host_attributes *row)
{
    row->len = 0;
    assert_null(host_attributes_add(row, HOST_ATTRIBUTE_TTL, span("300")));
    return span_from((const char *)row->bytes, row->len);
}

/* Every host without, and then every third with. */
static void test_only_rows_with_attributes_pay_for_them(void **state)
{
    char name[TEXT_MAX], token[HOSTDB_TOKEN_MAX_BYTES];
    struct host_attributes row;
    struct span ttl = ttl_of_300(&row), none = span_from(NULL, 0);

    (void)state;
    memset(token, 't', sizeof token);
    for (int with = 0; with < 2; with++) {
        struct hostdb *db = hostdb_new();
        size_t row_bytes = 0;

        for (int i = 0; i < MANY; i++) {
            struct span host = numbered(name, "h", i, ".dyn.example.org");
            struct span secret = span_from(token, i % 2 == 0 ? 32 : 200);
            struct span more = with && i % 3 == 0 ? ttl : none;

            assert_int_equal(hostdb_add_row(db, host, secret, more), STATUS_OK);
            row_bytes += host.len + secret.len + more.len;
            row_bytes += secret.len < 0x80 ? 2 : 3;
        }
        hostdb_seal(db);
        assert_int_equal(hostdb_bytes(db),
                         bytes_without_attributes(MANY, row_bytes));
        hostdb_release(db);
    }
}

/* At every place of the table, and while it grows. */
static void test_attributes_come_back(void **state)
{
    struct hostdb *db = hostdb_new();
    struct host_attributes row;
    struct span ttl = ttl_of_300(&row), none = span_from(NULL, 0);
    char name[TEXT_MAX];
    struct host host;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        struct span wanted = i % 3 == 0 ? ttl : none;

        assert_int_equal(hostdb_add_row(db,
                                        numbered(name, "h", i, ".example.org"),
                                        span("t"), wanted),
                         STATUS_OK);
        assert_true(span_equal(hostdb_row(db, (uint32_t)i).attributes, wanted));
    }
    hostdb_seal(db);
    for (int i = 0; i < MANY; i++) {
        uint32_t seconds = 77;

        assert_true(
            hostdb_lookup(db, numbered(name, "h", i, ".example.org"), &host));
        assert_int_equal(host_attribute_ttl(&host, &seconds), i % 3 == 0);
        assert_int_equal(seconds, i % 3 == 0 ? 300 : 77);
    }
    hostdb_release(db);
}

static void test_references_keep_it_alive(void **state)
{
    struct hostdb *db = new_with("home.dyn.example.org", "s3cret");
    struct host host;

    (void)state;
    assert_ptr_equal(hostdb_acquire(db), db);
    hostdb_release(db);
    assert_true(hostdb_lookup(db, span("home.dyn.example.org"), &host));
    hostdb_release(db);
    hostdb_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookup_by_name),
        cmocka_unit_test(test_a_name_longer_than_any_is_not_found),
        cmocka_unit_test(test_lookup_gives_the_row),
        cmocka_unit_test(test_a_failed_lookup_leaves_out_alone),
        cmocka_unit_test(test_an_empty_hostdb_finds_nothing),
        cmocka_unit_test(test_a_name_is_added_once),
        cmocka_unit_test(test_tokens_of_any_length_come_back),
        cmocka_unit_test(test_many_hosts_are_all_found),
        cmocka_unit_test(test_memory_is_near_the_size_of_the_csv),
        cmocka_unit_test(test_only_rows_with_attributes_pay_for_them),
        cmocka_unit_test(test_attributes_come_back),
        cmocka_unit_test(test_references_keep_it_alive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
