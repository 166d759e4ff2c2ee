#include "cli/host_state_table.h"

#include "base/strbuf.h"
#include "tests/unit/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t now = 1795256100; /* 2026-11-21T10:15:00Z */

static struct strbuf printed;
static bool refuses;

bool __wrap_print(struct span text);

bool __wrap_print(struct span text)
{
    strbuf_append(&printed, text);
    return !refuses;
}

static struct hostdb *db;
static struct host_states *states;
static struct host_state_list list;

static struct address address(const char *text)
{
    struct address made;

    assert_true(address_parse(span_from_string(text), &made));
    return made;
}

static void restore(const char *name, struct host_state state)
{
    state.name = span_from_string(name);
    assert_int_equal(host_states_restore(states, &state), STATUS_OK);
}

static int set_up(void **state)
{
    const struct host_state_query query = {.now = now,
                                           .order = HOST_STATES_BY_NAME};

    (void)state;
    db = csv_table("a.x,1\nb.x,1\nc.x,1\n");
    states = host_states_new();
    restore("a.x",
            (struct host_state){
                .addresses = {address("192.0.2.1"), address("2001:db8::1")},
                .updated_at = {(uint32_t)now - 7200, (uint32_t)now - 86400},
                .called_at = (uint32_t)now - 60,
                .accessed_at = (uint32_t)now - 60,
                .checked_at = (uint32_t)now - 120,
                .client = address("192.0.2.1"),
                .agent = span_from_string("curl/8.1"),
                .outcome = span_from_string("nochg"),
            });
    restore("b.x", (struct host_state){
                       .called_at = (uint32_t)now - 5,
                       .refusals = 12,
                       .client = address("198.51.100.9"),
                       .outcome = span_from_string("badauth"),
                       .reason = span_from_string("wrong token"),
                   });
    strbuf_init(&printed, 64 * 1024);
    assert_int_equal(host_state_list_init(&list, db, states, &query),
                     STATUS_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    host_state_list_clear(&list);
    host_states_free(states);
    hostdb_release(db);
    strbuf_clear(&printed);
    return 0;
}

static void test_the_table_for_a_person(void **state)
{
    const struct host_state_table table = {&list, db, states, now};

    (void)state;
    assert_true(host_state_table_print(&table, 0));
    assert_string_equal(
        strbuf_string(&printed),
        "HOST  ACCESSED   OUTCOME  REFUSED  IPV4       IPV6         UPDATED  "
        "CHECKED    CLIENT        AGENT     REASON\n"
        "a.x   1 min ago  nochg             192.0.2.1  2001:db8::1  2 h ago  "
        "2 min ago                curl/8.1\n"
        "b.x   never      badauth  12                                        "
        "           198.51.100.9            wrong token\n"
        "c.x   never\n");
}

static void test_json_has_all_of_it(void **state)
{
    const struct host_state_table table = {&list, db, states, now};

    (void)state;
    assert_true(host_state_table_print_json(&table));
    assert_string_equal(
        strbuf_string(&printed),
        "[\n"
        "  {\"hostname\":\"a.x\",\"ipv4\":\"192.0.2.1\","
        "\"ipv6\":\"2001:db8::1\",\"last_accessed\":\"2026-11-21T10:14:00Z\","
        "\"last_checked\":\"2026-11-21T10:13:00Z\","
        "\"last_updated\":\"2026-11-21T08:15:00Z\","
        "\"ipv4_updated\":\"2026-11-21T08:15:00Z\","
        "\"ipv6_updated\":\"2026-11-20T10:15:00Z\","
        "\"last_called\":\"2026-11-21T10:14:00Z\",\"client\":\"192.0.2.1\","
        "\"agent\":\"curl/8.1\",\"outcome\":\"nochg\",\"reason\":null,"
        "\"refusals\":0},\n"
        "  {\"hostname\":\"b.x\",\"ipv4\":null,\"ipv6\":null,"
        "\"last_accessed\":null,\"last_checked\":null,\"last_updated\":null,"
        "\"ipv4_updated\":null,\"ipv6_updated\":null,"
        "\"last_called\":\"2026-11-21T10:14:55Z\","
        "\"client\":\"198.51.100.9\",\"agent\":null,\"outcome\":\"badauth\","
        "\"reason\":\"wrong token\",\"refusals\":12},\n"
        "  {\"hostname\":\"c.x\",\"ipv4\":null,\"ipv6\":null,"
        "\"last_accessed\":null,\"last_checked\":null,\"last_updated\":null,"
        "\"ipv4_updated\":null,\"ipv6_updated\":null,\"last_called\":null,"
        "\"client\":null,\"agent\":null,\"outcome\":null,\"reason\":null,"
        "\"refusals\":0}\n"
        "]\n");
}

static void test_without_hosts_there_is_no_title(void **state)
{
    struct host_state_list none = {.count = 0};
    const struct host_state_table table = {&none, db, states, now};

    (void)state;
    assert_true(host_state_table_print(&table, 0));
    assert_string_equal(strbuf_string(&printed), "");
    assert_true(host_state_table_print_json(&table));
    assert_string_equal(strbuf_string(&printed), "[]\n");
}

static void test_a_reader_that_is_gone_ends_it(void **state)
{
    const struct host_state_table table = {&list, db, states, now};

    (void)state;
    refuses = true;
    assert_false(host_state_table_print(&table, 0));
    assert_false(host_state_table_print_json(&table));
    refuses = false;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_table_for_a_person),
        TEST(test_json_has_all_of_it),
        TEST(test_without_hosts_there_is_no_title),
        TEST(test_a_reader_that_is_gone_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
