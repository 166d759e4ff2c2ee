#include "server/http/loop.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/http/routes.h"

#include <semaphore.h>
#include <stdlib.h>

enum {
    LONGEST_TURN_MS = 1000,
    STOPPING_TURN_MS = 50,
    /* A good part of the 25 seconds of a stop is left for updates in hand. */
    HAND_OVER_MS = 5000,
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
        host_table_release(loop->context.host_table);
        loop->context.host_table = table->host_table;
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

struct tls_message {
    h2o_multithread_message_t message;
    SSL_CTX *tls; /* a share */
};

static void on_tls_contexts(h2o_multithread_receiver_t *receiver,
                            h2o_linklist_t *messages)
{
    struct loop *loop =
        H2O_STRUCT_FROM_MEMBER(struct loop, tls_contexts, receiver);

    while (!h2o_linklist_is_empty(messages)) {
        struct tls_message *posted = H2O_STRUCT_FROM_MEMBER(
            struct tls_message, message.link, messages->next);

        h2o_linklist_unlink(&posted->message.link);
        acceptor_use_tls(&loop->acceptor, posted->tls);
        SSL_CTX_free(posted->tls);
        free(posted);
    }
}

void loop_post_tls(struct loop *loop, SSL_CTX *tls)
{
    struct tls_message *posted = calloc(1, sizeof *posted);

    if (posted == NULL) {
        log_event(LOG_LEVEL_ERROR, "certificate_not_used",
                  log_str("reason", "memory is short"),
                  log_str("advice", "send SIGHUP once there is memory"));
        return;
    }
    SSL_CTX_up_ref(tls);
    posted->tls = tls;
    h2o_multithread_send_message(&loop->tls_contexts, &posted->message);
}

/* What h2o makes here takes its buffers from the free list of the thread that
 * makes it, so each loop must be set up on the thread that runs it. */
static enum status set_up(struct loop *loop, const struct loop_parts *parts,
                          const struct listeners *listeners)
{
    enum status status;

    h2o_context_init(&loop->h2o, h2o_evloop_create(), parts->h2o);
    h2o_multithread_register_receiver(loop->h2o.queue, &loop->tables,
                                      on_tables);
    h2o_multithread_register_receiver(loop->h2o.queue, &loop->tls_contexts,
                                      on_tls_contexts);
    waiting_init(&loop->context.waiting, loop->h2o.queue, parts->submit,
                 parts->submit_arg, loop->context.metrics);
    verifications_init(&loop->context.verifications, loop->h2o.queue,
                       parts->shared->verifier);
    page_waits_init(&loop->context.page_waits, loop->h2o.queue);
    delayed_init(&loop->context.delayed, loop->h2o.loop);
    routes_use(parts->routes, &loop->h2o, &loop->context);
    routes_use(parts->metrics_routes, &loop->h2o, &loop->context);
    status =
        acceptor_init(&loop->acceptor, &loop->h2o, listeners,
                      &(struct acceptor_parts){
                          .hosts = &parts->hosts,
                          .proxies = &parts->shared->settings->trusted_proxies,
                          .metrics = loop->context.metrics,
                          .max_connections = parts->max_connections,
                          .limit = parts->shared->crowds,
                      });
    if (status == STATUS_OK && parts->tls != NULL)
        acceptor_use_tls(&loop->acceptor, parts->tls);
    return status;
}

static bool has_work(const struct loop *loop)
{
    return acceptor_connections(&loop->acceptor) > 0 ||
           loop->context.waiting.count > 0 ||
           loop->context.verifications.count > 0 ||
           loop->context.page_waits.count > 0 ||
           loop->context.delayed.count > 0;
}

/* Where another server will take the callers who come now, there is no hurry:
 * meanwhile they are served here, so that the pause until then is short, and each
 * reply closes its connection. Whoever keeps one open learns it by that, with his
 * next request; to close it in his silence could cross with that request, which
 * would be lost. */
static void hand_over(struct loop *loop)
{
    int64_t until = clock_now_ms() + HAND_OVER_MS;

    while (acceptor_has_successor(&loop->acceptor) &&
           acceptor_has_idle(&loop->acceptor) && clock_now_ms() < until)
        h2o_evloop_run(loop->h2o.loop, STOPPING_TURN_MS);
}

/* No new connection comes any more; those in hand are served to their end. */
static void drain(struct loop *loop)
{
    h2o_context_request_shutdown(&loop->h2o);
    delayed_end(&loop->context.delayed);
    hand_over(loop);
    acceptor_stop(&loop->acceptor);
    /* A table may have been posted just before: h2o wants no receiver to end
     * with messages. */
    h2o_evloop_run(loop->h2o.loop, 0);
    while (has_work(loop) && clock_now_ms() < loop->stop_at) {
        acceptor_close_idle(&loop->acceptor);
        h2o_evloop_run(loop->h2o.loop, STOPPING_TURN_MS);
    }
    if (has_work(loop))
        log_event(
            LOG_LEVEL_WARN, "stopped_with_requests_in_hand",
            log_uint("connections", acceptor_connections(&loop->acceptor)),
            log_uint("updates", loop->context.waiting.count));
}

static void dispose(struct loop *loop)
{
    h2o_evloop_t *evloop = loop->h2o.loop;

    acceptor_dispose(&loop->acceptor);
    waiting_dispose(&loop->context.waiting, loop->h2o.queue);
    verifications_dispose(&loop->context.verifications, loop->h2o.queue);
    page_waits_dispose(&loop->context.page_waits, loop->h2o.queue);
    delayed_dispose(&loop->context.delayed);
    h2o_multithread_unregister_receiver(loop->h2o.queue, &loop->tables);
    h2o_multithread_unregister_receiver(loop->h2o.queue, &loop->tls_contexts);
    h2o_context_dispose(&loop->h2o);
    h2o_evloop_run(evloop, 0);
    h2o_evloop_destroy(evloop);
    host_table_release(loop->context.host_table);
    loop->context.host_table = NULL;
}

static void wait_for_semaphore(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        continue; /* a signal came, to be seen to later */
}

static void serve(struct loop *loop)
{
    bool is_open = false;

    pthread_setname_np(pthread_self(), "loop");
    while (!atomic_load(&loop->context.stopping)) {
        if (!is_open && atomic_load(&loop->may_accept)) {
            acceptor_start(&loop->acceptor);
            is_open = true;
        }
        heart_beat(&loop->heart);
        h2o_evloop_run(loop->h2o.loop, LONGEST_TURN_MS);
    }
    drain(loop);
    sem_post(&loop->drained);
    /* Whoever sends a message is still busy with the loop's queue for a moment
     * after the loop has acted upon the message, so it stays as long as senders. */
    wait_for_semaphore(&loop->may_end);
    /* A request that outlived its time still belongs to somebody: the process
     * is about to end, so leave it all standing. */
    if (!has_work(loop))
        dispose(loop);
}

/* What the thread is given; only until it has posted `done`. */
struct beginning {
    struct loop *loop;
    const struct loop_parts *parts;
    const struct listeners *listeners;
    enum status status;
    sem_t done;
};

static void *run(void *arg)
{
    struct beginning *beginning = arg;
    struct loop *loop = beginning->loop;
    enum status status = set_up(loop, beginning->parts, beginning->listeners);

    beginning->status = status;
    sem_post(&beginning->done);
    if (status == STATUS_OK)
        serve(loop);
    else
        dispose(loop);
    return NULL;
}

static void forget_semaphores(struct loop *loop)
{
    sem_destroy(&loop->drained);
    sem_destroy(&loop->may_end);
}

enum status loop_start(struct loop *loop, const struct loop_parts *parts,
                       const struct listeners *listeners,
                       struct http_metrics *metrics, struct event_queue *events)
{
    struct beginning beginning = {
        .loop = loop, .parts = parts, .listeners = listeners};

    *loop = (struct loop){.context = {.shared = parts->shared,
                                      .metrics = metrics,
                                      .events = events}};
    sem_init(&loop->drained, 0, 0);
    sem_init(&loop->may_end, 0, 0);
    sem_init(&beginning.done, 0, 0);
    if (pthread_create(&loop->thread, NULL, run, &beginning) == 0) {
        wait_for_semaphore(&beginning.done);
        if (beginning.status != STATUS_OK)
            pthread_join(loop->thread, NULL);
    } else {
        beginning.status = STATUS_UNAVAILABLE;
    }
    sem_destroy(&beginning.done);
    if (beginning.status != STATUS_OK)
        forget_semaphores(loop);
    return beginning.status;
}

void loop_open(struct loop *loop)
{
    atomic_store(&loop->may_accept, true);
    h2o_multithread_send_message(&loop->tables, NULL); /* wakes it */
}

bool loop_is_alive(struct loop *loop)
{
    bool is_alive = heart_has_beaten(&loop->heart);

    h2o_multithread_send_message(&loop->tables, NULL);
    return is_alive;
}

void loop_stop(struct loop *loop, int64_t stop_at)
{
    loop->stop_at = stop_at;
    atomic_store(&loop->context.stopping, true);
    h2o_multithread_send_message(&loop->tables, NULL); /* wakes it */
}

void loop_wait(struct loop *loop)
{
    wait_for_semaphore(&loop->drained);
}

void loop_join(struct loop *loop)
{
    sem_post(&loop->may_end);
    pthread_join(loop->thread, NULL);
    forget_semaphores(loop);
}
