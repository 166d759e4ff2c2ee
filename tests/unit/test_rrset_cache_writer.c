#include "server/dns/rrset_cache_writer.h"

#include "base/clock.h"
#include "s3db/hostdb_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { SENT_AT = 50000, NOW = 51000, NOW_S = 51, MAX_AGE_S = 300 };

static const struct span host_name = SPAN_LITERAL("a.example.org");
static const struct span split_name = SPAN_LITERAL("split.example.org");
static struct in_transit_counts in_transit;
static struct rrset_cache_writer cache_writer;

static struct address address(const char *text)
{
    struct address parsed = {.family = ADDRESS_NONE};

    assert_true(address_parse(span_from_string(text), &parsed));
    return parsed;
}

static void add_typed(struct hostdb *hosts, const char *record_type)
{
    struct host_attributes row = {.len = 0};

    assert_null(host_attributes_add(&row, HOST_ATTRIBUTE_RECORD_TYPE,
                                    span_from_string(record_type)));
    assert_int_equal(
        hostdb_add_row(hosts, split_name, span_from_string(record_type),
                       span_from((const char *)row.bytes, row.len)),
        STATUS_OK);
}

/* Row 0 is for both records of its name, 1 for AAAA and 2 for A of another. */
static int set_up(void **state)
{
    struct hostdb *hosts = hostdb_new();
    struct host_table *host_table;

    (void)state;
    assert_non_null(hosts);
    assert_int_equal(hostdb_add(hosts, host_name, span_from_string("t0ken")),
                     STATUS_OK);
    add_typed(hosts, "AAAA");
    add_typed(hosts, "A");
    host_table = host_table_new(hosts, NULL);
    assert_non_null(host_table);
    cache_writer = (struct rrset_cache_writer){.host_table = NULL};
    rrset_cache_writer_use(&cache_writer, host_table);
    host_table_release(host_table);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rrset_cache_writer_clear(&cache_writer);
    return 0;
}

static bool says(const char *text)
{
    struct address wanted = address(text);

    return rrset_cache_confirms(cache_writer.host_table->known, &in_transit, 0,
                                host_name, &wanted, NOW_S, MAX_AGE_S);
}

static struct address last(enum rrset_type type)
{
    return rrset_cache_last(cache_writer.host_table->known, 0, type);
}

static void write_record(const char *name, const char *text, bool is_latest)
{
    struct address new = address(text);
    struct accepted_change written = {
        .name = span_from_string(name),
        .type = new.family == ADDRESS_IPV6 ? RRSET_AAAA : RRSET_A,
        .address = &new,
        .client = &new,
        .zone_id = span_from_string("Z1"),
        .asked_at = SENT_AT - 5,
        .sent_at = SENT_AT,
        .is_latest = is_latest,
    };

    rrset_cache_writer_accept(&cache_writer, &written, NOW);
}

static void survey(const char *name, const char *value, bool is_changing)
{
    enum rrset_type type = strchr(value, ':') == NULL ? RRSET_A : RRSET_AAAA;
    struct rrset rrset = {span_from_string(name), type, 60,
                          span_from_string(value)};

    rrset_cache_writer_preload(&cache_writer, &rrset, SENT_AT, is_changing);
}

static void test_what_is_written_is_known(void **state)
{
    (void)state;
    write_record("a.example.org", "192.0.2.1", true);
    write_record("a.example.org", "2001:db8::1", true);
    assert_true(says("192.0.2.1"));
    assert_true(says("2001:db8::1"));
    assert_false(says("192.0.2.2"));
}

static void test_what_is_in_doubt_is_known_to_nobody(void **state)
{
    struct address before = address("192.0.2.1"), old;

    (void)state;
    write_record("a.example.org", "192.0.2.1", true);
    rrset_cache_writer_invalidate(&cache_writer, host_name, RRSET_A);
    assert_false(says("192.0.2.1"));
    old = last(RRSET_A);
    assert_true(address_equal(&old, &before));
}

static void test_the_updater_may_ask_too(void **state)
{
    struct address wanted = address("192.0.2.1"), other = address("192.0.2.2");

    (void)state;
    assert_false(rrset_cache_writer_knows(&cache_writer, host_name, &wanted,
                                          NOW, MAX_AGE_S));
    write_record("a.example.org", "192.0.2.1", true);
    in_transit_begin(&in_transit,
                     host_name); /* its own question is no obstacle */
    assert_true(rrset_cache_writer_knows(&cache_writer, host_name, &wanted, NOW,
                                         MAX_AGE_S));
    assert_false(says("192.0.2.1"));
    in_transit_end(&in_transit, host_name);
    assert_false(rrset_cache_writer_knows(&cache_writer, host_name, &other, NOW,
                                          MAX_AGE_S));
    assert_false(rrset_cache_writer_knows(&cache_writer, host_name, &wanted,
                                          SENT_AT + MAX_AGE_S * 1000,
                                          MAX_AGE_S));
    rrset_cache_writer_invalidate(&cache_writer, host_name, RRSET_A);
    assert_false(rrset_cache_writer_knows(&cache_writer, host_name, &wanted,
                                          NOW, MAX_AGE_S));
}

static void test_an_outdated_write_is_remembered_but_not_said(void **state)
{
    (void)state;
    write_record("a.example.org", "192.0.2.1", false);
    assert_false(says("192.0.2.1"));
    assert_int_equal(last(RRSET_A).family, ADDRESS_IPV4);
}

static void append_change(void *arg, const struct happening *change)
{
    char *text = arg, before[ADDRESS_TEXT_MAX], after[ADDRESS_TEXT_MAX];

    assert_int_equal(change->kind, HAPPENED_CHANGE);
    assert_true(change->at > 1600000000000);
    assert_true(address_equal(&change->client, &change->after));
    assert_string_equal(change->why, "call");
    address_format(&change->before, before);
    address_format(&change->after, after);
    sprintf(text + strlen(text), "%.*s %d %s to %s;", (int)change->host.len,
            change->host.ptr, (int)change->family, before, after);
}

static void test_the_history_hears_of_what_was_written(void **state)
{
    struct event_queue *events = event_queue_new(64 * 1024, NULL, NULL);
    char text[1024] = "";

    (void)state;
    assert_non_null(events);
    cache_writer.events = events;
    write_record("a.example.org", "192.0.2.1", true);
    write_record("a.example.org", "192.0.2.1", true);
    write_record("a.example.org", "192.0.2.2", true);
    write_record("a.example.org", "2001:db8::1", true);
    write_record("gone.example.org", "192.0.2.3", true);
    survey("a.example.org", "192.0.2.9", false);
    event_queues_take(&events, 1);
    event_queues_each(&events, 1, append_change, text);
    assert_string_equal(text, "a.example.org 4 - to 192.0.2.1;"
                              "a.example.org 4 192.0.2.1 to 192.0.2.1;"
                              "a.example.org 4 192.0.2.1 to 192.0.2.2;"
                              "a.example.org 6 - to 2001:db8::1;"
                              "gone.example.org 4 - to 192.0.2.3;");
    event_queue_free(events);
}

static void test_a_survey_is_believed_only_of_the_untouched(void **state)
{
    static const struct {
        const char *label, *name, *value;
        bool written_before, is_changing, is_said;
    } cases[] = {
        {"a record that nobody has changed", "a.example.org", "192.0.2.9",
         false, false, true},
        {"not one that we wrote", "a.example.org", "192.0.2.9", true, false,
         false},
        {"not one that changes now", "a.example.org", "192.0.2.9", false, true,
         false},
        {"not a host of another name", "b.example.org", "192.0.2.9", false,
         false, false},
        {"not what is no address", "a.example.org", "192.0.2.999", false, false,
         false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("  %s\n", cases[i].label);
        if (cases[i].written_before)
            write_record("a.example.org", "192.0.2.1", true);
        survey(cases[i].name, cases[i].value, cases[i].is_changing);
        assert_int_equal(says("192.0.2.9"), cases[i].is_said);
        tear_down(state);
        set_up(state);
    }
}

/* ---- a name whose records have a row each ---- */

enum { AAAA_ROW = 1, A_ROW = 2 };

static void assert_row_says(uint32_t row, enum rrset_type type,
                            const char *wanted)
{
    struct address address =
        rrset_cache_last(cache_writer.host_table->known, row, type);
    char text[ADDRESS_TEXT_MAX];

    address_format(&address, text);
    assert_string_equal(text, wanted);
}

static void assert_split_says(const char *a, const char *aaaa)
{
    assert_row_says(A_ROW, RRSET_A, a);
    assert_row_says(A_ROW, RRSET_AAAA, "-");
    assert_row_says(AAAA_ROW, RRSET_A, "-");
    assert_row_says(AAAA_ROW, RRSET_AAAA, aaaa);
}

static bool split_knows(const char *text)
{
    struct address wanted = address(text);

    return rrset_cache_writer_knows(&cache_writer, split_name, &wanted, NOW,
                                    MAX_AGE_S);
}

static void test_each_record_is_kept_with_the_row_that_is_for_it(void **state)
{
    (void)state;
    write_record("split.example.org", "192.0.2.1", true);
    assert_split_says("192.0.2.1", "-");
    write_record("split.example.org", "2001:db8::1", true);
    assert_split_says("192.0.2.1", "2001:db8::1");
    assert_true(split_knows("192.0.2.1"));
    assert_true(split_knows("2001:db8::1"));
    rrset_cache_writer_invalidate(&cache_writer, split_name, RRSET_A);
    assert_false(split_knows("192.0.2.1"));
    assert_true(split_knows("2001:db8::1"));
}

static void test_each_record_is_surveyed_into_its_row(void **state)
{
    (void)state;
    survey("split.example.org", "2001:db8::9", false);
    assert_split_says("-", "2001:db8::9");
    assert_true(
        rrset_cache_writer_ever_knew(&cache_writer, split_name, RRSET_AAAA));
    assert_false(
        rrset_cache_writer_ever_knew(&cache_writer, split_name, RRSET_A));
    survey("split.example.org", "192.0.2.9", false);
    assert_split_says("192.0.2.9", "2001:db8::9");
}

/* --- what is to go ------------------------------------------------------------- */

static struct expired_rrset silent(const char *name, enum rrset_type type,
                                   uint32_t limit_s)
{
    struct expired_rrset rrset = {
        .name_len = strlen(name), .type = type, .limit_s = limit_s};

    memcpy(rrset.name, name, rrset.name_len);
    return rrset;
}

static enum expiry_outcome objection(const char *name, enum rrset_type type,
                                     uint32_t silent_s)
{
    struct expired_rrset rrset = silent(name, type, silent_s);

    return rrset_cache_writer_objection(&cache_writer, &rrset, NOW);
}

static void test_what_was_written_in_the_silence_stays(void **state)
{
    (void)state;
    assert_int_equal(objection("a.example.org", RRSET_A, 100), EXPIRY_OPEN);
    write_record("a.example.org", "192.0.2.1", true); /* a second ago */
    assert_int_equal(objection("a.example.org", RRSET_A, 2), EXPIRY_WANTED);
    assert_int_equal(objection("a.example.org", RRSET_A, 1), EXPIRY_WANTED);
    assert_int_equal(objection("a.example.org", RRSET_A, 0), EXPIRY_OPEN);
    assert_int_equal(objection("a.example.org", RRSET_AAAA, 2), EXPIRY_OPEN);
    rrset_cache_writer_invalidate(&cache_writer, host_name, RRSET_A);
    assert_int_equal(objection("a.example.org", RRSET_A, 2), EXPIRY_OPEN);
}

static void test_what_is_nobody_s_stays(void **state)
{
    (void)state;
    assert_int_equal(objection("x.example.org", RRSET_A, 100),
                     EXPIRY_UNAVAILABLE);
    rrset_cache_writer_clear(&cache_writer);
    assert_int_equal(objection("a.example.org", RRSET_A, 100),
                     EXPIRY_UNAVAILABLE);
}

static void test_a_locked_record_stays(void **state)
{
    struct hostdb *hosts = hostdb_new();
    struct host_attributes row = {.len = 0};
    struct host_table *host_table;

    (void)state;
    assert_null(host_attributes_add(&row, HOST_ATTRIBUTE_LOCK_RECORD,
                                    span_from_string("yes")));
    assert_int_equal(
        hostdb_add_row(hosts, host_name, span_from_string("t0ken"),
                       span_from((const char *)row.bytes, row.len)),
        STATUS_OK);
    host_table = host_table_new(hosts, NULL);
    rrset_cache_writer_use(&cache_writer, host_table);
    host_table_release(host_table);
    assert_int_equal(objection("a.example.org", RRSET_A, 100), EXPIRY_LOCKED);
}

struct removal_heard {
    unsigned count;
    const char *why;
    int64_t at;
};

static void on_removal(void *arg, const struct happening *happening)
{
    struct removal_heard *heard = arg;
    struct address before = address("192.0.2.1");

    assert_int_equal(happening->kind, HAPPENED_CHANGE);
    assert_true(span_is(happening->host, "a.example.org"));
    assert_int_equal(happening->family, ADDRESS_IPV4);
    assert_true(address_equal(&happening->before, &before));
    assert_int_equal(happening->after.family, ADDRESS_NONE);
    assert_int_equal(happening->client.family, ADDRESS_NONE);
    heard->count++;
    heard->why = happening->why;
    heard->at = happening->at;
}

static void test_nothing_is_known_of_what_is_removed(void **state)
{
    struct event_queue *events = event_queue_new(4096, NULL, NULL);
    struct address before = address("192.0.2.1");
    struct ended_removal removed = {.end = REMOVAL_DONE,
                                    .name = host_name,
                                    .address = &before,
                                    .zone_id = SPAN_LITERAL("Z1")};
    struct removal_heard heard = {.count = 0};

    (void)state;
    write_record("a.example.org", "192.0.2.1", true);
    write_record("a.example.org", "2001:db8::1", true);
    cache_writer.events = events;
    rrset_cache_writer_removed(&cache_writer, &removed, 9);
    assert_false(says("192.0.2.1"));
    assert_int_equal(last(RRSET_A).family, ADDRESS_NONE);
    assert_false(
        rrset_cache_writer_ever_knew(&cache_writer, host_name, RRSET_A));
    assert_true(says("2001:db8::1"));
    event_queues_take(&events, 1);
    event_queues_each(&events, 1, on_removal, &heard);
    assert_int_equal(heard.count, 1);
    assert_string_equal(heard.why, "expired");
    cache_writer.events = NULL;
    event_queue_free(events);
    rrset_cache_writer_removed(&cache_writer, &removed, 9); /* nobody listens */
}

/* As of when it was asked for: what is written after that is no more undone. */
static void test_nor_of_what_is_missing(void **state)
{
    struct event_queue *events = event_queue_new(4096, NULL, NULL);
    struct expired_rrset rrset = silent("a.example.org", RRSET_A, 100);
    struct removal_heard heard = {.count = 0};
    int64_t now = clock_date_ms();

    (void)state;
    write_record("a.example.org", "192.0.2.1", true);
    cache_writer.events = events;
    rrset.expected = address("192.0.2.1");
    rrset_cache_writer_missing(&cache_writer, &rrset, 3600 * 1000);
    assert_false(says("192.0.2.1"));
    event_queues_take(&events, 1);
    event_queues_each(&events, 1, on_removal, &heard);
    assert_int_equal(heard.count, 1);
    assert_string_equal(heard.why, "missing");
    assert_true(heard.at >= now - 3600 * 1000);
    assert_true(heard.at < now);
    cache_writer.events = NULL;
    event_queue_free(events);
}

static void test_before_the_first_table_nothing_is_kept(void **state)
{
    (void)state;
    rrset_cache_writer_clear(&cache_writer);
    write_record("a.example.org", "192.0.2.1", true);
    rrset_cache_writer_invalidate(&cache_writer, host_name, RRSET_A);
    survey("a.example.org", "192.0.2.9", false);
    assert_null(cache_writer.host_table);
}

static void test_a_host_that_is_not_in_the_table_is_passed_over(void **state)
{
    (void)state;
    write_record("b.example.org", "192.0.2.1", true);
    rrset_cache_writer_invalidate(&cache_writer,
                                  span_from_string("b.example.org"), RRSET_A);
    assert_false(says("192.0.2.1"));
    assert_int_equal(last(RRSET_A).family, ADDRESS_NONE);
}

#define KEEPER_TEST(test)                                                      \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEEPER_TEST(test_what_is_written_is_known),
        KEEPER_TEST(test_what_is_in_doubt_is_known_to_nobody),
        KEEPER_TEST(test_the_updater_may_ask_too),
        KEEPER_TEST(test_an_outdated_write_is_remembered_but_not_said),
        KEEPER_TEST(test_the_history_hears_of_what_was_written),
        KEEPER_TEST(test_a_survey_is_believed_only_of_the_untouched),
        KEEPER_TEST(test_each_record_is_kept_with_the_row_that_is_for_it),
        KEEPER_TEST(test_each_record_is_surveyed_into_its_row),
        KEEPER_TEST(test_what_was_written_in_the_silence_stays),
        KEEPER_TEST(test_what_is_nobody_s_stays),
        KEEPER_TEST(test_a_locked_record_stays),
        KEEPER_TEST(test_nothing_is_known_of_what_is_removed),
        KEEPER_TEST(test_nor_of_what_is_missing),
        KEEPER_TEST(test_before_the_first_table_nothing_is_kept),
        KEEPER_TEST(test_a_host_that_is_not_in_the_table_is_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
