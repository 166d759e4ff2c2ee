#include "server/alerts/alert_ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define A "aaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbb"

enum { NOW = 1795300000, MAIL = 1, HOOK = 2, BOTH = MAIL | HOOK };

static struct alert_ledger ledger;

static int set_up(void **state)
{
    (void)state;
    return alert_ledger_init(&ledger) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    alert_ledger_clear(&ledger);
    return 0;
}

static struct alert_entry *begin(enum alert_kind kind, const char *subject,
                                 int64_t since, int64_t evidence)
{
    const struct alert_sight sight = {
        .kind = kind,
        .subject = span_from_string(subject),
        .detail = span_from_string("words"),
        .since = since,
        .evidence = evidence,
    };

    return alert_ledger_begin(&ledger, &sight);
}

static struct alert_entry *silent(int64_t since)
{
    return begin(ALERT_HOST_SILENT, "a.example.org", since, since);
}

static unsigned owes(const struct alert_entry *entry, unsigned senders,
                     enum alert_phase phase)
{
    enum alert_phase found;
    unsigned owed = alert_entry_owes(entry, senders, &found);

    assert_int_equal(found, phase);
    return owed;
}

static void told(const struct alert_entry *entry, enum alert_phase phase,
                 unsigned senders)
{
    alert_ledger_told(&ledger, entry->kind, span_from_string(entry->subject),
                      phase, senders);
}

static void test_one_that_goes_on_does_not_begin_again(void **state)
{
    struct alert_entry *entry = silent(100);

    (void)state;
    assert_non_null(entry);
    assert_true(ledger.is_changed);
    ledger.is_changed = false;
    assert_ptr_equal(silent(200), entry);
    assert_int_equal(entry->since, 100);
    assert_false(ledger.is_changed);
    assert_int_equal(ledger.count, 1);
    assert_int_equal(ledger.of_kind[ALERT_HOST_SILENT], 1);
}

static void test_kinds_and_subjects_are_told_apart(void **state)
{
    struct alert_entry *entry = silent(100);

    (void)state;
    assert_ptr_not_equal(begin(ALERT_HOST_REFUSED, "a.example.org", 100, 100),
                         entry);
    assert_ptr_not_equal(begin(ALERT_HOST_SILENT, "b.example.org", 100, 100),
                         entry);
    assert_int_equal(ledger.count, 3);
    assert_ptr_equal(alert_ledger_find(&ledger, ALERT_HOST_SILENT,
                                       span_from_string("a.example.org")),
                     entry);
    assert_null(
        alert_ledger_find(&ledger, ALERT_ROWS_LEFT_OUT, span_from_string("")));
}

static void test_older_news_does_not_undo_an_end(void **state)
{
    struct alert_entry *entry = silent(100);

    (void)state;
    alert_ledger_end(&ledger, entry, NOW, 110);
    assert_null(silent(100)); /* by a copy that has not heard of the call */
    assert_false(alert_goes_on(entry));
    assert_ptr_equal(silent(110), entry); /* silent since that very call */
    assert_true(alert_goes_on(entry));
    assert_int_equal(entry->since, 110);
}

static void test_each_sender_is_told_once_of_both_ends(void **state)
{
    struct alert_entry *entry = silent(100);

    (void)state;
    assert_int_equal(owes(entry, BOTH, ALERT_BEGUN), BOTH);
    told(entry, ALERT_BEGUN, MAIL);
    assert_int_equal(owes(entry, BOTH, ALERT_BEGUN), HOOK);
    told(entry, ALERT_BEGUN, HOOK);
    assert_int_equal(owes(entry, BOTH, ALERT_BEGUN), 0);
    alert_ledger_end(&ledger, entry, NOW, 110);
    assert_int_equal(owes(entry, BOTH, ALERT_ENDED), BOTH);
    told(entry, ALERT_ENDED, BOTH);
    assert_int_equal(owes(entry, BOTH, ALERT_ENDED), 0);
}

static void test_who_was_not_told_of_the_beginning_is_told_of_the_end(
    void **state)
{
    struct alert_entry *entry = silent(100);

    (void)state;
    alert_ledger_end(&ledger, entry, NOW, 110);
    assert_int_equal(owes(entry, MAIL, ALERT_ENDED), MAIL);
}

/* Whether the beginning is told again follows from what each sender knows. */
static const struct {
    const char *label;
    unsigned begun, ended, owed;
} again[] = {
    {"who knows of both is told of the new beginning", BOTH, BOTH, BOTH},
    {"to who was not told of the end, it never ended", BOTH, 0, 0},
    {"who knows of nothing is told of the beginning", 0, 0, BOTH},
    {"each by itself", BOTH, MAIL, MAIL},
};

static void test_what_begins_again_before_its_end_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof again / sizeof again[0]; i++) {
        char name[20];
        struct alert_entry *entry;

        print_message("  %s\n", again[i].label);
        snprintf(name, sizeof name, "h%zu", i);
        entry = begin(ALERT_HOST_SILENT, name, 100, 100);
        told(entry, ALERT_BEGUN, again[i].begun);
        alert_ledger_end(&ledger, entry, NOW, 110);
        told(entry, ALERT_ENDED, again[i].ended);
        begin(ALERT_HOST_SILENT, name, 110, 110);
        assert_int_equal(owes(entry, BOTH, ALERT_BEGUN), again[i].owed);
    }
}

static void test_what_was_told_while_it_began_anew(void **state)
{
    struct alert_entry *entry = silent(100);

    (void)state;
    alert_ledger_end(&ledger, entry, NOW, 110);
    silent(110);
    told(entry, ALERT_BEGUN, MAIL); /* of the first: it goes on for him */
    assert_int_equal(owes(entry, MAIL, ALERT_BEGUN), 0);
    told(entry, ALERT_ENDED, MAIL); /* of the first, so that this is another */
    assert_int_equal(owes(entry, MAIL, ALERT_BEGUN), MAIL);
    alert_ledger_told(&ledger, ALERT_HOST_SILENT, span_from_string("gone"),
                      ALERT_BEGUN, MAIL); /* harmless */
}

static void test_it_ends_when_the_last_witness_has_gone(void **state)
{
    struct alert_entry *entry = begin(ALERT_ROUTE53_UNREACHABLE, "", 100, 0);

    (void)state;
    alert_ledger_witness(&ledger, entry, A, NOW, 10);
    alert_ledger_witness(&ledger, entry, B, NOW, 10);
    alert_ledger_withdraw(&ledger, entry, A);
    alert_ledger_end_unseen(&ledger, NOW, 60);
    assert_true(alert_goes_on(entry));
    assert_false(alert_ledger_is_witness(entry, A));
    alert_ledger_withdraw(&ledger, entry, B);
    alert_ledger_end_unseen(&ledger, NOW, 60);
    assert_false(alert_goes_on(entry));
}

static void test_it_ends_when_its_witness_is_not_heard_of(void **state)
{
    struct alert_entry *entry = begin(ALERT_ROUTE53_UNREACHABLE, "", 100, 0);

    (void)state;
    alert_ledger_witness(&ledger, entry, A, NOW, 10);
    alert_ledger_end_unseen(&ledger, NOW + 60, 60);
    assert_true(alert_goes_on(entry));
    alert_ledger_end_unseen(&ledger, NOW + 61, 60);
    assert_false(alert_goes_on(entry));
    assert_int_equal(entry->ended, NOW + 61);
}

static void test_a_witness_does_not_write_all_the_time(void **state)
{
    struct alert_entry *entry = begin(ALERT_ROUTE53_UNREACHABLE, "", 100, 0);

    (void)state;
    alert_ledger_witness(&ledger, entry, A, NOW, 10);
    ledger.is_changed = false;
    alert_ledger_witness(&ledger, entry, A, NOW + 9, 10);
    assert_false(ledger.is_changed);
    alert_ledger_witness(&ledger, entry, A, NOW + 10, 10);
    assert_true(ledger.is_changed);
    ledger.is_changed = false;
    alert_ledger_witness(&ledger, entry, A, NOW, 10); /* a clock set back */
    assert_true(ledger.is_changed);
}

static void test_hosts_need_no_witness(void **state)
{
    struct alert_entry *entry = silent(100);

    (void)state;
    alert_ledger_end_unseen(&ledger, NOW, 60);
    assert_true(alert_goes_on(entry));
}

static void test_there_are_no_more_witnesses_than_needed(void **state)
{
    struct alert_entry *entry = begin(ALERT_ROUTE53_UNREACHABLE, "", 100, 0);
    char copy[ALERT_COPY_LEN + 1];

    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        snprintf(copy, sizeof copy, "%016x", i);
        alert_ledger_witness(&ledger, entry, copy, NOW, 10);
    }
    assert_int_equal(entry->witness_count, ALERT_WITNESSES_MAX);
}

static void test_one_copy_has_the_word(void **state)
{
    (void)state;
    assert_true(alert_ledger_take_word(&ledger, A, NOW));
    assert_true(alert_ledger_take_word(&ledger, A, NOW + 1));
    assert_false(alert_ledger_take_word(&ledger, B, NOW + 2));
    alert_ledger_give_word_back(&ledger, B); /* it is not his */
    assert_string_equal(ledger.teller, A);
    assert_false(alert_ledger_take_word(&ledger, B, NOW + ALERT_WORD_SECONDS));
    assert_true(
        alert_ledger_take_word(&ledger, B, NOW + 1 + ALERT_WORD_SECONDS));
    alert_ledger_give_word_back(&ledger, B);
    assert_true(alert_ledger_take_word(&ledger, A, NOW));
}

static void test_a_word_from_the_future_is_none(void **state)
{
    (void)state;
    assert_true(alert_ledger_take_word(&ledger, A, NOW + 86400));
    assert_true(alert_ledger_take_word(&ledger, B, NOW));
}

static void test_what_has_ended_is_forgotten_when_it_was_told(void **state)
{
    struct alert_entry *entry = silent(100);

    (void)state;
    alert_ledger_forget(&ledger, NOW + ALERT_OWED_SECONDS, MAIL);
    assert_int_equal(ledger.count, 1); /* it goes on */
    alert_ledger_end(&ledger, entry, NOW, 110);
    alert_ledger_forget(&ledger, NOW + ALERT_REMEMBERED_SECONDS, MAIL);
    assert_int_equal(ledger.count, 1); /* it is not told */
    told(entry, ALERT_ENDED, MAIL);
    alert_ledger_forget(&ledger, NOW + ALERT_REMEMBERED_SECONDS - 1, MAIL);
    assert_int_equal(ledger.count, 1); /* older news may come yet */
    ledger.is_changed = false;
    alert_ledger_forget(&ledger, NOW + ALERT_REMEMBERED_SECONDS, MAIL);
    assert_int_equal(ledger.count, 0);
    assert_true(ledger.is_changed);
    assert_null(alert_ledger_find(&ledger, ALERT_HOST_SILENT,
                                  span_from_string("a.example.org")));
}

static void test_what_nobody_can_tell_is_forgotten_in_the_end(void **state)
{
    struct alert_entry *entry = silent(100);

    (void)state;
    alert_ledger_end(&ledger, entry, NOW, 110);
    alert_ledger_forget(&ledger, NOW + ALERT_OWED_SECONDS, MAIL);
    assert_int_equal(ledger.count, 0);
}

static void test_there_is_an_end_to_names(void **state)
{
    char name[20];

    (void)state;
    for (unsigned i = 0; i < ALERT_HOSTS_MAX; i++) {
        snprintf(name, sizeof name, "h%u", i);
        assert_non_null(begin(ALERT_HOST_SILENT, name, 100, 100));
    }
    assert_null(begin(ALERT_HOST_SILENT, "one more", 100, 100));
    assert_non_null(begin(ALERT_HOST_SILENT, ALERT_MANY, 100, 100));
    assert_non_null(begin(ALERT_HOST_REFUSED, "h1", 100, 100));
}

/* Those that have ended take room too, until it is told. */
static void test_hosts_leave_room_for_other_kinds(void **state)
{
    struct alert_entry *entry;
    unsigned hosts = 0;
    char name[20];

    (void)state;
    for (;; hosts++) {
        snprintf(name, sizeof name, "h%u", hosts);
        entry = begin(ALERT_HOST_SILENT, name, 100, 100);
        if (entry == NULL)
            break;
        alert_ledger_end(&ledger, entry, NOW, 110);
    }
    assert_true(hosts > 2 * ALERT_HOSTS_MAX);
    assert_null(begin(ALERT_HOST_REFUSED, "one more", 100, 100));
    for (unsigned i = 0; i < ALERT_OTHERS_MAX; i++) {
        snprintf(name, sizeof name, "date %u", i);
        assert_non_null(begin(ALERT_CERTIFICATE_EXPIRES, name, 100, 0));
        assert_non_null(begin(ALERT_LOGIN_ATTACKED, name, 100, 0));
    }
    assert_non_null(begin(ALERT_ROUTE53_UNREACHABLE, "", 100, 0));
    assert_true(ledger.count <= ALERT_ENTRIES_MAX);
}

static void test_texts_of_strangers_are_made_harmless(void **state)
{
    char host[2 * ALERT_SUBJECT_MAX];
    struct alert_entry *entry;

    (void)state;
    memset(host, 'a', sizeof host);
    host[1] = '\n';
    host[2] = (char)0xc3;
    host[sizeof host - 1] = '\0';
    entry = begin(ALERT_HOST_SILENT, host, 100, 100);
    assert_int_equal(strlen(entry->subject), ALERT_SUBJECT_MAX);
    assert_memory_equal(entry->subject, "a??a", 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_one_that_goes_on_does_not_begin_again),
        TEST(test_kinds_and_subjects_are_told_apart),
        TEST(test_older_news_does_not_undo_an_end),
        TEST(test_each_sender_is_told_once_of_both_ends),
        TEST(test_who_was_not_told_of_the_beginning_is_told_of_the_end),
        TEST(test_what_begins_again_before_its_end_is_told),
        TEST(test_what_was_told_while_it_began_anew),
        TEST(test_it_ends_when_the_last_witness_has_gone),
        TEST(test_it_ends_when_its_witness_is_not_heard_of),
        TEST(test_a_witness_does_not_write_all_the_time),
        TEST(test_hosts_need_no_witness),
        TEST(test_there_are_no_more_witnesses_than_needed),
        TEST(test_one_copy_has_the_word),
        TEST(test_a_word_from_the_future_is_none),
        TEST(test_what_has_ended_is_forgotten_when_it_was_told),
        TEST(test_what_nobody_can_tell_is_forgotten_in_the_end),
        TEST(test_there_is_an_end_to_names),
        TEST(test_hosts_leave_room_for_other_kinds),
        TEST(test_texts_of_strangers_are_made_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
