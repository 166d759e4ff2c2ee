#include "s3db/host_attributes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct span span(const char *text)
{
    return span_from_string(text);
}

static struct span kept(const struct host_attributes *attributes)
{
    return span_from((const char *)attributes->bytes, attributes->len);
}

/* ---- which column ---- */

static const struct {
    const char *column;
    int attribute; /* -1: none */
} columns[] = {
    {"ttl", HOST_ATTRIBUTE_TTL},
    {"TTL", HOST_ATTRIBUTE_TTL},
    {"Comment", HOST_ATTRIBUTE_COMMENT},
    {"record_type", HOST_ATTRIBUTE_RECORD_TYPE},
    {"allow_internal", HOST_ATTRIBUTE_ALLOW_INTERNAL},
    {"lock_record", HOST_ATTRIBUTE_LOCK_RECORD},
    {"read_privilege", HOST_ATTRIBUTE_READ_PRIVILEGE},
    {"mac_address", HOST_ATTRIBUTE_MAC_ADDRESS},
    {"user", HOST_ATTRIBUTE_USER},
    {"IPv6_Suffix", HOST_ATTRIBUTE_IPV6_SUFFIX},
    {"expect_within", HOST_ATTRIBUTE_EXPECT_WITHIN},
    {"Expire_After", HOST_ATTRIBUTE_EXPIRE_AFTER},
    {"expires_after", -1},
    {"record type", -1},
    {"users", -1},
    {"shared_secret", -1},
    {"", -1},
    {"tt", -1},
    {"ttls", -1},
    {" ttl", -1},
    {"hostname", -1},
    {"token", -1},
};

static void test_a_column_is_found_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        enum host_attribute which = HOST_ATTRIBUTE_COUNT;
        bool found = host_attribute_find(span(columns[i].column), &which);

        if (found != (columns[i].attribute >= 0) ||
            which != (found ? (enum host_attribute)columns[i].attribute
                            : HOST_ATTRIBUTE_COUNT))
            fail_msg("\"%s\"", columns[i].column);
    }
}

/* ---- values ---- */

static const struct {
    const char *text;
    uint32_t number;
    size_t bytes; /* that it takes */
} numbers[] = {
    {"0", 0, 2},
    {"1", 1, 3},
    {"255", 255, 3},
    {"256", 256, 4},
    {"300", 300, 4},
    {"65536", 65536, 5},
    {"16777216", 16777216, 6},
    {"2147483647", HOST_TTL_MAX_SECONDS, 6},
};

static void test_a_ttl_comes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct host_attributes row = {.len = 0};
        uint32_t number = 77;

        assert_null(host_attributes_add(&row, HOST_ATTRIBUTE_TTL,
                                        span(numbers[i].text)));
        assert_int_equal(row.len, numbers[i].bytes);
        assert_true(
            host_attributes_number(kept(&row), HOST_ATTRIBUTE_TTL, &number));
        assert_int_equal(number, numbers[i].number);
    }
}

static void test_what_is_no_ttl_is_refused(void **state)
{
    static const char *const texts[] = {
        "-1",   "+1",         "1.5",        "60s",
        "0x10", "060",        " 60",        "60 ",
        "x",    "2147483648", "4294967296", "99999999999999999",
        "6\t0", "\xd9\xa3",   "6,0",
    };
    struct host_attributes row = {.len = 0};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *fault =
            host_attributes_add(&row, HOST_ATTRIBUTE_TTL, span(texts[i]));

        if (fault == NULL || strstr(fault, "ttl") == NULL ||
            strstr(fault, "0 to 2147483647") == NULL)
            fail_msg("\"%s\"", texts[i]);
        assert_int_equal(row.len, 0);
    }
}

#define TEN(text) text text text text text text text text text text
#define USER_253 TEN(TEN("ab")) TEN("abcde") "xyz"

/* Values as people write them, and the bytes that are kept of them. */
static const struct {
    enum host_attribute which;
    const char *text;
    struct span kept;
} values[] = {
    {HOST_ATTRIBUTE_RECORD_TYPE, "A", SPAN_LITERAL("\4")},
    {HOST_ATTRIBUTE_RECORD_TYPE, "a", SPAN_LITERAL("\4")},
    {HOST_ATTRIBUTE_RECORD_TYPE, "AAAA", SPAN_LITERAL("\6")},
    {HOST_ATTRIBUTE_RECORD_TYPE, "aAaA", SPAN_LITERAL("\6")},

    {HOST_ATTRIBUTE_ALLOW_INTERNAL, "true", SPAN_LITERAL("\1")},
    {HOST_ATTRIBUTE_ALLOW_INTERNAL, "Yes", SPAN_LITERAL("\1")},
    {HOST_ATTRIBUTE_ALLOW_INTERNAL, "1", SPAN_LITERAL("\1")},
    {HOST_ATTRIBUTE_ALLOW_INTERNAL, "FALSE", SPAN_LITERAL("")},
    {HOST_ATTRIBUTE_ALLOW_INTERNAL, "no", SPAN_LITERAL("")},
    {HOST_ATTRIBUTE_ALLOW_INTERNAL, "0", SPAN_LITERAL("")},
    {HOST_ATTRIBUTE_LOCK_RECORD, "TRUE", SPAN_LITERAL("\1")},
    {HOST_ATTRIBUTE_LOCK_RECORD, "No", SPAN_LITERAL("")},
    {HOST_ATTRIBUTE_READ_PRIVILEGE, "yes", SPAN_LITERAL("\1")},
    {HOST_ATTRIBUTE_READ_PRIVILEGE, "false", SPAN_LITERAL("")},

    {HOST_ATTRIBUTE_MAC_ADDRESS, "00:53:0a:Bc:DE:ff",
     SPAN_LITERAL("00:53:0a:Bc:DE:ff")},
    {HOST_ATTRIBUTE_MAC_ADDRESS, "00-53-0A-99-00-01",
     SPAN_LITERAL("00-53-0A-99-00-01")},

    {HOST_ATTRIBUTE_USER, "anne", SPAN_LITERAL("anne")},
    {HOST_ATTRIBUTE_USER, " Anne \xc3\xa9 @ home, 2",
     SPAN_LITERAL(" Anne \xc3\xa9 @ home, 2")},
    {HOST_ATTRIBUTE_USER, USER_253, SPAN_LITERAL(USER_253)},

    {HOST_ATTRIBUTE_IPV6_SUFFIX, "::1234:5678:9abc:def0",
     SPAN_LITERAL("\x12\x34\x56\x78\x9a\xbc\xde\xf0")},
    {HOST_ATTRIBUTE_IPV6_SUFFIX, "::1", SPAN_LITERAL("\1")},
    {HOST_ATTRIBUTE_IPV6_SUFFIX, "::100", SPAN_LITERAL("\1\0")},
    {HOST_ATTRIBUTE_IPV6_SUFFIX,
     "0:0:0:1::", SPAN_LITERAL("\1\0\0\0\0\0\0\0\0")},

    {HOST_ATTRIBUTE_EXPECT_WITHIN, "1s", SPAN_LITERAL("\1")},
    {HOST_ATTRIBUTE_EXPECT_WITHIN, "15m", SPAN_LITERAL("\x03\x84")},
    {HOST_ATTRIBUTE_EXPECT_WITHIN, "12h", SPAN_LITERAL("\xa8\xc0")},
    {HOST_ATTRIBUTE_EXPIRE_AFTER, "30d", SPAN_LITERAL("\x27\x8d\x00")},
    {HOST_ATTRIBUTE_EXPIRE_AFTER, "3650d", SPAN_LITERAL("\x12\xcc\x03\x00")},
    {HOST_ATTRIBUTE_EXPIRE_AFTER, "never", SPAN_LITERAL("")},
    {HOST_ATTRIBUTE_EXPECT_WITHIN, "Never", SPAN_LITERAL("")},
};

static void test_a_right_value_is_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct host_attributes row = {.len = 0};
        struct span value = {"x", 1};

        if (host_attributes_add(&row, values[i].which, span(values[i].text)) !=
                NULL ||
            row.len != 2 + values[i].kept.len ||
            !host_attributes_value(kept(&row), values[i].which, &value) ||
            !span_equal(value, values[i].kept))
            fail_msg("\"%s\"", values[i].text);
    }
}

static const struct {
    enum host_attribute which;
    const char *reason; /* some of its words */
    const char *texts[24];
} refused[] = {
    {HOST_ATTRIBUTE_RECORD_TYPE,
     "the record_type is neither A nor AAAA",
     {"AA", "AAA", "AAAAA", "CNAME", " A", "A ", "4", "ipv4", "both", "*"}},
    {HOST_ATTRIBUTE_ALLOW_INTERNAL,
     "the allow_internal is none of true, yes, 1",
     {"2", "00", "on", "off", "y", "n", "t", " true", "true ", "-1", "x"}},
    {HOST_ATTRIBUTE_LOCK_RECORD,
     "the lock_record is none of true, yes, 1",
     {"locked", "10"}},
    {HOST_ATTRIBUTE_READ_PRIVILEGE,
     "the read_privilege is none of true, yes, 1",
     {"all", "01"}},
    {HOST_ATTRIBUTE_MAC_ADDRESS,
     "the mac_address is not six pairs",
     {"00530a998877", "0053.0a99.8877", "00:53:0a:99:88", "00:53:0a:99:88:7",
      "00:53:0a:99:88:777", "00:53:0a:99:88:77:66", "00:53:0a:99:88:7g",
      "00:53:0a-99:88:77", "00-53-0a-99-88:77", "0:053:0a:99:88:77",
      " 0:53:0a:99:88:77", "00 53 0a 99 88 77", ":", "-:-:-:-:-:-:-:-:-"}},
    {HOST_ATTRIBUTE_USER,
     "the user is longer than 253 bytes, or holds a colon",
     {"an:ne", ":", "anne\n", "\tanne", "an\x7fne", "\x1f", USER_253 "x"}},
    {HOST_ATTRIBUTE_IPV6_SUFFIX,
     "the ipv6_suffix is no interface identifier",
     {"::", "0:0:0:0:0:0:0:0", "::ffff:192.0.2.1", "::ffff:c000:201",
      "192.0.2.1", "1234:5678:9abc:def0", "::1/64", "[::1]", "::1%eth0", "1",
      "::12345", " ::1", "::1 ", "::1::"}},
    {HOST_ATTRIBUTE_EXPECT_WITHIN,
     "the expect_within is neither a span of time from 1s to 3650d",
     {"0",    "0s",   "900",   "15",         "15 m",         " 15m",
      "15m ", "-15m", "1.5h",  "1h30m",      "015m",         "15M",
      "1w",   "1y",   "3651d", "315360001s", "99999999999d", "d",
      "m15",  "no",   "off",   "nevers"}},
    {HOST_ATTRIBUTE_EXPIRE_AFTER,
     "the expire_after is neither a span of time from 1s to 3650d",
     {"0d", "30", "true", "never "}},
};

static void test_a_wrong_value_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        for (const char *const *text = refused[i].texts; *text != NULL;
             text++) {
            struct host_attributes row = {.len = 0};
            const char *fault =
                host_attributes_add(&row, refused[i].which, span(*text));

            if (fault == NULL || strstr(fault, refused[i].reason) == NULL)
                fail_msg("\"%s\": %s", *text, fault);
            assert_int_equal(row.len, 0);
        }
}

/* The greatest row there is. */
static void test_all_attributes_find_room(void **state)
{
    struct host_attributes row = {.len = 0};
    struct span value;
    uint32_t number;

    (void)state;
    for (int i = 0; i < HOST_ATTRIBUTE_COUNT; i++) {
        enum host_attribute which = (enum host_attribute)i;
        const char *text = which == HOST_ATTRIBUTE_USER          ? USER_253
                           : which == HOST_ATTRIBUTE_RECORD_TYPE ? "AAAA"
                           : which == HOST_ATTRIBUTE_IPV6_SUFFIX ? "8000::"
                           : which == HOST_ATTRIBUTE_MAC_ADDRESS
                               ? "00:53:00:00:00:01"
                           : which == HOST_ATTRIBUTE_EXPECT_WITHIN ||
                                   which == HOST_ATTRIBUTE_EXPIRE_AFTER
                               ? "3650d"
                               : "1";

        assert_null(host_attributes_add(&row, which, span(text)));
    }
    assert_true(host_attributes_value(kept(&row), HOST_ATTRIBUTE_USER, &value));
    assert_true(span_is(value, USER_253));
    assert_true(
        host_attributes_value(kept(&row), HOST_ATTRIBUTE_IPV6_SUFFIX, &value));
    assert_int_equal(value.len, 16);
    assert_true(
        host_attributes_number(kept(&row), HOST_ATTRIBUTE_TTL, &number));
    assert_int_equal(number, 1);
    assert_in_range(row.len, 1, sizeof row.bytes);
}

static void test_an_empty_value_is_none(void **state)
{
    struct host_attributes row = {.len = 0};
    struct span value = {"x", 1};
    uint32_t number = 77;

    (void)state;
    for (int i = 0; i < HOST_ATTRIBUTE_COUNT; i++) {
        enum host_attribute which = (enum host_attribute)i;

        assert_null(host_attributes_add(&row, which, span("")));
        assert_null(host_attributes_add(&row, which, span_from(NULL, 0)));
        assert_int_equal(row.len, 0);
        assert_false(host_attributes_number(kept(&row), which, &number));
        assert_false(host_attributes_value(kept(&row), which, &value));
    }
    assert_false(host_attributes_number(span_from(NULL, 0), HOST_ATTRIBUTE_TTL,
                                        &number));
    assert_int_equal(number, 77);
    assert_true(span_is(value, "x"));
}

static void test_a_comment_is_any_text_and_not_kept(void **state)
{
    static const char *const texts[] = {"Anne's,\n\x01 \xc3\xa9", "0", "60"};
    struct host_attributes row = {.len = 0};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_null(
            host_attributes_add(&row, HOST_ATTRIBUTE_COMMENT, span(texts[i])));
        assert_int_equal(row.len, 0);
    }
}

static void test_an_attribute_is_found_behind_others(void **state)
{
    static const char row[] = {(char)0xfe,         3, 0, 0, 9,
                               HOST_ATTRIBUTE_TTL, 1, 60};
    struct span before = span_from(row, 5), all = span_from(row, sizeof row);
    uint32_t number = 77;

    (void)state;
    assert_false(host_attributes_number(before, HOST_ATTRIBUTE_TTL, &number));
    assert_int_equal(number, 77);
    assert_true(host_attributes_number(all, HOST_ATTRIBUTE_TTL, &number));
    assert_int_equal(number, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_column_is_found_by_its_name),
        cmocka_unit_test(test_a_ttl_comes_back),
        cmocka_unit_test(test_what_is_no_ttl_is_refused),
        cmocka_unit_test(test_a_right_value_is_kept),
        cmocka_unit_test(test_a_wrong_value_is_refused),
        cmocka_unit_test(test_all_attributes_find_room),
        cmocka_unit_test(test_an_empty_value_is_none),
        cmocka_unit_test(test_a_comment_is_any_text_and_not_kept),
        cmocka_unit_test(test_an_attribute_is_found_behind_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
