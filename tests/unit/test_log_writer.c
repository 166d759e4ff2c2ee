#include "base/log_writer.h"

#include "tests/unit/failing_calloc.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    CAPACITY = 4 * 1024,
    PLENTY = 1000, /* lines; far more than fit */
    PATIENCE_MS = 60000,
};

/* --- a log whose reader can be stopped, and which can be broken ------------- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_read, is_broken, cannot_report;
    size_t tries; /* that were begun */
    size_t lines, reports, report_tries;
    size_t lost;
    enum log_level worst;
    char last[LOG_LINE_MAX_BYTES + 1];
    size_t expected; /* lines come in order: see sink_write() */
    bool in_order, signals_blocked;
} sink = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .changed = PTHREAD_COND_INITIALIZER};

/* Waits for the reader; returns with the lock held. */
static void wait_for_reader(void)
{
    sigset_t blocked;

    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    pthread_mutex_lock(&sink.lock);
    sink.signals_blocked = sigismember(&blocked, SIGTERM) == 1 &&
                           sigismember(&blocked, SIGHUP) == 1 &&
                           sigismember(&blocked, SIGINT) == 1;
    sink.tries++;
    pthread_cond_broadcast(&sink.changed);
    while (!sink.is_read)
        pthread_cond_wait(&sink.changed, &sink.lock);
}

static bool let_go(bool well)
{
    pthread_cond_broadcast(&sink.changed);
    pthread_mutex_unlock(&sink.lock);
    return well;
}

static bool sink_write(enum log_level level, const char *line, size_t len)
{
    size_t number;
    bool well;

    (void)level;
    wait_for_reader();
    well = !sink.is_broken;
    if (well) {
        memcpy(sink.last, line, len);
        sink.last[len] = '\0';
        if (sscanf(sink.last, "line %zu", &number) == 1) {
            sink.in_order = sink.in_order && number >= sink.expected;
            sink.expected = number + 1;
        }
        sink.lines++;
    }
    return let_go(well);
}

static bool sink_report(struct log_loss loss)
{
    bool well;

    wait_for_reader();
    well = !sink.is_broken && !sink.cannot_report;
    sink.report_tries++;
    if (well) {
        sink.reports++;
        sink.lost += loss.lines;
        sink.worst = loss.worst;
    }
    return let_go(well);
}

static void sink_set(bool is_read, bool is_broken, bool cannot_report)
{
    pthread_mutex_lock(&sink.lock);
    sink.is_read = is_read;
    sink.is_broken = is_broken;
    sink.cannot_report = cannot_report;
    pthread_cond_broadcast(&sink.changed);
    pthread_mutex_unlock(&sink.lock);
}

static void wait_until(const size_t *count, size_t wanted)
{
    pthread_mutex_lock(&sink.lock);
    while (*count < wanted)
        pthread_cond_wait(&sink.changed, &sink.lock);
    pthread_mutex_unlock(&sink.lock);
}

static struct log_writer *new_writer(void)
{
    static const struct log_writer_hooks hooks = {sink_write, sink_report};
    struct log_writer *writer;

    pthread_mutex_lock(&sink.lock);
    sink.tries = sink.lines = sink.lost = sink.expected = 0;
    sink.reports = sink.report_tries = 0;
    sink.is_read = true;
    sink.is_broken = sink.cannot_report = false;
    sink.in_order = true;
    pthread_mutex_unlock(&sink.lock);
    writer = log_writer_new(&hooks, CAPACITY);
    assert_non_null(writer);
    return writer;
}

static void put(struct log_writer *writer, enum log_level level, size_t number)
{
    char line[64];
    int len = snprintf(line, sizeof line, "line %zu", number);

    log_writer_put(writer, level, line, (size_t)len);
}

static void put_many(struct log_writer *writer, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(writer, LOG_LEVEL_INFO, i);
}

/* --- lines ------------------------------------------------------------------ */

static void test_a_line_is_written_soon_and_by_a_thread_without_signals(
    void **state)
{
    struct log_writer *writer = new_writer();

    (void)state;
    put(writer, LOG_LEVEL_INFO, 1);
    wait_until(&sink.lines, 1);
    put(writer, LOG_LEVEL_INFO, 2);
    wait_until(&sink.lines, 2);
    assert_true(log_writer_end(writer, PATIENCE_MS));
    assert_string_equal(sink.last, "line 2");
    assert_true(sink.signals_blocked);
    assert_int_equal(sink.reports, 0);
}

static void test_to_end_it_writes_what_is_left(void **state)
{
    struct log_writer *writer = new_writer();

    (void)state;
    sink_set(false, false, false);
    put_many(writer, 10);
    sink_set(true, false, false);
    assert_true(log_writer_end(writer, PATIENCE_MS));
    assert_int_equal(sink.lines, 10);
    assert_true(sink.in_order);
}

static void test_the_callers_signals_are_left_as_they_were(void **state)
{
    sigset_t before, after;
    struct log_writer *writer;

    (void)state;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    writer = new_writer();
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int number = 1; number < SIGRTMIN; number++)
        assert_int_equal(sigismember(&before, number),
                         sigismember(&after, number));
    assert_true(log_writer_end(writer, PATIENCE_MS));
}

/* --- a reader who does not read ---------------------------------------------- */

static void test_nobody_waits_for_a_reader_who_does_not_read(void **state)
{
    struct log_writer *writer = new_writer();

    (void)state;
    sink_set(false, false, false);
    put(writer, LOG_LEVEL_INFO, 0);
    wait_until(&sink.tries, 1); /* now the thread is stuck */
    put_many(writer, PLENTY);   /* and this returns */
    assert_int_equal(sink.lines, 0);
    sink_set(true, false, false);
    assert_true(log_writer_end(writer, PATIENCE_MS));
    assert_int_equal(sink.lines + sink.lost, 1 + PLENTY);
}

static void test_what_was_lost_is_told_once_when_the_reader_is_back(
    void **state)
{
    struct log_writer *writer = new_writer();
    size_t kept;

    (void)state;
    sink_set(false, false, false);
    put_many(writer, PLENTY);
    put(writer, LOG_LEVEL_ERROR, PLENTY); /* there is still room for it */
    assert_int_equal(sink.reports, 0);
    sink_set(true, false, false);
    wait_until(&sink.reports, 1);
    kept = sink.lines;
    assert_int_equal(kept + sink.lost, PLENTY + 1);
    assert_int_equal(log_writer_lost(writer), sink.lost);
    assert_int_equal(sink.worst, LOG_LEVEL_INFO);
    assert_string_equal(sink.last, "line 1000");
    put(writer, LOG_LEVEL_INFO, PLENTY + 1); /* later lines arrive again */
    assert_true(log_writer_end(writer, PATIENCE_MS));
    assert_int_equal(sink.lines, kept + 1);
    assert_int_equal(sink.reports, 1);
    assert_true(sink.in_order);
}

static void test_it_is_given_up_on_a_reader_who_does_not_come(void **state)
{
    struct log_writer *writer = new_writer();

    (void)state;
    sink_set(false, false, false);
    put_many(writer, PLENTY);
    wait_until(&sink.tries, 1);
    assert_false(log_writer_end(writer, 10));
    /* The thread lives on by itself, and still ends well. */
    sink_set(true, false, false);
    wait_until(&sink.reports, 1);
    assert_int_equal(sink.lines + sink.lost, PLENTY);
}

/* --- a log that cannot be written -------------------------------------------- */

static void test_lines_that_cannot_be_written_are_told_behind_one_that_can(
    void **state)
{
    struct log_writer *writer = new_writer();

    (void)state;
    sink_set(true, true, false);
    for (size_t i = 0; i < 5; i++) {
        put(writer, i == 3 ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, i);
        wait_until(&sink.tries, i + 1);
    }
    sink_set(true, false, false);
    put(writer, LOG_LEVEL_INFO, 5);
    wait_until(&sink.reports, 1);
    assert_int_equal(log_writer_lost(writer), 5);
    assert_true(log_writer_end(writer, PATIENCE_MS));
    assert_int_equal(sink.lines, 1);
    assert_int_equal(sink.lost, 5);
    assert_int_equal(sink.worst, LOG_LEVEL_ERROR);
}

/* Were it tried again at once, there would be no end to it. */
static void test_a_report_that_fails_is_put_off_until_the_next_line(
    void **state)
{
    struct log_writer *writer = new_writer();
    size_t kept;

    (void)state;
    sink_set(false, false, true);
    put_many(writer, PLENTY);
    sink_set(true, false, true);
    wait_until(&sink.report_tries, 1);
    kept = sink.lines;
    put(writer, LOG_LEVEL_INFO, PLENTY);
    wait_until(&sink.report_tries, 2);
    sink_set(true, false, false);
    put(writer, LOG_LEVEL_INFO, PLENTY + 1);
    wait_until(&sink.reports, 1);
    assert_int_equal(log_writer_lost(writer), sink.lost);
    assert_true(log_writer_end(writer, PATIENCE_MS));
    assert_int_equal(sink.report_tries, 3);
    assert_int_equal(sink.lines, kept + 2);
    assert_int_equal(kept + sink.lost, PLENTY);
    assert_int_equal(sink.worst, LOG_LEVEL_INFO);
}

static void test_to_end_it_does_not_try_for_ever_to_report(void **state)
{
    struct log_writer *writer = new_writer();

    (void)state;
    sink_set(true, true, false);
    put_many(writer, PLENTY);
    assert_true(log_writer_end(writer, PATIENCE_MS));
    assert_int_equal(sink.lines + sink.report_tries, 0);
}

/* --- many threads -------------------------------------------------------------- */

enum { THREADS = 8, LINES_EACH = 2000 };

static void *put_from_a_thread(void *arg)
{
    for (size_t i = 0; i < LINES_EACH; i++)
        log_writer_put(arg, i % 2 == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "x",
                       1);
    return NULL;
}

static void test_every_line_of_many_threads_is_written_or_counted(void **state)
{
    struct log_writer *writer = new_writer();
    pthread_t threads[THREADS];

    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, put_from_a_thread, writer), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_true(log_writer_end(writer, PATIENCE_MS));
    assert_int_equal(sink.lines + sink.lost, THREADS * LINES_EACH);
}

/* --- what cannot be had -------------------------------------------------------- */

static bool no_threads;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *arg);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *arg)
{
    return no_threads ? EAGAIN
                      : __real_pthread_create(thread, attributes, run, arg);
}

static void test_there_is_no_writer_without_memory_or_a_thread(void **state)
{
    static const struct log_writer_hooks hooks = {sink_write, sink_report};

    (void)state;
    for (unsigned successes = 0; successes < 2; successes++) {
        calloc_fail_after(successes);
        assert_null(log_writer_new(&hooks, CAPACITY));
        assert_true(calloc_fail_never());
    }
    no_threads = true;
    assert_null(log_writer_new(&hooks, CAPACITY));
    no_threads = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_a_line_is_written_soon_and_by_a_thread_without_signals),
        cmocka_unit_test(test_to_end_it_writes_what_is_left),
        cmocka_unit_test(test_the_callers_signals_are_left_as_they_were),
        cmocka_unit_test(test_nobody_waits_for_a_reader_who_does_not_read),
        cmocka_unit_test(
            test_what_was_lost_is_told_once_when_the_reader_is_back),
        cmocka_unit_test(test_it_is_given_up_on_a_reader_who_does_not_come),
        cmocka_unit_test(
            test_lines_that_cannot_be_written_are_told_behind_one_that_can),
        cmocka_unit_test(
            test_a_report_that_fails_is_put_off_until_the_next_line),
        cmocka_unit_test(test_to_end_it_does_not_try_for_ever_to_report),
        cmocka_unit_test(test_every_line_of_many_threads_is_written_or_counted),
        cmocka_unit_test(test_there_is_no_writer_without_memory_or_a_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
