#include "server/history/knowledge_snapshot.h"

#include "journal/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SELF "00000000000000aa"
#define NOW INT64_C(1700000000000)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct knowledge *known, *again;
static struct applied_objects applied, applied_again;
static struct strbuf packed;

static void add(const struct event *event)
{
    assert_int_equal(knowledge_add(known, NOW, event), STATUS_OK);
}

static void hear(void)
{
    static const struct object_name object = {
        .made_at = NOW, .copy = "00000000000000bb", .number = 7};
    static const struct event refused = {
        .kind = EVENT_CALLS,
        .at = NOW - 1000,
        .calls = {.host = SPAN_LITERAL("a.example.org"),
                  .outcome = SPAN_LITERAL("badauth"),
                  .calls = 2,
                  .refused = 2},
    };
    static const struct event changed = {
        .kind = EVENT_CHANGE,
        .at = NOW - 2000,
        .change = {.host = SPAN_LITERAL("b.example.org"),
                   .family = ADDRESS_IPV4,
                   .after = {ADDRESS_IPV4, {192, 0, 2, 1}},
                   .why = SPAN_LITERAL("call")},
    };
    static const struct event added = {
        .kind = EVENT_EDIT,
        .at = NOW - 500,
        .edit = {.action = SPAN_LITERAL("add-host"),
                 .effect = SPAN_LITERAL("added"),
                 .hosts = {SPAN_LITERAL("a.example.org")},
                 .named = 1,
                 .hosts_in_all = 1},
    };
    static const struct event copy = {
        .kind = EVENT_COPY,
        .at = NOW - 3000,
        .copy = {.copy = SPAN_LITERAL("00000000000000bb"),
                 .machine = SPAN_LITERAL("web-1"),
                 .calls = 5},
    };

    add(&refused);
    add(&changed);
    add(&added);
    add(&copy);
    assert_int_equal(applied_objects_add(&applied, &object), STATUS_OK);
}

static void write_and_read(void)
{
    const char *reason = "";
    int64_t at = 0;

    assert_int_equal(
        knowledge_snapshot_write(known, &lock, &applied, NOW, &packed),
        STATUS_OK);
    assert_int_equal(knowledge_snapshot_read(strbuf_span(&packed), again,
                                             &applied_again, &at, &reason),
                     STATUS_OK);
    assert_int_equal(at, NOW);
}

static void test_hosts_are_as_they_were(void **state)
{
    struct host_state host;
    uint32_t index;

    (void)state;
    hear();
    write_and_read();
    assert_int_equal(host_states_count(again->states), 2);
    assert_true(host_states_find(again->states,
                                 span_from_string("a.example.org"), &index));
    host_states_get(again->states, index, &host);
    assert_int_equal(host.refusals, 2);
    assert_int_equal(host.added_at, NOW / 1000);
    assert_true(host_states_find(again->states,
                                 span_from_string("b.example.org"), &index));
    host_states_get(again->states, index, &host);
    assert_int_equal(host.addresses[0].bytes[3], 1);
}

static bool write_event(void *writer, const struct event *event)
{
    snapshot_writer_event(writer, event);
    return true;
}

/* As a version that did not know of additions wrote it. */
static void write_without_additions(void)
{
    static const struct recent_query all = {.kinds = RECENT_ALL,
                                            .count = SIZE_MAX};
    struct host_state host;
    struct snapshot_writer *writer = snapshot_writer_new(&packed, NOW);

    assert_non_null(writer);
    host_states_get(known->states, 0, &host);
    host.added_at = 0;
    snapshot_writer_host(writer, &host);
    assert_int_equal(
        recent_events_each(known->recent, &all, write_event, writer),
        STATUS_OK);
    assert_int_equal(snapshot_writer_finish(writer), STATUS_OK);
}

static void test_an_older_snapshot_tells_of_additions_by_its_edits(void **state)
{
    struct host_state host;
    const char *reason;
    int64_t at;

    (void)state;
    hear();
    write_without_additions();
    assert_int_equal(knowledge_snapshot_read(strbuf_span(&packed), again,
                                             &applied_again, &at, &reason),
                     STATUS_OK);
    host_states_get(again->states, 0, &host);
    assert_true(span_is(host.name, "a.example.org"));
    assert_int_equal(host.added_at, NOW / 1000);
}

static void test_what_happened_lately_is_too(void **state)
{
    static const struct recent_query all = {.kinds = RECENT_ALL,
                                            .count = SIZE_MAX};

    (void)state;
    hear();
    write_and_read();
    assert_int_equal(recent_events_count(again->recent, &all), 3);
}

/* Of an edit that is told by two events, both. */
static void test_so_are_all_hosts_of_an_edit(void **state)
{
    const struct recent_query of_host = {
        .kinds = RECENT_EDITS,
        .host = span_from_string("b.example.org"),
        .count = SIZE_MAX,
    };
    struct event event = {.kind = EVENT_EDIT, .at = NOW - 1000};

    (void)state;
    event.edit.action = span_from_string("upload-database");
    event.edit.hosts[0] = span_from_string("a.example.org");
    event.edit.named = 1;
    event.edit.hosts_in_all = 2;
    assert_int_equal(recent_events_add(known->recent, &event), STATUS_OK);
    event.edit.hosts[0] = span_from_string("b.example.org");
    event.edit.hosts_before = 1;
    assert_int_equal(recent_events_add(known->recent, &event), STATUS_OK);
    write_and_read();
    assert_int_equal(recent_events_count(again->recent, &of_host), 1);
}

/* One letter of each host, the newest first. */
static bool tell_host(void *arg, const struct event *event)
{
    strbuf_append(arg, span_from(event->change.host.ptr, 1));
    return true;
}

static void test_what_happened_in_one_second_keeps_its_order(void **state)
{
    static const struct recent_query all = {.kinds = RECENT_ALL,
                                            .count = SIZE_MAX};
    static const char *const hosts[] = {"a.example.org", "b.example.org",
                                        "c.example.org", "d.example.org"};
    struct event event = {.kind = EVENT_CHANGE, .at = NOW - 2000};
    struct strbuf told;

    (void)state;
    event.change.family = ADDRESS_IPV4;
    event.change.why = span_from_string("call");
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        event.change.host = span_from_string(hosts[i]);
        add(&event);
    }
    write_and_read();
    strbuf_init(&told, 16);
    assert_int_equal(recent_events_each(again->recent, &all, tell_host, &told),
                     STATUS_OK);
    assert_string_equal(strbuf_string(&told), "dcba");
    strbuf_clear(&told);
}

static void note(void *arg, const struct copy_word *word)
{
    assert_true(span_is(word->copy.machine, "web-1"));
    assert_int_equal(word->heard_at, NOW - 3000);
    ++*(int *)arg;
}

static void test_what_a_copy_did_is_counted_once(void **state)
{
    struct day_sum sums[DAY_SUMS];
    uint64_t calls = 0;
    int copies = 0;

    (void)state;
    hear();
    write_and_read();
    copies_each(again->copies, NOW, note, &copies);
    assert_int_equal(copies, 1);
    (void)day_sums_list(&again->sums, NOW, sums);
    for (size_t i = 0; i < DAY_SUMS; i++)
        calls += sums[i].calls;
    assert_int_equal(calls, 5);
}

static void test_it_names_the_objects_that_are_in_it(void **state)
{
    const struct object_name *newest;

    (void)state;
    hear();
    write_and_read();
    newest = applied_objects_newest(&applied_again, "00000000000000bb");
    assert_non_null(newest);
    assert_int_equal(newest->number, 7);
}

static void test_what_is_damaged_is_told(void **state)
{
    const char *reason = NULL;
    int64_t at;

    (void)state;
    assert_int_equal(knowledge_snapshot_read(span_from_string("no snapshot"),
                                             again, &applied_again, &at,
                                             &reason),
                     STATUS_INVALID);
    assert_non_null(reason);
}

static int set_up(void **state)
{
    (void)state;
    known = knowledge_new(SELF, 60000);
    again = knowledge_new(SELF, 60000);
    strbuf_init(&packed, 1024 * 1024);
    return known == NULL || again == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    knowledge_free(known);
    knowledge_free(again);
    applied_objects_clear(&applied);
    applied_objects_clear(&applied_again);
    strbuf_clear(&packed);
    return 0;
}

#define SNAPSHOT_TEST(name)                                                    \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SNAPSHOT_TEST(test_hosts_are_as_they_were),
        SNAPSHOT_TEST(test_an_older_snapshot_tells_of_additions_by_its_edits),
        SNAPSHOT_TEST(test_what_happened_lately_is_too),
        SNAPSHOT_TEST(test_so_are_all_hosts_of_an_edit),
        SNAPSHOT_TEST(test_what_happened_in_one_second_keeps_its_order),
        SNAPSHOT_TEST(test_what_a_copy_did_is_counted_once),
        SNAPSHOT_TEST(test_it_names_the_objects_that_are_in_it),
        SNAPSHOT_TEST(test_what_is_damaged_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
