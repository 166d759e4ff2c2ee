#include "server/health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { NO_CALL = -1, JSON_MAX_BYTES = 1024 };

/* What happens, in this order: a call to AWS, a table, a failed reload. */
static const struct {
    const char *label;
    int aws;   /* enum status, or NO_CALL */
    int hosts; /* -1: no table */
    bool reload_failed, well;
    const char *json;
} cases[] = {
    {"at the start nothing is well", NO_CALL, -1, false, false,
     "{\"status\":\"unavailable\",\"reason\":\"no host table is in service "
     "yet\",\"hosts\":0,\"table\":\"none\"}\n"},
    {"AWS answers, but no table yet", STATUS_OK, -1, false, false,
     "{\"status\":\"unavailable\",\"reason\":\"no host table is in service "
     "yet\",\"hosts\":0,\"table\":\"none\"}\n"},
    {"the first load failed", STATUS_UNAVAILABLE, -1, true, false,
     "{\"status\":\"unavailable\",\"reason\":\"no host table is in service "
     "yet\",\"hosts\":0,\"table\":\"none\"}\n"},
    {"a table, but AWS was not asked yet", NO_CALL, 3, false, false,
     "{\"status\":\"unavailable\",\"reason\":\"AWS has not been reached "
     "yet\",\"hosts\":3,\"table\":\"current\"}\n"},
    {"both: all is well", STATUS_OK, 3, false, true,
     "{\"status\":\"ok\",\"hosts\":3,\"table\":\"current\"}\n"},
    {"a million hosts", STATUS_OK, 1000000, false, true,
     "{\"status\":\"ok\",\"hosts\":1000000,\"table\":\"current\"}\n"},
    {"a table that could not be renewed still serves", STATUS_OK, 3, true, true,
     "{\"status\":\"ok\",\"hosts\":3,\"table\":\"stale\"}\n"},
    {"AWS does not answer", STATUS_UNAVAILABLE, 3, false, false,
     "{\"status\":\"unavailable\",\"reason\":\"AWS was not reached at the "
     "last attempt\",\"hosts\":3,\"table\":\"current\"}\n"},
    {"AWS denies us", STATUS_DENIED, 3, true, false,
     "{\"status\":\"unavailable\",\"reason\":\"AWS refused our credentials "
     "at the last attempt\",\"hosts\":3,\"table\":\"stale\"}\n"},
    {"a refused record is an answer", STATUS_INVALID, 3, false, true,
     "{\"status\":\"ok\",\"hosts\":3,\"table\":\"current\"}\n"},
    {"no such zone is an answer", STATUS_NOT_FOUND, 3, false, true,
     "{\"status\":\"ok\",\"hosts\":3,\"table\":\"current\"}\n"},
    {"throttling is an answer", STATUS_THROTTLED, 3, false, true,
     "{\"status\":\"ok\",\"hosts\":3,\"table\":\"current\"}\n"},
    {"a busy zone is an answer", STATUS_BUSY, 3, false, true,
     "{\"status\":\"ok\",\"hosts\":3,\"table\":\"current\"}\n"},
    {"an unchanged table is an answer", STATUS_UNCHANGED, 3, false, true,
     "{\"status\":\"ok\",\"hosts\":3,\"table\":\"current\"}\n"},
};

static void test_health(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct health health;
        struct strbuf out;
        bool well;

        health_init(&health);
        if (cases[i].aws != NO_CALL)
            health_note_aws(&health, (enum status)cases[i].aws);
        if (cases[i].hosts >= 0)
            health_note_table(&health, (size_t)cases[i].hosts);
        if (cases[i].reload_failed)
            health_note_reload_failed(&health);
        strbuf_init(&out, JSON_MAX_BYTES);
        well = health_write_json(&health, &out);
        if (well != cases[i].well || !span_is(strbuf_span(&out), cases[i].json))
            fail_msg("%s: got %s", cases[i].label, strbuf_string(&out));
        strbuf_clear(&out);
    }
}

static bool is_well(const struct health *health)
{
    struct strbuf out;
    bool well;

    strbuf_init(&out, JSON_MAX_BYTES);
    well = health_write_json(health, &out);
    strbuf_clear(&out);
    return well;
}

static void test_the_last_word_of_aws_counts(void **state)
{
    struct health health;

    (void)state;
    health_init(&health);
    health_note_table(&health, 1);
    health_note_aws(&health, STATUS_OK);
    health_note_aws(&health, STATUS_DENIED);
    assert_false(is_well(&health));
    health_note_aws(&health, STATUS_OK);
    assert_true(is_well(&health));
    health_note_aws(&health, STATUS_UNAVAILABLE);
    assert_false(is_well(&health));
    health_note_aws(&health, STATUS_INVALID);
    assert_true(is_well(&health));
}

static void test_a_new_table_is_current_again(void **state)
{
    struct health health;
    struct strbuf out;

    (void)state;
    health_init(&health);
    health_note_aws(&health, STATUS_OK);
    health_note_table(&health, 3);
    health_note_reload_failed(&health);
    health_note_table(&health, 4);
    strbuf_init(&out, JSON_MAX_BYTES);
    strbuf_append_string(&out, "before ");
    assert_true(health_write_json(&health, &out));
    assert_string_equal(strbuf_string(&out),
                        "before {\"status\":\"ok\",\"hosts\":4,"
                        "\"table\":\"current\"}\n");
    strbuf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_health),
        cmocka_unit_test(test_the_last_word_of_aws_counts),
        cmocka_unit_test(test_a_new_table_is_current_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
