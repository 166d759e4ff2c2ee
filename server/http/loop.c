#include "server/http/loop.h"

#include "base/clock.h"
#include "server/http/connection.h"
#include "server/http/handlers.h"

#include <fcntl.h>
#include <semaphore.h>
#include <stdlib.h>

enum {
    SWEEP_INTERVAL_MS = 1000,
    LONGEST_TURN_MS = 1000,
    STOPPING_TURN_MS = 50,
};

struct table_message {
    h2o_multithread_message_t message;
    struct host_table *host_table;
};

static void on_tables(h2o_multithread_receiver_t *receiver,
                      h2o_linklist_t *messages)
{
    struct loop *loop = H2O_STRUCT_FROM_MEMBER(struct loop, tables, receiver);

    while (!h2o_linklist_is_empty(messages)) {
        struct table_message *table = H2O_STRUCT_FROM_MEMBER(
            struct table_message, message.link, messages->next);

        h2o_linklist_unlink(&table->message.link);
        host_table_release(loop->host_table);
        loop->host_table = table->host_table;
        free(table);
    }
}

void loop_post_table(struct loop *loop, struct host_table *host_table)
{
    struct table_message *table = calloc(1, sizeof *table);

    if (table == NULL) {
        log_event(LOG_LEVEL_ERROR, "table_not_in_service",
                  log_str("reason", "memory is short"));
        return;
    }
    table->host_table = host_table_acquire(host_table);
    h2o_multithread_send_message(&loop->tables, &table->message);
}

static void on_sweep(h2o_timeout_entry_t *entry)
{
    struct loop *loop = H2O_STRUCT_FROM_MEMBER(struct loop, sweep, entry);

    connections_sweep(loop);
    h2o_timeout_link(loop->h2o.loop, &loop->sweep_interval, &loop->sweep);
}

static enum status take_listeners(struct loop *loop,
                                  const struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++) {
        int fd = fcntl(listeners->fds[i], F_DUPFD_CLOEXEC, 0);
        h2o_socket_t *sock;

        if (fd < 0)
            return STATUS_UNAVAILABLE;
        sock = h2o_evloop_socket_create(loop->h2o.loop, fd,
                                        H2O_SOCKET_FLAG_DONT_READ);
        sock->data = loop;
        loop->listeners[loop->listener_count++] = sock;
    }
    return STATUS_OK;
}

/* What h2o makes here takes its buffers from the free list of the thread that
 * makes it, so each loop must be set up on the thread that runs it. */
static enum status set_up(struct loop *loop, const struct listeners *listeners)
{
    h2o_loop_t *evloop = h2o_evloop_create();

    h2o_context_init(&loop->h2o, evloop, loop->shared->h2o);
    loop->accept.ctx = &loop->h2o;
    loop->accept.hosts = loop->shared->h2o->hosts;
    h2o_multithread_register_receiver(loop->h2o.queue, &loop->tables,
                                      on_tables);
    h2o_multithread_register_receiver(loop->h2o.queue, &loop->answers,
                                      handlers_on_answers);
    h2o_timeout_init(evloop, &loop->sweep_interval, SWEEP_INTERVAL_MS);
    loop->sweep.cb = on_sweep;
    h2o_timeout_init(evloop, &loop->pause_interval, CONNECTION_PAUSE_MS);
    loop->pause.cb = connections_on_pause;
    return take_listeners(loop, listeners);
}

/* No new connection comes any more; those in hand are served to their end. */
static void drain(struct loop *loop)
{
    connections_stop_accepting(loop);
    h2o_context_request_shutdown(&loop->h2o);
    /* A table may have been posted just before: h2o wants no receiver to end
     * with messages. */
    h2o_evloop_run(loop->h2o.loop, 0);
    while ((loop->connections > 0 || loop->pending > 0) &&
           clock_now_ms() < loop->stop_at) {
        connections_close_idle(loop);
        h2o_evloop_run(loop->h2o.loop, STOPPING_TURN_MS);
    }
    if (loop->connections > 0 || loop->pending > 0)
        log_event(LOG_LEVEL_WARN, "stopped_with_requests_in_hand",
                  log_uint("connections", loop->connections),
                  log_uint("updates", loop->pending));
}

static void dispose(struct loop *loop)
{
    h2o_evloop_t *evloop = loop->h2o.loop;

    h2o_timeout_unlink(&loop->sweep);
    h2o_timeout_dispose(evloop, &loop->sweep_interval);
    h2o_timeout_unlink(&loop->pause);
    h2o_timeout_dispose(evloop, &loop->pause_interval);
    h2o_multithread_unregister_receiver(loop->h2o.queue, &loop->tables);
    h2o_multithread_unregister_receiver(loop->h2o.queue, &loop->answers);
    h2o_context_dispose(&loop->h2o);
    h2o_evloop_run(evloop, 0);
    h2o_evloop_destroy(evloop);
    host_table_release(loop->host_table);
    loop->host_table = NULL;
}

static void serve(struct loop *loop)
{
    h2o_timeout_link(loop->h2o.loop, &loop->sweep_interval, &loop->sweep);
    connections_start_accepting(loop);
    while (!atomic_load(&loop->stopping))
        h2o_evloop_run(loop->h2o.loop, LONGEST_TURN_MS);
    drain(loop);
    /* A request that outlived its time still belongs to somebody: the process
     * is about to end, so leave it all standing. */
    if (loop->connections == 0 && loop->pending == 0)
        dispose(loop);
}

/* What the thread is given; only until it has posted `done`. */
struct beginning {
    struct loop *loop;
    const struct listeners *listeners;
    enum status status;
    sem_t done;
};

static void *run(void *arg)
{
    struct beginning *beginning = arg;
    struct loop *loop = beginning->loop;
    enum status status = set_up(loop, beginning->listeners);

    beginning->status = status;
    sem_post(&beginning->done);
    if (status == STATUS_OK) {
        serve(loop);
    } else {
        for (size_t i = 0; i < loop->listener_count; i++)
            h2o_socket_close(loop->listeners[i]);
        dispose(loop);
    }
    return NULL;
}

enum status loop_start(struct loop *loop, const struct loop_shared *shared,
                       const struct listeners *listeners)
{
    struct beginning beginning = {.loop = loop, .listeners = listeners};

    *loop = (struct loop){.shared = shared};
    eviction_init(&loop->eviction);
    sem_init(&beginning.done, 0, 0);
    if (pthread_create(&loop->thread, NULL, run, &beginning) == 0) {
        while (sem_wait(&beginning.done) != 0)
            continue; /* a signal came, to be seen to later */
        if (beginning.status != STATUS_OK)
            pthread_join(loop->thread, NULL);
    } else {
        beginning.status = STATUS_UNAVAILABLE;
    }
    sem_destroy(&beginning.done);
    return beginning.status;
}

void loop_stop(struct loop *loop, int64_t stop_at)
{
    loop->stop_at = stop_at;
    atomic_store(&loop->stopping, true);
    h2o_multithread_send_message(&loop->tables, NULL); /* wakes it */
}

void loop_join(struct loop *loop)
{
    pthread_join(loop->thread, NULL);
}
