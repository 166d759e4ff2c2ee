/* loop -- one h2o event loop on one thread: it takes connections, parses,
 * authenticates and replies. It never blocks and never talks to AWS.
 *
 * A loop owns its connections, its requests and its pointer to the host table
 * in service. From other threads come only messages: a new table, an answer
 * from the updater, the wish to stop.
 */
#ifndef SERVER_HTTP_LOOP_H
#define SERVER_HTTP_LOOP_H

#include "server/config.h"
#include "server/http/eviction.h"
#include "server/state/health.h"
#include "server/http/listener.h"
#include "base/log_quota.h"
#include "server/updater.h"

#include <h2o.h>
#include <pthread.h>

/* What all loops share; outlives them. */
struct loop_shared {
    const struct config *config;
    struct health *health;
    struct in_transit_counts *asked;
    struct updater *updater;
    h2o_globalconf_t *h2o;
    size_t max_connections; /* of each loop */
};

struct loop {
    const struct loop_shared *shared;
    h2o_context_t h2o; /* handlers find their loop from this */
    h2o_accept_ctx_t accept;
    h2o_socket_t *listeners[HTTP_LISTEN_MAX];
    size_t listener_count;
    h2o_multithread_receiver_t tables, answers;
    h2o_timeout_t sweep_interval, pause_interval;
    h2o_timeout_entry_t sweep, pause;
    struct host_table *host_table; /* NULL before the first table */
    struct log_quota refusals;
    struct log_quota ceilings; /* apart, so that none of them hides a refusal */
    size_t connections;
    struct eviction eviction;
    unsigned short_of_room; /* sweeps until that is over, and told again */
    size_t pending;         /* updates posted and not yet answered */
    bool accepting; /* false while the ceiling of connections is reached */
    atomic_bool stopping;
    int64_t stop_at; /* written before `stopping` */
    pthread_t thread;
};

/* Sets the loop up in place, on a thread of its own that takes duplicates of
 * the listening sockets, and returns when it can be sent messages. `shared` is
 * borrowed. STATUS_UNAVAILABLE when threads or descriptors run out: there is
 * no loop then. */
NODISCARD enum status loop_start(struct loop *loop,
                                 const struct loop_shared *shared,
                                 const struct listeners *listeners);

/* Puts a table in service for requests that begin from now on. Any thread;
 * not after loop_join(). */
void loop_post_table(struct loop *loop, struct host_table *host_table);

/* Stops accepting; the loop ends when every request in hand is answered, or
 * at `stop_at`. Any thread. */
void loop_stop(struct loop *loop, int64_t stop_at);

/* Waits for the loop's end, once it was told to stop. */
void loop_join(struct loop *loop);

#endif
