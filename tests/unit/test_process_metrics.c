#include "server/process_metrics.h"

#include "tests/unit/metric_lines.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static time_t started_at = 1795302831;

static struct process_metrics filled(void)
{
    struct process_metrics metrics = {0};

    process_metrics_fill(&started_at, &metrics);
    return metrics;
}

static void test_it_tells_what_is_known_without_asking(void **state)
{
    struct process_metrics metrics = filled();

    (void)state;
    assert_told(&process_metric_table, &metrics,
                "dyndns53_build_info{version=\"" DYNDNS53_VERSION "\"} 1");
    assert_told(&process_metric_table, &metrics,
                "process_start_time_seconds 1795302831");
    assert_told(&process_metric_table, &metrics,
                "dyndns53_log_lines_lost_total 0");
}

static void test_it_has_some_memory_and_had_some_time(void **state)
{
    struct process_metrics metrics = filled(), later;
    uint64_t before = metric_count(metrics.cpu);

    (void)state;
    assert_true(metric_value(metrics.resident) >= 64 * 1024);
    do
        later = filled();
    while (metric_count(later.cpu) == before);
    assert_true(metric_count(later.cpu) > before);
}

/* Some above the first thousand, where the next question to the kernel begins. */
static void test_descriptors_are_counted_one_by_one(void **state)
{
    static const int at[] = {40, 41, 1023, 1024, 1100};
    struct rlimit limit;
    double before;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_true(limit.rlim_max > 1100);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    before = metric_value(filled().fds);
    assert_true(before >= 3);
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        assert_int_equal(dup3(0, at[i], O_CLOEXEC), at[i]);
    assert_true(metric_value(filled().fds) - before > 4.5);
    assert_true(metric_value(filled().fds) - before < 5.5);
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        close(at[i]);
    assert_true(metric_value(filled().fds) - before < 0.5);
    assert_true(metric_value(filled().fds_max) >= 1100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_tells_what_is_known_without_asking),
        cmocka_unit_test(test_it_has_some_memory_and_had_some_time),
        cmocka_unit_test(test_descriptors_are_counted_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
