#include "base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct span span(const char *text)
{
    return span_from_string(text);
}

static void test_from_string(void **state)
{
    static const struct span literal = SPAN_LITERAL("a\0b");

    (void)state;
    assert_int_equal(span(NULL).len, 0);
    assert_int_equal(span("").len, 0);
    assert_int_equal(span("abc").len, 3);
    assert_int_equal(literal.len, 3);
}

static const struct {
    const char *label;
    struct span a;
    const char *b;
    bool equal, equal_nocase;
} pairs[] = {
    {"the same", SPAN_LITERAL("abc"), "abc", true, true},
    {"other letters", SPAN_LITERAL("abc"), "abd", false, false},
    {"letter case", SPAN_LITERAL("aBc"), "AbC", false, true},
    {"shorter", SPAN_LITERAL("ab"), "abc", false, false},
    {"longer", SPAN_LITERAL("abcd"), "abc", false, false},
    {"both empty", SPAN_LITERAL(""), "", true, true},
    {"one empty", SPAN_LITERAL(""), "a", false, false},
    {"a NUL byte does not end a span", SPAN_LITERAL("ab\0"), "ab", false,
     false},
    {"punctuation has no case", SPAN_LITERAL("[@"), "{`", false, false},
};

static void test_equal(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        if (span_equal(pairs[i].a, span(pairs[i].b)) != pairs[i].equal ||
            span_is(pairs[i].a, pairs[i].b) != pairs[i].equal)
            fail_msg("%s", pairs[i].label);
        if (span_is_nocase(pairs[i].a, pairs[i].b) != pairs[i].equal_nocase)
            fail_msg("%s, without case", pairs[i].label);
    }
    assert_true(span_equal(span(NULL), span("")));
}

static const struct {
    const char *label, *text, *trimmed;
} trims[] = {
    {"nothing to trim", "a b", "a b"},
    {"blanks at both ends", "  a ", "a"},
    {"tabs too", "\t a\tb \t", "a\tb"},
    {"line feeds stay", "\na\r\n", "\na\r\n"},
    {"only blanks", " \t ", ""},
    {"empty", "", ""},
};

static void test_trim(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(trims); i++)
        if (!span_is(span_trim(span(trims[i].text)), trims[i].trimmed))
            fail_msg("%s", trims[i].label);
}

static const struct {
    const char *label, *text;
    const char *parts[4]; /* NULL: no more */
} splits[] = {
    {"three parts", "a,bc,d", {"a", "bc", "d"}},
    {"an empty part in the middle", "a,,b", {"a", "", "b"}},
    {"an empty part in front", ",a", {"", "a"}},
    {"the separator alone is one empty part", ",", {""}},
    {"a separator behind adds no part", "a,", {"a"}},
    {"no separator", "abc", {"abc"}},
    {"nothing is no part", "", {NULL}},
};

static void test_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(splits); i++) {
        struct span rest = span(splits[i].text), part;

        for (size_t k = 0; splits[i].parts[k] != NULL; k++)
            if (!span_split(&rest, ',', &part) ||
                !span_is(part, splits[i].parts[k]))
                fail_msg("%s: part %zu", splits[i].label, k);
        if (span_split(&rest, ',', &part) || span_split(&rest, ',', &part))
            fail_msg("%s: one part too many", splits[i].label);
    }
}

static void test_split_of_no_pointer(void **state)
{
    struct span rest = {NULL, 0}, part;

    (void)state;
    assert_false(span_split(&rest, ',', &part));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_string),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_trim),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_split_of_no_pointer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
