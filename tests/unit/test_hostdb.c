#include "s3db/hostdb.h"
#include "s3db/hostdb_build.h"

#include "base/dns_name.h"
#include "tests/unit/failing_memory.h"

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

/* In a table it would be refused, but its kind is its beginning's. */
static void test_the_first_row_of_each_kind_of_token_is_known(void **state)
{
    struct hostdb *db = hostdb_new();
    struct host found = {.index = 77};

    (void)state;
    assert_non_null(db);
    assert_false(hostdb_first_of_kind(db, TOKEN_PLAIN, &found));
    assert_int_equal(hostdb_add(db, span("a.example"), span("sha256:x")),
                     STATUS_OK);
    assert_int_equal(hostdb_add(db, span("b.example"), span("t")), STATUS_OK);
    assert_int_equal(hostdb_add(db, span("c.example"), span("sha256:y")),
                     STATUS_OK);
    assert_int_equal(hostdb_add(db, span("b.example"), span("scrypt:x")),
                     STATUS_CONFLICT);
    hostdb_seal(db);
    assert_false(hostdb_first_of_kind(db, TOKEN_SCRYPT, &found));
    assert_int_equal(found.index, 77);
    assert_true(hostdb_first_of_kind(db, TOKEN_SHA256, &found));
    assert_int_equal(found.index, 0);
    assert_true(hostdb_first_of_kind(db, TOKEN_PLAIN, &found));
    assert_true(span_is(found.name, "b.example"));
    hostdb_release(db);
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

/* ---- two rows of one name ---- */

/* Adds a row that says one thing of its host. */
static enum status add_saying(struct hostdb *db, struct span name,
                              const char *token, enum host_attribute which,
                              const char *value)
{
    struct host_attributes row = {.len = 0};

    assert_null(host_attributes_add(&row, which, span(value)));
    return hostdb_add_row(db, name, span(token),
                          span_from((const char *)row.bytes, row.len));
}

static enum status add_typed(struct hostdb *db, const char *name,
                             const char *token, const char *record_type)
{
    return add_saying(db, span(name), token, HOST_ATTRIBUTE_RECORD_TYPE,
                      record_type);
}

static const char home[] = "home.dyn.example.org";

/* Rows of one host, in their order; those after the first `taken` are not. */
static const struct {
    const char *label, *types[3]; /* "": both */
    size_t count, taken;
    int a, aaaa; /* the rows that are for them; -1: none */
} pairs[] = {
    {"one for both", {""}, 1, 1, 0, 0},
    {"one for A alone", {"A"}, 1, 1, 0, -1},
    {"one for AAAA alone", {"AAAA"}, 1, 1, -1, 0},
    {"one for each", {"A", "AAAA"}, 2, 2, 0, 1},
    {"one for each, the other way round", {"AAAA", "A"}, 2, 2, 1, 0},
    {"no second one of the same type", {"A", "a"}, 2, 1, 0, -1},
    {"no second one of the same type", {"AAAA", "AAAA"}, 2, 1, -1, 0},
    {"none beside one for both", {"", "A", "AAAA"}, 3, 1, 0, 0},
    {"none for both beside one for A", {"A", ""}, 2, 1, 0, -1},
    {"none for both beside one for AAAA", {"AAAA", ""}, 2, 1, -1, 0},
    {"none for both beside two", {"A", "AAAA", ""}, 3, 2, 0, 1},
    {"no third one", {"A", "AAAA", "A"}, 3, 2, 0, 1},
    {"no third one of the second type", {"A", "AAAA", "AAAA"}, 3, 2, 0, 1},
};

static int row_for(const struct hostdb *db, enum address_family family)
{
    struct host host = {.index = 77};

    if (hostdb_lookup_type(db, span("Home.dyn.example.org."), family, &host)) {
        assert_true(host_holds(&host, family));
        return (int)host.index;
    }
    assert_int_equal(host.index, 77);
    return -1;
}

static void assert_other_row(const struct hostdb *db, uint32_t row, int wanted)
{
    struct host host = hostdb_row(db, row), other = {.index = 77};
    bool found = hostdb_other_row(db, &host, &other);

    assert_int_equal(found, wanted >= 0);
    assert_int_equal(other.index, found ? wanted : 77);
}

static void test_a_name_has_a_row_for_each_record_or_one_for_both(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct hostdb *db = hostdb_new();
        struct host first;

        print_message("  %s\n", pairs[i].label);
        for (size_t row = 0; row < pairs[i].count; row++)
            assert_int_equal(add_typed(db, home, "s3cret", pairs[i].types[row]),
                             row < pairs[i].taken ? STATUS_OK
                                                  : STATUS_CONFLICT);
        hostdb_seal(db);
        assert_int_equal(hostdb_count(db), pairs[i].taken);
        assert_true(hostdb_lookup(db, span(home), &first));
        assert_int_equal(first.index, 0);
        assert_int_equal(row_for(db, ADDRESS_IPV4), pairs[i].a);
        assert_int_equal(row_for(db, ADDRESS_IPV6), pairs[i].aaaa);
        assert_other_row(db, 0, pairs[i].taken == 2 ? 1 : -1);
        if (pairs[i].taken == 2)
            assert_other_row(db, 1, 0);
        hostdb_release(db);
    }
}

static void test_the_rows_of_one_name_have_their_own_tokens(void **state)
{
    struct hostdb *db = hostdb_new();
    struct host host;

    (void)state;
    assert_int_equal(add_typed(db, home, "for-a", "A"), STATUS_OK);
    assert_int_equal(add_typed(db, home, "for-aaaa", "AAAA"), STATUS_OK);
    assert_true(hostdb_lookup_type(db, span(home), ADDRESS_IPV4, &host));
    assert_true(span_is(host.token, "for-a"));
    assert_true(hostdb_lookup_type(db, span(home), ADDRESS_IPV6, &host));
    assert_true(span_is(host.token, "for-aaaa"));
    hostdb_release(db);
}

static void test_a_name_that_is_not_there_has_no_row_of_any_type(void **state)
{
    struct hostdb *db = new_with(home, "s3cret");
    struct host host = {.index = 77};

    (void)state;
    assert_false(hostdb_lookup_type(db, span("away.dyn.example.org"),
                                    ADDRESS_IPV4, &host));
    assert_false(hostdb_lookup_type(db, span(""), ADDRESS_IPV6, &host));
    assert_int_equal(host.index, 77);
    hostdb_release(db);
}

/* The second ones far behind the first ones, and after the table has grown. */
static void test_many_names_with_two_rows_are_all_found(void **state)
{
    struct hostdb *db = hostdb_new();
    char name[TEXT_MAX];
    struct host host;

    (void)state;
    for (int i = 0; i < 2 * MANY; i++)
        assert_int_equal(
            add_saying(db, numbered(name, "h", i % MANY, ".example.org"), "t",
                       HOST_ATTRIBUTE_RECORD_TYPE, i < MANY ? "AAAA" : "A"),
            STATUS_OK);
    for (int sealed = 0; sealed < 2; sealed++) {
        for (int i = 0; i < MANY; i++) {
            struct span wanted = numbered(name, "h", i, ".example.org");

            assert_true(hostdb_lookup(db, wanted, &host));
            assert_int_equal(host.index, i);
            assert_other_row(db, (uint32_t)i, i + MANY);
            assert_other_row(db, (uint32_t)(i + MANY), i);
            assert_true(hostdb_lookup_type(db, wanted, ADDRESS_IPV4, &host));
            assert_int_equal(host.index, i + MANY);
        }
        hostdb_seal(db);
    }
    hostdb_release(db);
}

/* ---- users and groups ---- */

static enum status add_of_user(struct hostdb *db, const char *name,
                               const char *token, const char *user)
{
    return add_saying(db, span(name), token, HOST_ATTRIBUTE_USER, user);
}

static void test_a_user_has_its_rows_and_no_others(void **state)
{
    struct hostdb *db = hostdb_new();
    struct host host = {.index = 77};
    bool is_sole = true;

    (void)state;
    assert_int_equal(add_of_user(db, "a.example", "t1", ""), STATUS_OK);
    assert_int_equal(add_of_user(db, "b.example", "t2", "anne"), STATUS_OK);
    assert_int_equal(add_of_user(db, "c.example", "t3", "Anne"), STATUS_OK);
    assert_int_equal(add_of_user(db, "d.example", "t2", "anne"), STATUS_OK);
    hostdb_seal(db);
    assert_true(hostdb_lookup_user(db, span("anne"), &host, &is_sole));
    assert_int_equal(host.index, 1);
    assert_false(is_sole);
    assert_true(hostdb_lookup_user(db, span("Anne"), &host, &is_sole));
    assert_int_equal(host.index, 2);
    assert_true(is_sole);
    host.index = 77;
    assert_false(hostdb_lookup_user(db, span(""), &host, &is_sole));
    assert_false(hostdb_lookup_user(db, span("ann"), &host, &is_sole));
    assert_false(hostdb_lookup_user(db, span("a.example"), &host, &is_sole));
    assert_int_equal(host.index, 77);
    assert_true(is_sole);
    hostdb_release(db);
}

static void test_the_rows_of_a_user_are_listed(void **state)
{
    struct hostdb *db = hostdb_new();
    struct host rows[2];

    (void)state;
    assert_int_equal(hostdb_lookup_user_rows(db, span("anne"), rows, 2), 0);
    assert_int_equal(add_of_user(db, "a.example", "t1", "anne"), STATUS_OK);
    assert_int_equal(add_of_user(db, "b.example", "t2", ""), STATUS_OK);
    assert_int_equal(add_of_user(db, "c.example", "t1", "anne"), STATUS_OK);
    assert_int_equal(add_of_user(db, "d.example", "t1", "anne"), STATUS_OK);
    hostdb_seal(db);
    assert_int_equal(hostdb_lookup_user_rows(db, span("anne"), rows, 2), 3);
    assert_int_equal(rows[0].index, 0);
    assert_int_equal(rows[1].index, 2);
    assert_int_equal(hostdb_lookup_user_rows(db, span("bob"), rows, 2), 0);
    hostdb_release(db);
}

static void test_all_rows_of_a_user_have_one_token(void **state)
{
    struct hostdb *db = hostdb_new();
    struct host host;
    bool is_sole;

    (void)state;
    assert_int_equal(add_of_user(db, "a.example", "t1", "anne"), STATUS_OK);
    assert_int_equal(add_of_user(db, "b.example", "t2", "anne"), STATUS_DENIED);
    assert_int_equal(add_of_user(db, "b.example", "t11", "anne"),
                     STATUS_DENIED);
    assert_int_equal(hostdb_count(db), 1);
    assert_false(hostdb_lookup(db, span("b.example"), &host));
    assert_true(hostdb_lookup_user(db, span("anne"), &host, &is_sole));
    assert_true(is_sole);
    assert_int_equal(add_of_user(db, "b.example", "t1", "anne"), STATUS_OK);
    assert_true(hostdb_lookup_user(db, span("anne"), &host, &is_sole));
    assert_false(is_sole);
    hostdb_release(db);
}

static enum status add_readable(struct hostdb *db, struct span name,
                                const char *token, const char *value)
{
    return add_saying(db, name, token, HOST_ATTRIBUTE_READ_PRIVILEGE, value);
}

static void test_readable_rows_are_found_by_their_token(void **state)
{
    static const struct {
        const char *name, *token, *read_privilege;
    } rows[] = {
        {"a.example", "t1", "1"},   {"b.example", "t2", "yes"},
        {"c.example", "t1", "no"},  {"d.example", "t1", ""},
        {"e.example", "t1", "yes"}, {"f.example", "t1", "TRUE"},
        {"g.example", "T1", "yes"},
    };
    static const uint32_t wanted[] = {0, 4, 5};
    struct hostdb *db = hostdb_new();
    struct host found[4];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(add_readable(db, span(rows[i].name), rows[i].token,
                                      rows[i].read_privilege),
                         STATUS_OK);
    hostdb_seal(db);
    for (size_t max = 0; max <= 4; max++) {
        memset(found, 0, sizeof found);
        assert_int_equal(hostdb_lookup_readable(db, span("t1"), found, max), 3);
        for (size_t i = 0; i < 4; i++) {
            if (i < max && i < 3)
                assert_int_equal(found[i].index, wanted[i]);
            else
                assert_null(found[i].name.ptr);
        }
    }
    assert_int_equal(hostdb_lookup_readable(db, span("t2"), found, 4), 1);
    assert_true(span_is(found[0].name, "b.example"));
    assert_int_equal(hostdb_lookup_readable(db, span("t"), found, 4), 0);
    assert_int_equal(hostdb_lookup_readable(db, span("t11"), found, 4), 0);
    assert_int_equal(hostdb_lookup_readable(db, span(""), found, 4), 0);
    hostdb_release(db);
}

static void test_a_table_without_them_has_no_users_and_no_groups(void **state)
{
    struct hostdb *db = new_with(home, "s3cret");
    struct host host;
    bool is_sole;

    (void)state;
    assert_false(hostdb_lookup_user(db, span(home), &host, &is_sole));
    assert_false(hostdb_lookup_user(db, span(""), &host, &is_sole));
    assert_int_equal(hostdb_lookup_readable(db, span("s3cret"), &host, 1), 0);
    hostdb_release(db);
}

/* Half of the rows share one user and one token. */
static void test_many_users_and_readable_rows_are_all_found(void **state)
{
    struct hostdb *db = hostdb_new();
    struct host_attributes row;
    char name[TEXT_MAX], user[TEXT_MAX];
    struct host host, found[2];
    bool is_sole;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        struct span login = i % 2 ? span("all") : numbered(user, "u", i, "");

        row.len = 0;
        assert_null(host_attributes_add(&row, HOST_ATTRIBUTE_USER, login));
        assert_null(host_attributes_add(&row, HOST_ATTRIBUTE_READ_PRIVILEGE,
                                        span("1")));
        assert_int_equal(
            hostdb_add_row(db, numbered(name, "h", i, ".example.org"), login,
                           span_from((const char *)row.bytes, row.len)),
            STATUS_OK);
    }
    hostdb_seal(db);
    for (int i = 0; i < MANY; i += 2) {
        struct span login = numbered(user, "u", i, "");

        assert_true(hostdb_lookup_user(db, login, &host, &is_sole));
        assert_true(is_sole);
        assert_int_equal(host.index, i);
        assert_int_equal(hostdb_lookup_readable(db, login, found, 2), 1);
        assert_int_equal(found[0].index, i);
    }
    assert_true(hostdb_lookup_user(db, span("all"), &host, &is_sole));
    assert_false(is_sole);
    assert_int_equal(host.index, 1);
    assert_int_equal(hostdb_lookup_readable(db, span("all"), found, 2),
                     MANY / 2);
    assert_int_equal(found[1].index, 3);
    hostdb_release(db);
}

/* Only the columns that have an index of their own pay for one: here for one
 * group of all rows, in a table of two slots. */
static void test_the_second_indexes_are_counted(void **state)
{
    static const struct {
        enum host_attribute which;
        bool has_index;
    } columns[] = {
        {HOST_ATTRIBUTE_TTL, false},
        {HOST_ATTRIBUTE_LOCK_RECORD, false},
        {HOST_ATTRIBUTE_USER, true},
        {HOST_ATTRIBUTE_READ_PRIVILEGE, true},
    };
    enum { ENTRY_BYTES = 8, GROUP_BYTES = 16 };
    char name[TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        struct hostdb *db = hostdb_new();
        size_t row_bytes = 0, without;

        for (int row = 0; row < MANY; row++) {
            struct span host = numbered(name, "h", row, ".dyn.example.org");

            assert_int_equal(add_saying(db, host, "t", columns[i].which, "1"),
                             STATUS_OK);
            row_bytes += 2 + host.len + 1 + 3;
        }
        hostdb_seal(db);
        without = bytes_without_attributes(MANY, row_bytes);
        assert_int_equal(
            hostdb_bytes(db) - without,
            columns[i].has_index ? MANY * ENTRY_BYTES + 2 * GROUP_BYTES : 0);
        hostdb_release(db);
    }
}

/* ---- memory ---- */

/* Whatever runs out on the way, the same row can be added afterwards, and the
 * others are found as before. */
static void test_without_memory_all_is_as_it_was(void **state)
{
    struct hostdb *db = hostdb_new();
    struct host_attributes row = {.len = 0};
    struct span attributes;
    struct host host, found[1];
    unsigned failures = 0;
    bool is_sole;

    (void)state;
    assert_null(host_attributes_add(&row, HOST_ATTRIBUTE_USER, span("anne")));
    assert_null(
        host_attributes_add(&row, HOST_ATTRIBUTE_READ_PRIVILEGE, span("1")));
    attributes = span_from((const char *)row.bytes, row.len);
    for (int i = 0; i < 500; i++) {
        char text[TEXT_MAX];
        struct span name = numbered(text, "h", i, ".example.org");
        enum status status = STATUS_NOMEM;

        for (size_t successes = 0; status != STATUS_OK; successes++) {
            failing_memory_after(successes);
            status = hostdb_add_row(db, name, span("t"), attributes);
            assert_int_equal(status,
                             failing_memory_stop() ? STATUS_NOMEM : STATUS_OK);
            if (status == STATUS_OK)
                break;
            failures++;
            assert_int_equal(hostdb_count(db), i);
            assert_false(hostdb_lookup(db, name, &host));
            assert_int_equal(hostdb_lookup_readable(db, span("t"), found, 1),
                             i);
            assert_int_equal(
                hostdb_lookup_user(db, span("anne"), &host, &is_sole), i > 0);
        }
    }
    assert_true(failures > 20);
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
        cmocka_unit_test(test_the_first_row_of_each_kind_of_token_is_known),
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
        cmocka_unit_test(test_a_name_has_a_row_for_each_record_or_one_for_both),
        cmocka_unit_test(test_the_rows_of_one_name_have_their_own_tokens),
        cmocka_unit_test(test_a_name_that_is_not_there_has_no_row_of_any_type),
        cmocka_unit_test(test_many_names_with_two_rows_are_all_found),
        cmocka_unit_test(test_a_user_has_its_rows_and_no_others),
        cmocka_unit_test(test_the_rows_of_a_user_are_listed),
        cmocka_unit_test(test_all_rows_of_a_user_have_one_token),
        cmocka_unit_test(test_readable_rows_are_found_by_their_token),
        cmocka_unit_test(test_a_table_without_them_has_no_users_and_no_groups),
        cmocka_unit_test(test_many_users_and_readable_rows_are_all_found),
        cmocka_unit_test(test_the_second_indexes_are_counted),
        cmocka_unit_test(test_without_memory_all_is_as_it_was),
        cmocka_unit_test(test_references_keep_it_alive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
