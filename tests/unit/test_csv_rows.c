#include "s3db/csv_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROWS_MAX = 4 };

static const struct {
    const char *label, *text;
    struct {
        size_t line;
        const char *text;
    } rows[ROWS_MAX]; /* none: the end */
} texts[] = {
    {"nothing has no row", "", {{0, NULL}}},
    {"a line is a row", "a,b\n", {{1, "a,b"}}},
    {"the last line need not end", "a,b\nc,d", {{1, "a,b"}, {2, "c,d"}}},
    {"CRLF is one end", "a,b\r\nc,d\r\n", {{1, "a,b"}, {2, "c,d"}}},
    {"so is CR", "a,b\rc,d\r", {{1, "a,b"}, {2, "c,d"}}},
    {"blank lines are no rows",
     "\n \t\na,b\n\n\r\nc,d\n  ",
     {{3, "a,b"}, {6, "c,d"}}},
    {"commas alone are a row", ",\n", {{1, ","}}},
    {"a byte order mark is no part of a row",
     "\xef\xbb\xbf"
     "a,b\n",
     {{1, "a,b"}}},
    {"what only begins like one is", "\xef\xbb,b\n", {{1, "\xef\xbb,b"}}},
    {"a line that ends within quotes goes on",
     "a,\"b\r\nx\ny\"\nc,d\n",
     {{1, "a,\"b\r\nx\ny\""}, {4, "c,d"}}},
    {"a quote that is written twice ends nothing",
     "a,\"b\"\"\n\"\nc,d\n",
     {{1, "a,\"b\"\"\n\""}, {3, "c,d"}}},
};

static void check_text(size_t i)
{
    struct span text = span_from_string(texts[i].text);
    struct csv_rows rows;
    struct csv_row row;

    csv_rows_init(&rows, text);
    for (size_t k = 0; texts[i].rows[k].text != NULL; k++) {
        if (!csv_rows_next(&rows, &row) ||
            !span_is(row.text, texts[i].rows[k].text) ||
            row.line != texts[i].rows[k].line)
            fail_msg("%s", texts[i].label);
        assert_ptr_equal(row.text.ptr, text.ptr + row.begin);
        assert_in_range(row.next, row.begin + row.text.len, text.len);
    }
    if (csv_rows_next(&rows, &row))
        fail_msg("%s: there is another row", texts[i].label);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_text(i);
}

static const struct {
    const char *label, *row, *raw[ROWS_MAX], *values[ROWS_MAX];
} fields[] = {
    {"plain", "a,b", {"a", "b"}, {"a", "b"}},
    {"one", "a", {"a"}, {"a"}},
    {"empty ones", ",,", {"", "", ""}, {"", "", ""}},
    {"blanks around", " a b\t, c ,", {" a b\t", " c ", ""}, {"a b", "c", ""}},
    {"blanks alone", "a,  ", {"a", "  "}, {"a", ""}},
    {"in quotes",
     "\"a,b\", \" c \" ",
     {"\"a,b\"", " \" c \" "},
     {"a,b", " c "}},
    {"a quote, and a line end",
     "\"\"\"\",\"x\r\ny\"",
     {"\"\"\"\"", "\"x\r\ny\""},
     {"\"", "x\r\ny"}},
};

static void test_fields(void **state)
{
    struct strbuf value;

    (void)state;
    strbuf_init(&value, 1024);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct csv_rows rows;
        struct csv_row row;
        struct span raw;
        size_t cursor = 0;

        csv_rows_init(&rows, span_from_string(fields[i].row));
        assert_true(csv_rows_next(&rows, &row));
        for (size_t k = 0; fields[i].raw[k] != NULL; k++) {
            if (!csv_row_next_field(&row, &cursor, &raw) ||
                !span_is(raw, fields[i].raw[k]))
                fail_msg("%s: %.*s", fields[i].label, (int)raw.len, raw.ptr);
            assert_int_equal(csv_field_read(raw, &value), STATUS_OK);
            if (!span_is(strbuf_span(&value), fields[i].values[k]))
                fail_msg("%s: %s", fields[i].label, strbuf_string(&value));
        }
        assert_false(csv_row_next_field(&row, &cursor, &raw));
    }
    strbuf_clear(&value);
}

static void test_what_is_no_field(void **state)
{
    static const char *const bad[] = {"a\"b", "\"a\"b", "\"a", "\"a\" \"b\""};
    struct strbuf value, small;

    (void)state;
    strbuf_init(&value, 1024);
    strbuf_init(&small, 2);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (csv_field_read(span_from_string(bad[i]), &value) != STATUS_INVALID)
            fail_msg("%s", bad[i]);
    assert_int_equal(csv_field_read(span_from_string("abc"), &small),
                     STATUS_NOMEM);
    strbuf_clear(&value);
    strbuf_clear(&small);
}

static const struct {
    const char *value, *field;
} written[] = {
    {"", ""},
    {"a b", "a b"},
    {"a,b", "\"a,b\""},
    {" a", "\" a\""},
    {"a\t", "\"a\t\""},
    {"a\"b", "\"a\"\"b\""},
    {"a\nb", "\"a\nb\""},
    {"a\rb", "\"a\rb\""},
};

static void test_what_is_written_is_read_again(void **state)
{
    struct strbuf field, value;

    (void)state;
    strbuf_init(&field, 1024);
    strbuf_init(&value, 1024);
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        strbuf_rewind(&field);
        csv_field_write(&field, span_from_string(written[i].value));
        assert_string_equal(strbuf_string(&field), written[i].field);
        assert_int_equal(csv_field_read(strbuf_span(&field), &value),
                         STATUS_OK);
        assert_true(span_is(strbuf_span(&value), written[i].value));
    }
    strbuf_clear(&field);
    strbuf_clear(&value);
}

static void test_the_line_end_is_that_of_the_first_line(void **state)
{
    (void)state;
    assert_true(span_is(csv_rows_line_end(span_from_string("a\nb\r\n")), "\n"));
    assert_true(
        span_is(csv_rows_line_end(span_from_string("a\r\nb\n")), "\r\n"));
    assert_true(span_is(csv_rows_line_end(span_from_string("a\rb")), "\r"));
    assert_true(span_is(csv_rows_line_end(span_from_string("a")), "\n"));
    assert_true(span_is(csv_rows_line_end(span_from_string("")), "\n"));
}

static void assert_at(struct csv_rows *rows, size_t line, size_t field,
                      size_t expected_line, size_t expected_column)
{
    size_t at_line = 0, at_column = 0;

    assert_true(csv_rows_find_field(rows, line, field, &at_line, &at_column));
    assert_int_equal(at_line, expected_line);
    assert_int_equal(at_column, expected_column);
}

static void test_where_a_field_stands(void **state)
{
    struct csv_rows rows;
    size_t line = 7, column = 7;

    (void)state;
    csv_rows_init(&rows, span_from_string("a,b\r\n\r\n \xc3\xbc,  c\n"
                                          "\"x\r\ny\", z\nd,e\n"));
    assert_at(&rows, 1, 2, 1, 3);
    assert_at(&rows, 3, 2, 3, 6);
    assert_at(&rows, 4, 2, 5, 5);
    assert_at(&rows, 6, 3, 6, 4); /* a field that it lacks: its end */
    assert_false(csv_rows_find_field(&rows, 7, 1, &line, &column));
    csv_rows_init(&rows, span_from_string("a\n\nb\n"));
    assert_false(csv_rows_find_field(&rows, 2, 1, &line, &column));
    assert_true(line == 7 && column == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_what_is_no_field),
        cmocka_unit_test(test_what_is_written_is_read_again),
        cmocka_unit_test(test_the_line_end_is_that_of_the_first_line),
        cmocka_unit_test(test_where_a_field_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
