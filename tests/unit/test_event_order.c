#include "cli/event_order.h"

#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PLENTY = 1 << 20, ONE = 64 };

/* What is done, one after the other, and what is handed on by it. */
static const struct {
    const char *label;
    size_t max_bytes;
    struct {
        int64_t at;
        const char *text; /* NULL: pass `at` */
    } steps[6];
    const char *handed_on;
} cases[] = {
    {"nothing is handed on before its time has passed",
     PLENTY,
     {{20, "b"}, {10, "a"}},
     ""},
    {"the earliest comes first, whatever came first",
     PLENTY,
     {{20, "b"}, {10, "a"}, {30, "c"}, {INT64_MAX, NULL}},
     "a@10 b@20 c@30 "},
    {"of the same time, as they came",
     PLENTY,
     {{10, "x"}, {10, "a"}, {10, "m"}, {INT64_MAX, NULL}},
     "x@10 a@10 m@10 "},
    {"what has not passed is kept back",
     PLENTY,
     {{20, "b"}, {10, "a"}, {20, NULL}},
     "a@10 "},
    {"what comes too late is not lost",
     PLENTY,
     {{20, "b"}, {30, NULL}, {10, "a"}, {30, NULL}},
     "b@20 a@10 "},
    {"where memory is short, the earliest is handed on at once",
     ONE,
     {{20, "b"}, {10, "a"}, {30, "c"}},
     "a@10 b@20 "},
    {"an empty text is one too", PLENTY, {{10, ""}, {11, NULL}}, "@10 "},
};

static bool note(void *arg, int64_t at, struct span text)
{
    strbuf_append(arg, text);
    strbuf_printf(arg, "@%lld ", (long long)at);
    return true;
}

static void test_order(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct event_order *order =
            event_order_new(cases[i].max_bytes, note, &out);

        strbuf_rewind(&out);
        assert_non_null(order);
        for (int k = 0; k < 6 && cases[i].steps[k].at > 0; k++)
            assert_int_equal(
                cases[i].steps[k].text == NULL
                    ? event_order_pass(order, cases[i].steps[k].at)
                    : event_order_add(order, cases[i].steps[k].at,
                                      span_from_string(cases[i].steps[k].text)),
                STATUS_OK);
        if (strcmp(strbuf_string(&out), cases[i].handed_on) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&out));
        event_order_free(order);
    }
    strbuf_clear(&out);
}

static bool refuse(void *arg, int64_t at, struct span text)
{
    (void)at, (void)text;
    ++*(int *)arg;
    return false;
}

static void test_whoever_is_told_may_end_it(void **state)
{
    int told = 0;
    struct event_order *order = event_order_new(PLENTY, refuse, &told);

    (void)state;
    assert_int_equal(event_order_add(order, 1, span_from_string("a")),
                     STATUS_OK);
    assert_int_equal(event_order_add(order, 2, span_from_string("b")),
                     STATUS_OK);
    assert_int_equal(event_order_pass(order, 3), STATUS_UNAVAILABLE);
    assert_int_equal(told, 1);
    event_order_free(order);
}

static void test_thousands(void **state)
{
    struct strbuf out;
    struct event_order *order;
    int64_t last = 0;

    (void)state;
    strbuf_init(&out, PLENTY);
    order = event_order_new(PLENTY, note, &out);
    for (int64_t i = 0; i < 1000; i++)
        assert_int_equal(
            event_order_add(order, i * 7919 % 1000, span_from_string("")),
            STATUS_OK);
    assert_int_equal(event_order_pass(order, INT64_MAX), STATUS_OK);
    for (const char *at = strbuf_string(&out); *at == '@';
         at = strchr(at, ' ') + 1) {
        assert_true(strtol(at + 1, NULL, 10) == last);
        last++;
    }
    assert_int_equal(last, 1000);
    event_order_free(order);
    strbuf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_whoever_is_told_may_end_it),
        cmocka_unit_test(test_thousands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
