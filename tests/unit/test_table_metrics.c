#include "server/table/table_metrics.h"

#include "tests/unit/metric_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_each_result_of_a_load_has_its_word(void **state)
{
    static const char *const lines[TABLE_LOAD_RESULTS] = {
        [TABLE_LOADED] = "dyndns53_table_loads_total{result=\"loaded\"} 1",
        [TABLE_UNCHANGED] =
            "dyndns53_table_loads_total{result=\"unchanged\"} 1",
        [TABLE_FAILED] = "dyndns53_table_loads_total{result=\"failed\"} 1",
    };

    (void)state;
    for (size_t i = 0; i < TABLE_LOAD_RESULTS; i++) {
        struct table_metrics metrics = {0};

        metric_add(&metrics.loads[i], 1);
        assert_told(&table_metric_table, &metrics, lines[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_result_of_a_load_has_its_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
