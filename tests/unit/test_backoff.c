#include "base/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { DRAWS = 4000 };

static const struct {
    const char *label;
    int64_t first_ms, cap_ms;
    unsigned failures; /* before the one that is counted */
    int64_t longest_ms;
} waits[] = {
    {"the first failure", 100, 5000, 0, 100},
    {"the second doubles", 100, 5000, 1, 200},
    {"the third doubles again", 100, 5000, 2, 400},
    {"the last below the cap", 100, 5000, 5, 3200},
    {"the cap cuts the next", 100, 5000, 6, 5000},
    {"and all that follow", 100, 5000, 7, 5000},
    {"a cap that doubling meets exactly", 100, 800, 3, 800},
    {"and does not pass", 100, 800, 4, 800},
    {"a cap below the first wait cuts that too", 100, 50, 0, 50},
    {"a million failures do not overflow", 100, 5000, 1000000, 5000},
    {"nor do they with a cap of days", 100, INT64_C(864000000), 4000000000U,
     INT64_C(864000000)},
};

/* Full jitter: anything from 0 to the longest, both ends included. */
static void test_waits_fill_the_whole_range(void **state)
{
    struct jitter jitter = {.state = 42};

    (void)state;
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        int64_t least = INT64_MAX, most = -1;

        for (int draw = 0; draw < DRAWS; draw++) {
            struct backoff backoff = {waits[i].first_ms, waits[i].cap_ms,
                                      waits[i].failures};
            int64_t wait = backoff_fail(&backoff, &jitter);

            least = wait < least ? wait : least;
            most = wait > most ? wait : most;
            if (backoff.failures != waits[i].failures + 1)
                fail_msg("%s: the failure is not counted", waits[i].label);
        }
        if (least < 0 || least > waits[i].longest_ms / 20)
            fail_msg("%s: at least %lld ms", waits[i].label, (long long)least);
        if (most > waits[i].longest_ms || most < waits[i].longest_ms / 20 * 19)
            fail_msg("%s: at most %lld ms", waits[i].label, (long long)most);
    }
}

static void test_reset_begins_again(void **state)
{
    struct backoff backoff = {100, 5000, 0};
    struct jitter jitter = {.state = 42};

    (void)state;
    for (int i = 0; i < 10; i++)
        backoff_fail(&backoff, &jitter);
    backoff_reset(&backoff);
    assert_int_equal(backoff.failures, 0);
    for (int i = 0; i < DRAWS; i++) {
        assert_in_range(backoff_fail(&backoff, &jitter), 0, 100);
        backoff_reset(&backoff);
    }
}

static void test_jitter_is_within_its_bounds_and_reaches_them(void **state)
{
    struct jitter jitter = {.state = 0};
    bool seen[4] = {false, false, false, false};

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        int64_t drawn = jitter_up_to(&jitter, 3);

        assert_in_range(drawn, 0, 3);
        seen[drawn] = true;
        assert_int_equal(jitter_up_to(&jitter, 0), 0);
        assert_true(jitter_up_to(&jitter, INT64_MAX) >= 0);
    }
    assert_true(seen[0] && seen[1] && seen[2] && seen[3]);
}

static void test_one_seed_is_one_stream(void **state)
{
    struct jitter a = {.state = 7}, b = {.state = 7}, c = {.state = 8};
    int same_as_other_seed = 0;

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        int64_t drawn = jitter_up_to(&a, 1000000);

        assert_int_equal(drawn, jitter_up_to(&b, 1000000));
        same_as_other_seed += drawn == jitter_up_to(&c, 1000000);
    }
    assert_in_range(same_as_other_seed, 0, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_fill_the_whole_range),
        cmocka_unit_test(test_reset_begins_again),
        cmocka_unit_test(test_jitter_is_within_its_bounds_and_reaches_them),
        cmocka_unit_test(test_one_seed_is_one_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
