#include "cli/ip_consensus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define NONE                                                                   \
    {                                                                          \
        IP_ANSWER_NONE,                                                        \
        {                                                                      \
            0                                                                  \
        }                                                                      \
    }
#define FAILED                                                                 \
    {                                                                          \
        IP_ANSWER_FAILED,                                                      \
        {                                                                      \
            0                                                                  \
        }                                                                      \
    }
#define SAID(last)                                                             \
    {                                                                          \
        IP_ANSWER_ADDRESS,                                                     \
        {                                                                      \
            ADDRESS_IPV4,                                                      \
            {                                                                  \
                192, 0, 2, last                                                \
            }                                                                  \
        }                                                                      \
    }

static const struct {
    const char *label;
    struct ip_answer answers[4];
    size_t count;
    enum ip_verdict verdict;
    size_t first, second;
} rows[] = {
    {"one alone is believed", {SAID(1)}, 1, IP_VERDICT_AGREED, 0, 0},
    {"two that agree", {SAID(1), SAID(1)}, 2, IP_VERDICT_AGREED, 0, 0},
    {"two that do not", {SAID(1), SAID(2)}, 2, IP_VERDICT_CONFLICT, 0, 1},
    {"a majority is not enough",
     {SAID(1), SAID(1), SAID(2)},
     3,
     IP_VERDICT_CONFLICT,
     0,
     2},
    {"one of three may fail",
     {FAILED, SAID(1), SAID(1)},
     3,
     IP_VERDICT_AGREED,
     1,
     0},
    {"one of two may not", {SAID(1), FAILED}, 2, IP_VERDICT_TOO_FEW, 0, 0},
    {"two of three may not",
     {FAILED, SAID(1), FAILED},
     3,
     IP_VERDICT_TOO_FEW,
     1,
     0},
    {"who has none is no source",
     {NONE, SAID(1), NONE},
     3,
     IP_VERDICT_AGREED,
     1,
     0},
    {"nor one of those that may fail",
     {NONE, SAID(1), FAILED},
     3,
     IP_VERDICT_TOO_FEW,
     1,
     0},
    {"nobody has one", {NONE, NONE}, 2, IP_VERDICT_NONE, 0, 0},
    {"nobody answers", {FAILED, NONE, FAILED}, 3, IP_VERDICT_SILENCE, 0, 0},
};

static void test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t first = 0, second = 0;

        print_message("  %s\n", rows[i].label);
        assert_int_equal(
            ip_consensus(rows[i].answers, rows[i].count, &first, &second),
            rows[i].verdict);
        assert_int_equal(first, rows[i].first);
        assert_int_equal(second, rows[i].second);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_verdicts)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
