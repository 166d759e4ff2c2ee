#include "server/alerts/alert_conditions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define A "aaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbb"

/* 2026-11-22T00:26:40Z */
enum { DATE = 1795307200, AFTER = 300, DAY = 86400 };

static struct alert_conditions conditions;
static struct alert_facts facts;
static struct alert_observation seen[ALERT_OBSERVATIONS_MAX];
static size_t seen_count;
static struct alert_ledger ledger;

static int set_up(void **state)
{
    (void)state;
    conditions = (struct alert_conditions){.after_s = AFTER};
    facts = (struct alert_facts){
        .table_reason = "no reason",
        .route53 = AWS_WELL,
        .route53_reason = "denied",
        .now_s = 1,
        .date_s = DATE,
    };
    return alert_ledger_init(&ledger) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    alert_ledger_clear(&ledger);
    return 0;
}

/* Looks, after so many seconds more. */
static void look_after(int64_t seconds)
{
    facts.now_s += seconds;
    facts.date_s += seconds;
    seen_count = alert_conditions_look(&conditions, &facts, seen);
}

static enum alert_standing standing(enum alert_kind kind)
{
    for (size_t i = 0; i < seen_count; i++)
        if (seen[i].kind == kind)
            return seen[i].standing;
    return ALERT_ABSENT;
}

static void test_a_server_that_is_well(void **state)
{
    (void)state;
    look_after(0);
    assert_int_equal(seen_count, 0);
    look_after(1000);
    assert_int_equal(seen_count, 0);
}

/* What comes and goes. */
static void set(enum alert_kind kind, bool is_on)
{
    if (kind == ALERT_TABLE_NOT_LOADED)
        facts.table_missing = is_on;
    else if (kind == ALERT_ROUTE53_UNREACHABLE)
        facts.route53_ill = is_on;
    else
        facts.route53 = is_on ? AWS_THROTTLED : AWS_WELL;
    if (kind == ALERT_ROUTE53_THROTTLED) {
        facts.calls += 10;
        facts.throttled += is_on ? 2 : 1;
    }
}

static const enum alert_kind passing[] = {
    ALERT_TABLE_NOT_LOADED, ALERT_ROUTE53_UNREACHABLE, ALERT_ROUTE53_THROTTLED};

static void test_trouble_begins_when_it_has_lasted(void **state)
{
    for (size_t i = 0; i < COUNT(passing); i++) {
        enum alert_kind kind = passing[i];

        print_message("  %s\n", alert_kind_word(kind));
        tear_down(state);
        set_up(state);
        look_after(0);
        set(kind, true);
        look_after(10);
        assert_int_equal(standing(kind), ALERT_PRESENT);
        assert_int_equal(seen_count, 1);
        set(kind, true);
        look_after(AFTER - 1);
        assert_int_equal(standing(kind), ALERT_PRESENT);
        set(kind, true);
        look_after(1);
        assert_int_equal(standing(kind), ALERT_HOLDS);
        assert_int_equal(seen[0].since, DATE + 10); /* not when it was told */
    }
}

static void test_it_is_over_when_it_has_been_away(void **state)
{
    for (size_t i = 0; i < COUNT(passing); i++) {
        enum alert_kind kind = passing[i];

        print_message("  %s\n", alert_kind_word(kind));
        tear_down(state);
        set_up(state);
        set(kind, true);
        look_after(0);
        set(kind, true);
        look_after(AFTER);
        assert_int_equal(standing(kind), ALERT_HOLDS);
        set(kind, false);
        look_after(10);
        assert_int_equal(standing(kind), ALERT_DOUBTFUL);
        set(kind, true);
        look_after(10); /* it came back: as long as before */
        assert_int_equal(standing(kind), ALERT_PRESENT);
        set(kind, false);
        look_after(10);
        set(kind, false);
        look_after(AFTER - 1);
        assert_int_equal(standing(kind), ALERT_DOUBTFUL);
        set(kind, false);
        look_after(1);
        assert_int_equal(standing(kind), ALERT_ABSENT);
    }
}

static const struct {
    const char *label;
    uint64_t calls, throttled;
    enum aws_condition condition;
    bool is_throttled;
} throttles[] = {
    {"a call in ten is how copies find their shares", 100, 10, AWS_THROTTLED,
     false},
    {"one in five is trouble", 100, 20, AWS_WELL, true},
    {"without calls it is as before: it was not", 0, 0, AWS_THROTTLED, false},
};

static void test_throttling(void **state)
{
    for (size_t i = 0; i < COUNT(throttles); i++) {
        print_message("  %s\n", throttles[i].label);
        tear_down(state);
        set_up(state);
        facts.calls = throttles[i].calls;
        facts.throttled = throttles[i].throttled;
        facts.route53 = throttles[i].condition;
        look_after(1);
        assert_int_equal(standing(ALERT_ROUTE53_THROTTLED) == ALERT_PRESENT,
                         throttles[i].is_throttled);
    }
}

static void test_throttling_goes_on_while_nobody_calls(void **state)
{
    (void)state;
    set(ALERT_ROUTE53_THROTTLED, true);
    look_after(0);
    look_after(AFTER); /* it has said so last */
    assert_int_equal(standing(ALERT_ROUTE53_THROTTLED), ALERT_HOLDS);
    facts.route53 = AWS_WELL;
    look_after(1);
    assert_int_equal(standing(ALERT_ROUTE53_THROTTLED), ALERT_DOUBTFUL);
}

static void test_rows_are_told_at_once(void **state)
{
    (void)state;
    facts.rows_left_out = 1;
    look_after(0);
    assert_int_equal(standing(ALERT_ROWS_LEFT_OUT), ALERT_HOLDS);
    assert_string_equal(seen[0].detail, "1 row");
    facts.rows_left_out = 0;
    look_after(1);
    assert_int_equal(standing(ALERT_ROWS_LEFT_OUT), ALERT_ABSENT);
}

static const struct {
    const char *label;
    int64_t left;
    const char *detail; /* NULL: nothing is told */
} certificates[] = {
    {"two weeks are time enough", 14 * DAY, NULL},
    {"a second less is not", 14 * DAY - 1, "in less than 14 days"},
    {"a day", DAY - 1, "in less than 1 days"},
    {"an expired one", -1, "it has expired"},
};

static void test_certificates(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(certificates); i++) {
        print_message("  %s\n", certificates[i].label);
        facts.certificate_not_after = DATE + certificates[i].left;
        look_after(0);
        assert_int_equal(seen_count, certificates[i].detail != NULL);
        if (seen_count > 0)
            assert_string_equal(seen[0].detail, certificates[i].detail);
    }
    facts.certificate_not_after = DATE + DAY;
    look_after(0);
    assert_string_equal(seen[0].subject, "2026-11-23"); /* in all copies */
}

static void test_attacks_are_over_a_while_after_their_last_sign(void **state)
{
    static const struct login_attack attacks[] = {{"a.example.org", DATE},
                                                  {"", DATE + 100}};

    (void)state;
    facts.attacks = attacks;
    facts.attack_count = COUNT(attacks);
    look_after(ALERT_ATTACK_SPANS * AFTER - 1);
    assert_int_equal(seen_count, 2);
    assert_string_equal(seen[0].subject, "a.example.org");
    assert_string_equal(seen[1].subject, ALERT_MANY);
    assert_int_equal(seen[0].standing, ALERT_HOLDS);
    look_after(1);
    assert_int_equal(seen_count, 1);
    look_after(100);
    assert_int_equal(seen_count, 0);
}

/* --- the ledger ------------------------------------------------------------------
 */

static struct alert_observation unreachable(enum alert_standing how)
{
    struct alert_observation one = {.kind = ALERT_ROUTE53_UNREACHABLE,
                                    .standing = how,
                                    .since = DATE - AFTER};

    return one;
}

static const struct alert_entry *find(void)
{
    return alert_ledger_find(&ledger, ALERT_ROUTE53_UNREACHABLE,
                             span_from("", 0));
}

static void witness(const char *copy, enum alert_standing how)
{
    struct alert_observation one = unreachable(how);

    alert_conditions_witness(&ledger, copy, &one, how != ALERT_ABSENT, DATE,
                             20);
}

static void test_only_what_holds_begins(void **state)
{
    (void)state;
    witness(A, ALERT_ABSENT);
    witness(A, ALERT_DOUBTFUL);
    witness(A, ALERT_PRESENT);
    assert_null(find());
    witness(A, ALERT_HOLDS);
    assert_non_null(find());
    assert_true(alert_ledger_is_witness(find(), A));
    assert_int_equal(find()->since, DATE - AFTER);
}

static void test_what_is_present_keeps_what_has_begun(void **state)
{
    (void)state;
    witness(A, ALERT_HOLDS);
    witness(B, ALERT_DOUBTFUL);
    assert_false(alert_ledger_is_witness(find(), B));
    witness(B, ALERT_PRESENT); /* as after a start in the middle of it */
    assert_true(alert_ledger_is_witness(find(), B));
    witness(B, ALERT_DOUBTFUL);
    assert_true(alert_ledger_is_witness(find(), B));
    witness(B, ALERT_ABSENT);
    assert_false(alert_ledger_is_witness(find(), B));
    assert_true(alert_ledger_is_witness(find(), A));
}

static void test_hosts_are_not_withdrawn(void **state)
{
    const struct alert_sight sight = {.kind = ALERT_HOST_SILENT,
                                      .subject = span_from_string("a"),
                                      .since = DATE};

    (void)state;
    alert_ledger_begin(&ledger, &sight);
    ledger.is_changed = false;
    witness(A, ALERT_ABSENT);
    assert_false(ledger.is_changed);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_server_that_is_well),
        TEST(test_trouble_begins_when_it_has_lasted),
        TEST(test_it_is_over_when_it_has_been_away),
        TEST(test_throttling),
        TEST(test_throttling_goes_on_while_nobody_calls),
        TEST(test_rows_are_told_at_once),
        TEST(test_certificates),
        TEST(test_attacks_are_over_a_while_after_their_last_sign),
        TEST(test_only_what_holds_begins),
        TEST(test_what_is_present_keeps_what_has_begun),
        TEST(test_hosts_are_not_withdrawn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
