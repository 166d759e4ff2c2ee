#include "server/history/host_page.h"

#include "tests/unit/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define NOW INT64_C(1700000000000)
#define HOURS INT64_C(3600000)

enum { MANY = 3000, ADDRESS_OF_B = 22 };

static const char table[] = "hostname,token,user,expect_within,record_type\n"
                            "b.example.org,t,,,\n"
                            "a.example.org,t,Anne,1h,\n"
                            "never.example.org,t,,,\n"
                            "late.example.org,t,,1h,\n"
                            "two.example.org,t,,,A\n"
                            "two.example.org,t,,,AAAA\n";

static struct shared_knowledge shared;
static int64_t in_touch_since;

static void use(const char *csv)
{
    struct host_table *hosts = host_table_new(csv_table(csv), NULL);

    assert_non_null(hosts);
    shared_knowledge_use_table(&shared, hosts);
    host_table_release(hosts);
}

static void hear(const char *host, int64_t ago, unsigned last_byte,
                 enum call_ending ending)
{
    struct happening call = {
        .kind = HAPPENED_CALL,
        .at = NOW - ago,
        .host = span_from_string(host),
        .client = {ADDRESS_IPV4, {192, 0, 2, (unsigned char)last_byte}},
        .ending = ending,
        .is_authentic = ending == CALL_SERVED,
        .outcome = "nochg",
        .reason = "",
    };

    assert_int_equal(
        shared_knowledge_add(&shared, &call,
                             shared_knowledge_succeeded_at(&shared, call.host)),
        STATUS_OK);
}

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(
        shared_knowledge_init(&shared, knowledge_new("0000000000000000", 60000),
                              false),
        STATUS_OK);
    in_touch_since = NOW - 24 * HOURS;
    use(table);
    hear("a.example.org", HOURS / 2, 1, CALL_SERVED);
    hear("b.example.org", 3 * HOURS, ADDRESS_OF_B, CALL_SERVED);
    hear("late.example.org", 2 * HOURS, 3, CALL_SERVED);
    hear("two.example.org", HOURS, 4, CALL_SERVED);
    hear("two.example.org", 0, 5, CALL_REFUSED);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    shared_knowledge_clear(&shared);
    return 0;
}

static struct history_query *ask(const char *search, enum history_order order,
                                 bool is_descending, size_t offset,
                                 size_t count)
{
    struct history_query *query = history_query_new(HISTORY_HOSTS, NULL, NULL);

    snprintf(query->search, sizeof query->search, "%s", search);
    query->order = order;
    query->is_descending = is_descending;
    query->offset = offset;
    query->count = count;
    query->in_touch_since = in_touch_since;
    query->table = host_table_acquire(shared.rows.table);
    assert_true(host_page_make(&shared, query, NOW));
    assert_int_equal(query->status, STATUS_OK);
    return query;
}

static const struct {
    const char *label, *search;
    enum history_order order;
    bool is_descending;
    size_t offset, count, matching;
    const char *expected;
} cases[] = {
    {"who is later than he is expected comes first, then who never called, "
     "then "
     "who is silent for longest",
     "", HISTORY_BY_SILENCE, false, 0, 10, 5, "late never b two a "},
    {"the other way round", "", HISTORY_BY_SILENCE, true, 0, 10, 5,
     "a two b never late "},
    {"by name", "", HISTORY_BY_NAME, false, 0, 10, 5, "a b late never two "},
    {"a page", "", HISTORY_BY_NAME, false, 1, 2, 5, "b late "},
    {"the last one", "", HISTORY_BY_NAME, false, 4, 2, 5, "two "},
    {"behind it there is nothing", "", HISTORY_BY_NAME, false, 5, 2, 5, ""},
    {"the last call, whatever came of it", "", HISTORY_BY_CALL, false, 0, 2, 5,
     "two a "},
    {"the most refusals", "", HISTORY_BY_REFUSALS, false, 0, 1, 5, "two "},
    {"a part of the name", "AT", HISTORY_BY_NAME, false, 0, 10, 1, "late "},
    {"a part of an address", "2.0.2.2", HISTORY_BY_NAME, false, 0, 10, 1, "b "},
    {"which is that of a client", "192.0.2.22", HISTORY_BY_NAME, false, 0, 10,
     1, "b "},
    {"or the user", "anne", HISTORY_BY_NAME, false, 0, 10, 1, "a "},
    {"nobody", "nobody", HISTORY_BY_NAME, false, 0, 10, 0, ""},
};

static void test_pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct history_query *query =
            ask(cases[i].search, cases[i].order, cases[i].is_descending,
                cases[i].offset, cases[i].count);
        char text[256] = "";

        print_message("%s\n", cases[i].label);
        for (size_t n = 0; n < query->host_count; n++) {
            struct span name = query->hosts[n].host.name;

            strncat(text, name.ptr, strcspn(name.ptr, "."));
            strcat(text, " ");
        }
        assert_string_equal(text, cases[i].expected);
        assert_int_equal(query->matching, cases[i].matching);
        assert_int_equal(query->hosts_in_all, 5);
        history_query_free(query);
    }
}

static void test_sums_are_of_all_hosts(void **state)
{
    struct history_query *query =
        ask("a.example", HISTORY_BY_NAME, false, 0, 1);

    (void)state;
    assert_int_equal(query->never_called, 1);
    assert_int_equal(query->silent, 1);
    assert_int_equal(query->refused, 1);
    assert_false(query->hosts[0].is_silent);
    history_query_free(query);
}

static void test_only_who_would_have_been_heard_is_silent(void **state)
{
    static const struct {
        const char *label;
        int64_t since;
        bool is_silent;
        const char *first;
    } rows[] = {
        {"who was late before the server heard anybody may call yet",
         NOW - HOURS / 2, false, "never.example.org"},
        {"so may who has as much time as he is expected in", NOW - HOURS, false,
         "never.example.org"},
        {"a moment later he is silent, and comes first", NOW - HOURS - 1000,
         true, "late.example.org"},
        {"a server that is out of touch calls nobody silent", 0, false,
         "never.example.org"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct history_query *query;

        print_message("%s\n", rows[i].label);
        in_touch_since = rows[i].since;
        query = ask("", HISTORY_BY_SILENCE, false, 0, 10);
        assert_int_equal(query->silent, rows[i].is_silent);
        assert_int_equal(query->hosts[0].is_silent, rows[i].is_silent);
        assert_true(span_is(query->hosts[0].host.name, rows[i].first));
        history_query_free(query);
    }
}

/* Rows in no order, of which each page has the next. */
static void test_all_pages_together_are_all_in_order(void **state)
{
    static char csv[MANY * 32];
    char *to = csv, last[300] = "";
    size_t seen = 0;

    (void)state;
    for (unsigned i = 0; i < MANY; i++)
        to += sprintf(to, "host%05u.example.org,t\n", i * 7919 % MANY);
    use(csv);
    while (seen < MANY) {
        struct history_query *query =
            ask("", HISTORY_BY_NAME, false, seen, 700);

        assert_true(query->host_count > 0);
        for (size_t n = 0; n < query->host_count; n++, seen++) {
            char name[300];

            snprintf(name, sizeof name, "%.*s",
                     (int)query->hosts[n].host.name.len,
                     query->hosts[n].host.name.ptr);
            assert_true(strcmp(last, name) < 0);
            memcpy(last, name, sizeof last);
        }
        history_query_free(query);
    }
    assert_int_equal(seen, MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sums_are_of_all_hosts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            test_only_who_would_have_been_heard_is_silent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_all_pages_together_are_all_in_order, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
