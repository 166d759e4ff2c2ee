#include "server/table/table_origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct table_origin origin;

static void add(size_t line, const char *name)
{
    table_origin_add(&origin, line, "wrong", span_from_string(name));
}

static void test_rows_are_kept_with_their_lines(void **state)
{
    (void)state;
    table_origin_begin(&origin);
    add(3, "a.example.org");
    add(7, "");
    table_origin_end(&origin, "s3://bucket/key", "\"abc\"");
    assert_int_equal(origin.rows_left_out, 2);
    assert_int_equal(origin.count, 2);
    assert_int_equal(origin.rows[0].line, 3);
    assert_string_equal(origin.rows[0].reason, "wrong");
    assert_int_equal(origin.rows[0].name_len, 13);
    assert_memory_equal(origin.rows[0].name, "a.example.org", 13);
    assert_int_equal(origin.rows[1].line, 7);
    assert_int_equal(origin.rows[1].name_len, 0);
    assert_string_equal(origin.where, "s3://bucket/key");
    assert_string_equal(origin.version, "\"abc\"");
}

static void test_so_many_are_kept_and_the_rest_is_counted(void **state)
{
    (void)state;
    table_origin_begin(&origin);
    for (size_t line = 1; line <= TABLE_ORIGIN_ROWS_MAX + 5; line++)
        add(line, "a.example.org");
    assert_int_equal(origin.rows_left_out, TABLE_ORIGIN_ROWS_MAX + 5);
    assert_int_equal(origin.count, TABLE_ORIGIN_ROWS_MAX);
    assert_int_equal(origin.rows[origin.count - 1].line, origin.count);
}

static void test_the_next_begins_with_nothing(void **state)
{
    (void)state;
    table_origin_begin(&origin);
    add(3, "a.example.org");
    table_origin_end(&origin, "here", "1");
    table_origin_begin(&origin);
    assert_int_equal(origin.rows_left_out, 0);
    assert_int_equal(origin.count, 0);
    assert_string_equal(origin.where, "");
    assert_string_equal(origin.version, "");
}

static void test_what_is_too_long_is_cut(void **state)
{
    char text[TABLE_ORIGIN_WHERE_MAX * 2];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    table_origin_begin(&origin);
    add(1, text);
    table_origin_end(&origin, text, text);
    assert_int_equal(origin.rows[0].name_len, DNS_NAME_MAX);
    assert_int_equal(strlen(origin.where), TABLE_ORIGIN_WHERE_MAX);
    assert_int_equal(strlen(origin.version), TABLE_ORIGIN_VERSION_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_kept_with_their_lines),
        cmocka_unit_test(test_so_many_are_kept_and_the_rest_is_counted),
        cmocka_unit_test(test_the_next_begins_with_nothing),
        cmocka_unit_test(test_what_is_too_long_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
