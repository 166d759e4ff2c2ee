#include "server/http/http_server.h"

#include "base/log.h"
#include "server/http/loop.h"
#include "server/http/routes.h"
#include "server/http/tls_alert.h"
#include "server/http/tls_watch.h"

#include <stdlib.h>
#include <sys/resource.h>

enum {
    MAX_BODY_BYTES = 16 * 1024,
    RESERVED_FDS_PER_LOOP = 16, /* listeners, epoll, wake-up */
    RESERVED_FDS = 128,         /* AWS, log, a local CSV */
};

struct http_server {
    struct http_shared shared;
    atomic_uint host_lists;
    struct loop_parts parts;
    h2o_globalconf_t h2o;
    struct listeners listeners;
    struct tls_watch tls; /* where an address is marked "tls:" */
    bool has_tls;
    struct health *health;
    struct loop *loops;
    struct http_metrics *metrics;                 /* one of each loop */
    struct event_queue *queues[HTTP_THREADS_MAX]; /* likewise; NULL: none */
    size_t loop_count;
    pthread_mutex_t lock; /* guards `stopped` against posting to the loops */
    bool stopped;
};

static h2o_hostconf_t *add_host(h2o_globalconf_t *h2o, const char *name)
{
    return h2o_config_register_host(h2o, h2o_iovec_init(name, strlen(name)),
                                    65535);
}

static void configure_h2o(h2o_globalconf_t *h2o, struct loop_parts *parts)
{
    h2o_config_init(h2o);
    h2o->server_name = h2o_iovec_init(H2O_STRLIT("dyndns53"));
    h2o->max_request_entity_size = MAX_BODY_BYTES;
    h2o->http1.req_timeout = CONNECTION_IDLE_MS;
    h2o->handshake_timeout = CONNECTION_REQUEST_MS;
    /* HTTP/2 is off entirely: nobody who updates DNS speaks it, and h2o 2.2
     * has its known attacks; and see http1.h. The callback would arm a timer of its own. */
    h2o->http1.upgrade_to_http2 = 0;
    h2o->http2.callbacks.request_shutdown = NULL;
    parts->hosts.callers[0] = add_host(h2o, "default");
    parts->hosts.metrics[0] = add_host(h2o, "metrics");
    parts->routes = routes_register(parts->hosts.callers[0]);
    parts->metrics_routes = routes_register_metrics(parts->hosts.metrics[0]);
}

/* Each loop's share of the descriptors that the process may open. */
static size_t connection_ceiling(size_t loops)
{
    struct rlimit limit;
    size_t reserved = RESERVED_FDS + loops * RESERVED_FDS_PER_LOOP;
    size_t most = 1024;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        most = limit.rlim_cur;
    return most > 2 * reserved ? (most - reserved) / loops : 16;
}

/* --- TLS ------------------------------------------------------------------------
 */

static bool needs_tls(const struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        if (listeners->all[i].as.tls)
            return true;
    return false;
}

static void take_note(struct http_server *server,
                      const struct tls_keeper *keeper)
{
    tls_alert_install(keeper->context);
    health_note_certificate(server->health, keeper->not_after);
}

static enum status set_up_tls(struct http_server *server,
                              const struct http_settings *settings)
{
    enum status status;

    if (!needs_tls(&server->listeners))
        return STATUS_OK;
    /* config_read demands them where DYNDNS_LISTEN has such an item; that a
     * passed socket is one, it cannot know. */
    if (settings->tls_files[TLS_FILE_CERTIFICATE] == NULL ||
        settings->tls_files[TLS_FILE_KEY] == NULL) {
        log_event(LOG_LEVEL_ERROR, "cannot_use_socket", log_str("name", "tls"),
                  log_str("reason", "there is no certificate for it"),
                  log_str("advice", "set DYNDNS_TLS_CERTIFICATE and "
                                    "DYNDNS_TLS_KEY"));
        return STATUS_INVALID;
    }
    status =
        tls_watch_init(&server->tls, (const char *const *)settings->tls_files);
    if (status != STATUS_OK)
        return status;
    server->has_tls = true;
    take_note(server, &server->tls.keeper);
    return STATUS_OK;
}

/* On the thread of tls_watch. */
static void on_certificate(void *arg, const struct tls_keeper *keeper)
{
    struct http_server *server = arg;

    take_note(server, keeper);
    pthread_mutex_lock(&server->lock);
    for (size_t i = 0; !server->stopped && i < server->loop_count; i++)
        loop_post_tls(&server->loops[i], keeper->context);
    pthread_mutex_unlock(&server->lock);
}

void http_server_reload(struct http_server *server)
{
    if (server->has_tls)
        tls_watch_reload(&server->tls);
}

/* --- the whole --------------------------------------------------------------------
 */

_Static_assert((int)HTTP_THREADS_MAX <= (int)METRIC_OWNERS_MAX,
               "the metrics of all loops can be added up");

/* Where no two loops share a cache line. */
static struct http_metrics *metrics_new(size_t loops)
{
    struct http_metrics *metrics =
        aligned_alloc(_Alignof(struct http_metrics), loops * sizeof *metrics);

    if (metrics != NULL)
        memset(metrics, 0, loops * sizeof *metrics);
    return metrics;
}

/* Nothing is open when it fails. */
static bool open_sockets(struct http_server *server,
                         const struct http_settings *settings,
                         struct passed_sockets *passed)
{
    if (listeners_open(&server->listeners, settings, passed) != STATUS_OK)
        return false;
    if (set_up_tls(server, settings) == STATUS_OK)
        return true;
    listeners_close(&server->listeners);
    return false;
}

/* What the loops share and nobody else has. False when memory or the kernel's
 * randomness fails. */
static bool make_shared(struct http_shared *shared)
{
    shared->verifier = token_verifier_new();
    shared->guesses = guess_limit_new(shared->settings->max_failures);
    shared->changes = change_budget_new(shared->settings->max_changes);
    shared->crowds =
        connection_limit_new(shared->settings->max_connections_per_address);
    shared->names = name_lookups_new(&shared->settings->resolver);
    return shared->verifier != NULL && shared->guesses != NULL &&
           shared->changes != NULL && shared->crowds != NULL &&
           shared->names != NULL;
}

static void free_shared(struct http_shared *shared)
{
    token_verifier_free(shared->verifier);
    guess_limit_free(shared->guesses);
    guess_limit_free(shared->login_guesses);
    change_budget_free(shared->changes);
    connection_limit_free(shared->crowds);
    name_lookups_free(shared->names);
}

static void free_parts(struct http_server *server)
{
    free_shared(&server->shared);
    free(server->metrics);
    free(server->loops);
    free(server);
}

struct http_server *http_server_new(const struct http_settings *settings,
                                    struct passed_sockets *passed,
                                    struct http_limits limits,
                                    struct health *health,
                                    struct in_transit_counts *in_transit,
                                    struct metric_registry *metrics)
{
    struct http_server *server = calloc(1, sizeof *server);

    if (server == NULL)
        return NULL;
    server->shared = (struct http_shared){
        .settings = settings,
        .limits = limits,
        .health = health,
        .in_transit = in_transit,
        .metrics = metrics,
        .host_lists = &server->host_lists,
    };
    server->loops = calloc(settings->threads, sizeof *server->loops);
    server->health = health;
    server->metrics = metrics_new(settings->threads);
    if (server->loops == NULL || server->metrics == NULL ||
        !make_shared(&server->shared) ||
        !open_sockets(server, settings, passed)) {
        free_parts(server);
        return NULL;
    }
    for (size_t i = 0; i < settings->threads; i++)
        metric_register(metrics, &http_metric_table, &server->metrics[i]);
    pthread_mutex_init(&server->lock, NULL);
    server->parts = (struct loop_parts){
        .shared = &server->shared,
        .h2o = &server->h2o,
        .max_connections = connection_ceiling(settings->threads),
        .tls = server->has_tls ? server->tls.keeper.context : NULL,
    };
    configure_h2o(&server->h2o, &server->parts);
    return server;
}

void http_server_use_queues(struct http_server *server,
                            struct event_queue *const *queues)
{
    memcpy(server->queues, queues,
           server->shared.settings->threads * sizeof *queues);
}

bool http_server_watch_attacks(struct http_server *server,
                               struct login_attacks *attacks)
{
    struct http_shared *shared = &server->shared;

    shared->login_guesses = guess_limit_new(shared->settings->max_failures);
    shared->attacks = shared->login_guesses == NULL ? NULL : attacks;
    return shared->attacks != NULL;
}

void http_server_ask_history(struct http_server *server,
                             void (*ask)(void *arg,
                                         struct history_query *query),
                             void *arg)
{
    server->shared.ask_history = ask;
    server->shared.ask_history_arg = arg;
}

void http_server_show_alerts(struct http_server *server,
                             struct alert_board *board)
{
    server->shared.alerts = board;
}

/* Where there are few cores, passwords get one of them at most. */
static unsigned verifier_threads(unsigned loops)
{
    return loops < 4 ? 1 : TOKEN_VERIFIER_THREADS_MAX;
}

enum status http_server_start(struct http_server *server,
                              void (*submit)(void *arg,
                                             struct update_request *update),
                              void *arg)
{
    unsigned wanted = server->shared.settings->threads;

    server->parts.submit = submit;
    server->parts.submit_arg = arg;
    if (token_verifier_start(server->shared.verifier,
                             verifier_threads(wanted)) != STATUS_OK)
        return STATUS_UNAVAILABLE;
    if (name_lookups_start(server->shared.names) != STATUS_OK)
        return STATUS_UNAVAILABLE;
    while (server->loop_count < wanted) {
        enum status status =
            loop_start(&server->loops[server->loop_count], &server->parts,
                       &server->listeners, &server->metrics[server->loop_count],
                       server->queues[server->loop_count]);

        if (status != STATUS_OK)
            return status;
        server->loop_count++;
    }
    if (server->has_tls)
        return tls_watch_start(&server->tls, on_certificate, server);
    return STATUS_OK;
}

void http_server_open(struct http_server *server)
{
    for (size_t i = 0; i < server->loop_count; i++)
        loop_open(&server->loops[i]);
}

/* All are asked, whatever the first says, since that wakes them. */
size_t http_server_count_hanging(struct http_server *server)
{
    size_t hanging = 0;

    for (size_t i = 0; i < server->loop_count; i++)
        hanging += !loop_is_alive(&server->loops[i]);
    return hanging;
}

void http_server_use_table(struct http_server *server,
                           struct host_table *host_table)
{
    pthread_mutex_lock(&server->lock);
    for (size_t i = 0; !server->stopped && i < server->loop_count; i++)
        loop_post_table(&server->loops[i], host_table);
    pthread_mutex_unlock(&server->lock);
}

void http_server_stop(struct http_server *server, int64_t deadline_at)
{
    if (server->has_tls)
        tls_watch_stop(&server->tls);
    pthread_mutex_lock(&server->lock);
    server->stopped = true;
    pthread_mutex_unlock(&server->lock);
    /* First, so that the sockets close for good when the loops have closed
     * theirs, and no caller is accepted whom nobody serves. */
    listeners_close(&server->listeners);
    for (size_t i = 0; i < server->loop_count; i++)
        loop_stop(&server->loops[i], deadline_at);
    for (size_t i = 0; i < server->loop_count; i++)
        loop_wait(&server->loops[i]);
    token_verifier_stop(server->shared.verifier);
    name_lookups_stop(server->shared.names);
}

void http_server_join(struct http_server *server)
{
    for (size_t i = 0; i < server->loop_count; i++)
        loop_join(&server->loops[i]);
}

void http_server_free(struct http_server *server)
{
    if (server == NULL)
        return;
    listeners_close(&server->listeners);
    if (server->has_tls)
        tls_watch_clear(&server->tls);
    h2o_config_dispose(&server->h2o);
    pthread_mutex_destroy(&server->lock);
    free_parts(server);
}
