#include "cli/host_state_list.h"

#include "base/strbuf.h"
#include "tests/unit/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { NOW = 1000000, DAY = 86400, HOUR = 3600, MINUTE = 60 };

static struct hostdb *db;
static struct host_states *states;

/* a: two rows, well; b: silent for an hour; c: refused and never heard; d: was
 * removed; e: in no state. */
static const struct host_state known[] = {
    {.name = SPAN_LITERAL("a.x"),
     .addresses = {{.family = ADDRESS_IPV4}},
     .updated_at = {NOW - 3 * DAY, NOW - 2 * DAY},
     .called_at = NOW - MINUTE,
     .accessed_at = NOW - MINUTE},
    {.name = SPAN_LITERAL("b.x"),
     .addresses = {{.family = ADDRESS_IPV4}},
     .updated_at = {NOW - DAY},
     .called_at = NOW - HOUR,
     .accessed_at = NOW - HOUR},
    {.name = SPAN_LITERAL("c.x"), .called_at = NOW - MINUTE, .refusals = 7},
    {.name = SPAN_LITERAL("d.x"),
     .updated_at = {NOW - HOUR},
     .called_at = NOW - 9 * DAY,
     .accessed_at = NOW - 9 * DAY},
    {.name = SPAN_LITERAL("gone.x"), .accessed_at = NOW - DAY},
};

static int set_up(void **state)
{
    (void)state;
    db = csv_table("hostname,token,record_type,expect_within,expire_after\n"
                   "e.x,1,,,\n"
                   "a.x,1,AAAA,,\n"
                   "d.x,1,,,2d\n"
                   "a.x,1,A,30s,30s\n"
                   "c.x,1,,never,3d\n"
                   "b.x,1,,10m,1h\n");
    states = host_states_new();
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_int_equal(host_states_restore(states, &known[i]), STATUS_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hostdb_release(db);
    host_states_free(states);
    return 0;
}

static const struct {
    const char *label;
    struct host_state_query query;
    const char *hosts;
} cases[] = {
    {"the longest silent first, and before them who never called, by name",
     {.order = HOST_STATES_BY_SILENCE},
     "c.x e.x d.x b.x a.x "},
    {"by name", {.order = HOST_STATES_BY_NAME}, "a.x b.x c.x d.x e.x "},
    {"as the rows stand",
     {.order = HOST_STATES_BY_ROW},
     "e.x a.x d.x c.x b.x "},
    {"the newest change first",
     {.order = HOST_STATES_BY_CHANGE},
     "d.x b.x a.x c.x e.x "},
    {"the most refusals first",
     {.order = HOST_STATES_BY_REFUSALS},
     "c.x a.x b.x d.x e.x "},
    {"those silent for longer", {.silent_s = HOUR - 1}, "c.x e.x d.x b.x "},
    {"just as long is not longer", {.silent_s = HOUR}, "c.x e.x d.x "},
    {"those silent for longer than they may, whichever row says it",
     {.overdue = true},
     "b.x a.x "},
    {"those whose records a server would remove", {.stale = true}, "c.x a.x "},
    {"a row without a limit has that of all",
     {.stale = true, .expire_after_s = DAY},
     "c.x e.x a.x "},
    {"all conditions must hold", {.stale = true, .silent_s = HOUR}, "c.x "},
};

static void test_lists(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct host_state_query query = cases[i].query;
        struct host_state_list list;

        query.now = NOW;
        strbuf_rewind(&out);
        assert_int_equal(host_state_list_init(&list, db, states, &query),
                         STATUS_OK);
        for (size_t k = 0; k < list.count; k++) {
            struct host_state found;
            struct host host;

            host_state_list_get(&list, db, states, k, &host, &found);
            assert_true(span_equal(host.name, found.name));
            strbuf_append(&out, found.name);
            strbuf_append_char(&out, ' ');
        }
        if (strcmp(strbuf_string(&out), cases[i].hosts) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&out));
        host_state_list_clear(&list);
    }
    strbuf_clear(&out);
}

static void test_what_is_known_comes_with_the_host(void **state)
{
    const struct host_state_query query = {.now = NOW,
                                           .order = HOST_STATES_BY_NAME};
    struct host_state_list list;
    struct host_state found;
    struct host host;

    (void)state;
    assert_int_equal(host_state_list_init(&list, db, states, &query),
                     STATUS_OK);
    host_state_list_get(&list, db, states, 2, &host, &found);
    assert_int_equal(found.refusals, 7);
    host_state_list_get(&list, db, states, 4, &host, &found);
    assert_true(span_is(found.name, "e.x"));
    assert_int_equal(found.called_at, 0);
    host_state_list_get(&list, db, states, 0, &host, &found);
    assert_int_equal(host_state_changed_at(&found), NOW - 2 * DAY);
    host_state_list_clear(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_what_is_known_comes_with_the_host),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
