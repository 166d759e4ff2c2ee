#include "server/state/event_queue.h"

#include "tests/unit/failing_calloc.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    ROOMY_BYTES = 1024 * 1024,
    SMALL_BYTES = 4096,
    RUSH = 200000,
    TURNS = 1000, /* which find room in one queue */
};

/* No two moments are one. */
int64_t __wrap_clock_now_ns(void);
int64_t __wrap_clock_now_ns(void)
{
    static atomic_int_least64_t now;

    return atomic_fetch_add(&now, 1);
}

static const struct address client = {ADDRESS_IPV4, {192, 0, 2, 7}};

static struct happening call(const char *host, const char *agent)
{
    return (struct happening){
        .kind = HAPPENED_CALL,
        .at = 1700000000123,
        .host = span_from_string(host),
        .client = client,
        .ending = CALL_SERVED,
        .is_authentic = true,
        .agent = span_from_string(agent),
        .outcome = "nochg",
        .reason = "",
    };
}

/* What was taken, as a text. */
struct taken {
    size_t count;
    char text[1024];
};

static void note(void *arg, const struct happening *happening)
{
    struct taken *taken = arg;
    size_t len = strlen(taken->text);

    taken->count++;
    snprintf(taken->text + len, sizeof taken->text - len, "%.*s(%.*s) ",
             (int)happening->host.len, happening->host.ptr,
             (int)happening->agent.len, happening->agent.ptr);
}

static struct taken take(struct event_queue *queue)
{
    struct taken taken = {.count = 0};

    event_queues_take(&queue, 1);
    event_queues_each(&queue, 1, note, &taken);
    return taken;
}

static void put(struct event_queue *queue, const char *host, const char *agent)
{
    struct happening happening = call(host, agent);

    event_queue_put(queue, &happening);
}

static void test_what_was_put_is_taken_once_and_in_order(void **state)
{
    struct event_queue *queue = event_queue_new(ROOMY_BYTES, NULL, NULL);

    (void)state;
    assert_int_equal(take(queue).count, 0);
    put(queue, "a.example.org", "curl/8");
    put(queue, "b.example.org", "");
    assert_string_equal(take(queue).text,
                        "a.example.org(curl/8) b.example.org() ");
    assert_int_equal(take(queue).count, 0);
    put(queue, "c.example.org", "x");
    assert_string_equal(take(queue).text, "c.example.org(x) ");
    assert_int_equal(event_queue_lost(queue), 0);
    event_queue_free(queue);
}

static void compare(void *arg, const struct happening *happening)
{
    const struct happening *expected = arg;

    assert_int_equal(happening->kind, expected->kind);
    assert_int_equal(happening->at, expected->at);
    assert_true(span_equal(happening->host, expected->host));
    assert_true(address_equal(&happening->client, &expected->client));
    assert_true(address_equal(&happening->before, &expected->before));
    assert_true(address_equal(&happening->after, &expected->after));
    assert_int_equal(happening->family, expected->family);
    assert_ptr_equal(happening->why, expected->why);
    assert_int_equal(happening->agent.len, 0);
}

static void test_queues_are_told_in_the_order_of_putting(void **state)
{
    static const struct {
        size_t queue;
        const char *host;
    } happened[] = {{0, "first"},  {1, "second"}, {0, "third"},
                    {0, "fourth"}, {1, "fifth"},  {1, "sixth"}};
    struct event_queue *queues[] = {event_queue_new(ROOMY_BYTES, NULL, NULL),
                                    event_queue_new(ROOMY_BYTES, NULL, NULL),
                                    event_queue_new(ROOMY_BYTES, NULL, NULL)};
    struct taken taken = {.count = 0};

    (void)state;
    for (size_t i = 0; i < sizeof happened / sizeof happened[0]; i++)
        put(queues[happened[i].queue], happened[i].host, "");
    event_queues_take(queues, 3);
    event_queues_each(queues, 3, note, &taken);
    assert_string_equal(taken.text, "first() second() third() fourth() fifth() "
                                    "sixth() ");
    for (size_t i = 0; i < 3; i++)
        event_queue_free(queues[i]);
}

static void test_a_change_arrives_as_it_was(void **state)
{
    struct event_queue *queue = event_queue_new(ROOMY_BYTES, NULL, NULL);
    struct happening change = {
        .kind = HAPPENED_CHANGE,
        .at = 1,
        .host = span_from_string("a.example.org"),
        .client = client,
        .agent = span_from_string("no call, so this is not looked at"),
        .after = client,
        .family = ADDRESS_IPV4,
        .why = "call",
    };

    (void)state;
    event_queue_put(queue, &change);
    event_queues_take(&queue, 1);
    event_queues_each(&queue, 1, compare, &change);
    event_queue_free(queue);
}

static void test_of_a_long_agent_the_beginning_is_kept(void **state)
{
    struct event_queue *queue = event_queue_new(ROOMY_BYTES, NULL, NULL);
    char agent[1000], expected[200];

    (void)state;
    memset(agent, 'x', sizeof agent - 1);
    agent[sizeof agent - 1] = '\0';
    put(queue, "a.example.org", agent);
    snprintf(expected, sizeof expected, "a.example.org(%.*s) ",
             HAPPENING_AGENT_MAX_BYTES, agent);
    assert_string_equal(take(queue).text, expected);
    event_queue_free(queue);
}

static void test_what_finds_no_room_is_counted(void **state)
{
    struct event_queue *queue = event_queue_new(SMALL_BYTES, NULL, NULL);
    size_t kept;

    (void)state;
    for (int i = 0; i < 100; i++)
        put(queue, "a.example.org", "curl/8");
    kept = take(queue).count;
    assert_true(kept > 0 && kept < 100);
    assert_int_equal(event_queue_lost(queue), 100 - kept);
    /* And there is room again. */
    put(queue, "b.example.org", "");
    assert_string_equal(take(queue).text, "b.example.org() ");
    assert_int_equal(event_queue_lost(queue), 100 - kept);
    event_queue_free(queue);
}

static void count(void *arg)
{
    ++*(int *)arg;
}

static void test_the_reader_is_woken_once_when_it_is_half_full(void **state)
{
    int woken = 0;
    struct event_queue *queue = event_queue_new(SMALL_BYTES, count, &woken);
    size_t half = 0;

    (void)state;
    while (woken == 0 && half < 100) {
        put(queue, "a.example.org", "curl/8");
        half++;
    }
    assert_int_equal(event_queue_lost(queue), 0);
    for (int i = 0; i < 100; i++)
        put(queue, "a.example.org", "curl/8");
    assert_int_equal(woken, 1);
    (void)take(queue);
    put(queue, "a.example.org", "curl/8");
    assert_int_equal(woken, 1);
    for (size_t i = 1; i < half; i++)
        put(queue, "a.example.org", "curl/8");
    assert_int_equal(woken, 2);
    event_queue_free(queue);
}

static void put_another(void *queue, const struct happening *happening)
{
    if (span_is(happening->host, "a.example.org"))
        put(queue, "b.example.org", "");
}

static void test_what_is_put_meanwhile_waits_for_the_next_take(void **state)
{
    struct event_queue *queue = event_queue_new(ROOMY_BYTES, NULL, NULL);

    (void)state;
    put(queue, "a.example.org", "");
    event_queues_take(&queue, 1);
    event_queues_each(&queue, 1, put_another, queue);
    assert_string_equal(take(queue).text, "b.example.org() ");
    event_queue_free(queue);
}

static void test_without_a_queue_nobody_wants_to_know(void **state)
{
    (void)state;
    put(NULL, "a.example.org", "curl/8");
    event_queue_free(NULL);
}

static void test_without_memory_there_is_none(void **state)
{
    (void)state;
    for (unsigned successes = 0; successes < 3; successes++) {
        calloc_fail_after(successes);
        assert_null(event_queue_new(SMALL_BYTES, NULL, NULL));
        assert_true(calloc_fail_never());
    }
}

/* --- two threads ---------------------------------------------------------------- */

static atomic_bool is_over;

static void *rush(void *queue)
{
    for (int i = 0; i < RUSH; i++) {
        char host[32];
        struct happening happening;

        snprintf(host, sizeof host, "h%d.example.org", i);
        happening = call(host, host);
        happening.at = i;
        event_queue_put(queue, &happening);
    }
    atomic_store(&is_over, true);
    return NULL;
}

struct witness {
    int64_t last;
    size_t count;
    bool has_seen_a_lie;
};

static void watch(void *arg, const struct happening *happening)
{
    struct witness *witness = arg;
    char host[32];

    snprintf(host, sizeof host, "h%d.example.org", (int)happening->at);
    witness->has_seen_a_lie |= !span_is(happening->host, host) ||
                               !span_is(happening->agent, host) ||
                               happening->at <= witness->last;
    witness->last = happening->at;
    witness->count++;
}

static void test_writer_and_reader_may_be_two_threads(void **state)
{
    struct event_queue *queue = event_queue_new(64 * 1024, NULL, NULL);
    struct witness witness = {.last = -1};
    pthread_t writer;

    (void)state;
    atomic_store(&is_over, false);
    assert_int_equal(pthread_create(&writer, NULL, rush, queue), 0);
    while (!atomic_load(&is_over)) {
        event_queues_take(&queue, 1);
        event_queues_each(&queue, 1, watch, &witness);
    }
    pthread_join(writer, NULL);
    event_queues_take(&queue, 1);
    event_queues_each(&queue, 1, watch, &witness);
    assert_false(witness.has_seen_a_lie);
    assert_int_equal(witness.count + event_queue_lost(queue), RUSH);
    event_queue_free(queue);
}

/* Two writers, each of whom waits for what the other has put. */
struct turns {
    struct event_queue *queues[2];
    atomic_int next;
};

static void take_turns(struct turns *turns, int mine)
{
    for (int i = mine; i < TURNS; i += 2) {
        struct happening happening = call("a.example.org", "");

        while (atomic_load(&turns->next) != i)
            sched_yield();
        happening.at = i;
        event_queue_put(turns->queues[mine], &happening);
        atomic_store(&turns->next, i + 1);
    }
}

static void *take_even_turns(void *turns)
{
    take_turns(turns, 0);
    return NULL;
}

static void *take_odd_turns(void *turns)
{
    take_turns(turns, 1);
    return NULL;
}

static void count_turn(void *arg, const struct happening *happening)
{
    int64_t *heard = arg;

    if (happening->at == *heard)
        ++*heard;
}

static void test_no_effect_is_told_before_its_cause(void **state)
{
    struct turns turns = {.queues = {event_queue_new(ROOMY_BYTES, NULL, NULL),
                                     event_queue_new(ROOMY_BYTES, NULL, NULL)}};
    pthread_t even, odd;
    int64_t heard = 0;

    (void)state;
    assert_int_equal(pthread_create(&even, NULL, take_even_turns, &turns), 0);
    assert_int_equal(pthread_create(&odd, NULL, take_odd_turns, &turns), 0);
    for (bool are_over = false; !are_over;) {
        are_over = atomic_load(&turns.next) == TURNS;
        event_queues_take(turns.queues, 2);
        event_queues_each(turns.queues, 2, count_turn, &heard);
    }
    pthread_join(even, NULL);
    pthread_join(odd, NULL);
    assert_int_equal(heard, TURNS);
    event_queue_free(turns.queues[0]);
    event_queue_free(turns.queues[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_put_is_taken_once_and_in_order),
        cmocka_unit_test(test_queues_are_told_in_the_order_of_putting),
        cmocka_unit_test(test_a_change_arrives_as_it_was),
        cmocka_unit_test(test_of_a_long_agent_the_beginning_is_kept),
        cmocka_unit_test(test_what_finds_no_room_is_counted),
        cmocka_unit_test(test_the_reader_is_woken_once_when_it_is_half_full),
        cmocka_unit_test(test_what_is_put_meanwhile_waits_for_the_next_take),
        cmocka_unit_test(test_without_a_queue_nobody_wants_to_know),
        cmocka_unit_test(test_without_memory_there_is_none),
        cmocka_unit_test(test_writer_and_reader_may_be_two_threads),
        cmocka_unit_test(test_no_effect_is_told_before_its_cause),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
