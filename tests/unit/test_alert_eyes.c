#include "server/alerts/alert_eyes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { AFTER = 300, SEAL = 60, DATE = 1795300000 };

static const struct {
    const char *label;
    int64_t as_of_s, unsure_s, expected_s; /* before now */
} moments[] = {
    {"what others heard since their last object is not known", 20, 0, 140},
    {"a copy that was not heard of for a while may know of calls", 20, 600,
     600},
    {"one that was heard of later than that does not matter", 20, 130, 140},
    {"one that was not for an hour has gone", 20, 3600, 140},
    {"until then it has not", 20, 3599, 3599},
};

static void test_until_when_all_is_known(void **state)
{
    const int64_t now = (int64_t)DATE * 1000;
    const struct alert_eyes eyes = {.after_s = AFTER, .seal_s = SEAL};

    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        const struct history_view view = {
            .as_of = now - moments[i].as_of_s * 1000,
            .unsure_since =
                moments[i].unsure_s == 0 ? 0 : now - moments[i].unsure_s * 1000,
        };

        print_message("  %s\n", moments[i].label);
        assert_int_equal(DATE - alert_eyes_as_of(&eyes, &view, now),
                         moments[i].expected_s);
    }
}

static void test_facts(void **state)
{
    struct table_metrics table = {0};
    struct dns_metrics dns = {0};
    struct login_attacks attacks;
    struct health health;
    struct alert_facts facts = {0};
    struct alert_eyes eyes = {
        .health = &health, .dns = &dns, .table = &table, .attacks = &attacks};
    const struct health_news denied = {AWS_DENIED, "", "", ""};

    (void)state;
    login_attacks_init(&attacks);
    health_init(&health, true, DATE);
    alert_eyes_facts(&eyes, &facts);
    assert_false(facts.table_missing); /* it is being read for the first time */
    assert_false(facts.route53_ill);   /* it was not asked yet */
    assert_int_equal(facts.rows_left_out, 0);
    assert_int_equal(facts.attack_count, 0);

    health_note_reload_failed(&health);
    alert_eyes_facts(&eyes, &facts);
    assert_true(facts.table_missing);
    assert_string_equal(facts.table_reason,
                        "none is in service; the log has table_load_failed");

    health_note_table(&health, 3);
    health_note_route53(&health, DATE, HEALTH_CHANGE, &denied);
    health_note_certificate(&health, DATE + 5);
    metric_set(table.rows_left_out, 2);
    metric_add(dns.calls, 7);
    metric_add(dns.throttles, 6);
    login_attacks_note(&attacks, span_from_string("a"), DATE);
    alert_eyes_facts(&eyes, &facts);
    assert_false(facts.table_missing);
    assert_true(facts.route53_ill);
    assert_string_equal(facts.route53_reason, "denied");
    assert_int_equal(facts.rows_left_out, 2);
    assert_int_equal(facts.calls, 7);
    assert_int_equal(facts.throttled, 6);
    assert_int_equal(facts.certificate_not_after, DATE + 5);
    assert_int_equal(facts.attack_count, 1);
    assert_string_equal(facts.attacks[0].name, "a");

    health_note_reload_failed(&health);
    alert_eyes_facts(&eyes, &facts);
    assert_true(facts.table_missing);
    login_attacks_clear(&attacks);
}

/* The history as the eyes find it. */
static struct history_view looked, scanned;
struct history_view __wrap_history_look(struct history *history);
struct history_view __wrap_history_look(struct history *history)
{
    (void)history;
    return looked;
}

struct history_view __wrap_history_scan(struct history *history,
                                        enum host_attribute attribute,
                                        host_rows_each_fn *each, void *arg);
struct history_view __wrap_history_scan(struct history *history,
                                        enum host_attribute attribute,
                                        host_rows_each_fn *each, void *arg)
{
    const struct host host = {.name = span_from_string("a.example.org")};
    const struct host_state known = {.name = host.name};

    (void)history;
    assert_int_equal(attribute, HOST_ATTRIBUTE_COUNT);
    assert_true(each(arg, &host, &known));
    return scanned;
}

static const struct {
    const char *label;
    bool is_read, is_whole, all_are_known;
} scans[] = {
    {"before the journal has been read nobody is known", false, false, false},
    {"of whom a scan that was cut short left out nothing is known", true, false,
     false},
    {"a whole one has named all hosts that there are", true, true, true},
};

static void test_whether_all_hosts_were_seen(void **state)
{
    struct alert_hosts_scan scan;
    struct alert_ledger ledger;
    struct health health;
    struct alert_eyes eyes = {.health = &health, .after_s = AFTER};

    (void)state;
    assert_int_equal(alert_ledger_init(&ledger), STATUS_OK);
    health_init(&health, true, DATE);
    health_note_table(&health, 2);
    for (size_t i = 0; i < sizeof scans / sizeof scans[0]; i++) {
        print_message("  %s\n", scans[i].label);
        looked.as_of = scans[i].is_read ? (int64_t)DATE * 1000 : 0;
        scanned = looked;
        scanned.is_whole = scans[i].is_whole;
        scan = (struct alert_hosts_scan){.ledger = &ledger, .now = DATE};
        assert_int_equal(alert_eyes_scan(&eyes, &scan), scans[i].all_are_known);
    }
    alert_ledger_clear(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_until_when_all_is_known),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_whether_all_hosts_were_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
