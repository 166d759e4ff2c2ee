#include "base/heart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_one_that_never_beat_has_not(void **state)
{
    struct heart heart = {0};

    (void)state;
    assert_false(heart_has_beaten(&heart));
    assert_false(heart_has_beaten(&heart));
}

static void test_a_beat_counts_once(void **state)
{
    struct heart heart = {0};

    (void)state;
    heart_beat(&heart);
    assert_true(heart_has_beaten(&heart));
    assert_false(heart_has_beaten(&heart));
    heart_beat(&heart);
    heart_beat(&heart);
    assert_true(heart_has_beaten(&heart));
    assert_false(heart_has_beaten(&heart));
}

static void test_the_count_may_overflow(void **state)
{
    struct heart heart = {.beats = UINT32_MAX, .seen = UINT32_MAX};

    (void)state;
    heart_beat(&heart);
    assert_true(heart_has_beaten(&heart));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_that_never_beat_has_not),
        cmocka_unit_test(test_a_beat_counts_once),
        cmocka_unit_test(test_the_count_may_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
