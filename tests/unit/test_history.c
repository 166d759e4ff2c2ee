/* The keeper's thread, asked by another one. Meant to be run under TSan too.
 */
#include "server/history/history.h"

#include "base/clock.h"
#include "server/history/shared_knowledge.h"
#include "tests/unit/csv_table.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { STOP_MS = 60000 };

static const char table[] = "hostname,token,expect_within,record_type\n"
                            "a.example.org,t,1h,\n"
                            "b.example.org,t,,\n"
                            "two.example.org,t,,A\n"
                            "two.example.org,t,1h,AAAA\n";

static struct history_settings settings = {
    .seconds = 3600, .waiting_megabytes = 1, .nochg_seconds = 300};
static struct metric_registry metrics;
static struct history *history;
static struct event_queue *queue;

static void describe(void *arg, struct event_copy *copy)
{
    (void)arg;
    copy->pending = 7;
}

static void use_table(const char *text)
{
    struct host_table *host_table = host_table_new(csv_table(text), NULL);

    assert_non_null(host_table);
    history_use_table(history, host_table);
    host_table_release(host_table);
}

static int set_up(void **state)
{
    (void)state;
    metrics = (struct metric_registry){.count = 0};
    history = history_new(&settings, NULL, &metrics, describe, NULL);
    if (history == NULL || (queue = history_add_queue(history)) == NULL)
        return -1;
    return history_start(history) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    history_stop(history, clock_now_ms() + STOP_MS);
    history_free(history);
    return 0;
}

static void call(const char *host, enum call_ending ending)
{
    struct happening happening = {
        .kind = HAPPENED_CALL,
        .at = clock_date_ms(),
        .host = span_from_string(host),
        .client = {ADDRESS_IPV4, {192, 0, 2, 7}},
        .ending = ending,
        .is_authentic = ending == CALL_SERVED,
        .agent = span_from_string("curl/8"),
        .outcome = ending == CALL_SERVED ? "nochg" : "badauth",
        .reason = ending == CALL_SERVED ? "" : "wrong",
    };

    event_queue_put(queue, &happening);
}

static void on_answer(struct history_query *query)
{
    sem_post(query->owner);
}

/* The answer, to be freed. */
static struct history_query *ask(enum history_question question,
                                 const char *search)
{
    sem_t answered;
    struct history_query *query =
        history_query_new(question, on_answer, &answered);

    assert_non_null(query);
    sem_init(&answered, 0, 0);
    snprintf(query->search, sizeof query->search, "%s", search);
    query->count = 10;
    history_ask(history, query);
    while (sem_wait(&answered) != 0)
        continue;
    sem_destroy(&answered);
    return query;
}

static void test_what_was_put_before_is_in_the_answer(void **state)
{
    struct history_query *query;

    (void)state;
    use_table(table);
    call("a.example.org", CALL_SERVED);
    call("b.example.org", CALL_REFUSED);
    call("b.example.org", CALL_REFUSED);
    query = ask(HISTORY_HOST, "B.Example.org.");
    assert_int_equal(query->status, STATUS_OK);
    assert_int_equal(query->host_count, 1);
    assert_int_equal(query->hosts[0].state.refusals, 2);
    assert_int_equal(query->hosts[0].state.accessed_at, 0);
    assert_true(span_is(query->hosts[0].state.agent, "curl/8"));
    assert_true(span_is(query->hosts[0].state.reason, "wrong"));
    history_query_free(query);
}

/* 192.0.2.n; 0: none. */
static struct address numbered(unsigned char n)
{
    return n == 0 ? (struct address){.family = ADDRESS_NONE}
                  : (struct address){ADDRESS_IPV4, {192, 0, 2, n}};
}

static void change(unsigned char before, unsigned char after, const char *why)
{
    static int64_t at;

    /* Each is later than the one before it, whatever the clock does. */
    at = at >= clock_date_ms() ? at + 1 : clock_date_ms();
    event_queue_put(queue, &(struct happening){
                               .kind = HAPPENED_CHANGE,
                               .at = at,
                               .host = span_from_string("a.example.org"),
                               .family = ADDRESS_IPV4,
                               .before = numbered(before),
                               .after = numbered(after),
                               .why = why,
                           });
}

/* A server remembers what it wrote last; the record may say something else since. */
static void test_what_is_a_change_the_history_decides(void **state)
{
    static const struct {
        const char *label;
        unsigned char before, after;
        size_t changes;
    } writings[] = {
        {"the first address is one", 0, 1, 1},
        {"the same again is none", 1, 1, 1},
        {"nor where the writer did not know it", 0, 1, 1},
        {"another copy's is one", 7, 2, 2},
        {"back to what this writer wrote last is one", 1, 1, 3},
        {"a removal is one", 1, 0, 4},
        {"of what is gone already it is none", 1, 0, 4},
        {"what was removed is written anew by one", 1, 1, 5},
    };

    (void)state;
    use_table(table);
    for (size_t i = 0; i < sizeof writings / sizeof writings[0]; i++) {
        struct history_query *query;

        print_message("  %s\n", writings[i].label);
        change(writings[i].before, writings[i].after, "call");
        query = ask(HISTORY_HOST, "a.example.org");
        assert_int_equal(query->events_in_all, writings[i].changes);
        assert_int_equal(query->hosts[0].state.addresses[0].bytes[3],
                         writings[i].after);
        history_query_free(query);
    }
}

static void nochg(int64_t at, unsigned char address)
{
    event_queue_put(queue, &(struct happening){
                               .kind = HAPPENED_CALL,
                               .at = at,
                               .host = span_from_string("a.example.org"),
                               .ending = CALL_SERVED,
                               .is_authentic = true,
                               .outcome = "nochg",
                               .reason = "",
                               .records = {numbered(address)},
                           });
}

static void test_a_change_that_nobody_told_of_is_found(void **state)
{
    enum { NOCHG_MS = 300 * 1000, NEWS_MS = 2 * 3600 * 1000 };
    const int64_t changed_at = clock_date_ms(),
                  later = changed_at + NOCHG_MS + NEWS_MS + 2000;
    const struct {
        const char *label;
        int64_t at;
        unsigned char told, says;
        size_t events;
    } calls[] = {
        {"what is known", later, 1, 1, 1},
        {"it may have been changed since", changed_at + NOCHG_MS, 2, 1, 1},
        {"so it was changed after that", later, 2, 2, 2},
        {"it is told once", later + 1, 2, 2, 2},
    };

    (void)state;
    use_table(table);
    event_queue_put(queue, &(struct happening){
                               .kind = HAPPENED_CHANGE,
                               .at = changed_at,
                               .host = span_from_string("a.example.org"),
                               .family = ADDRESS_IPV4,
                               .after = numbered(1),
                               .why = "call",
                           });
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        struct history_query *query;

        print_message("  %s\n", calls[i].label);
        nochg(calls[i].at, calls[i].told);
        query = ask(HISTORY_HOST, "a.example.org");
        assert_int_equal(query->events_in_all, calls[i].events);
        assert_int_equal(query->hosts[0].state.addresses[0].bytes[3],
                         calls[i].says);
        history_query_free(query);
    }
}

static sem_t gate_reached, gate_open;

static void on_answer_at_gate(struct history_query *query)
{
    (void)query;
    sem_post(&gate_reached);
    while (sem_wait(&gate_open) != 0)
        continue;
}

static void reach_gate(void)
{
    while (sem_wait(&gate_reached) != 0)
        continue;
}

static struct history_query *ask_about_b(void)
{
    struct history_query *query =
        history_query_new(HISTORY_HOST, on_answer_at_gate, NULL);

    assert_non_null(query);
    snprintf(query->search, sizeof query->search, "b.example.org");
    history_ask(history, query);
    return query;
}

/* The keeper is held up at the end of each answer: what comes while it gives the
 * first of two that wait, the second tells. */
static void test_what_happens_between_two_questions_is_heard(void **state)
{
    enum { QUESTIONS = 3 };
    struct history_query *asked[QUESTIONS];

    (void)state;
    sem_init(&gate_reached, 0, 0);
    sem_init(&gate_open, 0, 0);
    use_table(table);
    asked[0] = ask_about_b();
    reach_gate();
    asked[1] = ask_about_b();
    asked[2] = ask_about_b();
    sem_post(&gate_open);
    reach_gate();
    call("b.example.org", CALL_REFUSED);
    sem_post(&gate_open);
    reach_gate();
    sem_post(&gate_open);
    assert_int_equal(asked[1]->hosts[0].state.refusals, 0);
    assert_int_equal(asked[2]->hosts[0].state.refusals, 1);
    history_stop(history, clock_now_ms() + STOP_MS); /* out of done() */
    for (size_t i = 0; i < QUESTIONS; i++)
        history_query_free(asked[i]);
    sem_destroy(&gate_reached);
    sem_destroy(&gate_open);
}

static void test_hosts_are_listed_once_a_name(void **state)
{
    struct history_query *query;

    (void)state;
    use_table(table);
    call("a.example.org", CALL_SERVED);
    query = ask(HISTORY_HOSTS, "");
    assert_int_equal(query->status, STATUS_OK);
    assert_int_equal(query->hosts_in_all, 3);
    assert_int_equal(query->never_called, 2);
    assert_int_equal(query->host_count, 3);
    assert_true(span_is(query->hosts[0].host.name, "b.example.org"));
    assert_true(span_is(query->hosts[1].host.name, "two.example.org"));
    assert_true(span_is(query->hosts[2].host.name, "a.example.org"));
    assert_true(query->as_of > 0 && query->in_touch_since > 0);
    history_query_free(query);
}

static void test_without_a_table_there_are_no_hosts(void **state)
{
    struct history_query *query = ask(HISTORY_HOSTS, "");

    (void)state;
    assert_int_equal(query->status, STATUS_NOT_FOUND);
    assert_int_equal(query->host_count, 0);
    history_query_free(query);
    query = ask(HISTORY_HOST, "a.example.org");
    assert_int_equal(query->status, STATUS_NOT_FOUND);
    history_query_free(query);
}

static void test_what_is_known_outlives_a_table(void **state)
{
    struct history_query *query;

    (void)state;
    use_table(table);
    call("a.example.org", CALL_SERVED);
    use_table("b.example.org,t\n");
    query = ask(HISTORY_HOST, "a.example.org");
    assert_int_equal(query->status, STATUS_NOT_FOUND);
    history_query_free(query);
    use_table(table);
    query = ask(HISTORY_HOST, "a.example.org");
    assert_int_equal(query->status, STATUS_OK);
    assert_true(query->hosts[0].state.accessed_at > 0);
    history_query_free(query);
}

static bool append(void *arg, const struct host *host,
                   const struct host_state *state)
{
    char *text = arg;

    sprintf(text + strlen(text), "%.*s%s ", (int)host->name.len, host->name.ptr,
            state->called_at > 0 ? " called" : "");
    assert_true(span_equal(host->name, state->name));
    return true;
}

static void test_a_scan_is_of_those_who_have_the_attribute(void **state)
{
    struct history_view view;
    char text[256] = "";

    (void)state;
    use_table(table);
    call("a.example.org", CALL_SERVED);
    history_query_free(ask(HISTORY_SERVICE, "")); /* it is known now */
    view = history_scan(history, HOST_ATTRIBUTE_EXPECT_WITHIN, append, text);
    assert_string_equal(text, "a.example.org called two.example.org ");
    assert_true(view.as_of >= view.in_touch_since);
    assert_true(view.in_touch_since > 0);
    assert_int_equal(view.unsure_since, 0);
    text[0] = '\0';
    (void)history_scan(history, HOST_ATTRIBUTE_COUNT, append, text);
    assert_string_equal(text,
                        "a.example.org called b.example.org two.example.org ");
}

static bool stop_at_once(void *arg, const struct host *host,
                         const struct host_state *state)
{
    (void)host;
    (void)state;
    ++*(int *)arg;
    return false;
}

static void test_a_scan_can_be_ended(void **state)
{
    int calls = 0;

    (void)state;
    use_table(table);
    (void)history_scan(history, HOST_ATTRIBUTE_COUNT, stop_at_once, &calls);
    assert_int_equal(calls, 1);
}

/* More hosts than are gone through at once. */
static char *many_hosts(void)
{
    enum { HOSTS = SHARED_KNOWLEDGE_CHUNK + 1, LINE_BYTES = 40 };
    char *text = malloc(LINE_BYTES * (HOSTS + 1));
    size_t len;

    assert_non_null(text);
    len = (size_t)sprintf(text, "hostname,token\n");
    for (int i = 0; i < HOSTS; i++)
        len += (size_t)sprintf(text + len, "h%d.example.org,t\n", i);
    return text;
}

/* The table that comes into service when the scan lets others in. */
static _Thread_local const char *comes_next;
int __real_sched_yield(void);
int __wrap_sched_yield(void);
int __wrap_sched_yield(void)
{
    const char *next = comes_next;

    comes_next = NULL;
    if (next != NULL)
        use_table(next);
    return __real_sched_yield();
}

struct cut {
    const char *by;
    int calls;
};

static bool count(void *arg, const struct host *host,
                  const struct host_state *state)
{
    struct cut *cut = arg;

    (void)host;
    (void)state;
    if (cut->calls++ == 0)
        comes_next = cut->by;
    return true;
}

static void test_a_scan_says_whether_it_was_whole(void **state)
{
    char *many = many_hosts();
    struct cut cut = {NULL, 0};

    (void)state;
    use_table(many);
    assert_true(
        history_scan(history, HOST_ATTRIBUTE_COUNT, count, &cut).is_whole);
    assert_int_equal(cut.calls, SHARED_KNOWLEDGE_CHUNK + 1);
    cut = (struct cut){table, 0};
    assert_false(
        history_scan(history, HOST_ATTRIBUTE_COUNT, count, &cut).is_whole);
    assert_int_equal(cut.calls, SHARED_KNOWLEDGE_CHUNK);
    assert_false(history_look(history).is_whole);
    free(many);
}

#define HISTORY_TEST(name)                                                     \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HISTORY_TEST(test_what_was_put_before_is_in_the_answer),
        HISTORY_TEST(test_what_is_a_change_the_history_decides),
        HISTORY_TEST(test_a_change_that_nobody_told_of_is_found),
        HISTORY_TEST(test_what_happens_between_two_questions_is_heard),
        HISTORY_TEST(test_hosts_are_listed_once_a_name),
        HISTORY_TEST(test_without_a_table_there_are_no_hosts),
        HISTORY_TEST(test_what_is_known_outlives_a_table),
        HISTORY_TEST(test_a_scan_is_of_those_who_have_the_attribute),
        HISTORY_TEST(test_a_scan_can_be_ended),
        HISTORY_TEST(test_a_scan_says_whether_it_was_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
