#include "server/expirer.h"

#include "base/log.h"
#include "base/strbuf.h"
#include "s3db/hostdb_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    NEWS_S = 120,
    MARGIN_S = 300,
    NOCHG_S = 300,
    AFTER_S = 1000,
    SILENCE_S = AFTER_S + MARGIN_S,
    START_S = 1800000000,
    MANY = EXPIRER_ROUND_MAX * 3 / 4, /* each has two records */
};

static struct expirer *expirer;
static struct host_table *table;
static int64_t now_s;
static struct history_view view;
static struct host_state states[MANY]; /* of the hosts, by row */
static struct expiry_request *request; /* that was handed over */
static struct strbuf log_text;

/* --- the world around it ------------------------------------------------------------ */

void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count);

void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count)
{
    char line[LOG_LINE_MAX_BYTES];

    log_format(line, level == LOG_LEVEL_WARN ? "warn " : "info ", event, fields,
               count);
    strbuf_printf(&log_text, "%s\n", line);
}

static struct history_view look(void *arg)
{
    (void)arg;
    return view;
}

/* As the history has it: once a name, by the row that has the attribute. */
static void scan(void *arg, enum host_attribute attribute,
                 host_rows_each_fn *each, void *each_arg)
{
    (void)arg;
    for (uint32_t i = 0; i < hostdb_count(table->hosts); i++) {
        struct host host = hostdb_row(table->hosts, i), other;
        struct span value;

        if (attribute != HOST_ATTRIBUTE_COUNT &&
            !host_attributes_value(host.attributes, attribute, &value))
            continue;
        if (hostdb_other_row(table->hosts, &host, &other) &&
            other.index < host.index)
            continue;
        states[i].name = host.name;
        if (!each(each_arg, &host, &states[i]))
            return;
    }
}

static void expire(void *arg, struct expiry_request *handed_over)
{
    (void)arg;
    assert_null(request);
    request = handed_over;
}

static void use_hosts(const char *const rows[][2])
{
    struct hostdb *hosts = hostdb_new();

    for (size_t i = 0; rows[i][0] != NULL; i++) {
        struct host_attributes row = {.len = 0};
        const char *type = strstr(rows[i][0], " ");
        struct span name = span_from_string(rows[i][0]);

        if (type != NULL) {
            name.len = (size_t)(type - rows[i][0]);
            assert_null(host_attributes_add(&row, HOST_ATTRIBUTE_RECORD_TYPE,
                                            span_from_string(type + 1)));
        }
        assert_null(host_attributes_add(&row, HOST_ATTRIBUTE_EXPIRE_AFTER,
                                        span_from_string(rows[i][1])));
        assert_int_equal(
            hostdb_add_row(hosts, name, span_from_string("t"),
                           span_from((const char *)row.bytes, row.len)),
            STATUS_OK);
    }
    host_table_release(table);
    table = host_table_new(hosts, NULL);
    expirer_use_table(expirer, table);
}

static void make(uint32_t after_s, bool is_dry_run)
{
    const struct expirer_parts parts = {NULL, look, scan, expire};
    const struct expiry_rules rules = {after_s, NOCHG_S, NEWS_S, MARGIN_S};

    expirer_free(expirer);
    expirer = expirer_new(&parts, &rules, is_dry_run);
    assert_non_null(expirer);
}

static int set_up(void **state)
{
    (void)state;
    strbuf_init(&log_text, 65536);
    memset(states, 0, sizeof states);
    now_s = START_S;
    expirer = NULL;
    table = NULL;
    request = NULL;
    make(AFTER_S, false);
    use_hosts((const char *const[][2]){
        {"a.example.org", ""}, {"b.example.org", ""}, {NULL, NULL}});
    view = (struct history_view){.as_of = now_s * 1000,
                                 .in_touch_since = (now_s - 1000000) * 1000};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    expirer_free(expirer);
    host_table_release(table);
    strbuf_clear(&log_text);
    return 0;
}

static void turn(void)
{
    view.as_of = now_s * 1000;
    expirer_turn(expirer, now_s * 1000, now_s * 1000);
}

/* Time goes on by so much, and a round is due. */
static void turn_after(int64_t seconds)
{
    now_s += seconds;
    turn();
}

static struct address address(const char *text)
{
    struct address parsed;

    assert_true(address_parse(span_from_string(text), &parsed));
    return parsed;
}

/* The host of a row called so long ago, and has this record since. */
static void called(size_t row, int64_t seconds_ago, const char *text)
{
    struct address said = address(text);
    size_t i = said.family == ADDRESS_IPV6;

    states[row].accessed_at = (uint32_t)(now_s - seconds_ago);
    states[row].addresses[i] = said;
    states[row].seen_at[i] = states[row].accessed_at;
}

static const char *handed_over(void)
{
    static char text[512];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; request != NULL && i < request->count; i++) {
        const struct expired_rrset *rrset = &request->rrsets[i];
        char expected[ADDRESS_TEXT_MAX] = "?";

        if (rrset->expected.family != ADDRESS_NONE)
            address_format(&rrset->expected, expected);
        len += (size_t)snprintf(text + len, sizeof text - len, "%.*s %s=%s;",
                                (int)rrset->name_len, rrset->name,
                                rrset_type_name(rrset->type), expected);
    }
    return text;
}

/* The updater gives it back. */
static void give_back(enum expiry_outcome outcome)
{
    struct expiry_request *done = request;

    assert_non_null(done);
    request = NULL;
    expiry_request_end(done, outcome);
    turn();
}

static bool logged(const char *text)
{
    return strstr(strbuf_string(&log_text), text) != NULL;
}

/* --- who is handed over ----------------------------------------------------------------- */

static void test_silent_hosts_are_handed_over_with_what_they_had(void **state)
{
    (void)state;
    called(0, SILENCE_S + 2, "192.0.2.1");
    called(1, SILENCE_S, "192.0.2.2");
    turn();
    assert_string_equal(handed_over(), "a.example.org A=192.0.2.1;"
                                       "a.example.org AAAA=?;");
    assert_false(request->is_dry_run);
    assert_int_equal(request->good_until, (now_s + NEWS_S) * 1000);
    assert_int_equal(request->rrsets[0].limit_s, SILENCE_S);
    assert_int_equal(request->rrsets[0].silent_s, SILENCE_S + 2);
    give_back(EXPIRY_REMOVED);
}

static void test_without_a_default_only_rows_count(void **state)
{
    (void)state;
    make(0, false);
    use_hosts((const char *const[][2]){
        {"a.example.org", ""}, {"b.example.org", "1h"}, {NULL, NULL}});
    called(0, 999999, "192.0.2.1");
    called(1, 3600 + MARGIN_S + 2, "192.0.2.2");
    turn();
    assert_string_equal(handed_over(), "b.example.org A=192.0.2.2;"
                                       "b.example.org AAAA=?;");
    give_back(EXPIRY_ABSENT);
}

static void test_each_record_by_its_own_row(void **state)
{
    (void)state;
    use_hosts((const char *const[][2]){{"a.example.org AAAA", ""},
                                       {"a.example.org A", "never"},
                                       {"b.example.org A", "1h"},
                                       {NULL, NULL}});
    called(0, SILENCE_S + 2, "192.0.2.1");
    called(2, SILENCE_S + 2, "192.0.2.2");
    turn();
    assert_string_equal(handed_over(), "a.example.org AAAA=?;");
    give_back(EXPIRY_ABSENT);
}

static void test_who_never_called_is_waited_for_from_when_he_is_seen(
    void **state)
{
    (void)state;
    turn();
    turn_after(SILENCE_S);
    assert_null(request);
    use_hosts((const char *const[][2]){{"a.example.org", ""},
                                       {"b.example.org", ""},
                                       {"new.example.org", ""},
                                       {NULL, NULL}});
    turn_after(NEWS_S);
    assert_string_equal(handed_over(),
                        "a.example.org A=?;a.example.org AAAA=?;"
                        "b.example.org A=?;b.example.org AAAA=?;");
    give_back(EXPIRY_ABSENT);
    turn_after(SILENCE_S + 2);
    assert_string_equal(handed_over(),
                        "new.example.org A=?;new.example.org AAAA=?;");
    give_back(EXPIRY_REMOVED);
}

static const char *const both_rows[][2] = {
    {"a.example.org", ""}, {"b.example.org", ""}, {NULL, NULL}};
static const char *const one_row[][2] = {{"a.example.org", ""}, {NULL, NULL}};

/* What the record says then may have been made by hand a moment ago. */
static void test_whose_row_is_back_is_waited_for_anew(void **state)
{
    (void)state;
    turn();
    use_hosts(one_row);
    turn_after(NEWS_S);
    use_hosts(both_rows);
    turn_after(SILENCE_S - NEWS_S + 2);
    assert_string_equal(handed_over(),
                        "a.example.org A=?;a.example.org AAAA=?;");
    give_back(EXPIRY_ABSENT);
    turn_after(SILENCE_S);
    assert_null(request);
    turn_after(NEWS_S);
    assert_string_equal(handed_over(),
                        "b.example.org A=?;b.example.org AAAA=?;");
    give_back(EXPIRY_ABSENT);
}

/* A table that is in service while no silence is believed counts too. */
static void test_so_is_one_that_was_gone_while_nobody_was_looked_for(
    void **state)
{
    (void)state;
    turn();
    view.unsure_since = 1;
    use_hosts(one_row);
    turn_after(NEWS_S);
    use_hosts(both_rows);
    view.unsure_since = 0;
    turn_after(SILENCE_S);
    assert_string_equal(handed_over(),
                        "a.example.org A=?;a.example.org AAAA=?;");
    give_back(EXPIRY_ABSENT);
}

/* Its record may have been made by hand, a moment ago. */
static void test_a_row_that_is_added_is_waited_for_by_itself(void **state)
{
    (void)state;
    use_hosts((const char *const[][2]){{"a.example.org A", ""}, {NULL, NULL}});
    turn();
    turn_after(SILENCE_S / 2);
    use_hosts((const char *const[][2]){
        {"a.example.org A", ""}, {"a.example.org AAAA", ""}, {NULL, NULL}});
    turn_after(NEWS_S);
    turn_after(SILENCE_S / 2 + 2 - NEWS_S);
    assert_string_equal(handed_over(), "a.example.org A=?;");
    give_back(EXPIRY_ABSENT);
    turn_after(SILENCE_S / 2 + NEWS_S);
    assert_string_equal(handed_over(), "a.example.org AAAA=?;");
    give_back(EXPIRY_ABSENT);
}

static void test_what_is_removed_is_not_tried_again(void **state)
{
    (void)state;
    called(0, SILENCE_S + 2, "192.0.2.1");
    called(1, 0, "192.0.2.2");
    states[0].updated_at[0] = states[0].accessed_at;
    states[0].addresses[0] = (struct address){.family = ADDRESS_NONE};
    turn();
    assert_string_equal(handed_over(), "a.example.org AAAA=?;");
    give_back(EXPIRY_ABSENT);
}

/* Another copy has just removed it, and its word is on the way; or nobody will ever
 * tell, since the answer to a removal was lost. */
static void test_that_a_record_is_missing_is_told_if_nobody_else_does(
    void **state)
{
    (void)state;
    use_hosts(one_row);
    called(0, SILENCE_S + 2, "192.0.2.1");
    turn();
    assert_false(request->rrsets[0].is_missing);
    give_back(EXPIRY_ABSENT);
    for (unsigned round = 0; round < 2; round++) {
        turn_after(NEWS_S / 2);
        assert_null(request);
    }
    turn_after(NEWS_S / 2);
    assert_string_equal(handed_over(), "a.example.org A=192.0.2.1;");
    assert_true(request->rrsets[0].is_missing);
    give_back(EXPIRY_ABSENT);
    turn_after(NEWS_S);
    assert_null(request);
    called(0, 0, "192.0.2.1");
    turn_after(SILENCE_S + 2);
    assert_false(request->rrsets[0].is_missing);
    give_back(EXPIRY_REMOVED);
}

static void test_in_a_dry_run_it_is_not(void **state)
{
    (void)state;
    make(AFTER_S, true);
    use_hosts(one_row);
    called(0, SILENCE_S + 2, "192.0.2.1");
    turn();
    give_back(EXPIRY_ABSENT);
    turn_after(NEWS_S * 2);
    assert_null(request);
}

/* --- when it is not certain ---------------------------------------------------------------- */

static void test_a_doubt_is_told_once_and_so_is_its_end(void **state)
{
    (void)state;
    called(0, SILENCE_S + 2, "192.0.2.1");
    view.in_touch_since = 0;
    turn();
    assert_null(request);
    assert_true(logged("info event=expiry_waits reason=\"this server is not in "
                       "touch with DYNDNS_STATE\""));
    strbuf_rewind(&log_text);
    turn_after(NEWS_S);
    assert_int_equal(log_text.len, 0);
    view.in_touch_since = (now_s - 1000000) * 1000;
    turn_after(NEWS_S);
    assert_true(
        logged("info event=expiry_goes_on waited=\"this server is not in "));
    assert_non_null(request);
    give_back(EXPIRY_REMOVED);
}

static void test_a_server_that_came_lately_removes_nothing(void **state)
{
    (void)state;
    called(0, 999999, "192.0.2.1");
    view.in_touch_since = (now_s - SILENCE_S) * 1000;
    turn();
    assert_null(request);
    turn_after(NEWS_S);
    assert_non_null(request);
    give_back(EXPIRY_REMOVED);
}

static void test_without_a_table_there_is_nobody(void **state)
{
    (void)state;
    make(AFTER_S, false);
    called(0, 999999, "192.0.2.1");
    turn();
    assert_null(request);
}

/* --- what came of it ------------------------------------------------------------------------ */

/* What is told of an outcome, and whether the record is looked at again though
 * its host did not call. */
static const struct {
    enum expiry_outcome outcome;
    const char *told; /* NULL: nothing */
    bool again;
} outcomes[] = {
    {EXPIRY_ABSENT, NULL, false},
    {EXPIRY_REMOVED, NULL, false},
    {EXPIRY_WOULD_GO,
     "info event=record_would_expire host=a.example.org type=A silent_s=1302\n",
     false},
    {EXPIRY_SPECIAL,
     "info event=record_kept host=a.example.org type=A silent_s=1302 "
     "reason=\"an alias",
     false},
    {EXPIRY_OTHER_VALUE, "event=record_kept host=a.example.org", false},
    {EXPIRY_LOCKED, "event=record_kept host=a.example.org", false},
    {EXPIRY_REFUSED, "event=record_kept host=a.example.org", false},
    {EXPIRY_NO_ZONE, "event=record_kept host=a.example.org", false},
    {EXPIRY_CHANGED, NULL, true},
    {EXPIRY_WANTED, NULL, true},
    {EXPIRY_UNAVAILABLE, NULL, true},
};

static void test_what_is_left_alone_is_told_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        set_up(NULL);
        use_hosts(
            (const char *const[][2]){{"a.example.org A", ""}, {NULL, NULL}});
        called(0, SILENCE_S + 2, "192.0.2.1");
        turn();
        give_back(outcomes[i].outcome);
        print_message("  %s%s\n", expiry_outcome_reason(outcomes[i].outcome),
                      strbuf_string(&log_text));
        if (outcomes[i].told == NULL)
            assert_int_equal(log_text.len, 0);
        else
            assert_true(logged(outcomes[i].told));
        assert_null(request); /* not before the next round, in any case */
        turn_after(NEWS_S);
        assert_int_equal(request != NULL, outcomes[i].again);
        if (request != NULL)
            give_back(EXPIRY_ABSENT);
        /* Its host calls, and falls silent again. */
        called(0, 0, "192.0.2.1");
        turn_after(SILENCE_S + 2);
        assert_non_null(request);
        give_back(EXPIRY_ABSENT);
        tear_down(NULL);
    }
}

static void test_a_denial_makes_a_pause(void **state)
{
    (void)state;
    called(0, SILENCE_S + 2, "192.0.2.1");
    called(1, SILENCE_S + 2, "192.0.2.2");
    turn();
    give_back(EXPIRY_DENIED);
    assert_true(logged("warn event=expiry_denied advice="));
    assert_null(strstr(strstr(strbuf_string(&log_text), "expiry_denied") + 1,
                       "expiry_denied"));
    turn_after(NEWS_S);
    assert_null(request);
    turn_after(EXPIRER_DENIED_PAUSE_MS / 1000);
    assert_non_null(request);
    give_back(EXPIRY_REMOVED);
}

static void test_a_dry_run_says_so(void **state)
{
    (void)state;
    make(AFTER_S, true);
    expirer_use_table(expirer, table);
    called(0, SILENCE_S + 2, "192.0.2.1");
    turn();
    assert_true(request->is_dry_run);
    give_back(EXPIRY_WOULD_GO);
}

static void test_one_request_at_a_time(void **state)
{
    struct expiry_request *first;

    (void)state;
    called(0, SILENCE_S + 2, "192.0.2.1");
    turn();
    first = request;
    request = NULL;
    called(1, SILENCE_S + 2, "192.0.2.2");
    turn_after(NEWS_S);
    assert_null(request);
    request = first;
    give_back(EXPIRY_REMOVED);
}

static void test_one_that_is_out_at_the_end_is_freed(void **state)
{
    (void)state;
    called(0, SILENCE_S + 2, "192.0.2.1");
    turn();
    assert_non_null(request);
    expiry_request_end(request, EXPIRY_UNAVAILABLE); /* updater_free() */
}

static void test_a_round_has_an_end(void **state)
{
    struct hostdb *hosts = hostdb_new();
    char name[32];

    (void)state;
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "h%d.example.org", i);
        assert_int_equal(
            hostdb_add(hosts, span_from_string(name), span_from_string("t")),
            STATUS_OK);
        called((size_t)i, SILENCE_S + 2, "192.0.2.1");
    }
    host_table_release(table);
    table = host_table_new(hosts, NULL);
    expirer_use_table(expirer, table);
    turn();
    assert_int_equal(request->count, EXPIRER_ROUND_MAX);
    give_back(EXPIRY_REMOVED);
    turn_after(NEWS_S);
    assert_int_equal(request->count, 2 * MANY - EXPIRER_ROUND_MAX);
    give_back(EXPIRY_REMOVED);
    turn_after(NEWS_S);
    assert_null(request);
}

#define EXPIRER_TEST(test)                                                     \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXPIRER_TEST(test_silent_hosts_are_handed_over_with_what_they_had),
        EXPIRER_TEST(test_without_a_default_only_rows_count),
        EXPIRER_TEST(test_each_record_by_its_own_row),
        EXPIRER_TEST(test_who_never_called_is_waited_for_from_when_he_is_seen),
        EXPIRER_TEST(test_whose_row_is_back_is_waited_for_anew),
        EXPIRER_TEST(test_so_is_one_that_was_gone_while_nobody_was_looked_for),
        EXPIRER_TEST(test_a_row_that_is_added_is_waited_for_by_itself),
        EXPIRER_TEST(test_what_is_removed_is_not_tried_again),
        EXPIRER_TEST(test_that_a_record_is_missing_is_told_if_nobody_else_does),
        EXPIRER_TEST(test_in_a_dry_run_it_is_not),
        EXPIRER_TEST(test_a_doubt_is_told_once_and_so_is_its_end),
        EXPIRER_TEST(test_a_server_that_came_lately_removes_nothing),
        EXPIRER_TEST(test_without_a_table_there_is_nobody),
        cmocka_unit_test(test_what_is_left_alone_is_told_once),
        EXPIRER_TEST(test_a_denial_makes_a_pause),
        EXPIRER_TEST(test_a_dry_run_says_so),
        EXPIRER_TEST(test_one_request_at_a_time),
        EXPIRER_TEST(test_one_that_is_out_at_the_end_is_freed),
        EXPIRER_TEST(test_a_round_has_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
