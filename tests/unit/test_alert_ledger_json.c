#include "server/alerts/alert_ledger_json.h"

#include "tests/unit/failing_jansson.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define A "aaaaaaaaaaaaaaaa"

static struct alert_ledger ledger;
static struct strbuf text;

static int set_up(void **state)
{
    (void)state;
    strbuf_init(&text, ALERT_LEDGER_MAX_BYTES);
    return alert_ledger_init(&ledger) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    strbuf_clear(&text);
    alert_ledger_clear(&ledger);
    return 0;
}

static void empty(void)
{
    alert_ledger_clear(&ledger);
    assert_int_equal(alert_ledger_init(&ledger), STATUS_OK);
}

static void read_string(const char *json)
{
    assert_int_equal(alert_ledger_read(&ledger, span_from_string(json)),
                     STATUS_OK);
}

#define EVERYTHING                                                             \
    "{\"alerts\":[\n"                                                          \
    "{\"kind\":\"host_silent\",\"subject\":\"a.example.org\","                 \
    "\"detail\":\"a \\\"b\\\" \\\\c\",\"since\":100,\"ended\":0,"              \
    "\"evidence\":0,\"told_begun\":[\"sns\",\"command\"],"                     \
    "\"told_ended\":[]},\n"                                                    \
    "{\"kind\":\"host_refused\",\"subject\":\"b.example.org\","                \
    "\"detail\":\"\",\"since\":100,\"ended\":200,\"evidence\":150,"            \
    "\"told_begun\":[],\"told_ended\":[\"webhook\"]},\n"                       \
    "{\"kind\":\"route53_unreachable\",\"subject\":\"\",\"detail\":\"\","      \
    "\"since\":100,\"ended\":0,\"evidence\":0,\"told_begun\":[],"              \
    "\"told_ended\":[],\"seen_by\":{\"" A "\":300}}],\n"                       \
    "\"told_at\":{\"sns host_silent begun\":70,\"command host_refused "        \
    "ended\":80},\n"                                                           \
    "\"teller\":{\"copy\":\"" A "\",\"since\":400}}\n"

static void test_what_is_written_is_read(void **state)
{
    const struct alert_entry *entry;

    (void)state;
    read_string(EVERYTHING);
    assert_false(ledger.is_changed);
    assert_int_equal(ledger.count, 3);
    entry = ledger.entries[0];
    assert_string_equal(entry->detail, "a \"b\" \\c");
    assert_int_equal(entry->told[ALERT_BEGUN],
                     1U << ALERT_BY_SNS | 1U << ALERT_BY_COMMAND);
    entry = ledger.entries[1];
    assert_int_equal(entry->ended, 200);
    assert_int_equal(entry->evidence, 150);
    assert_int_equal(entry->told[ALERT_ENDED], 1U << ALERT_BY_WEBHOOK);
    assert_true(alert_ledger_is_witness(ledger.entries[2], A));
    assert_int_equal(ledger.of_kind[ALERT_HOST_SILENT], 1);
    assert_int_equal(ledger.of_kind[ALERT_HOST_REFUSED], 0);
    assert_string_equal(ledger.teller, A);
    assert_int_equal(ledger.teller_since, 400);
    assert_int_equal(
        ledger.told_at[ALERT_BY_SNS][ALERT_HOST_SILENT][ALERT_BEGUN], 70);
    assert_true(alert_ledger_write(&ledger, &text));
    assert_string_equal(strbuf_string(&text), EVERYTHING);
}

static void test_none_is_a_ledger_too(void **state)
{
    (void)state;
    assert_true(alert_ledger_write(&ledger, &text));
    assert_string_equal(strbuf_string(&text),
                        "{\"alerts\":[],\n\"told_at\":{}}\n");
    read_string(strbuf_string(&text));
    assert_int_equal(ledger.count, 0);
}

static const struct {
    const char *label, *json;
} faulty[] = {
    {"nothing", ""},
    {"no JSON", "{\"alerts\":["},
    {"something behind it", "{\"alerts\":[]}x"},
    {"no object", "[]"},
    {"no alerts", "{}"},
    {"alerts that are no list", "{\"alerts\":{}}"},
    {"a name twice", "{\"alerts\":[],\"alerts\":[]}"},
};

static void test_what_is_no_ledger(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++) {
        print_message("  %s\n", faulty[i].label);
        assert_int_equal(
            alert_ledger_read(&ledger, span_from_string(faulty[i].json)),
            STATUS_INVALID);
        assert_int_equal(ledger.count, 0);
    }
}

static const struct {
    const char *label, *json;
    size_t count;
} odd[] = {
    {"a newer version's kind",
     "{\"alerts\":[{\"kind\":\"disk_full\",\"subject\":\"\"}]}", 0},
    {"a newer version's sender",
     "{\"alerts\":[{\"kind\":\"host_silent\",\"subject\":\"a\",\"since\":1,"
     "\"told_begun\":[\"pigeon\"]}]}",
     1},
    {"the same twice",
     "{\"alerts\":[{\"kind\":\"host_silent\",\"subject\":\"a\"},"
     "{\"kind\":\"host_silent\",\"subject\":\"a\"}]}",
     1},
    {"members of other types",
     "{\"alerts\":[{\"kind\":\"host_silent\",\"subject\":7,\"since\":\"x\","
     "\"ended\":[],\"told_begun\":{},\"seen_by\":[]},7,null]}",
     1},
    {"witnesses and tellers that are no copies",
     "{\"alerts\":[{\"kind\":\"rows_left_out\",\"subject\":\"\","
     "\"seen_by\":{\"x\":1,\"AAAAAAAAAAAAAAAA\":1,\"" A "\":-1}}],"
     "\"teller\":{\"copy\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}",
     1},
    {"times before all time",
     "{\"alerts\":[{\"kind\":\"host_silent\",\"subject\":\"a\",\"since\":-1,"
     "\"ended\":-1}],\"teller\":{\"copy\":7}}",
     1},
};

static void test_what_is_odd_does_no_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        print_message("  %s\n", odd[i].label);
        empty();
        read_string(odd[i].json);
        assert_int_equal(ledger.count, odd[i].count);
        assert_string_equal(ledger.teller, "");
        for (size_t j = 0; j < ledger.count; j++) {
            assert_true(alert_goes_on(ledger.entries[j]));
            assert_int_equal(ledger.entries[j]->told[ALERT_BEGUN], 0);
            assert_int_equal(ledger.entries[j]->witness_count, 0);
        }
    }
}

/* Else it would be replaced by one without alerts. */
static void test_what_there_is_no_memory_for_is_a_ledger_still(void **state)
{
    enum status status;

    (void)state;
    failing_jansson_after(0);
    status = alert_ledger_read(&ledger, span_from_string(EVERYTHING));
    failing_jansson_after(-1);
    assert_int_equal(status, STATUS_NOMEM);
    read_string(EVERYTHING);
    assert_int_equal(ledger.count, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_written_is_read),
        TEST(test_none_is_a_ledger_too),
        TEST(test_what_is_no_ledger),
        TEST(test_what_is_odd_does_no_harm),
        TEST(test_what_there_is_no_memory_for_is_a_ledger_still),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
