#include "s3db/hostdb_columns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct span span(const char *text)
{
    return span_from_string(text);
}

/* ---- which row is a header line ---- */

static const struct {
    const char *first, *second;
    bool is_header;
} rows[] = {
    {"hostname", "token", true},
    {"HostName", "TOKEN", true},
    {" hostname\t", " token", true},
    {"token", "hostname", false},
    {"hostname", "", false},
    {"", "token", false},
    {"hostname", "hostname", false},
    {"hostnames", "token", false},
    {"a.example.org", "token", false},
    {"hostname", "shared_secret", true},
    {"Hostname", "SHARED_Secret ", true},
    {"hostname", "sharedsecret", false},
    {"shared_secret", "hostname", false},
    {"token", "shared_secret", false},
};

static void test_a_header_line_is_known_by_two_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (hostdb_columns_is_header(span(rows[i].first),
                                     span(rows[i].second)) != rows[i].is_header)
            fail_msg("%s,%s", rows[i].first, rows[i].second);
    assert_false(hostdb_columns_is_header(span_from(NULL, 0), span("token")));
}

static void test_either_name_alone_is_noticed(void **state)
{
    (void)state;
    assert_true(hostdb_columns_is_name(span("hostname")));
    assert_true(hostdb_columns_is_name(span(" Token ")));
    assert_true(hostdb_columns_is_name(span("shared_secret")));
    assert_false(hostdb_columns_is_name(span("ttl")));
    assert_false(hostdb_columns_is_name(span_from(NULL, 0)));
}

/* ---- what the columns hold ---- */

static const struct {
    const char *label, *header;
    int ttl, comment; /* the column; -1: none */
    const char *unknown, *repeated;
} headers[] = {
    {"the two that must be", "hostname|token", -1, -1, "", ""},
    {"in the order of the manual", "hostname|token|ttl|comment", 2, 3, "", ""},
    {"in another order", "hostname|token|comment|ttl", 3, 2, "", ""},
    {"in any letter case, with blanks around", "hostname|token| TTL\t", 2, -1,
     "", ""},
    {"behind what is unknown", "hostname|token|colour|ttl|owner", 3, -1,
     "colour, owner", ""},
    {"as the header writes them", "hostname|token|Colour of it", -1, -1,
     "Colour of it", ""},
    {"without a name, and nothing to tell of", "hostname|token||ttl| |", 3, -1,
     "", ""},
    {"without a name, between others", "hostname|token|x||y", -1, -1, "x, y",
     ""},
    {"named twice: the first counts", "hostname|token|ttl|comment|TTL", 2, 3,
     "", "TTL"},
    {"the hostname and the token named twice",
     "hostname|token|Hostname|ttl|token", 3, -1, "", "Hostname, token"},
    {"the token named once more, by its other name",
     "hostname|shared_secret|ttl|token", 2, -1, "", "token"},
    {"as the systems name them that keep all of these",
     "hostname|shared_secret|record_type|ttl|allow_internal|lock_record|"
     "mac_address|read_privilege|user|ipv6_suffix|comment",
     3, 10, "", ""},
    {"about the silence of hosts",
     "hostname|token|expect_within|expire_after|comment|ttl", 5, 4, "", ""},
    {"unknown and named twice", "hostname|token|x|ttl|x|ttl", 3, -1, "x, x",
     "ttl"},
    {"control characters cannot go on to a terminal",
     "hostname|token|a\nb\033[1m", -1, -1, "a?b?[1m", ""},
};

static struct hostdb_columns read_header(const char *header)
{
    struct hostdb_columns columns = {.line = 1};
    struct span rest = span(header), name;

    while (span_split(&rest, '|', &name))
        hostdb_columns_add(&columns, name);
    return columns;
}

static int column_of(const struct hostdb_columns *columns,
                     enum host_attribute wanted)
{
    enum host_attribute which;
    int found = -1;

    for (size_t i = 0; i < columns->count + 2; i++)
        if (hostdb_columns_attribute(columns, i, &which) && which == wanted) {
            assert_int_equal(found, -1);
            found = (int)i;
        }
    return found;
}

static void test_columns_are_found_by_their_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct hostdb_columns columns = read_header(headers[i].header);

        if (column_of(&columns, HOST_ATTRIBUTE_TTL) != headers[i].ttl ||
            column_of(&columns, HOST_ATTRIBUTE_COMMENT) != headers[i].comment)
            fail_msg("%s: another column", headers[i].label);
        if (strcmp(columns.unknown.text, headers[i].unknown) != 0 ||
            strcmp(columns.repeated.text, headers[i].repeated) != 0)
            fail_msg("%s: ignored are \"%s\" and \"%s\"", headers[i].label,
                     columns.unknown.text, columns.repeated.text);
    }
}

static void test_without_a_header_no_column_holds_an_attribute(void **state)
{
    struct hostdb_columns none = {.line = 0};
    enum host_attribute which = HOST_ATTRIBUTE_COUNT;

    (void)state;
    for (size_t i = 0; i < 8; i++)
        assert_false(hostdb_columns_attribute(&none, i, &which));
    assert_int_equal(which, HOST_ATTRIBUTE_COUNT);
}

/* ---- a header line may be as long as it likes ---- */

static void test_names_beyond_a_ceiling_are_left_out(void **state)
{
    struct hostdb_columns columns = read_header("hostname|token");
    char name[16];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof name, "column%05d", i);
        hostdb_columns_add(&columns, span(name));
    }
    hostdb_columns_add(&columns, span("ttl"));
    assert_in_range(strlen(columns.unknown.text),
                    HOSTDB_COLUMN_NAMES_MAX_BYTES - 20,
                    sizeof columns.unknown.text - 1);
    assert_string_equal(strrchr(columns.unknown.text, 'c'), "column00014, ...");
    assert_int_equal(column_of(&columns, HOST_ATTRIBUTE_TTL), 100002);
}

static void test_names_of_any_length_fit_or_are_left_out(void **state)
{
    static char name[2 * HOSTDB_COLUMN_NAMES_MAX_BYTES];

    (void)state;
    memset(name, 'x', sizeof name);
    for (size_t first = 1; first < sizeof name; first++) {
        struct hostdb_columns columns = read_header("hostname|token");

        for (int i = 0; i < 3; i++)
            hostdb_columns_add(&columns, span_from(name, first));
        assert_true(strlen(columns.unknown.text) < sizeof columns.unknown.text);
        assert_int_equal(columns.unknown.full,
                         3 * first + 4 > HOSTDB_COLUMN_NAMES_MAX_BYTES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_header_line_is_known_by_two_names),
        cmocka_unit_test(test_either_name_alone_is_noticed),
        cmocka_unit_test(test_columns_are_found_by_their_names),
        cmocka_unit_test(test_without_a_header_no_column_holds_an_attribute),
        cmocka_unit_test(test_names_beyond_a_ceiling_are_left_out),
        cmocka_unit_test(test_names_of_any_length_fit_or_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
