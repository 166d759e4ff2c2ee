#include "journal/snapshot.h"

#include "journal/gzip.h"
#include "tests/unit/failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { MAX_BYTES = 16 * 1024 * 1024 };

static const int64_t at = INT64_C(1795257300123);

static const struct host_state full = {
    .name = SPAN_LITERAL("a.example"),
    .addresses = {{ADDRESS_IPV4, {192, 0, 2, 1}},
                  {ADDRESS_IPV6, {0x20, 0x01, 0x0d, 0xb8}}},
    .updated_at = {1000, 0},
    .seen_at = {0, 2000},
    .record_ms = {17, 18},
    .called_at = 3000,
    .called_ms = 19,
    .accessed_at = 4000,
    .checked_at = 5000,
    .succeeded_at = 6000,
    .succeeded_ms = 20,
    .added_at = 7000,
    .refusals = 7,
    .client = {ADDRESS_IPV4, {192, 0, 2, 9}},
    .agent = SPAN_LITERAL("ddclient \"3\""),
    .outcome = SPAN_LITERAL("badauth"),
    .reason = SPAN_LITERAL("wrong token"),
};

/* Of which hardly anything is known: a record that was removed. */
static const struct host_state removed = {
    .name = SPAN_LITERAL("b.example"),
    .updated_at = {0, 1000},
};

static struct strbuf packed, told, text;

static int set_up(void **state)
{
    (void)state;
    strbuf_init(&packed, MAX_BYTES);
    strbuf_init(&told, MAX_BYTES);
    strbuf_init(&text, MAX_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    strbuf_clear(&packed);
    strbuf_clear(&told);
    strbuf_clear(&text);
    return 0;
}

static enum status write_all(void)
{
    struct object_name names[2] = {
        {.made_at = 1000, .copy = "0123456789abcdef", .number = 7},
        {.made_at = 2000, .copy = "fedcba9876543210", .number = 8}};
    struct applied_objects applied = {names, 2, 2};
    struct event event = {.kind = EVENT_CHANGE, .at = 3000};
    struct snapshot_sum sum = {300000, 1, 2, 3, 4, 5, 6};
    struct snapshot_writer *writer;

    event.change.host = span_from_string("a.example");
    event.change.family = ADDRESS_IPV4;
    strbuf_rewind(&packed);
    writer = snapshot_writer_new(&packed, at);
    if (writer == NULL)
        return STATUS_NOMEM;
    snapshot_writer_applied(writer, &applied);
    snapshot_writer_host(writer, &full);
    snapshot_writer_host(writer, &removed);
    snapshot_writer_event(writer, &event);
    snapshot_writer_sum(writer, &sum);
    return snapshot_writer_finish(writer);
}

/* Others query it: a changed name is a broken query. */
static void test_lines_are_as_the_document_has_them(void **state)
{
    (void)state;
    assert_int_equal(write_all(), STATUS_OK);
    assert_int_equal(gzip_unpack(strbuf_span(&packed), &text), STATUS_OK);
    assert_string_equal(
        strbuf_string(&text),
        "{\"snapshot\":1,\"at\":\"2026-11-21T10:35:00.123Z\"}\n"
        "{\"applied\":\"0123456789abcdef\",\"number\":7,"
        "\"made_at\":\"1970-01-01T00:00:01.000Z\"}\n"
        "{\"applied\":\"fedcba9876543210\",\"number\":8,"
        "\"made_at\":\"1970-01-01T00:00:02.000Z\"}\n"
        "{\"host\":\"a.example\",\"ipv4\":\"192.0.2.1\","
        "\"ipv4_updated_at\":\"1970-01-01T00:16:40.017Z\","
        "\"ipv6\":\"2001:db8::\","
        "\"ipv6_seen_at\":\"1970-01-01T00:33:20.018Z\","
        "\"called_at\":\"1970-01-01T00:50:00.019Z\","
        "\"accessed_at\":\"1970-01-01T01:06:40.000Z\","
        "\"checked_at\":\"1970-01-01T01:23:20.000Z\","
        "\"succeeded_at\":\"1970-01-01T01:40:00.020Z\","
        "\"added_at\":\"1970-01-01T01:56:40.000Z\",\"refusals\":7,"
        "\"client\":\"192.0.2.9\",\"agent\":\"ddclient \\\"3\\\"\","
        "\"outcome\":\"badauth\",\"reason\":\"wrong token\"}\n"
        "{\"host\":\"b.example\","
        "\"ipv6_updated_at\":\"1970-01-01T00:16:40.000Z\",\"refusals\":0}\n"
        "{\"event\":\"change\",\"at\":\"1970-01-01T00:00:03.000Z\","
        "\"type\":\"A\",\"host\":\"a.example\"}\n"
        "{\"sum_at\":\"1970-01-01T00:05:00.000Z\",\"calls\":1,\"refused\":2,"
        "\"changes\":3,\"route53_calls\":4,\"throttled\":5,\"lost\":6}\n");
}

/* --- read ------------------------------------------------------------------ */

static enum status begin(void *arg, int64_t of)
{
    (void)arg;
    strbuf_printf(&told, "at %lld; ", (long long)(of - at));
    return STATUS_OK;
}

static enum status applied_to(void *arg, const struct object_name *newest)
{
    (void)arg;
    strbuf_printf(&told, "%s %u %d; ", newest->copy, newest->number,
                  (int)newest->made_at);
    return STATUS_OK;
}

static enum status host(void *arg, const struct host_state *state)
{
    return host_states_restore(arg, state);
}

static enum status event(void *arg, const struct event *happened)
{
    (void)arg;
    strbuf_printf(&told, "event %d; ", (int)happened->at);
    return STATUS_OK;
}

static enum status sum(void *arg, const struct snapshot_sum *sums)
{
    (void)arg;
    strbuf_printf(&told, "sum %d %d %d %d %d %d %d; ", (int)sums->sum_at,
                  (int)sums->calls, (int)sums->refused, (int)sums->changes,
                  (int)sums->route53_calls, (int)sums->throttled,
                  (int)sums->lost);
    return STATUS_OK;
}

static enum status read_into(struct host_states *states, const char **reason)
{
    struct snapshot_listener listener = {begin, applied_to, host,
                                         event, sum,        states};

    strbuf_rewind(&told);
    return snapshot_read(strbuf_span(&packed), &listener, reason);
}

static void assert_host(const struct host_states *states,
                        const struct host_state *expected)
{
    struct host_state known;
    uint32_t index;

    assert_true(host_states_find(states, expected->name, &index));
    host_states_get(states, index, &known);
    assert_true(span_equal(known.agent, expected->agent));
    assert_true(span_equal(known.outcome, expected->outcome));
    assert_true(span_equal(known.reason, expected->reason));
    assert_true(address_equal(&known.client, &expected->client));
    for (int i = 0; i < 2; i++)
        assert_true(
            address_equal(&known.addresses[i], &expected->addresses[i]));
    assert_memory_equal(known.updated_at, expected->updated_at,
                        sizeof known.updated_at);
    assert_memory_equal(known.seen_at, expected->seen_at, sizeof known.seen_at);
    assert_memory_equal(known.record_ms, expected->record_ms,
                        sizeof known.record_ms);
    assert_int_equal(known.called_at, expected->called_at);
    assert_int_equal(known.called_ms, expected->called_ms);
    assert_int_equal(known.accessed_at, expected->accessed_at);
    assert_int_equal(known.checked_at, expected->checked_at);
    assert_int_equal(host_state_succeeded(&known),
                     host_state_succeeded(expected));
    assert_int_equal(known.added_at, expected->added_at);
    assert_int_equal(known.refusals, expected->refusals);
}

static void test_all_is_read_as_it_was_written(void **state)
{
    struct host_states *states = host_states_new();
    const char *reason;

    (void)state;
    assert_int_equal(write_all(), STATUS_OK);
    assert_int_equal(read_into(states, &reason), STATUS_OK);
    assert_string_equal(
        strbuf_string(&told),
        "at 0; 0123456789abcdef 7 1000; fedcba9876543210 8 2000; event 3000; "
        "sum 300000 1 2 3 4 5 6; ");
    assert_int_equal(host_states_count(states), 2);
    assert_host(states, &full);
    assert_host(states, &removed);
    host_states_free(states);
}

static void test_what_nobody_listens_to_is_passed_over(void **state)
{
    struct snapshot_listener nobody = {.arg = NULL};
    const char *reason;

    (void)state;
    assert_int_equal(write_all(), STATUS_OK);
    assert_int_equal(snapshot_read(strbuf_span(&packed), &nobody, &reason),
                     STATUS_OK);
}

static enum status refuse(void *arg, const struct host_state *state)
{
    (void)arg;
    (void)state;
    return STATUS_FULL;
}

static void test_who_refuses_a_line_gets_no_more(void **state)
{
    struct snapshot_listener listener = {.host = refuse, .event = event};
    const char *reason;

    (void)state;
    assert_int_equal(write_all(), STATUS_OK);
    assert_int_equal(snapshot_read(strbuf_span(&packed), &listener, &reason),
                     STATUS_FULL);
    assert_string_equal(strbuf_string(&told), "");
}

static void test_many_lines_are_packed_and_read(void **state)
{
    enum { MANY = 5000 };
    struct snapshot_writer *writer = snapshot_writer_new(&packed, at);
    struct host_states *states = host_states_new();
    struct host_state one = full;
    const char *reason;
    char name[32];

    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        one.name = span_from(
            name, (size_t)snprintf(name, sizeof name, "h%u.example", i));
        one.refusals = i;
        snapshot_writer_host(writer, &one);
    }
    assert_int_equal(snapshot_writer_finish(writer), STATUS_OK);
    assert_int_equal(read_into(states, &reason), STATUS_OK);
    assert_int_equal(host_states_count(states), MANY);
    one.name = span_from_string("h77.example");
    one.refusals = 77;
    assert_host(states, &one);
    host_states_free(states);
}

/* --- what is refused ------------------------------------------------------- */

#define FIRST_LINE "{\"snapshot\":1,\"at\":\"2026-11-21T10:35:00.123Z\"}\n"
#define MOMENT_TEXT "\"2026-11-21T10:35:00Z\""

static const struct {
    const char *label, *lines, *reason; /* NULL: it is read */
} snapshots[] = {
    {"the first line alone", FIRST_LINE, NULL},
    {"lines of kinds that a newer version has",
     FIRST_LINE "{\"mood\":\"good\",\"host\":7}\n{}\n", NULL},
    {"members that a newer version has",
     FIRST_LINE "{\"host\":\"a.b\",\"mood\":7}\n", NULL},
    {"events that a newer version has", FIRST_LINE "{\"event\":\"dance\"}\n",
     NULL},
    {"nothing", "", "it is empty"},
    {"no first line", "{\"host\":\"a.b\"}\n", "its first line is missing"},
    {"an event before it", "{\"event\":\"dance\"}\n" FIRST_LINE,
     "its first line is missing"},
    {"a first line later", "{\"host\":\"a.b\"}\n" FIRST_LINE,
     "its first line is missing"},
    {"two of them", FIRST_LINE FIRST_LINE, "it begins twice"},
    {"another version", "{\"snapshot\":2,\"at\":" MOMENT_TEXT "}\n",
     "it is of another version"},
    {"no moment", "{\"snapshot\":1}\n", "it does not say of when it is"},
    {"a version that is no number", "{\"snapshot\":\"1\"}\n", "a line is none"},
    {"an empty line", FIRST_LINE "\n", "a line is none"},
    {"half a line", FIRST_LINE "{\"host\":\"a.b\"", "a line is none"},
    {"a host that is none", FIRST_LINE "{\"host\":\"<b>\"}\n",
     "a line is none"},
    {"refusals in words", FIRST_LINE "{\"host\":\"a.b\",\"refusals\":\"x\"}\n",
     "a line is none"},
    {"an object without its copy",
     FIRST_LINE "{\"applied\":\"x\",\"number\":1,\"made_at\":" MOMENT_TEXT
                "}\n",
     "a line names no object"},
    {"an object without its number",
     FIRST_LINE "{\"applied\":\"0123456789abcdef\",\"made_at\":" MOMENT_TEXT
                "}\n",
     "a line names no object"},
    {"an object without its moment",
     FIRST_LINE "{\"applied\":\"0123456789abcdef\",\"number\":1}\n",
     "a line names no object"},
};

static void test_what_is_a_snapshot(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(snapshots); i++) {
        struct host_states *states = host_states_new();
        const char *reason = NULL;
        enum status status;

        strbuf_rewind(&packed);
        assert_int_equal(
            gzip_pack(span_from_string(snapshots[i].lines), &packed),
            STATUS_OK);
        status = read_into(states, &reason);
        if ((status == STATUS_OK) != (snapshots[i].reason == NULL) ||
            (status != STATUS_OK && strcmp(reason, snapshots[i].reason) != 0))
            fail_msg("%s: %s", snapshots[i].label, reason);
        host_states_free(states);
    }
}

/* A host that stands there twice would have its refusals twice. */
static void test_a_host_is_in_it_once(void **state)
{
    struct host_states *states = host_states_new();
    struct snapshot_writer *writer = snapshot_writer_new(&packed, at);
    const char *reason;

    (void)state;
    snapshot_writer_host(writer, &full);
    snapshot_writer_host(writer, &full);
    assert_int_equal(snapshot_writer_finish(writer), STATUS_OK);
    assert_int_equal(read_into(states, &reason), STATUS_CONFLICT);
    host_states_free(states);
}

/* Wherever it is changed or cut: nothing of it is told. (A bit of how it was
 * packed may say the same in two ways; then it is the same text.) */
static void test_damage_shows_before_anything_is_told(void **state)
{
    const char *reason;
    size_t len, same = 0;

    (void)state;
    assert_int_equal(write_all(), STATUS_OK);
    len = packed.len;
    for (packed.len = 0; packed.len < len; packed.len++) {
        assert_int_equal(read_into(NULL, &reason), STATUS_INVALID);
        assert_int_equal(told.len, 0);
    }
    assert_string_equal(reason, "it is not as it was packed");
    for (size_t i = 10; i < len; i++) { /* behind what says nothing */
        struct host_states *states = host_states_new();

        packed.ptr[i] ^= 4;
        if (read_into(states, &reason) == STATUS_OK)
            same++;
        else
            assert_int_equal(told.len + host_states_count(states), 0);
        packed.ptr[i] ^= 4;
        host_states_free(states);
    }
    assert_true(same < 5);
}

/* --- what fails ------------------------------------------------------------ */

static void test_what_finds_no_room_is_not_written(void **state)
{
    struct strbuf small;
    struct snapshot_writer *writer;

    (void)state;
    strbuf_init(&small, 20);
    strbuf_append_string(&small, "x");
    writer = snapshot_writer_new(&small, at);
    snapshot_writer_host(writer, &full);
    assert_int_equal(snapshot_writer_finish(writer), STATUS_FULL);
    assert_string_equal(strbuf_string(&small), "x");
    strbuf_clear(&small);
    snapshot_writer_free(snapshot_writer_new(&packed, at));
    snapshot_writer_free(NULL);
}

static void test_without_memory_it_is_not_written(void **state)
{
    enum status status = STATUS_NOMEM;
    size_t failures = 0;

    (void)state;
    for (size_t i = 0; status != STATUS_OK; i++) {
        failing_memory_after(i);
        status = write_all();
        failures += failing_memory_stop();
        assert_true(status == STATUS_OK || status == STATUS_NOMEM);
        assert_true(status == STATUS_OK || packed.len == 0);
    }
    assert_true(failures > 3);
}

/* Or what is read of it is all of it, but perhaps an agent that is "other". */
static void test_without_memory_it_is_not_read(void **state)
{
    size_t failures = 0;
    bool has_failed = true;

    (void)state;
    assert_int_equal(write_all(), STATUS_OK);
    for (size_t i = 0; has_failed; i++) {
        struct host_states *states = host_states_new();
        const char *reason;
        enum status status;

        failing_memory_after(i);
        status = read_into(states, &reason);
        has_failed = failing_memory_stop();
        failures += status == STATUS_NOMEM;
        if (status != STATUS_NOMEM) {
            assert_int_equal(status, STATUS_OK);
            assert_int_equal(host_states_count(states), 2);
        }
        host_states_free(states);
    }
    assert_true(failures > 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_lines_are_as_the_document_has_them),
        TEST(test_all_is_read_as_it_was_written),
        TEST(test_what_nobody_listens_to_is_passed_over),
        TEST(test_who_refuses_a_line_gets_no_more),
        TEST(test_many_lines_are_packed_and_read),
        TEST(test_what_is_a_snapshot),
        TEST(test_a_host_is_in_it_once),
        TEST(test_damage_shows_before_anything_is_told),
        TEST(test_what_finds_no_room_is_not_written),
        TEST(test_without_memory_it_is_not_written),
        TEST(test_without_memory_it_is_not_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
