#include "server/alerts/alert_teller.h"

#include "base/clock.h"
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    NOW = 1795300000,
    MAIL = 1U << ALERT_BY_SNS,
    HOOK = 1U << ALERT_BY_WEBHOOK,
    COMMAND = 1U << ALERT_BY_COMMAND
};

static size_t logged;
void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count);
void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count)
{
    (void)level;
    (void)fields;
    (void)count;
    assert_string_equal(event, "alert_not_sent");
    logged++;
}

static int64_t clock_ms;
int64_t __wrap_clock_now_ms(void);
int64_t __wrap_clock_now_ms(void)
{
    return clock_ms;
}

static struct alert_ledger ledger;
static struct alert_deeds deeds;
static struct alert_metrics metrics;
static struct alert_teller teller;
static atomic_bool stopping;
static unsigned broken;
static int64_t takes_ms;
static char sent[2000];

static enum status send(void *arg, enum alert_sender sender,
                        const struct alert_message *message, struct strbuf *why)
{
    size_t len = strlen(sent);

    assert_ptr_equal(arg, &broken);
    assert_string_equal(message->machine, "box");
    clock_ms += takes_ms;
    if ((broken >> sender & 1U) != 0) {
        strbuf_append_string(why, "it is broken");
        return STATUS_UNAVAILABLE;
    }
    snprintf(sent + len, sizeof sent - len, "%s %s %s %zu\n",
             alert_sender_word(sender), alert_kind_word(message->kind),
             alert_phase_word(message->phase), message->count);
    return STATUS_OK;
}

static int set_up(void **state)
{
    (void)state;
    memset(&metrics, 0, sizeof metrics);
    teller = (struct alert_teller){
        .send = send,
        .arg = &broken,
        .senders = MAIL | HOOK,
        .machine = "box",
        .stopping = &stopping,
        .metrics = &metrics,
    };
    for (size_t i = 0; i < ALERT_SENDERS; i++)
        teller.backoff[i] = (struct backoff){.first_ms = 1000, .cap_ms = 8000};
    atomic_store(&stopping, false);
    broken = 0;
    takes_ms = 0;
    clock_ms = 1000;
    logged = 0;
    sent[0] = '\0';
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
    const struct alert_sight sight = {.kind = kind,
                                      .subject = span_from_string(subject),
                                      .detail = span_from("", 0),
                                      .since = 100,
                                      .evidence = 100};

    return alert_ledger_begin(&ledger, &sight);
}

static void tell(void)
{
    alert_teller_tell(&teller, &ledger, &deeds, NOW, clock_ms);
}

static void test_one_message_for_all_of_a_kind(void **state)
{
    (void)state;
    begin(ALERT_HOST_SILENT, "a");
    begin(ALERT_HOST_SILENT, "b");
    begin(ALERT_ROUTE53_UNREACHABLE, "");
    alert_ledger_end(&ledger, begin(ALERT_HOST_SILENT, "c"), NOW, 110);
    tell();
    assert_string_equal(sent, "sns host_silent begun 2\n"
                              "webhook host_silent begun 2\n"
                              "sns route53_unreachable begun 1\n"
                              "webhook route53_unreachable begun 1\n"
                              "sns host_silent ended 1\n"
                              "webhook host_silent ended 1\n");
    sent[0] = '\0';
    tell();
    assert_string_equal(sent, "");
    assert_int_equal(deeds.count, 8);
}

static void test_a_sender_that_fails_is_left_alone_for_a_while(void **state)
{
    (void)state;
    begin(ALERT_HOST_SILENT, "a");
    begin(ALERT_HOST_REFUSED, "a");
    broken = HOOK;
    teller.jitter.state = 3; /* whose first number is not nought */
    tell();
    assert_string_equal(sent, "sns host_silent begun 1\n"
                              "sns host_refused begun 1\n");
    assert_int_equal(logged, 1); /* and the other message was not tried */
    assert_int_equal(alert_teller_ready(&teller, clock_ms), MAIL);
    assert_in_range(teller.not_before[ALERT_BY_WEBHOOK], clock_ms,
                    clock_ms + 1000);
    clock_ms += 1000;
    assert_int_equal(alert_teller_ready(&teller, clock_ms), MAIL | HOOK);
    sent[0] = '\0';
    broken = 0;
    tell();
    assert_string_equal(sent, "webhook host_silent begun 1\n"
                              "webhook host_refused begun 1\n");
    assert_int_equal(teller.backoff[ALERT_BY_WEBHOOK].failures, 0);
}

static void test_what_was_sent_is_counted(void **state)
{
    (void)state;
    begin(ALERT_HOST_SILENT, "a");
    broken = HOOK;
    tell();
    assert_int_equal(
        metric_count(
            &metrics.messages[ALERT_BY_SNS * ALERT_RESULTS + ALERT_SENT]),
        1);
    assert_int_equal(
        metric_count(&metrics.messages[ALERT_BY_WEBHOOK * ALERT_RESULTS +
                                       ALERT_NOT_SENT]),
        1);
}

static void test_what_is_not_set_is_not_tried(void **state)
{
    (void)state;
    teller.senders = 0;
    begin(ALERT_HOST_SILENT, "a");
    tell();
    assert_string_equal(sent, "");
    assert_int_equal(alert_teller_ready(&teller, clock_ms), 0);
}

static void test_it_ends_before_the_word_is_lost(void **state)
{
    (void)state;
    takes_ms = ALERT_WORD_SECONDS * 1000 / 4;
    begin(ALERT_HOST_SILENT, "a");
    begin(ALERT_HOST_REFUSED, "a");
    tell();
    assert_string_equal(sent, "sns host_silent begun 1\n"
                              "webhook host_silent begun 1\n");
    tell(); /* the next time */
    assert_non_null(strstr(sent, "webhook host_refused begun 1\n"));
}

static const struct {
    const char *label;
    int64_t ago_ms; /* the word was taken */
    const char *sent;
} limits[] = {
    {"all may be tried when the word is new", 0,
     "sns host_silent begun 1\ncommand host_silent begun 1\n"},
    {"all may use up the time", 30000,
     "sns host_silent begun 1\ncommand host_silent begun 1\n"},
    {"a program might take too long", 30001, "sns host_silent begun 1\n"},
    {"SNS takes less", 50000, "sns host_silent begun 1\n"},
    {"nobody is told in the last seconds", 50001, ""},
    {"nor when to take the word took too long", 1000000, ""},
};

static void test_no_message_is_begun_that_may_outlast_the_word(void **state)
{
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        tear_down(state);
        set_up(state);
        teller.senders = MAIL | COMMAND;
        print_message("  %s\n", limits[i].label);
        begin(ALERT_HOST_SILENT, "a");
        alert_teller_tell(&teller, &ledger, &deeds, NOW,
                          clock_ms - limits[i].ago_ms);
        assert_string_equal(sent, limits[i].sent);
        assert_int_equal(logged, 0); /* it is no failure */
    }
}

static void test_a_server_that_stops_begins_no_message(void **state)
{
    (void)state;
    begin(ALERT_HOST_SILENT, "a");
    atomic_store(&stopping, true);
    tell();
    assert_string_equal(sent, "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_one_message_for_all_of_a_kind),
        TEST(test_a_sender_that_fails_is_left_alone_for_a_while),
        TEST(test_what_was_sent_is_counted),
        TEST(test_what_is_not_set_is_not_tried),
        TEST(test_it_ends_before_the_word_is_lost),
        TEST(test_no_message_is_begun_that_may_outlast_the_word),
        TEST(test_a_server_that_stops_begins_no_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
