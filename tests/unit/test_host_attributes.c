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

static void test_an_empty_value_is_none(void **state)
{
    struct host_attributes row = {.len = 0};
    uint32_t number = 77;

    (void)state;
    for (int i = 0; i < HOST_ATTRIBUTE_COUNT; i++) {
        enum host_attribute which = (enum host_attribute)i;

        assert_null(host_attributes_add(&row, which, span("")));
        assert_null(host_attributes_add(&row, which, span_from(NULL, 0)));
        assert_int_equal(row.len, 0);
        assert_false(host_attributes_number(kept(&row), which, &number));
    }
    assert_false(host_attributes_number(span_from(NULL, 0), HOST_ATTRIBUTE_TTL,
                                        &number));
    assert_int_equal(number, 77);
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

/* As rows will be when there are more kinds: one is found behind another. */
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
        cmocka_unit_test(test_an_empty_value_is_none),
        cmocka_unit_test(test_a_comment_is_any_text_and_not_kept),
        cmocka_unit_test(test_an_attribute_is_found_behind_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
