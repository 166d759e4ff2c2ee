#include "server/http/owner_page.h"

#include "tests/unit/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { NOW = 1800000000 };

#define EVIL "\"><script>alert('&')</script>"

static const char table[] = "hostname,token,user,record_type,lock_record\n"
                            "home.example.org,t,,,\n"
                            "nas.example.org,t,alice,A,\n"
                            "tv.example.org,t,alice,,true\n"
                            "pair.example.org,t,alice,A,\n"
                            "pair.example.org,t,alice,AAAA,\n"
                            "other.example.org,u,,,\n";

struct shown {
    struct hostdb *hosts;
    struct account account;
    struct owner_view view;
    struct owner_host host;
    struct strbuf page;
};

static struct address address(const char *text)
{
    struct address made;

    assert_true(address_parse(span_from_string(text), &made));
    return made;
}

static int set_up(void **state)
{
    static struct shown shown;

    shown = (struct shown){.hosts = csv_table(table)};
    strbuf_init(&shown.page, OWNER_PAGE_MAX_BYTES);
    *state = &shown;
    return 0;
}

static int tear_down(void **state)
{
    struct shown *shown = *state;

    strbuf_clear(&shown->page);
    hostdb_release(shown->hosts);
    return 0;
}

static size_t choose(struct shown *shown, const char *login, const char *query)
{
    assert_int_equal(account_open(&shown->account, shown->hosts,
                                  span_from_string(login),
                                  span_from_string("t"), NULL),
                     ACCOUNT_OPEN);
    shown->view = (struct owner_view){
        .account = &shown->account,
        .query = span_from_string(query),
        .client = address("198.51.100.7"),
        .is_https = true,
        .authority = span_from_string("dyndns.example.org:8443"),
    };
    owner_page_choose(&shown->view, &shown->host);
    return shown->host.count;
}

static void end(struct shown *shown, struct history_query *history,
                const struct name_lookup *names)
{
    strbuf_rewind(&shown->page);
    assert_int_equal(
        owner_page_end(owner_page_begin(&shown->view, &shown->host), history,
                       names, NOW, &shown->page),
        STATUS_OK);
}

static void assert_has(const struct shown *shown, const char *text)
{
    if (strstr(strbuf_string(&shown->page), text) == NULL)
        fail_msg("not on the page: %s\n%s", text, strbuf_string(&shown->page));
}

static void assert_lacks(const struct shown *shown, const char *text)
{
    if (strstr(strbuf_string(&shown->page), text) != NULL)
        fail_msg("on the page: %s", text);
}

static const struct {
    const char *label, *login, *query, *host;
    size_t rows;
} choices[] = {
    {"a host's own name", "home.example.org", "", "home.example.org", 1},
    {"in whatever case", "HOME.example.org.", "", "home.example.org", 1},
    {"of a user the first", "alice", "", "nas.example.org", 1},
    {"or that which is asked for", "alice", "host=TV.example.org.",
     "tv.example.org", 1},
    {"with both its rows", "alice", "host=pair.example.org", "pair.example.org",
     2},
    {"none of others", "alice", "host=home.example.org", "", 0},
    {"nor another's", "home.example.org", "host=other.example.org", "", 0},
    {"nor what is no host", "alice", "host=%3Cb%3E", "", 0},
    {"an empty name is none", "alice", "host=", "nas.example.org", 1},
};

static void test_one_host_is_chosen(void **state)
{
    struct shown *shown = *state;

    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        size_t rows = choose(shown, choices[i].login, choices[i].query);

        if (rows != choices[i].rows ||
            (rows > 0 && !span_is(shown->host.rows[0].name, choices[i].host)))
            fail_msg("%s: %zu rows", choices[i].label, rows);
    }
}

static void test_what_stands_fast_needs_nobody(void **state)
{
    struct shown *shown = *state;

    choose(shown, "home.example.org", "told=good");
    end(shown, NULL, NULL);
    assert_has(shown, "<h1><bdi>home.example.org</bdi></h1>");
    assert_has(shown, "Your address is registered.");
    assert_has(shown, "<button>Register 198.51.100.7</button>");
    assert_has(shown, "name=\"hostname\" value=\"home.example.org\"");
    assert_has(shown, "https://dyndns.example.org:8443/nic/update");
    assert_has(shown, "myip=&lt;ipaddr&gt;,&lt;ip6addr&gt;");
    assert_has(shown, "This server keeps no history of calls.");
    assert_has(shown, "too many ask now");
    assert_lacks(shown, "no name server answered");
    assert_lacks(shown, "Your hosts");
}

static void test_a_user_has_a_list(void **state)
{
    struct shown *shown = *state;

    choose(shown, "alice", "host=tv.example.org");
    end(shown, NULL, NULL);
    assert_has(shown, "<a href=\"/?host=nas.example.org\">");
    assert_has(shown, "<a href=\"/?host=pair.example.org\">");
    assert_has(shown, "<b aria-current=\"page\"><bdi>tv.example.org</bdi></b>");
    assert_has(shown, "This host is locked");
    assert_lacks(shown, "home.example.org");
}

static void test_a_host_has_the_records_that_it_may_have(void **state)
{
    struct shown *shown = *state;

    choose(shown, "alice", "host=nas.example.org");
    end(shown, NULL, NULL);
    assert_has(shown, "<th scope=\"row\">A</th>");
    assert_lacks(shown, "<th scope=\"row\">AAAA</th>");
    assert_has(shown, "myip=&lt;ipaddr&gt;<");
}

static void test_nobody_is_offered_an_unknown_address(void **state)
{
    struct shown *shown = *state;

    choose(shown, "home.example.org", "");
    shown->view.client = (struct address){.family = ADDRESS_NONE};
    end(shown, NULL, NULL);
    assert_lacks(shown, "<form");
    assert_has(shown, "did not tell your address");
}

/* --- what DNS says --------------------------------------------------------------- */

static const struct {
    const char *label, *known;
    struct name_answer answer;
    const char *words;
} answers[] = {
    {"the same",
     "192.0.2.1",
     {NAME_FOUND, 1, {{ADDRESS_IPV4, {192, 0, 2, 1}}}},
     "<span class=\"code\">192.0.2.1</span> <span class=\"good\">the same<"},
    {"among others",
     "192.0.2.1",
     {NAME_FOUND,
      2,
      {{ADDRESS_IPV4, {192, 0, 2, 9}}, {ADDRESS_IPV4, {192, 0, 2, 1}}}},
     "the same<"},
    {"the one before",
     "192.0.2.1",
     {NAME_FOUND, 1, {{ADDRESS_IPV4, {192, 0, 2, 9}}}},
     "<span class=\"warn\">not the new one yet<"},
    {"none yet",
     "192.0.2.1",
     {NAME_ABSENT, 0, {{0}}},
     "<span class=\"warn\">no such record yet<"},
    {"none, as is right",
     "",
     {NAME_ABSENT, 0, {{0}}},
     "<span class=\"\">no such record<"},
    {"an address that we know nothing of",
     "",
     {NAME_FOUND, 1, {{ADDRESS_IPV4, {192, 0, 2, 9}}}},
     "<span class=\"code\">192.0.2.9</span> <span class=\"\"><"},
    {"a server that fails",
     "192.0.2.1",
     {NAME_FAILED, 0, {{0}}},
     "the name server could not tell<"},
    {"nobody", "192.0.2.1", {NAME_UNANSWERED, 0, {{0}}}, "no name server"},
};

static void test_what_dns_says_is_compared(void **state)
{
    struct shown *shown = *state;

    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct name_lookup names = {
            .answers = {[NAME_LOOKUP_A] = answers[i].answer}};
        struct history_host host;
        struct history_query history = {.hosts = &host, .host_count = 1};

        choose(shown, "alice", "host=nas.example.org");
        host = (struct history_host){.host = shown->host.rows[0]};
        if (answers[i].known[0] != '\0') {
            host.state.addresses[0] = address(answers[i].known);
            host.state.updated_at[0] = NOW - 60;
        }
        end(shown, &history, &names);
        if (strstr(strbuf_string(&shown->page), answers[i].words) == NULL)
            fail_msg("%s: %s", answers[i].label, strbuf_string(&shown->page));
    }
}

/* --- what happened ------------------------------------------------------------------ */

static void test_the_history_is_told_and_nothing_of_others(void **state)
{
    struct shown *shown = *state;
    struct event events[] = {
        {.kind = EVENT_CHANGE,
         .at = (int64_t)(NOW - 120) * 1000,
         .change = {.host = span_from_string("home.example.org"),
                    .family = ADDRESS_IPV4,
                    .after = address("192.0.2.1"),
                    .client = address("192.0.2.1"),
                    .why = span_from_string("call")}},
        {.kind = EVENT_CALLS,
         .at = (int64_t)(NOW - 180) * 1000,
         .calls = {.host = span_from_string("home.example.org"),
                   .client = address("203.0.113.5"),
                   .agent = span_from_string(EVIL),
                   .outcome = span_from_string("badauth"),
                   .reason = span_from_string("wrong login or token"),
                   .refused = 7}},
        {.kind = EVENT_EDIT,
         .at = (int64_t)NOW * 1000,
         .edit = {.by = span_from_string("operator@machine"),
                  .action = span_from_string("rotate-token"),
                  .hosts = {span_from_string("home.example.org")},
                  .named = 1,
                  .hosts_in_all = 1}},
    };
    struct history_host host;
    struct history_query history = {
        .hosts = &host, .host_count = 1, .events = events, .event_count = 3};

    choose(shown, "home.example.org", "");
    host = (struct history_host){
        .host = shown->host.rows[0],
        .state = {.accessed_at = NOW - 3600,
                  .called_at = NOW - 60,
                  .refusals = 2,
                  .client = address("203.0.113.5"),
                  .agent = span_from_string(EVIL),
                  .outcome = span_from_string("badauth"),
                  .reason = span_from_string("wrong login or token")}};
    end(shown, &history, NULL);
    assert_has(shown, "1 hour ago");
    assert_has(shown, "A record set");
    assert_has(shown, "badauth, 7 in a row");
    assert_has(shown, "2: <bdi>wrong login or token</bdi>");
    assert_lacks(shown, "operator@machine");
    assert_lacks(shown, "<script>");
    assert_lacks(shown, "/status");
}

static void test_a_history_that_fails_is_no_fault_of_the_page(void **state)
{
    struct shown *shown = *state;
    struct history_query history = {.status = STATUS_NOT_FOUND};

    choose(shown, "home.example.org", "");
    end(shown, &history, NULL);
    assert_has(shown, "cannot be told now");
}

/* What is copied into a shell is one word there, whoever chose the login. */
static void test_a_command_is_quoted(void **state)
{
    struct shown *shown = *state;

    choose(shown, "home.example.org", "");
    shown->account.login = span_from_string("it's;id");
    end(shown, NULL, NULL);
    assert_has(shown, "-u 'it&#39;\\&#39;&#39;s;id' ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_host_is_chosen),
        TEST(test_what_stands_fast_needs_nobody),
        TEST(test_a_user_has_a_list),
        TEST(test_a_host_has_the_records_that_it_may_have),
        TEST(test_nobody_is_offered_an_unknown_address),
        TEST(test_what_dns_says_is_compared),
        TEST(test_the_history_is_told_and_nothing_of_others),
        TEST(test_a_history_that_fails_is_no_fault_of_the_page),
        TEST(test_a_command_is_quoted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
