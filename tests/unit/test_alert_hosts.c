#include "server/alerts/alert_hosts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { NOW = 1795300000, HOUR = 3600, TOO_MANY = 10 };

static struct alert_ledger ledger;
static struct alert_hosts_scan scan;

static int set_up(void **state)
{
    (void)state;
    scan = (struct alert_hosts_scan){
        .ledger = &ledger,
        .now = NOW,
        .as_of = NOW - 10,
        .in_touch_since = NOW - 30 * HOUR,
        .refusals = TOO_MANY,
    };
    return alert_ledger_init(&ledger) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    alert_ledger_clear(&ledger);
    return 0;
}

static void look(const struct alert_host *hosts, size_t count)
{
    ledger.is_changed = false;
    alert_hosts_begin(&scan);
    for (size_t i = 0; i < count; i++)
        alert_hosts_see(&scan, &hosts[i]);
    alert_hosts_end(&scan);
}

/* A host that called last so long ago, and is expected to within an hour. */
static struct alert_host host(int64_t ago)
{
    return (struct alert_host){
        .name = span_from_string("a.example.org"),
        .expect_within_s = HOUR,
        .called_at = NOW - ago,
        .accessed_at = NOW - ago,
        .outcome = span_from_string("badauth"),
    };
}

static void look_at(struct alert_host one)
{
    look(&one, 1);
}

static const struct alert_entry *find(enum alert_kind kind)
{
    return alert_ledger_find(&ledger, kind, span_from_string("a.example.org"));
}

static bool holds(enum alert_kind kind)
{
    const struct alert_entry *entry = find(kind);

    return entry != NULL && alert_goes_on(entry);
}

/* --- silence ---------------------------------------------------------------------
 */

static const struct {
    const char *label;
    int64_t ago;
    uint32_t within;
    int64_t in_touch_since, as_of;
    bool is_silent;
} silences[] = {
    {"who called lately is not silent", 60, HOUR, 1, NOW, false},
    {"who called as long ago as it may is not", HOUR, HOUR, 1, NOW, false},
    {"a second later it is", HOUR + 1, HOUR, 1, NOW, true},
    {"of whom nothing is expected never is", 1000 * HOUR, 0, 1, NOW, false},
    {"nobody is judged later than all calls are known", HOUR + 5, HOUR, 1,
     NOW - 10, false},
    {"a server that is not in touch accuses nobody", 1000 * HOUR, HOUR, 0, NOW,
     false},
    {"nor one that is in touch for less than the time", 1000 * HOUR, HOUR,
     NOW - HOUR, NOW, false},
    {"then it does", 1000 * HOUR, HOUR, NOW - HOUR - 1, NOW, true},
    {"who never called is silent too", NOW, HOUR, NOW - HOUR - 1, NOW, true},
    {"but not for a server that has just started", NOW, HOUR, NOW - HOUR, NOW,
     false},
};

static void test_silence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(silences); i++) {
        struct alert_host one = host(silences[i].ago);

        print_message("  %s\n", silences[i].label);
        tear_down(state);
        set_up(state);
        one.expect_within_s = silences[i].within;
        scan.in_touch_since = silences[i].in_touch_since;
        scan.as_of = silences[i].as_of;
        look_at(one);
        assert_int_equal(holds(ALERT_HOST_SILENT), silences[i].is_silent);
        if (silences[i].is_silent)
            assert_int_equal(find(ALERT_HOST_SILENT)->since, one.accessed_at);
    }
}

static void test_it_ends_with_the_next_call(void **state)
{
    (void)state;
    look_at(host(2 * HOUR));
    assert_true(holds(ALERT_HOST_SILENT));
    look_at(host(0));
    assert_false(holds(ALERT_HOST_SILENT));
    assert_int_equal(find(ALERT_HOST_SILENT)->ended, NOW);
    look_at(host(2 * HOUR)); /* to a copy that has not heard of that call */
    assert_false(holds(ALERT_HOST_SILENT));
    scan.as_of = NOW + HOUR + 1;
    look_at(host(0)); /* since that call it is silent again */
    assert_true(holds(ALERT_HOST_SILENT));
}

static void test_while_nothing_happens_nothing_is_written(void **state)
{
    (void)state;
    look_at(host(2 * HOUR));
    assert_true(ledger.is_changed);
    look_at(host(2 * HOUR));
    assert_false(ledger.is_changed);
}

/* What the ledger holds stays, whoever has just started or is out of touch. */
static void test_who_knows_less_ends_nothing(void **state)
{
    (void)state;
    look_at(host(2 * HOUR));
    scan.in_touch_since = NOW - 5;
    look_at(host(2 * HOUR));
    assert_true(holds(ALERT_HOST_SILENT));
    scan.in_touch_since = 0;
    look_at(host(2 * HOUR));
    assert_true(holds(ALERT_HOST_SILENT));
    look_at(host(3 * HOUR)); /* knows of an older call than the ledger does */
    assert_true(holds(ALERT_HOST_SILENT));
    assert_false(ledger.is_changed);
}

static void test_it_ends_when_it_is_not_expected_any_more(void **state)
{
    struct alert_host one = host(2 * HOUR);

    (void)state;
    look_at(one);
    one.expect_within_s = 3 * HOUR;
    look_at(one);
    assert_false(holds(ALERT_HOST_SILENT));
    look_at(host(2 * HOUR)); /* a copy that has the older table yet */
    assert_false(holds(ALERT_HOST_SILENT));
}

static void test_it_ends_when_the_host_is_removed(void **state)
{
    (void)state;
    look_at(host(2 * HOUR));
    look(NULL, 0);
    assert_false(holds(ALERT_HOST_SILENT));
    look_at(host(2 * HOUR)); /* the older table */
    assert_false(holds(ALERT_HOST_SILENT));
}

/* --- refusals --------------------------------------------------------------------
 */

static struct alert_host refused(uint32_t refusals, int64_t ago,
                                 int64_t good_ago)
{
    struct alert_host one = host(ago);

    one.expect_within_s = 0;
    one.refusals = refusals;
    one.accessed_at = NOW - good_ago;
    return one;
}

static void test_refusals_in_a_row(void **state)
{
    (void)state;
    look_at(refused(TOO_MANY - 1, 5, 100));
    assert_false(holds(ALERT_HOST_REFUSED));
    look_at(refused(TOO_MANY, 5, 100));
    assert_true(holds(ALERT_HOST_REFUSED));
    assert_non_null(strstr(find(ALERT_HOST_REFUSED)->detail, "badauth"));
    look_at(refused(TOO_MANY + 5, 1, 100));
    assert_true(holds(ALERT_HOST_REFUSED));
    assert_false(ledger.is_changed);
    look_at(refused(0, 0, 0));
    assert_false(holds(ALERT_HOST_REFUSED));
}

static void test_nobody_need_be_told_of_refusals(void **state)
{
    (void)state;
    scan.refusals = 0;
    look_at(refused(1000, 5, 100));
    assert_false(holds(ALERT_HOST_REFUSED));
    scan.refusals = TOO_MANY;
    look_at(refused(1000, 5, 100));
    assert_true(holds(ALERT_HOST_REFUSED));
    scan.refusals = 0;
    look_at(refused(1000, 5, 100));
    assert_false(holds(ALERT_HOST_REFUSED));
}

static void test_refusals_that_another_copy_has_not_counted_yet(void **state)
{
    (void)state;
    look_at(refused(TOO_MANY, 5, 100));
    look_at(refused(3, 50, 100)); /* knows less */
    assert_true(holds(ALERT_HOST_REFUSED));
    look_at(refused(0, 2, 2));
    assert_false(holds(ALERT_HOST_REFUSED));
    look_at(refused(TOO_MANY, 5, 100)); /* has not heard of the good one */
    assert_false(holds(ALERT_HOST_REFUSED));
    look_at(refused(TOO_MANY, 1, 2));
    assert_true(holds(ALERT_HOST_REFUSED));
}

static void test_a_good_call_in_the_second_of_the_last_refusal(void **state)
{
    (void)state;
    look_at(refused(TOO_MANY, 5, 100));
    look_at(refused(0, 5, 5));
    assert_false(holds(ALERT_HOST_REFUSED));
}

static void test_a_server_that_has_not_read_all_accuses_nobody(void **state)
{
    (void)state;
    scan.in_touch_since = 0;
    look_at(refused(TOO_MANY, 5, 100));
    assert_false(holds(ALERT_HOST_REFUSED));
}

/* --- very many -------------------------------------------------------------------
 */

static void look_at_many(unsigned silent, unsigned others)
{
    char name[20];

    alert_hosts_begin(&scan);
    for (unsigned i = 0; i < silent + others; i++) {
        struct alert_host one = host(i < silent ? 2 * HOUR : 0);

        snprintf(name, sizeof name, "h%u", i);
        one.name = span_from_string(name);
        alert_hosts_see(&scan, &one);
    }
    alert_hosts_end(&scan);
}

static bool are_many(void)
{
    const struct alert_entry *many = alert_ledger_find(
        &ledger, ALERT_HOST_SILENT, span_from_string(ALERT_MANY));

    return many != NULL && alert_goes_on(many);
}

static void test_who_are_too_many_are_told_together(void **state)
{
    const struct alert_entry *many;

    (void)state;
    look_at_many(ALERT_HOSTS_MAX, 50);
    assert_false(are_many());
    look_at_many(ALERT_HOSTS_MAX + 50, 0);
    assert_true(are_many());
    many = alert_ledger_find(&ledger, ALERT_HOST_SILENT,
                             span_from_string(ALERT_MANY));
    assert_string_equal(many->detail, "50 hosts more");
    assert_int_equal(ledger.count, ALERT_HOSTS_MAX + 1);
    ledger.is_changed = false;
    look_at_many(ALERT_HOSTS_MAX + 60, 0); /* is no news */
    assert_false(ledger.is_changed);
    look_at_many(ALERT_HOSTS_MAX, 60);
    assert_false(are_many());
    look_at_many(0, ALERT_HOSTS_MAX + 60);
    assert_int_equal(ledger.of_kind[ALERT_HOST_SILENT], 0);
}

static void test_while_there_are_many_none_is_named_anew(void **state)
{
    struct alert_host one = host(2 * HOUR);
    const struct alert_sight sight = {
        .kind = ALERT_HOST_SILENT,
        .subject = span_from_string(ALERT_MANY),
        .evidence = NOW,
    };

    (void)state;
    alert_ledger_begin(&ledger, &sight);
    look_at(one);
    assert_true(are_many());
    assert_false(holds(ALERT_HOST_SILENT));
    look_at(host(0));
    assert_false(are_many());
    look_at(one);
    assert_true(holds(ALERT_HOST_SILENT));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_silence),
        TEST(test_it_ends_with_the_next_call),
        TEST(test_while_nothing_happens_nothing_is_written),
        TEST(test_who_knows_less_ends_nothing),
        TEST(test_it_ends_when_it_is_not_expected_any_more),
        TEST(test_it_ends_when_the_host_is_removed),
        TEST(test_refusals_in_a_row),
        TEST(test_nobody_need_be_told_of_refusals),
        TEST(test_refusals_that_another_copy_has_not_counted_yet),
        TEST(test_a_good_call_in_the_second_of_the_last_refusal),
        TEST(test_a_server_that_has_not_read_all_accuses_nobody),
        TEST(test_who_are_too_many_are_told_together),
        TEST(test_while_there_are_many_none_is_named_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
