#include "server/state/health.h"

#include "base/log.h"
#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define NOBODY_SINCE "\"state\":\"unknown\",\"since\":\"2026-03-01T10:00:00Z\""

/* 2026-03-01T10:00:00Z */
enum { START = 1772359200, LINES_MAX_BYTES = 16 * 1024 };

/* --- the log -------------------------------------------------------------------
 */

static char lines[LINES_MAX_BYTES];

void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count);
void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count)
{
    static const char *const levels[] = {"error ", "warn ", "info ", "debug "};
    size_t len = strlen(lines);
    char line[LOG_LINE_MAX_BYTES];

    log_format(line, levels[level], event, fields, count);
    assert_in_range(snprintf(lines + len, sizeof lines - len, "%s\n", line), 1,
                    sizeof lines - len - 1);
}

static size_t count_lines(void)
{
    size_t count = 0;

    for (const char *p = lines; *p != '\0'; p++)
        count += *p == '\n';
    return count;
}

/* --- what happens ---------------------------------------------------------------
 */

static struct health health;
static struct strbuf page;

static int set_up(void **state)
{
    (void)state;
    lines[0] = '\0';
    health_init(&health, true, START);
    strbuf_init(&page, HEALTH_JSON_MAX_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    strbuf_clear(&page);
    return 0;
}

static struct health_news news_of(enum aws_condition condition)
{
    return (struct health_news){condition, "", "", ""};
}

static void route53(time_t now, enum health_call call,
                    enum aws_condition condition)
{
    struct health_news news = news_of(condition);

    health_note_route53(&health, START + now, call, &news);
}

static void s3(time_t now, enum aws_condition condition)
{
    struct health_news news = news_of(condition);

    health_note_s3(&health, START + now, &news);
}

static bool is_well(void)
{
    bool well;

    strbuf_rewind(&page);
    well = health_write_json(&health, &page);
    assert_true(strbuf_ok(&page));
    assert_true(page.len > 3 && strbuf_string(&page)[page.len - 1] == '\n');
    return well;
}

static void assert_says(const char *text)
{
    is_well();
    if (strstr(strbuf_string(&page), text) == NULL)
        fail_msg("no %s in %s", text, strbuf_string(&page));
}

/* --- the page --------------------------------------------------------------------
 */

static void test_at_the_start_nothing_is_well(void **state)
{
    (void)state;
    assert_false(is_well());
    assert_string_equal(
        strbuf_string(&page),
        "{\"status\":\"unavailable\",\"reason\":\"no host table is in service "
        "yet\",\"hosts\":0,\"table\":\"none\",\"route53\":{" NOBODY_SINCE
        ",\"reason\":\"it was not asked yet\"},\"s3\":{" NOBODY_SINCE
        ",\"reason\":\"it was not asked yet\"}}\n");
}

static void test_all_is_well(void **state)
{
    (void)state;
    s3(2, AWS_WELL);
    health_note_table(&health, 1000000);
    assert_false(is_well()); /* Route 53 was not asked yet */
    route53(3661, HEALTH_LISTING, AWS_WELL);
    strbuf_rewind(&page);
    strbuf_append_string(&page, "before ");
    assert_true(health_write_json(&health, &page));
    assert_string_equal(
        strbuf_string(&page),
        "before {\"status\":\"ok\",\"hosts\":1000000,\"table\":\"current\","
        "\"route53\":{\"state\":\"ok\",\"since\":\"2026-03-01T11:01:01Z\"},"
        "\"s3\":{\"state\":\"ok\",\"since\":\"2026-03-01T10:00:02Z\"}}\n");
}

static void test_without_s3_nothing_is_said_of_it(void **state)
{
    (void)state;
    health_init(&health, false, START);
    health_note_table(&health, 3);
    route53(0, HEALTH_LISTING, AWS_WELL);
    assert_true(is_well());
    assert_string_equal(
        strbuf_string(&page),
        "{\"status\":\"ok\",\"hosts\":3,\"table\":\"current\",\"route53\":{"
        "\"state\":\"ok\",\"since\":\"2026-03-01T10:00:00Z\"}}\n");
}

static void test_of_a_certificate_its_end_is_said(void **state)
{
    (void)state;
    assert_int_equal(atomic_load(&health.certificate_not_after), 0);
    assert_false(is_well());
    assert_null(strstr(strbuf_string(&page), "certificate"));
    health_note_certificate(&health, START + 86400);
    assert_says(",\"certificate\":{\"not_after\":\"2026-03-02T10:00:00Z\"}}\n");
    assert_int_equal(atomic_load(&health.certificate_not_after), START + 86400);
}

static const struct {
    const char *label;
    enum aws_condition condition;
    bool well;
    const char *state, *reason;
} conditions[] = {
    {"well", AWS_WELL, true, "\"ok\"", ""},
    {"throttling is no illness", AWS_THROTTLED, true, "\"throttled\"",
     "fewer calls"},
    {"refused credentials", AWS_DENIED, false, "\"denied\"", "credentials"},
    {"nothing to ask with", AWS_NO_CREDENTIALS, false, "\"no_credentials\"",
     "no credentials"},
    {"a wrong clock", AWS_CLOCK_SKEWED, false, "\"clock_skewed\"", "clock"},
    {"faults of its own", AWS_FAILING, false, "\"failing\"", "faults"},
    {"no answer", AWS_UNREACHABLE, false, "\"unreachable\"", "not reached"},
};

/* As the first word, and after others. */
static void test_each_condition_of_route53(void **state)
{
    (void)state;
    for (size_t before = 0; before <= COUNT(conditions); before++) {
        for (size_t i = 0; i < COUNT(conditions); i++) {
            char wanted[64];

            health_init(&health, true, START);
            health_note_table(&health, 3);
            s3(0, AWS_WELL);
            if (before < COUNT(conditions))
                route53(0, HEALTH_CHANGE, conditions[before].condition);
            route53(1, HEALTH_CHANGE, conditions[i].condition);
            if (is_well() != conditions[i].well)
                fail_msg("%s: %s", conditions[i].label, strbuf_string(&page));
            snprintf(wanted, sizeof wanted, "\"route53\":{\"state\":%s",
                     conditions[i].state);
            assert_says(wanted);
            assert_says(conditions[i].reason);
            assert_says(conditions[i].well ? "{\"status\":\"ok\",\"hosts\""
                                           : "\"reason\":\"Route 53: ");
        }
    }
}

/* While a table serves, nobody loses anything by S3's absence. */
static void test_each_condition_of_s3_is_told_but_is_no_illness(void **state)
{
    (void)state;
    health_note_table(&health, 3);
    route53(0, HEALTH_LISTING, AWS_WELL);
    for (size_t i = 0; i < COUNT(conditions); i++) {
        char wanted[64];

        s3(1, conditions[i].condition);
        assert_true(is_well());
        snprintf(wanted, sizeof wanted, "\"s3\":{\"state\":%s",
                 conditions[i].state);
        assert_says(wanted);
        assert_says(conditions[i].reason);
    }
}

static void test_s3_says_nothing_about_route53(void **state)
{
    (void)state;
    health_note_table(&health, 3);
    route53(5, HEALTH_LISTING, AWS_UNREACHABLE);
    for (int i = 0; i < 10; i++) {
        s3(10 + i, AWS_WELL);
        assert_false(is_well());
        assert_says("\"route53\":{\"state\":\"unreachable\","
                    "\"since\":\"2026-03-01T10:00:05Z\"");
        assert_says("\"s3\":{\"state\":\"ok\"");
        route53(10 + i, HEALTH_LISTING, AWS_UNREACHABLE);
    }
    assert_int_equal(count_lines(), 1);
}

static void test_since_is_when_the_state_began(void **state)
{
    (void)state;
    route53(1, HEALTH_CHANGE, AWS_DENIED);
    route53(60, HEALTH_CHANGE, AWS_DENIED);
    assert_says("\"denied\",\"since\":\"2026-03-01T10:00:01Z\"");
    route53(61, HEALTH_CHANGE, AWS_WELL);
    assert_says("\"ok\",\"since\":\"2026-03-01T10:01:01Z\"");
}

static void test_a_call_that_was_never_made_tells_nothing(void **state)
{
    (void)state;
    route53(1, HEALTH_CHANGE, AWS_NOT_ASKED);
    s3(1, AWS_NOT_ASKED);
    assert_false(health_route53_is_ill(&health));
    assert_says("\"route53\":{" NOBODY_SINCE);
    route53(2, HEALTH_CHANGE, AWS_UNREACHABLE);
    route53(3, HEALTH_CHANGE, AWS_NOT_ASKED);
    assert_says("\"unreachable\"");
    assert_true(health_route53_is_ill(&health));
}

/* --- denials ---------------------------------------------------------------------
 */

static void test_a_denied_change_is_not_forgotten_over_a_listing(void **state)
{
    (void)state;
    health_note_table(&health, 3);
    route53(0, HEALTH_LISTING, AWS_WELL);
    route53(1, HEALTH_CHANGE, AWS_DENIED);
    for (int i = 0; i < 10; i++) {
        route53(2 + i, HEALTH_LISTING, AWS_WELL);
        route53(2 + i, HEALTH_SURVEY, AWS_WELL);
        route53(2 + i, HEALTH_LISTING, AWS_THROTTLED);
        assert_false(is_well());
    }
    assert_says("\"denied\",\"since\":\"2026-03-01T10:00:01Z\"");
    assert_int_equal(count_lines(), 1);
    /* An outage of everything is told, and then the denial is back. */
    route53(20, HEALTH_LISTING, AWS_UNREACHABLE);
    assert_says("\"unreachable\"");
    route53(21, HEALTH_LISTING, AWS_WELL);
    assert_says("\"denied\"");
    route53(22, HEALTH_CHANGE, AWS_WELL);
    assert_true(is_well());
}

static void test_a_denied_listing_is_not_forgotten_over_a_change(void **state)
{
    (void)state;
    health_note_table(&health, 3);
    route53(1, HEALTH_LISTING, AWS_DENIED);
    route53(2, HEALTH_CHANGE, AWS_WELL);
    assert_false(is_well());
    route53(3, HEALTH_LISTING, AWS_WELL);
    assert_true(is_well());
}

static void test_a_denial_that_nobody_tries_again_grows_old(void **state)
{
    const time_t holds = HEALTH_DENIAL_HOLDS_SECONDS;

    (void)state;
    health_note_table(&health, 3);
    route53(100, HEALTH_CHANGE, AWS_DENIED);
    route53(200, HEALTH_CHANGE, AWS_DENIED);
    route53(200 + holds - 1, HEALTH_LISTING, AWS_WELL);
    assert_false(is_well());
    route53(200 + holds, HEALTH_LISTING, AWS_WELL);
    assert_true(is_well());
    /* A clock that was set back must not make it last for years. */
    route53(10000, HEALTH_CHANGE, AWS_DENIED);
    route53(300, HEALTH_LISTING, AWS_WELL);
    assert_true(is_well());
}

static void test_a_survey_may_be_denied(void **state)
{
    (void)state;
    health_note_table(&health, 3);
    route53(0, HEALTH_LISTING, AWS_WELL);
    route53(1, HEALTH_SURVEY, AWS_DENIED);
    assert_true(is_well());
    route53(2, HEALTH_SURVEY, AWS_UNREACHABLE);
    assert_false(is_well());
}

/* --- the table ---------------------------------------------------------------- */

static void test_a_new_table_is_current_again(void **state)
{
    (void)state;
    route53(0, HEALTH_LISTING, AWS_WELL);
    health_note_table(&health, 3);
    health_note_reload_failed(&health);
    assert_true(is_well());
    assert_says("\"hosts\":3,\"table\":\"stale\"");
    health_note_table(&health, 4);
    assert_says("\"hosts\":4,\"table\":\"current\"");
}

static void test_a_first_load_that_fails_is_no_stale_table(void **state)
{
    (void)state;
    route53(0, HEALTH_LISTING, AWS_WELL);
    s3(0, AWS_DENIED);
    health_note_reload_failed(&health);
    assert_false(is_well());
    assert_says("no host table");
    assert_says("\"table\":\"none\"");
    assert_says("\"s3\":{\"state\":\"denied\"");
}

/* --- what is logged ------------------------------------------------------------ */

static void test_each_change_of_state_is_one_line(void **state)
{
    struct health_news gone = {AWS_UNREACHABLE, "", "connection refused", ""};
    struct health_news denied = {AWS_DENIED, "ExpiredToken", "is expired",
                                 "r-1"};
    struct health_news well = {AWS_WELL, "code", "message", "id"};

    (void)state;
    health_note_route53(&health, START, HEALTH_LISTING, &well);
    health_note_s3(&health, START, &well);
    assert_string_equal(lines, ""); /* no news: other lines say so */
    for (int i = 0; i < 3; i++)
        health_note_route53(&health, START, HEALTH_LISTING, &gone);
    for (int i = 0; i < 3; i++)
        health_note_s3(&health, START, &denied);
    for (int i = 0; i < 3; i++)
        health_note_route53(&health, START, HEALTH_CHANGE, &well);
    assert_string_equal(
        lines,
        "error event=route53_health state=unreachable before=ok "
        "reason=\"it was not reached: there is no answer\" code=\"\" "
        "message=\"connection refused\" request_id=\"\"\n"
        "warn event=s3_health state=denied before=ok reason=\"it refuses the "
        "credentials, which are wrong or expired, or lack a permission\" "
        "code=ExpiredToken message=\"is expired\" request_id=r-1\n"
        "info event=route53_health state=ok before=unreachable reason=\"\" "
        "code=\"\" message=\"\" request_id=\"\"\n");
}

static void test_a_bad_beginning_is_logged(void **state)
{
    (void)state;
    route53(0, HEALTH_LISTING, AWS_CLOCK_SKEWED);
    s3(0, AWS_THROTTLED);
    route53(0, HEALTH_LISTING, AWS_THROTTLED);
    assert_non_null(strstr(lines, "error event=route53_health "
                                  "state=clock_skewed before=unknown"));
    assert_non_null(
        strstr(lines, "warn event=s3_health state=throttled before=unknown"));
    assert_non_null(strstr(lines, "warn event=route53_health state=throttled "
                                  "before=clock_skewed"));
    assert_int_equal(count_lines(), 3);
}

static void assert_line(const char *wanted)
{
    strbuf_rewind(&page);
    health_write_line(&health, &page);
    assert_string_equal(strbuf_string(&page), wanted);
}

static void test_a_line_for_people(void **state)
{
    (void)state;
    assert_line("0 hosts, table none, Route 53 unknown, S3 unknown");
    health_note_table(&health, 1);
    route53(0, HEALTH_LISTING, AWS_WELL);
    s3(0, AWS_THROTTLED);
    assert_line("1 host, table current, Route 53 ok, S3 throttled");
    health_note_reload_failed(&health);
    health.has_s3 = false;
    assert_line("1 host, table stale, Route 53 ok");
}

#define HEALTH_TEST(function)                                                  \
    cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HEALTH_TEST(test_at_the_start_nothing_is_well),
        HEALTH_TEST(test_all_is_well),
        HEALTH_TEST(test_without_s3_nothing_is_said_of_it),
        HEALTH_TEST(test_of_a_certificate_its_end_is_said),
        HEALTH_TEST(test_each_condition_of_route53),
        HEALTH_TEST(test_each_condition_of_s3_is_told_but_is_no_illness),
        HEALTH_TEST(test_s3_says_nothing_about_route53),
        HEALTH_TEST(test_since_is_when_the_state_began),
        HEALTH_TEST(test_a_call_that_was_never_made_tells_nothing),
        HEALTH_TEST(test_a_denied_change_is_not_forgotten_over_a_listing),
        HEALTH_TEST(test_a_denied_listing_is_not_forgotten_over_a_change),
        HEALTH_TEST(test_a_denial_that_nobody_tries_again_grows_old),
        HEALTH_TEST(test_a_survey_may_be_denied),
        HEALTH_TEST(test_a_new_table_is_current_again),
        HEALTH_TEST(test_a_first_load_that_fails_is_no_stale_table),
        HEALTH_TEST(test_each_change_of_state_is_one_line),
        HEALTH_TEST(test_a_bad_beginning_is_logged),
        HEALTH_TEST(test_a_line_for_people),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
