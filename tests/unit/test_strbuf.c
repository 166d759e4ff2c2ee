#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PLENTY_BYTES = 1024 * 1024 };

static void test_a_new_buffer_is_an_empty_string(void **state)
{
    struct strbuf buf;

    (void)state;
    strbuf_init(&buf, PLENTY_BYTES);
    assert_true(strbuf_ok(&buf));
    assert_string_equal(strbuf_string(&buf), "");
    assert_int_equal(strbuf_span(&buf).len, 0);
    assert_non_null(strbuf_span(&buf).ptr);
    strbuf_clear(&buf);
}

static void test_what_is_appended_stands_in_order(void **state)
{
    struct strbuf buf;

    (void)state;
    strbuf_init(&buf, PLENTY_BYTES);
    strbuf_append_string(&buf, "zone=");
    strbuf_append(&buf, span_from("Z123", 2));
    strbuf_append_char(&buf, ' ');
    strbuf_printf(&buf, "changes=%d", 212);
    strbuf_append_string(&buf, NULL);
    strbuf_append(&buf, span_from(NULL, 0));
    strbuf_printf(&buf, "%s", "");
    assert_true(strbuf_ok(&buf));
    assert_string_equal(strbuf_string(&buf), "zone=Z1 changes=212");
    assert_int_equal(buf.len, strlen("zone=Z1 changes=212"));
    strbuf_clear(&buf);
}

static void test_it_grows_and_stays_terminated(void **state)
{
    struct strbuf buf;

    (void)state;
    strbuf_init(&buf, PLENTY_BYTES);
    for (size_t i = 0; i < 10000; i++) {
        strbuf_append_char(&buf, (char)('a' + i % 26));
        assert_int_equal(buf.ptr[i + 1], '\0');
    }
    for (size_t i = 0; i < 10000; i++)
        assert_int_equal(buf.ptr[i], 'a' + i % 26);
    assert_true(strbuf_ok(&buf));
    strbuf_clear(&buf);
}

static void test_a_nul_byte_is_a_byte(void **state)
{
    struct strbuf buf;

    (void)state;
    strbuf_init(&buf, PLENTY_BYTES);
    strbuf_append(&buf, span_from("a\0b", 3));
    strbuf_append_char(&buf, 'c');
    assert_memory_equal(strbuf_span(&buf).ptr, "a\0bc", 5);
    strbuf_clear(&buf);
}

static const struct {
    const char *label;
    size_t max_bytes;
    const char *text;
    bool fits;
} ceilings[] = {
    {"one byte short of the ceiling", 8, "1234567", true},
    {"the ceiling met exactly", 8, "12345678", true},
    {"one byte past the ceiling", 8, "123456789", false},
    {"a ceiling of nothing takes nothing", 0, "", true},
    {"a ceiling of nothing refuses a byte", 0, "1", false},
    {"the ceiling is beyond the first memory", 300,
     "0123456789012345678901234567890123456789012345678901234567890123456789"
     "0123456789012345678901234567890123456789012345678901234567890123456789"
     "0123456789012345678901234567890123456789012345678901234567890123456789"
     "0123456789012345678901234567890123456789012345678901234567890123456789",
     true},
};

static void append_whole(struct strbuf *buf, const char *text)
{
    strbuf_append_string(buf, text);
}

static void append_bytes(struct strbuf *buf, const char *text)
{
    while (*text != '\0')
        strbuf_append_char(buf, *text++);
}

static void append_printed(struct strbuf *buf, const char *text)
{
    strbuf_printf(buf, "%s", text);
}

static void test_the_ceiling_holds_for_each_way_to_append(void **state)
{
    void (*const ways[])(struct strbuf *, const char *) = {
        append_whole, append_bytes, append_printed};

    (void)state;
    for (size_t i = 0; i < sizeof ceilings / sizeof ceilings[0]; i++) {
        for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
            struct strbuf buf;

            strbuf_init(&buf, ceilings[i].max_bytes);
            ways[way](&buf, ceilings[i].text);
            if (strbuf_ok(&buf) != ceilings[i].fits ||
                buf.len > ceilings[i].max_bytes)
                fail_msg("%s (way %zu)", ceilings[i].label, way);
            strbuf_clear(&buf);
        }
    }
}

static void test_the_first_failure_stays_and_keeps_the_text(void **state)
{
    struct strbuf buf;

    (void)state;
    strbuf_init(&buf, 4);
    strbuf_append_string(&buf, "abc");
    strbuf_append_string(&buf, "defg");
    assert_false(strbuf_ok(&buf));
    assert_string_equal(strbuf_string(&buf), "abc");
    /* There would be room for this one, but the text has a hole before it. */
    strbuf_append_string(&buf, "h");
    strbuf_append_char(&buf, 'i');
    strbuf_printf(&buf, "%c", 'j');
    assert_false(strbuf_ok(&buf));
    assert_string_equal(strbuf_string(&buf), "abc");
    strbuf_clear(&buf);
}

static void test_rewind_forgets_text_and_failure_but_not_memory(void **state)
{
    struct strbuf buf;
    const char *memory;

    (void)state;
    strbuf_init(&buf, 4);
    strbuf_rewind(&buf);
    strbuf_append_string(&buf, "abc");
    memory = buf.ptr;
    strbuf_append_string(&buf, "defg");
    strbuf_rewind(&buf);
    assert_true(strbuf_ok(&buf));
    assert_string_equal(strbuf_string(&buf), "");
    assert_ptr_equal(buf.ptr, memory);
    strbuf_append_string(&buf, "wxyz");
    assert_true(strbuf_ok(&buf));
    assert_string_equal(strbuf_string(&buf), "wxyz");
    strbuf_clear(&buf);
}

static void test_truncate_takes_back_the_last_appends_and_the_failure(
    void **state)
{
    struct strbuf buf;

    (void)state;
    strbuf_init(&buf, 6);
    strbuf_truncate(&buf, 0);
    strbuf_append_string(&buf, "abc");
    strbuf_append_string(&buf, "def");
    strbuf_append_string(&buf, "g");
    strbuf_truncate(&buf, 3);
    assert_true(strbuf_ok(&buf));
    assert_string_equal(strbuf_string(&buf), "abc");
    assert_int_equal(buf.len, 3);
    strbuf_append_string(&buf, "xyz");
    assert_true(strbuf_ok(&buf));
    assert_string_equal(strbuf_string(&buf), "abcxyz");
    strbuf_clear(&buf);
}

static void test_clear_leaves_it_ready_with_the_same_ceiling(void **state)
{
    struct strbuf buf;

    (void)state;
    strbuf_init(&buf, 4);
    strbuf_append_string(&buf, "abcde");
    strbuf_clear(&buf);
    strbuf_clear(&buf);
    assert_true(strbuf_ok(&buf));
    assert_int_equal(buf.len, 0);
    strbuf_append_string(&buf, "abcd");
    assert_true(strbuf_ok(&buf));
    strbuf_append_char(&buf, 'e');
    assert_false(strbuf_ok(&buf));
    strbuf_clear(&buf);
}

static void test_take_hands_the_text_over(void **state)
{
    struct strbuf buf;
    char *text;

    (void)state;
    strbuf_init(&buf, PLENTY_BYTES);
    strbuf_append_string(&buf, "abc");
    text = strbuf_take(&buf);
    assert_string_equal(text, "abc");
    free(text);
    assert_string_equal(strbuf_string(&buf), "");
    strbuf_append_string(&buf, "d");
    assert_string_equal(strbuf_string(&buf), "d");
    strbuf_clear(&buf);
}

static void test_take_of_nothing_is_an_empty_string(void **state)
{
    struct strbuf buf;
    char *text;

    (void)state;
    strbuf_init(&buf, 0);
    text = strbuf_take(&buf);
    assert_non_null(text);
    assert_string_equal(text, "");
    free(text);
}

static void test_take_after_a_failure_is_null_and_clears(void **state)
{
    struct strbuf buf;

    (void)state;
    strbuf_init(&buf, 2);
    strbuf_append_string(&buf, "a");
    strbuf_append_string(&buf, "bc");
    assert_null(strbuf_take(&buf));
    assert_true(strbuf_ok(&buf));
    assert_string_equal(strbuf_string(&buf), "");
    strbuf_clear(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_buffer_is_an_empty_string),
        cmocka_unit_test(test_what_is_appended_stands_in_order),
        cmocka_unit_test(test_it_grows_and_stays_terminated),
        cmocka_unit_test(test_a_nul_byte_is_a_byte),
        cmocka_unit_test(test_the_ceiling_holds_for_each_way_to_append),
        cmocka_unit_test(test_the_first_failure_stays_and_keeps_the_text),
        cmocka_unit_test(test_rewind_forgets_text_and_failure_but_not_memory),
        cmocka_unit_test(
            test_truncate_takes_back_the_last_appends_and_the_failure),
        cmocka_unit_test(test_clear_leaves_it_ready_with_the_same_ceiling),
        cmocka_unit_test(test_take_hands_the_text_over),
        cmocka_unit_test(test_take_of_nothing_is_an_empty_string),
        cmocka_unit_test(test_take_after_a_failure_is_null_and_clears),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
