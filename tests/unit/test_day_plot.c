#include "server/http/day_plot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *label;
    uint64_t numbers[4];
    const char *path;
} cases[] = {
    {"nothing happened", {0, 0, 0, 0}, ""},
    {"the largest is as high as the plot",
     {0, 1, 0, 0},
     "M0 40V40.0H1V0.0H2V40.0H3V40.0H4V40Z"},
    {"the others have their share",
     {4, 2, 1, 0},
     "M0 40V0.0H1V20.0H2V30.0H3V40.0H4V40Z"},
    {"what is small is seen",
     {1000000, 1, 0, 0},
     "M0 40V0.0H1V39.0H2V40.0H3V40.0H4V40Z"},
    {"the largest number that there is",
     {UINT64_MAX, UINT64_MAX, 0, 0},
     "M0 40V0.0H1V0.0H2V40.0H3V40.0H4V40Z"},
};

static void test_numbers_are_drawn(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strbuf out;

        strbuf_init(&out, 1024);
        day_plot_append(&out, cases[i].numbers, 4);
        if (strcmp(strbuf_string(&out), cases[i].path) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&out));
        strbuf_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_drawn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
