/* Copies of the history that share a directory. Meant to be run under TSan too.
 */
#include "server/history/carrier.h"

#include "base/clock.h"
#include "journal/gzip.h"
#include "journal/journal_reader.h"
#include "journal/snapshot.h"
#include "server/history/history.h"
#include "server/history/minute_object.h"
#include "tests/unit/csv_table.h"
#include "tests/unit/patience.h"
#include "tests/unit/scratch_folder.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { COPIES = 2 };

static struct metric_registry metrics;

struct copy {
    struct history_settings *settings; /* read by its threads */
    struct history *history;
    struct event_queue *queue;
};

static struct copy begin(uint32_t seconds)
{
    struct host_table *table =
        host_table_new(csv_table("a.example.org,t\nb.example.org,t\n"), NULL);
    struct copy copy;

    metrics = (struct metric_registry){.count = 0};
    copy.settings = malloc(sizeof *copy.settings);
    assert_non_null(copy.settings);
    *copy.settings = (struct history_settings){
        .state = scratch_path("state"),
        .seconds = seconds,
        .snapshot_intervals = 1,
        .waiting_megabytes = 1,
    };
    copy.history = history_new(copy.settings, NULL, &metrics, NULL, NULL);
    assert_non_null(copy.history);
    copy.queue = history_add_queue(copy.history);
    assert_non_null(copy.queue);
    assert_int_equal(history_start(copy.history), STATUS_OK);
    history_use_table(copy.history, table);
    host_table_release(table);
    return copy;
}

static void end(struct copy *copy)
{
    history_stop(copy->history, clock_now_ms() + PATIENCE_MS);
    history_free(copy->history);
    free(copy->settings);
}

static void call(const struct copy *copy, const char *host,
                 enum call_ending ending)
{
    struct happening happening = {
        .kind = HAPPENED_CALL,
        .at = clock_date_ms(),
        .host = span_from_string(host),
        .ending = ending,
        .is_authentic = ending == CALL_SERVED,
        .outcome = ending == CALL_SERVED ? "nochg" : "badauth",
        .reason = "",
    };

    event_queue_put(copy->queue, &happening);
}

static void on_answer(struct history_query *query)
{
    sem_post(query->owner);
}

/* The answer, to be freed. */
static struct history_query *ask(const struct copy *copy, const char *host)
{
    sem_t answered;
    struct history_query *query =
        history_query_new(HISTORY_HOST, on_answer, &answered);

    assert_non_null(query);
    sem_init(&answered, 0, 0);
    snprintf(query->search, sizeof query->search, "%s", host);
    query->count = 10;
    history_ask(copy->history, query);
    while (sem_wait(&answered) != 0)
        continue;
    sem_destroy(&answered);
    return query;
}

/* How often the host was refused in a row; -1: it was never heard of. */
static int refusals(const struct copy *copy, const char *host)
{
    struct history_query *query = ask(copy, host);
    int found = query->host_count == 0 || query->hosts[0].state.called_at == 0
                    ? -1
                    : (int)query->hosts[0].state.refusals;

    history_query_free(query);
    return found;
}

static void wait_for(const struct copy *copy, const char *host, int wanted)
{
    struct patience patience = patience_for("what another copy has heard");

    while (refusals(copy, host) != wanted)
        patience_lasts(&patience);
}

static void test_copies_know_what_each_has_heard(void **state)
{
    struct copy copies[COPIES] = {begin(1), begin(1)};

    (void)state;
    call(&copies[0], "a.example.org", CALL_REFUSED);
    call(&copies[0], "a.example.org", CALL_REFUSED);
    wait_for(&copies[1], "a.example.org", 2);
    call(&copies[1], "a.example.org", CALL_REFUSED);
    wait_for(&copies[0], "a.example.org", 3);
    call(&copies[1], "a.example.org", CALL_SERVED);
    wait_for(&copies[0], "a.example.org", 0);
    end(&copies[0]);
    end(&copies[1]);
}

static void test_who_starts_knows_what_was_before(void **state)
{
    struct copy copy = begin(3600);

    (void)state;
    call(&copy, "a.example.org", CALL_REFUSED);
    call(&copy, "b.example.org", CALL_SERVED);
    end(&copy);
    copy = begin(3600);
    wait_for(&copy, "a.example.org", 1);
    wait_for(&copy, "b.example.org", 0);
    end(&copy);
}

static void test_what_is_heard_before_the_journal_is_read_counts_once(
    void **state)
{
    struct copy copy = begin(3600);

    (void)state;
    call(&copy, "a.example.org", CALL_REFUSED);
    end(&copy);
    for (int starts = 2; starts < 5; starts++) {
        copy = begin(3600);
        call(&copy, "a.example.org", CALL_REFUSED);
        wait_for(&copy, "a.example.org", starts);
        end(&copy);
    }
}

static void wait_for_snapshot(void)
{
    struct patience patience = patience_for("a snapshot");
    struct object_store *store = object_store_new(scratch_path("state"), NULL);
    struct strbuf packed;

    strbuf_init(&packed, SNAPSHOT_MAX_BYTES);
    while (object_store_get(store, SNAPSHOT_KEY, NULL, &packed) != STATUS_OK)
        patience_lasts(&patience);
    strbuf_clear(&packed);
    object_store_free(store);
}

static void test_a_snapshot_counts_nothing_twice(void **state)
{
    struct copy copy = begin(1);
    int sent = 0;

    (void)state;
    wait_for_snapshot();
    for (; sent < 5; sent++)
        call(&copy, "a.example.org", CALL_REFUSED);
    wait_for(&copy, "a.example.org", sent);
    end(&copy);
    copy = begin(1);
    wait_for(&copy, "a.example.org", sent);
    end(&copy);
}

static void test_it_is_in_touch_once_the_journal_is_read(void **state)
{
    struct patience patience = patience_for("the first reading");
    struct copy copy = begin(3600);
    struct history_view view;

    (void)state;
    do {
        view = history_look(copy.history);
        assert_true((view.as_of == 0) == (view.in_touch_since == 0));
    } while (view.as_of == 0 && patience_lasts(&patience));
    assert_true(view.in_touch_since <= view.as_of);
    end(&copy);
}

/* --- what others have lost ----------------------------------------------------- */

static const char another[] = "00000000000000bb";

static void put(uint32_t number, struct span body)
{
    struct object_store *store = object_store_new(scratch_path("state"), NULL);
    struct object_name name = {.made_at = clock_date_ms(), .number = number};
    char key[OBJECT_NAME_MAX];

    memcpy(name.copy, another, sizeof another);
    object_name_write(&name, key);
    assert_int_equal(object_store_put(store, key, body, MINUTE_OBJECT_TYPE,
                                      OBJECT_IF_ABSENT, NULL),
                     STATUS_OK);
    object_store_free(store);
}

/* An object of another copy, in which it has refused the host once. */
static void tell(uint32_t number, const char *host, uint64_t lost)
{
    struct happening refused = {
        .kind = HAPPENED_CALL,
        .at = clock_date_ms(),
        .host = span_from_string(host),
        .ending = CALL_REFUSED,
        .outcome = "badauth",
        .reason = "",
    };
    struct event self = {.kind = EVENT_COPY, .at = refused.at};
    struct tally *tally = tally_new();
    struct strbuf body;

    self.copy.copy = span_from_string(another);
    self.copy.lost = lost;
    assert_int_equal(tally_add(tally, &refused, 0), STATUS_OK);
    strbuf_init(&body, JOURNAL_OBJECT_MAX_BYTES);
    assert_int_equal(minute_object_pack(&self, tally, &body), STATUS_OK);
    put(number, strbuf_span(&body));
    strbuf_clear(&body);
    tally_free(tally);
}

/* As dyndb and a copy do: the host's address changed, and later it was added. */
static void tell_of_addition(uint32_t number, const char *host)
{
    struct event change = {.kind = EVENT_CHANGE, .at = clock_date_ms() - 1000};
    struct event edit = {.kind = EVENT_EDIT, .at = clock_date_ms()};
    struct strbuf lines, body;

    change.change.host = span_from_string(host);
    change.change.family = ADDRESS_IPV4;
    change.change.why = span_from_string("call, and more of it than a word");
    edit.edit.by = span_from_string("anne@desk");
    edit.edit.action = span_from_string("add-host");
    edit.edit.effect = span_from_string("added");
    edit.edit.table_version = span_from_string("a version");
    edit.edit.hosts[0] = span_from_string(host);
    edit.edit.named = edit.edit.hosts_in_all = 1;
    strbuf_init(&lines, JOURNAL_OBJECT_MAX_BYTES);
    strbuf_init(&body, JOURNAL_OBJECT_MAX_BYTES);
    assert_int_equal(event_write(&change, &lines), STATUS_OK);
    assert_int_equal(event_write(&edit, &lines), STATUS_OK);
    assert_int_equal(gzip_pack(strbuf_span(&lines), &body), STATUS_OK);
    put(number, strbuf_span(&body));
    strbuf_clear(&body);
    strbuf_clear(&lines);
}

static int64_t wait_to_be_in_touch(const struct copy *copy)
{
    struct patience patience = patience_for("the first reading");

    while (history_look(copy->history).in_touch_since == 0)
        patience_lasts(&patience);
    return history_look(copy->history).in_touch_since;
}

static void wait_for_touch_to_be_lost(const struct copy *copy, int64_t since)
{
    struct patience patience = patience_for("what is missing to be noticed");

    while (history_look(copy->history).in_touch_since <= since)
        patience_lasts(&patience);
}

static void test_who_tells_all_keeps_us_in_touch(void **state)
{
    struct copy copy = begin(1);
    int64_t since = wait_to_be_in_touch(&copy);

    (void)state;
    tell(1, "a.example.org", 0);
    wait_for(&copy, "a.example.org", 1);
    tell(2, "b.example.org", 0);
    wait_for(&copy, "b.example.org", 1);
    assert_int_equal(history_look(copy.history).in_touch_since, since);
    end(&copy);
}

/* Events are read one after the other into the same memory. */
static void test_an_answer_has_all_of_an_edit_with_more_behind_it(void **state)
{
    struct history_query *query;
    struct copy copy;

    (void)state;
    tell_of_addition(1, "a.example.org");
    copy = begin(1);
    wait_to_be_in_touch(&copy);
    query = ask(&copy, "a.example.org");
    assert_int_equal(query->event_count, 2);
    assert_int_equal(query->events[0].kind, EVENT_EDIT);
    assert_true(span_is(query->events[0].edit.by, "anne@desk"));
    assert_true(span_is(query->events[0].edit.action, "add-host"));
    assert_true(span_is(query->events[0].edit.effect, "added"));
    assert_true(span_is(query->events[0].edit.table_version, "a version"));
    assert_true(span_is(query->events[0].edit.hosts[0], "a.example.org"));
    history_query_free(query);
    end(&copy);
}

static void test_an_object_that_was_dropped_ends_being_in_touch(void **state)
{
    struct copy copy = begin(1);
    int64_t since = wait_to_be_in_touch(&copy);

    (void)state;
    tell(1, "a.example.org", 0);
    wait_for(&copy, "a.example.org", 1);
    tell(3, "b.example.org", 0);
    wait_for_touch_to_be_lost(&copy, since);
    end(&copy);
}

static void test_so_does_the_first_of_a_copy_that_is_missing(void **state)
{
    struct copy copy = begin(1);
    int64_t since = wait_to_be_in_touch(&copy);

    (void)state;
    tell(2, "a.example.org", 0);
    wait_for_touch_to_be_lost(&copy, since);
    end(&copy);
}

static void test_so_do_events_that_another_copy_had_no_room_for(void **state)
{
    struct copy copy = begin(1);
    int64_t since = wait_to_be_in_touch(&copy);

    (void)state;
    tell(1, "a.example.org", 1);
    wait_for_touch_to_be_lost(&copy, since);
    end(&copy);
}

static void test_so_does_an_object_that_cannot_be_read(void **state)
{
    struct copy copy = begin(1);
    int64_t since = wait_to_be_in_touch(&copy);

    (void)state;
    put(1, span_from_string("not packed"));
    wait_for_touch_to_be_lost(&copy, since);
    end(&copy);
}

static void test_what_cannot_be_written_is_kept_and_ends_in_time(void **state)
{
    struct copy copy;

    (void)state;
    scratch_write("state", span_from_string("no directory"));
    copy = begin(1);
    call(&copy, "a.example.org", CALL_SERVED);
    wait_for(&copy, "a.example.org", 0);
    history_stop(copy.history, clock_now_ms() + 1);
    history_free(copy.history);
    free(copy.settings);
}

#define CARRIER_TEST(name)                                                     \
    cmocka_unit_test_setup_teardown(name, scratch_folder_set_up,               \
                                    scratch_folder_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CARRIER_TEST(test_copies_know_what_each_has_heard),
        CARRIER_TEST(test_who_starts_knows_what_was_before),
        CARRIER_TEST(test_what_is_heard_before_the_journal_is_read_counts_once),
        CARRIER_TEST(test_a_snapshot_counts_nothing_twice),
        CARRIER_TEST(test_it_is_in_touch_once_the_journal_is_read),
        CARRIER_TEST(test_who_tells_all_keeps_us_in_touch),
        CARRIER_TEST(test_an_answer_has_all_of_an_edit_with_more_behind_it),
        CARRIER_TEST(test_an_object_that_was_dropped_ends_being_in_touch),
        CARRIER_TEST(test_so_does_the_first_of_a_copy_that_is_missing),
        CARRIER_TEST(test_so_do_events_that_another_copy_had_no_room_for),
        CARRIER_TEST(test_so_does_an_object_that_cannot_be_read),
        CARRIER_TEST(test_what_cannot_be_written_is_kept_and_ends_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
