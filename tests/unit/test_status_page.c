#include "server/http/status_page.h"

#include "tests/unit/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1800000000, HOSTS = 3 };

#define EVIL "\"><script>alert('&')</script>"
#define ESCAPED "&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"

/* Answers as the history gives them, of which each text is as bad as it can
 * be. */
struct answers {
    struct hostdb *table;
    struct health health;
    struct table_origin origin;
    struct history_host hosts[HOSTS];
    struct event events[4];
    struct copy_word copies[2];
    struct day_sum sums[DAY_SUMS];
    struct history_query hosts_answer, recent, service;
    struct status_query query;
    struct alert_list alerts;
    struct status_view view;
};

static struct address address(const char *text)
{
    struct address made;

    assert_true(address_parse(span_from_string(text), &made));
    return made;
}

static void fill_hosts(struct answers *answers)
{
    for (uint32_t i = 0; i < HOSTS; i++) {
        struct history_host *one = &answers->hosts[i];

        one->host = hostdb_row(answers->table, i);
        one->state.name = one->host.name;
    }
    answers->hosts[0].state = (struct host_state){
        .name = answers->hosts[0].host.name,
        .addresses = {address("192.0.2.1"), address("2001:db8::1")},
        .updated_at = {NOW - 3600, NOW - 7200},
        .called_at = NOW - 60,
        .accessed_at = NOW - 86400,
        .checked_at = NOW - 86400,
        .refusals = 3,
        .client = address("198.51.100.7"),
        .agent = span_from_string(EVIL),
        .outcome = span_from_string("badauth"),
        .reason = span_from_string("wrong login or token"),
    };
    answers->hosts[1].is_silent = true;
    answers->hosts[1].state.accessed_at = NOW - 86400 * 9;
    answers->hosts[2].state.accessed_at = NOW - 60;
    answers->hosts_answer = (struct history_query){
        .question = HISTORY_HOSTS,
        .hosts_in_all = 250,
        .never_called = 1,
        .silent = 1,
        .refused = 1,
        .matching = 250,
        .hosts = answers->hosts,
        .host_count = HOSTS,
    };
}

static void fill_events(struct answers *answers)
{
    answers->events[0] =
        (struct event){.kind = EVENT_CHANGE,
                       .at = (int64_t)(NOW - 60) * 1000,
                       .change = {.host = span_from_string("a.example.org"),
                                  .family = ADDRESS_IPV4,
                                  .before = address("192.0.2.9"),
                                  .after = address("192.0.2.1"),
                                  .client = address("192.0.2.1"),
                                  .why = span_from_string("call")}};
    answers->events[1] =
        (struct event){.kind = EVENT_CHANGE,
                       .at = (int64_t)(NOW - 120) * 1000,
                       .change = {.host = span_from_string("b.example.org"),
                                  .family = ADDRESS_IPV6,
                                  .before = address("2001:db8::9"),
                                  .why = span_from_string("expired")}};
    answers->events[2] =
        (struct event){.kind = EVENT_CALLS,
                       .at = (int64_t)(NOW - 180) * 1000,
                       .calls = {.host = span_from_string(EVIL),
                                 .client = address("203.0.113.5"),
                                 .agent = span_from_string("\xff" EVIL),
                                 .outcome = span_from_string("badauth"),
                                 .reason = span_from_string(EVIL),
                                 .calls = 7,
                                 .refused = 7}};
    answers->events[3] =
        (struct event){.kind = EVENT_EDIT,
                       .at = (int64_t)(NOW - 240) * 1000,
                       .edit = {.by = span_from_string(EVIL),
                                .action = span_from_string("add-host"),
                                .hosts = {span_from_string("c.example.org")},
                                .named = 1,
                                .hosts_in_all = 3}};
    answers->recent = (struct history_query){.question = HISTORY_RECENT,
                                             .events = answers->events,
                                             .event_count = 4,
                                             .events_in_all = 60};
}

static void fill_service(struct answers *answers)
{
    answers->copies[0] = (struct copy_word){
        .copy = {.copy = span_from_string("0123456789abcdef"),
                 .machine = span_from_string(EVIL),
                 .version = span_from_string("1.0.0"),
                 .table_version = span_from_string(EVIL),
                 .up_since = (int64_t)(NOW - 7200) * 1000,
                 .table_hosts = 250,
                 .pending = 12},
        .heard_at = (int64_t)NOW * 1000,
        .is_self = true};
    answers->copies[1] = (struct copy_word){
        .copy = {.copy = span_from_string("fedcba9876543210"),
                 .machine = span_from_string("elsewhere"),
                 .pending = 5},
        .heard_at = (int64_t)(NOW - 900) * 1000,
        .is_silent = true};
    for (size_t i = 0; i < DAY_SUMS; i++)
        answers->sums[i] = (struct day_sum){.calls = 100 + i % 48 * 3,
                                            .refused = i % 60 == 0 ? 7 : 0,
                                            .changes = i % 5,
                                            .route53_calls = i % 3,
                                            .throttled = i == 287};
    answers->service =
        (struct history_query){.question = HISTORY_SERVICE,
                               .in_touch_since = (int64_t)(NOW - 3600) * 1000,
                               .copies = answers->copies,
                               .copy_count = 2,
                               .sums = answers->sums,
                               .objects_waiting = 1};
}

static void add_alert(struct answers *answers, const char *title,
                      const char *host)
{
    struct alert_notice *notice =
        &answers->alerts.notices[answers->alerts.named++];

    *notice = (struct alert_notice){.kind = "host_silent",
                                    .advice = "look at the machine",
                                    .chapter = "#host_silent",
                                    .is_of_host = true,
                                    .is_silence = true,
                                    .since = NOW - 86400};
    snprintf(notice->title, sizeof notice->title, "%s", title);
    snprintf(notice->subject, sizeof notice->subject, "%s", host);
    snprintf(notice->detail, sizeof notice->detail, "%s", title);
    answers->alerts.count = answers->alerts.silent = answers->alerts.named;
    answers->alerts.as_of = NOW - 10;
    answers->view.alerts = &answers->alerts;
}

static int set_up(void **state)
{
    static struct answers answers;

    answers = (struct answers){
        .table = csv_table("hostname,token,lock_record\na.example.org,a,\n"
                           "b.example.org,b,\nc.example.org,c,true\n"),
        .query = {.page = 2, .event_page = 1},
    };
    health_init(&answers.health, true, NOW);
    health_note_table(&answers.health, 250);
    health_note_certificate(&answers.health, NOW + 86400 * 3);
    table_origin_begin(&answers.origin);
    table_origin_add(&answers.origin, 7, "the name has an empty label",
                     span_from_string(""));
    table_origin_end(&answers.origin, "s3://" EVIL, "etag" EVIL);
    fill_hosts(&answers);
    fill_events(&answers);
    fill_service(&answers);
    answers.view = (struct status_view){.query = &answers.query,
                                        .health = &answers.health,
                                        .origin = &answers.origin,
                                        .now = NOW,
                                        .hosts = &answers.hosts_answer,
                                        .recent = &answers.recent,
                                        .service = &answers.service};
    *state = &answers;
    return 0;
}

static int tear_down(void **state)
{
    hostdb_release(((struct answers *)*state)->table);
    return 0;
}

static void write_page(const struct answers *answers, struct strbuf *out)
{
    strbuf_init(out, STATUS_PAGE_MAX_BYTES);
    assert_int_equal(status_page_write(&answers->view, out), STATUS_OK);
}

static void assert_has(const struct strbuf *page, const char *text)
{
    if (strstr(strbuf_string(page), text) == NULL)
        fail_msg("not on the page: %s\n%s", text, strbuf_string(page));
}

static void assert_lacks(const struct strbuf *page, const char *text)
{
    if (strstr(strbuf_string(page), text) != NULL)
        fail_msg("on the page: %s", text);
}

static const char *const told[] = {
    "1 silent for too long, 1 refused at present, 1 never heard",
    "1 row left out",
    "expires in 3 days",
    ">17</span>", /* waiting changes of both copies */
    "1 of them silent without a farewell",
    "1 waiting",
    "line 7",
    "the name has an empty label",
    "refused</span>",
    "silent for longer than it may be",
    "locked</span>",
    "<span class=\"code\">2001:db8::1</span>",
    "9 days ago",
    "A record set",
    "192.0.2.1, before that 192.0.2.9",
    "AAAA record removed",
    "it was 2001:db8::9",
    "expired",
    "badauth, 7 in a row",
    "database edited",
    "c.example.org and 2 more",
    "101 to 103 of 250 hosts",
    "<a href=\"/status?host=a.example.org\">",
    "<a href=\"/status?page=3#hosts\">Next</a>",
    "<a href=\"/status?page=3#hosts\">Last</a>",
    "<a href=\"/status?#hosts\">Previous</a>",
    "<a href=\"/status?page=2&amp;events=2\">Older</a>",
    "at most 241 in five minutes",
    "this one",
    "fedcba9876543210",
};

static void test_all_is_told(void **state)
{
    struct strbuf page;

    write_page(*state, &page);
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        assert_has(&page, told[i]);
    strbuf_clear(&page);
}

static void test_no_markup_is_taken_from_outside(void **state)
{
    struct answers *answers = *state;
    struct strbuf page;

    answers->query.search_len = sizeof EVIL - 1;
    memcpy(answers->query.search, EVIL, sizeof EVIL - 1);
    add_alert(answers, EVIL, EVIL);
    write_page(answers, &page);
    assert_lacks(&page, "<script>");
    assert_lacks(&page, EVIL);
    assert_has(&page, ESCAPED);
    assert_has(&page, "value=\"" ESCAPED "\"");
    assert_has(&page, "search=%22%3E%3Cscript%3E");
    strbuf_clear(&page);
}

static const struct {
    const char *label;
    enum history_order order;
    bool is_reversed;
    const char *heads[2];
} orders[] = {
    {"who is silent first",
     HISTORY_BY_SILENCE,
     false,
     {"<th scope=\"col\" aria-sort=\"ascending\"><a "
      "href=\"/status?reversed=1#hosts\">Last right call",
      "<th scope=\"col\"><a href=\"/status?sort=name#hosts\">Host"}},
    {"and last",
     HISTORY_BY_SILENCE,
     true,
     {"aria-sort=\"descending\"><a href=\"/status?sort=silence#hosts\">Last "
      "right",
      "<th scope=\"col\"><a href=\"/status?sort=call#hosts\">Last call"}},
    {"by name",
     HISTORY_BY_NAME,
     false,
     {"aria-sort=\"ascending\"><a "
      "href=\"/status?sort=name&amp;reversed=1#hosts\">Host",
      "<th scope=\"col\"><a href=\"/status?sort=silence#hosts\">Last right"}},
    {"the latest change first",
     HISTORY_BY_CHANGE,
     false,
     {"aria-sort=\"descending\"><a "
      "href=\"/status?sort=change&amp;reversed=1#hosts\">Last change",
      "<th scope=\"col\">Addresses</th>"}},
    {"the fewest refusals first",
     HISTORY_BY_REFUSALS,
     true,
     {"aria-sort=\"ascending\"><a "
      "href=\"/status?sort=refusals#hosts\">Refusals",
      "<th scope=\"col\"><a href=\"/status?sort=name#hosts\">Host"}},
};

static void test_heads_say_and_change_the_order(void **state)
{
    struct answers *answers = *state;

    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct strbuf page;

        answers->query.order = orders[i].order;
        answers->query.is_reversed = orders[i].is_reversed;
        write_page(answers, &page);
        for (size_t head = 0; head < 2; head++)
            if (strstr(strbuf_string(&page), orders[i].heads[head]) == NULL)
                fail_msg("%s: %s is not there", orders[i].label,
                         orders[i].heads[head]);
        strbuf_clear(&page);
    }
}

static void test_the_ends_have_no_way_on(void **state)
{
    struct answers *answers = *state;
    struct strbuf page;

    answers->query.page = 1;
    answers->hosts_answer.matching = HOSTS;
    answers->recent.events_in_all = 4;
    write_page(answers, &page);
    assert_lacks(&page, ">Next<");
    assert_lacks(&page, ">Previous<");
    assert_lacks(&page, ">Older<");
    assert_lacks(&page, ">Newer<");
    strbuf_clear(&page);
}

/* Also what is far behind the last page. */
static void test_nothing_is_told_as_nothing(void **state)
{
    struct answers *answers = *state;
    struct strbuf page;

    answers->query.page = STATUS_PAGE_MAX;
    answers->hosts_answer.host_count = 0;
    answers->recent.event_count = 0;
    answers->service = (struct history_query){.question = HISTORY_SERVICE};
    answers->view.origin = NULL;
    health_init(&answers->health, false, NOW);
    write_page(answers, &page);
    assert_has(&page, "There is no such page.");
    assert_has(&page, "<a href=\"/status?page=3#hosts\">Previous</a>");
    assert_has(&page, "no record was changed");
    assert_lacks(&page, "Rows left out");
    answers->hosts_answer = (struct history_query){.hosts_in_all = 7};
    strbuf_rewind(&page);
    assert_int_equal(status_page_write(&answers->view, &page), STATUS_OK);
    assert_has(&page, "No host matches.");
    strbuf_rewind(&page);
    answers->hosts_answer.hosts_in_all = 0;
    assert_int_equal(status_page_write(&answers->view, &page), STATUS_OK);
    assert_has(&page, "There are no hosts.");
    strbuf_clear(&page);
}

static void test_a_page_that_is_too_long_is_none(void **state)
{
    struct answers *answers = *state;
    struct strbuf page;

    strbuf_init(&page, 1000);
    assert_int_equal(status_page_write(&answers->view, &page), STATUS_NOMEM);
    strbuf_clear(&page);
}

static void test_one_host_has_a_page(void **state)
{
    struct answers *answers = *state;
    struct strbuf page;

    answers->query.host_len = 1;
    answers->query.host[0] = 'a';
    answers->recent.hosts = answers->hosts;
    answers->recent.host_count = 1;
    strbuf_init(&page, STATUS_PAGE_MAX_BYTES);
    assert_int_equal(status_page_write_host(&answers->query, &answers->recent,
                                            NULL, NOW, &page),
                     STATUS_OK);
    assert_has(&page, "<h1><bdi>a.example.org</bdi></h1>");
    assert_has(&page, "<a href=\"/status?page=2\">All hosts</a>");
    assert_has(&page, "since <time datetime=");
    assert_has(&page, "198.51.100.7");
    assert_has(&page, "3: <bdi>wrong login or token</bdi>");
    assert_lacks(&page, "<script>");
    strbuf_clear(&page);
}

#define SILENT "silent for longer than it may be"

/* As after a start, when nobody could have been heard for long enough. */
static void test_who_is_silent_by_the_alerts_alone_is_shown_so(void **state)
{
    struct answers *answers = *state;
    struct strbuf page;

    answers->hosts[1].is_silent = false;
    answers->hosts_answer.silent = 0;
    write_page(answers, &page);
    assert_lacks(&page, SILENT);
    assert_has(&page, "0 silent for too long");
    strbuf_rewind(&page);
    add_alert(answers, "b.example.org is silent", "b.example.org");
    assert_int_equal(status_page_write(&answers->view, &page), STATUS_OK);
    assert_has(&page,
               "<bdi>b.example.org</bdi></a> <span class=\"bad\">" SILENT);
    assert_has(&page, "1 silent for too long");
    strbuf_rewind(&page);
    answers->recent.hosts = &answers->hosts[1];
    answers->recent.host_count = 1;
    assert_int_equal(status_page_write_host(&answers->query, &answers->recent,
                                            &answers->alerts, NOW, &page),
                     STATUS_OK);
    assert_has(&page, SILENT);
    strbuf_clear(&page);
}

/* What it heard meanwhile is in no alert yet. */
static void test_who_is_silent_by_what_was_heard_is_counted(void **state)
{
    struct answers *answers = *state;
    struct strbuf page;

    answers->hosts_answer.silent = 7;
    add_alert(answers, "c.example.org is silent", "c.example.org");
    write_page(answers, &page);
    assert_has(&page, "7 silent for too long");
    assert_has(&page,
               "<bdi>c.example.org</bdi></a> <span class=\"warn\">locked");
    strbuf_clear(&page);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_is_told),
        TEST(test_no_markup_is_taken_from_outside),
        TEST(test_heads_say_and_change_the_order),
        TEST(test_the_ends_have_no_way_on),
        TEST(test_nothing_is_told_as_nothing),
        TEST(test_a_page_that_is_too_long_is_none),
        TEST(test_one_host_has_a_page),
        TEST(test_who_is_silent_by_the_alerts_alone_is_shown_so),
        TEST(test_who_is_silent_by_what_was_heard_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
