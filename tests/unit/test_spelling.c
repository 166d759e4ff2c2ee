#include "base/spelling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *label, *a, *b;
    unsigned distance;
} cases[] = {
    {"the same", "BUCKET", "BUCKET", 0},
    {"both empty", "", "", 0},
    {"the letter case does not count", "bucket", "BUCKET", 0},
    {"one left out", "BUKET", "BUCKET", 1},
    {"one too many", "BUCKKET", "BUCKET", 1},
    {"one mistaken", "BUCKER", "BUCKET", 1},
    {"two swapped", "BUKCET", "BUCKET", 1},
    {"two swapped at the beginning", "UBCKET", "BUCKET", 1},
    {"two swapped at the end", "BUCKTE", "BUCKET", 1},
    {"two slips", "BUKER", "BUCKET", 2},
    {"a word in front", "S3_BUCKET", "BUCKET", 3},
    {"nothing in common", "abc", "xyzuv", 5},
    {"against nothing", "", "LOG", 3},
    {"a classic", "kitten", "sitting", 3},
};

static void test_distance(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct span a = span_from_string(cases[i].a),
                    b = span_from_string(cases[i].b);

        if (spelling_distance(a, b) != cases[i].distance ||
            spelling_distance(b, a) != cases[i].distance)
            fail_msg("%s: %u", cases[i].label, spelling_distance(a, b));
    }
}

static void test_what_is_too_long_is_far(void **state)
{
    char text[SPELLING_MAX_BYTES + 1];
    struct span longest = {text, SPELLING_MAX_BYTES},
                longer = {text, sizeof text};

    (void)state;
    memset(text, 'x', sizeof text);
    assert_int_equal(spelling_distance(longest, longest), 0);
    assert_int_equal(spelling_distance(longest, span_from("", 0)),
                     SPELLING_MAX_BYTES);
    assert_int_equal(spelling_distance(longer, longer), SPELLING_FAR);
    assert_int_equal(spelling_distance(longest, longer), SPELLING_FAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_what_is_too_long_is_far),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
