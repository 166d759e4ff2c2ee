#include "cli/text_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const titles[] = {"HOST", "AGENT", "SEEN"};

enum { COLUMNS = 3, ROWS_MAX = 3 };

static const struct {
    const char *label;
    size_t line_max;
    const char *rows[ROWS_MAX]; /* cells, each of which ends in "|" */
    const char *text;
} cases[] = {
    {"a column is as wide as its widest text",
     0,
     {"a.b|curl|now|", "long.example.org|x|1 h ago|"},
     "HOST              AGENT  SEEN\n"
     "a.b               curl   now\n"
     "long.example.org  x      1 h ago\n"},
    {"a column in which nobody has anything is left out",
     0,
     {"a.b||now|", "c.d||now|"},
     "HOST  SEEN\n"
     "a.b   now\n"
     "c.d   now\n"},
    {"cells at the end may be missing",
     0,
     {"a.b|", "c.d|curl|"},
     "HOST  AGENT\n"
     "a.b\n"
     "c.d   curl\n"},
    {"characters are counted, not bytes",
     0,
     {"\xc3\xb6\xc3\xb6\xc3\xb6.b|curl|"},
     "HOST   AGENT\n"
     "\xc3\xb6\xc3\xb6\xc3\xb6.b  curl\n"},
    {"what could steer the terminal is shown as ?",
     0,
     {"a.b|\x1b[31m\x7f|"},
     "HOST  AGENT\n"
     "a.b   ?[31m?\n"},
    {"a line that is just wide enough is not broken",
     20,
     {"a.b|curl|1 h ago|"},
     "HOST  AGENT  SEEN\n"
     "a.b   curl   1 h ago\n"},
    {"what finds no room stands in another line",
     19,
     {"a.b|curl|1 h ago|", "c.d|x|"},
     "HOST  AGENT\n"
     "    SEEN\n"
     "a.b   curl\n"
     "    1 h ago\n"
     "c.d   x\n"},
    {"each line has one column at least",
     2,
     {"a.b|curl|1 h ago|"},
     "HOST\n"
     "    AGENT\n"
     "    SEEN\n"
     "a.b\n"
     "    curl\n"
     "    1 h ago\n"},
    {"without rows there is no column", 0, {NULL}, "\n"},
};

static void fill(struct text_cells *cells, const char *row)
{
    text_cells_rewind(cells);
    for (; *row != '\0'; row++)
        if (*row == '|')
            text_cells_next(cells);
        else
            strbuf_append_char(&cells->text, *row);
}

static void test_tables(void **state)
{
    struct text_cells cells;
    struct strbuf out;

    (void)state;
    text_cells_init(&cells, 256);
    strbuf_init(&out, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text_table table;

        text_table_init(&table, titles, COLUMNS, cases[i].line_max);
        strbuf_rewind(&out);
        for (int k = 0; k < ROWS_MAX && cases[i].rows[k] != NULL; k++) {
            fill(&cells, cases[i].rows[k]);
            text_table_measure(&table, &cells);
        }
        text_table_append_titles(&table, "", "", &out);
        for (int k = 0; k < ROWS_MAX && cases[i].rows[k] != NULL; k++) {
            fill(&cells, cases[i].rows[k]);
            text_table_append_row(&table, &cells, &out);
        }
        if (strcmp(strbuf_string(&out), cases[i].text) != 0)
            fail_msg("%s:\n%s", cases[i].label, strbuf_string(&out));
    }
    strbuf_clear(&out);
    text_cells_clear(&cells);
}

static void test_a_colour_ends_before_the_line(void **state)
{
    struct text_table table;
    struct text_cells cells;
    struct strbuf out;

    (void)state;
    text_table_init(&table, titles, COLUMNS, 0);
    text_cells_init(&cells, 256);
    strbuf_init(&out, 256);
    fill(&cells, "a.b|");
    text_table_measure(&table, &cells);
    text_table_append_titles(&table, "<", ">", &out);
    assert_string_equal(strbuf_string(&out), "<HOST>\n");
    strbuf_clear(&out);
    text_cells_clear(&cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_a_colour_ends_before_the_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
