#include "server/alerts/alert_telling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { NOW = 1795300000, GAP = 300 };

static struct alert_ledger ledger;
static struct alert_deeds deeds;

static int set_up(void **state)
{
    (void)state;
    return alert_ledger_init(&ledger) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    alert_deeds_clear(&deeds);
    alert_ledger_clear(&ledger);
    return 0;
}

static struct alert_entry *begin(enum alert_kind kind, const char *subject)
{
    const struct alert_sight sight = {
        .kind = kind,
        .subject = span_from_string(subject),
        .detail = span_from("", 0),
        .since = 100,
        .evidence = 100,
    };

    return alert_ledger_begin(&ledger, &sight);
}

static const struct alert_topic mail = {ALERT_BY_SNS, ALERT_HOST_SILENT,
                                        ALERT_BEGUN};

static void test_what_one_message_is_about(void **state)
{
    const struct alert_entry *owed[4];
    struct alert_topic topic = mail;
    struct alert_entry *a = begin(ALERT_HOST_SILENT, "a");
    struct alert_entry *b = begin(ALERT_HOST_SILENT, "b");

    (void)state;
    begin(ALERT_HOST_REFUSED, "a");
    assert_int_equal(alert_owed(&ledger, &mail, NULL), 2);
    assert_int_equal(alert_owed(&ledger, &mail, owed), 2);
    assert_ptr_equal(owed[0], a);
    assert_ptr_equal(owed[1], b);
    alert_ledger_end(&ledger, b, NOW, 110);
    assert_int_equal(alert_owed(&ledger, &mail, NULL), 1);
    topic.phase = ALERT_ENDED;
    assert_int_equal(alert_owed(&ledger, &topic, owed), 1);
    assert_ptr_equal(owed[0], b);
    topic.kind = ALERT_ROWS_LEFT_OUT;
    assert_int_equal(alert_owed(&ledger, &topic, NULL), 0);
}

static void test_whether_anything_is_owed(void **state)
{
    struct alert_entry *a;

    (void)state;
    assert_false(alert_owes_any(&ledger, ~0U, NOW, GAP));
    a = begin(ALERT_HOST_SILENT, "a");
    assert_true(alert_owes_any(&ledger, 1U << ALERT_BY_SNS, NOW, GAP));
    assert_false(
        alert_owes_any(&ledger, 0, NOW, GAP)); /* nobody is to be told */
    a->told[ALERT_BEGUN] = 1U << ALERT_BY_SNS;
    assert_false(alert_owes_any(&ledger, 1U << ALERT_BY_SNS, NOW, GAP));
    assert_true(alert_owes_any(&ledger, 1U << ALERT_BY_COMMAND, NOW, GAP));
}

static void test_no_message_comes_right_after_one_like_it(void **state)
{
    struct alert_topic ended = mail;
    struct alert_entry *a = begin(ALERT_HOST_SILENT, "a");

    (void)state;
    assert_true(alert_may_tell(&ledger, &mail, NOW, GAP));
    ledger.told_at[ALERT_BY_SNS][ALERT_HOST_SILENT][ALERT_BEGUN] = NOW - 299;
    assert_false(alert_may_tell(&ledger, &mail, NOW, GAP));
    assert_false(alert_owes_any(&ledger, 1U << ALERT_BY_SNS, NOW, GAP));
    assert_true(alert_owes_any(&ledger, 1U << ALERT_BY_WEBHOOK, NOW, GAP));
    assert_true(alert_may_tell(&ledger, &mail, NOW + 1, GAP));
    assert_true(alert_may_tell(&ledger, &mail, NOW - 300, GAP)); /* set back */
    ended.phase = ALERT_ENDED;
    assert_true(alert_may_tell(&ledger, &ended, NOW, GAP));
    alert_ledger_end(&ledger, a, NOW, 110);
    assert_true(alert_owes_any(&ledger, 1U << ALERT_BY_SNS, NOW, GAP));
}

static void test_a_deed_is_entered_into_whatever_is_read_next(void **state)
{
    const struct alert_entry *owed[2];
    size_t count;

    begin(ALERT_HOST_SILENT, "a");
    begin(ALERT_HOST_SILENT, "b");
    count = alert_owed(&ledger, &mail, owed);
    assert_true(alert_deeds_add(&deeds, &mail, owed, count, NOW));
    alert_ledger_clear(&ledger); /* somebody else wrote: it is read anew */
    set_up(state);
    begin(ALERT_HOST_SILENT, "b");
    begin(ALERT_HOST_SILENT, "c");
    ledger.is_changed = false;
    alert_deeds_enter(&deeds, &ledger);
    assert_true(ledger.is_changed);
    assert_false(alert_may_tell(&ledger, &mail, NOW + GAP - 1, GAP));
    assert_int_equal(alert_owed(&ledger, &mail, owed), 1);
    assert_string_equal(owed[0]->subject, "c");
}

static void test_no_deed_changes_nothing(void **state)
{
    (void)state;
    begin(ALERT_HOST_SILENT, "a");
    ledger.is_changed = false;
    alert_deeds_enter(&deeds, &ledger);
    assert_false(ledger.is_changed);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_what_one_message_is_about),
        TEST(test_whether_anything_is_owed),
        TEST(test_no_message_comes_right_after_one_like_it),
        TEST(test_a_deed_is_entered_into_whatever_is_read_next),
        TEST(test_no_deed_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
