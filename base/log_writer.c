#include "base/log_writer.h"

#include "base/metric.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

struct log_writer {
    struct log_writer_hooks hooks;
    pthread_t thread;
    struct metric_counter lost; /* written by whoever holds the lock */

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t changed;
    struct log_queue queue;
    bool asleep; /* nobody need be woken who is not */
    bool stopping;
    bool ended;     /* the thread has let go of everything */
    bool abandoned; /* the thread is the last owner */
};

static void dispose(struct log_writer *writer)
{
    log_queue_clear(&writer->queue);
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->lock);
    free(writer);
}

/* --- on the thread -------------------------------------------------------- */

static void wait_for_lines(struct log_writer *writer)
{
    writer->asleep = true;
    pthread_cond_wait(&writer->changed, &writer->lock);
    writer->asleep = false;
}

/* Writes until it must stop and nothing is left. Holds the lock but
 * while it writes. After a line that could not be written (a full disk), what
 * was lost is reported only behind one that could: another line would fail
 * as well. */
static void write_lines(struct log_writer *writer)
{
    char line[LOG_LINE_MAX_BYTES];
    enum log_level level;
    size_t len;
    bool well = true;

    for (;;) {
        struct log_loss loss = {0};
        uint64_t lines = 0; /* that are lost, unless all goes well */

        if (log_queue_take(&writer->queue, &level, line, &len)) {
            pthread_mutex_unlock(&writer->lock);
            well = writer->hooks.write(level, line, len);
            loss = (struct log_loss){1, level};
            lines = 1;
        } else if (well && writer->queue.loss.lines > 0) {
            loss = log_queue_take_loss(&writer->queue);
            pthread_mutex_unlock(&writer->lock);
            well = writer->hooks.report_loss(loss);
        } else if (!writer->stopping) {
            wait_for_lines(writer);
            continue;
        } else {
            return;
        }
        pthread_mutex_lock(&writer->lock);
        if (!well) {
            metric_add(&writer->lost, lines);
            log_queue_lose(&writer->queue, loss);
        }
    }
}

static void *run(void *arg)
{
    struct log_writer *writer = arg;
    bool abandoned;

    pthread_mutex_lock(&writer->lock);
    write_lines(writer);
    writer->ended = true;
    abandoned = writer->abandoned;
    pthread_cond_signal(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    if (abandoned)
        dispose(writer);
    return NULL;
}

/* --- from other threads --------------------------------------------------- */

/* Signals are for main alone, whichever thread starts this one, and when. */
static bool start_thread(struct log_writer *writer)
{
    sigset_t all, before;
    bool started;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    started = pthread_create(&writer->thread, NULL, run, writer) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

struct log_writer *log_writer_new(const struct log_writer_hooks *hooks,
                                  size_t capacity)
{
    struct log_writer *writer = calloc(1, sizeof *writer);
    pthread_condattr_t attributes;

    if (writer == NULL)
        return NULL;
    if (log_queue_init(&writer->queue, capacity) != STATUS_OK) {
        free(writer);
        return NULL;
    }
    writer->hooks = *hooks;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (!start_thread(writer)) {
        dispose(writer);
        return NULL;
    }
    return writer;
}

void log_writer_put(struct log_writer *writer, enum log_level level,
                    const char *line, size_t len)
{
    bool wake;

    pthread_mutex_lock(&writer->lock);
    if (!log_queue_put(&writer->queue, level, line, len))
        metric_add(&writer->lost, 1);
    wake = writer->asleep;
    writer->asleep = false; /* once is enough for a burst */
    pthread_mutex_unlock(&writer->lock);
    if (wake)
        pthread_cond_signal(&writer->changed);
}

uint64_t log_writer_lost(const struct log_writer *writer)
{
    return metric_count(&writer->lost);
}

static struct timespec monotonic_in(int timeout_ms)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += timeout_ms / 1000;
    at.tv_nsec += timeout_ms % 1000 * 1000000L;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    return at;
}

bool log_writer_end(struct log_writer *writer, int timeout_ms)
{
    struct timespec give_up_at = monotonic_in(timeout_ms);
    pthread_t thread = writer->thread;
    bool ended, waiting = true;

    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    pthread_cond_signal(&writer->changed);
    while (!writer->ended && waiting)
        waiting = pthread_cond_timedwait(&writer->changed, &writer->lock,
                                         &give_up_at) == 0;
    ended = writer->ended;
    writer->abandoned = !ended;
    pthread_mutex_unlock(&writer->lock);
    if (!ended) {
        pthread_detach(thread);
        return false;
    }
    pthread_join(thread, NULL);
    dispose(writer);
    return true;
}
