/* loop -- one event loop of libh2o on one thread. It puts together what accepts
 * callers (acceptor.h) and what answers them (http_context.h has the drawing),
 * and lets them run. It never blocks and never talks to AWS.
 *
 * A loop owns its connections, its requests and its pointer to the host table
 * in service. From other threads come only messages: a new table, a new
 * certificate, an outcome from the updater, the request to stop.
 */
#ifndef SERVER_HTTP_LOOP_H
#define SERVER_HTTP_LOOP_H

#include "base/heart.h"
#include "server/http/acceptor.h"
#include "server/http/http_context.h"

#include <pthread.h>
#include <semaphore.h>

/* What every loop is made from; outlives them. */
struct loop_parts {
    const struct http_shared *shared;
    h2o_globalconf_t *h2o;
    h2o_handler_t *routes, *metrics_routes;
    struct accept_hosts hosts;
    size_t max_connections; /* of each loop */
    SSL_CTX *tls;           /* to begin with; NULL: no socket is marked so */
    void (*submit)(void *arg, struct update_request *update); /* waiting.h */
    void *submit_arg;
};

struct loop {
    h2o_context_t h2o;
    struct acceptor acceptor;
    struct http_context context;
    h2o_multithread_receiver_t tables, tls_contexts;
    atomic_bool may_accept;
    struct heart heart;
    int64_t stop_at; /* written before context.stopping is set */
    sem_t drained, may_end;
    pthread_t thread;
};

/* Sets the loop up in place, on a thread of its own that takes duplicates of
 * the listening sockets, and returns when it can be sent messages. `parts`,
 * `metrics` and `events` (NULL: nobody wants to know) are borrowed, and only the
 * loop writes to the latter two.
 * STATUS_UNAVAILABLE when threads or descriptors run out: there is no loop then. */
NODISCARD enum status loop_start(struct loop *loop,
                                 const struct loop_parts *parts,
                                 const struct listeners *listeners,
                                 struct http_metrics *metrics,
                                 struct event_queue *events);

/* Begins to accept. Any thread. */
void loop_open(struct loop *loop);

/* Whether the loop has turned since this was last asked. Asking wakes it, so
 * that after a while it has, unless it hangs. By one thread alone, not after
 * loop_join(). */
bool loop_is_alive(struct loop *loop);

/* Puts a table in service for requests that begin from now on. Any thread;
 * not after loop_join(). */
void loop_post_table(struct loop *loop, struct host_table *host_table);

/* Likewise the context by which TLS is spoken on connections that begin from
 * now on; those that are there keep theirs. */
void loop_post_tls(struct loop *loop, SSL_CTX *tls);

/* Stops accepting; the loop serves on until every request in hand is answered,
 * or until `stop_at`. Any thread. */
void loop_stop(struct loop *loop, int64_t stop_at);

/* Waits until the loop serves nobody any more, once after loop_stop(). */
void loop_wait(struct loop *loop);

/* Ends the loop, after loop_wait(), and when nobody is left who sends messages:
 * neither the updater nor the verifier. */
void loop_join(struct loop *loop);

#endif
