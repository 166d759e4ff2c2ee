#include "journal/gzip_lines.h"

#include "base/strbuf.h"
#include "journal/gzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { MAX_BYTES = 1024 * 1024, MAX_LINE_BYTES = 8 };

static enum status tell(void *arg, struct span line)
{
    strbuf_append(arg, line);
    strbuf_append_char(arg, '|');
    return STATUS_OK;
}

static const struct {
    const char *label, *text, *told;
} texts[] = {
    {"nothing", "", ""},
    {"a line", "abc\n", "abc|"},
    {"lines", "abc\nd\n", "abc|d|"},
    {"a last line without its end", "abc\nd", "abc|d|"},
    {"empty lines", "\n\na\n\n", "||a||"},
    {"as long as may be", "12345678\na\n", "12345678|a|"},
    {"longer", "123456789\na\n", "|a|"},
    {"longer, at the end", "a\n123456789", "a||"},
};

static struct strbuf packed, told;

static int set_up(void **state)
{
    (void)state;
    strbuf_init(&packed, MAX_BYTES);
    strbuf_init(&told, MAX_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    strbuf_clear(&packed);
    strbuf_clear(&told);
    return 0;
}

static enum status read_lines(size_t max_bytes)
{
    strbuf_rewind(&told);
    return gzip_lines_each(strbuf_span(&packed), max_bytes, MAX_LINE_BYTES,
                           tell, &told);
}

static void test_lines_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        strbuf_rewind(&packed);
        assert_int_equal(gzip_pack(span_from_string(texts[i].text), &packed),
                         STATUS_OK);
        assert_int_equal(read_lines(MAX_BYTES), STATUS_OK);
        if (!span_is(strbuf_span(&told), texts[i].told))
            fail_msg("%s: %s", texts[i].label, strbuf_string(&told));
    }
}

/* So long a text comes in many pieces, which end anywhere in a line. */
static void test_lines_are_whole_wherever_pieces_end(void **state)
{
    struct strbuf text;

    (void)state;
    strbuf_init(&text, MAX_BYTES);
    for (unsigned i = 0; i < 50000; i++)
        strbuf_printf(&text, "%u\n", i);
    assert_int_equal(gzip_pack(strbuf_span(&text), &packed), STATUS_OK);
    assert_int_equal(read_lines(MAX_BYTES), STATUS_OK);
    assert_int_equal(told.len, text.len);
    for (size_t i = 0; i < text.len; i++)
        assert_int_equal(told.ptr[i], text.ptr[i] == '\n' ? '|' : text.ptr[i]);
    assert_int_equal(read_lines(text.len - 1), STATUS_FULL);
    assert_int_equal(told.len, 0);
    strbuf_clear(&text);
}

static void test_nothing_is_told_of_what_is_damaged(void **state)
{
    size_t len;

    (void)state;
    assert_int_equal(gzip_pack(span_from_string("a\nb\n"), &packed), STATUS_OK);
    len = packed.len;
    for (packed.len = 0; packed.len < len; packed.len++) {
        assert_int_equal(read_lines(MAX_BYTES), STATUS_INVALID);
        assert_int_equal(told.len, 0);
    }
    packed.ptr[len - 6] ^= 1; /* of the sum */
    assert_int_equal(read_lines(MAX_BYTES), STATUS_INVALID);
    assert_int_equal(told.len, 0);
}

static enum status refuse(void *arg, struct span line)
{
    (void)tell(arg, line);
    return STATUS_DENIED;
}

static void test_who_refuses_a_line_gets_no_more(void **state)
{
    (void)state;
    assert_int_equal(gzip_pack(span_from_string("a\nb\n"), &packed), STATUS_OK);
    assert_int_equal(gzip_lines_each(strbuf_span(&packed), MAX_BYTES,
                                     MAX_LINE_BYTES, refuse, &told),
                     STATUS_DENIED);
    assert_string_equal(strbuf_string(&told), "a|");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_lines_are_told),
        TEST(test_lines_are_whole_wherever_pieces_end),
        TEST(test_nothing_is_told_of_what_is_damaged),
        TEST(test_who_refuses_a_line_gets_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
