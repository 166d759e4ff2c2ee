#include "server/http/acceptor.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/http/http1.h"

#include <fcntl.h>

enum {
    ACCEPTS_PER_TURN = 64,
    /* Sweeps without a shortage of connections, until the next is logged. */
    CALM_SWEEPS = 2,
    SWEEP_INTERVAL_MS = 1000,
    PAUSE_INTERVAL_MS = 100, /* at the ceiling, to look for room again */
};

static void on_accept(h2o_socket_t *listener, const char *err);

static void listen_again(struct acceptor *acceptor)
{
    acceptor->accepting = true;
    for (size_t i = 0; i < acceptor->point_count; i++)
        h2o_socket_read_start(acceptor->points[i].sock, on_accept);
}

static void on_connection_closed(struct connections *connections)
{
    struct acceptor *acceptor =
        H2O_STRUCT_FROM_MEMBER(struct acceptor, connections, connections);

    if (!acceptor->accepting && acceptor->point_count > 0)
        listen_again(acceptor);
}

/* --- where room is short ------------------------------------------------------
 */

/* Whoever connects and hangs up can make one shortage after the other. */
static void log_shortage(struct acceptor *acceptor)
{
    if (!log_quota_allows(&acceptor->ceilings, clock_now_s()))
        return;
    log_event(LOG_LEVEL_WARN, "connections_at_ceiling",
              log_uint("connections", acceptor->connections.count),
              log_str("advice", "idle ones are closed to let others in; if "
                                "these are honest callers, raise the limit of "
                                "open files (ulimit -n, LimitNOFILE=)"));
}

/* A shortage that goes on is logged once. */
static void note_shortage(struct acceptor *acceptor)
{
    bool is_new = acceptor->short_of_room == 0;

    acceptor->short_of_room = CALM_SWEEPS;
    if (is_new)
        log_shortage(acceptor);
}

/* A connection that is cut ends in a later turn, so room is made while there
 * is still some left. */
static size_t room_to_keep(size_t max_connections)
{
    size_t eighth = max_connections / 8;

    return eighth < ACCEPTS_PER_TURN ? eighth : ACCEPTS_PER_TURN;
}

static void make_room(struct acceptor *acceptor)
{
    const struct connections *connections = &acceptor->connections;
    size_t max = acceptor->max_connections;

    while (max - connections->count + connections->eviction.leaving <
               room_to_keep(max) &&
           connections_evict_one(&acceptor->connections))
        note_shortage(acceptor);
}

/* The kernel queues callers beyond the ceiling. Going on to accept until file
 * descriptors run out would make the loop spin instead. */
static void pause_at_ceiling(struct acceptor *acceptor)
{
    if (acceptor->connections.count < acceptor->max_connections)
        return;
    acceptor->accepting = false;
    for (size_t i = 0; i < acceptor->point_count; i++)
        h2o_socket_read_stop(acceptor->points[i].sock);
    note_shortage(acceptor);
    if (!h2o_timeout_is_linked(&acceptor->pause))
        h2o_timeout_link(acceptor->h2o->loop, &acceptor->pause_interval,
                         &acceptor->pause);
}

/* Whom nobody could close at the ceiling may be idle by now. */
static void on_pause(h2o_timeout_entry_t *entry)
{
    struct acceptor *acceptor =
        H2O_STRUCT_FROM_MEMBER(struct acceptor, pause, entry);

    if (acceptor->accepting || acceptor->point_count == 0)
        return;
    make_room(acceptor);
    h2o_timeout_link(acceptor->h2o->loop, &acceptor->pause_interval,
                     &acceptor->pause);
}

static void on_sweep(h2o_timeout_entry_t *entry)
{
    struct acceptor *acceptor =
        H2O_STRUCT_FROM_MEMBER(struct acceptor, sweep, entry);

    connections_sweep(&acceptor->connections, acceptor->h2o);
    if (acceptor->short_of_room > 0)
        acceptor->short_of_room--;
    h2o_timeout_link(acceptor->h2o->loop, &acceptor->sweep_interval,
                     &acceptor->sweep);
}

/* --- accepting ------------------------------------------------------------------
 */

static bool accept_one(struct accept_point *point)
{
    struct acceptor *acceptor = point->acceptor;

    if (!connection_accept(&acceptor->connections, point->sock, &point->accept,
                           point->is_proxy))
        return false;
    make_room(acceptor);
    return true;
}

static void on_accept(h2o_socket_t *listener, const char *err)
{
    struct accept_point *point = listener->data;
    struct acceptor *acceptor = point->acceptor;

    if (err != NULL)
        return;
    for (int i = 0; i < ACCEPTS_PER_TURN && acceptor->accepting; i++) {
        if (!accept_one(point))
            return;
        pause_at_ceiling(acceptor);
    }
}

static void use_tls(struct accept_point *point, SSL_CTX *tls)
{
    SSL_CTX_up_ref(tls);
    SSL_CTX_free(point->accept.ssl_ctx);
    point->accept.ssl_ctx = tls;
}

void acceptor_use_tls(struct acceptor *acceptor, SSL_CTX *tls)
{
    for (size_t i = 0; i < acceptor->point_count; i++)
        if (acceptor->points[i].is_tls)
            use_tls(&acceptor->points[i], tls);
}

static enum status take_listeners(struct acceptor *acceptor,
                                  const struct listeners *listeners,
                                  const struct accept_hosts *hosts)
{
    for (size_t i = 0; i < listeners->count; i++) {
        struct accept_point *point = &acceptor->points[i];
        int fd = fcntl(listeners->all[i].fd, F_DUPFD_CLOEXEC, 0);

        if (fd < 0)
            return STATUS_UNAVAILABLE;
        *point = (struct accept_point){
            .acceptor = acceptor,
            .is_proxy = listeners->all[i].as.proxy,
            .is_tls = listeners->all[i].as.tls,
            .is_passed = listeners->all[i].is_passed,
            .sock = h2o_evloop_socket_create(acceptor->h2o->loop, fd,
                                             H2O_SOCKET_FLAG_DONT_READ),
            .accept = {.ctx = acceptor->h2o,
                       .hosts = (h2o_hostconf_t **)(listeners->all[i].as.metrics
                                                        ? hosts->metrics
                                                        : hosts->callers)},
        };
        point->sock->data = point;
        acceptor->point_count++;
    }
    return STATUS_OK;
}

enum status acceptor_init(struct acceptor *acceptor, h2o_context_t *h2o,
                          const struct listeners *listeners,
                          const struct acceptor_parts *parts)
{
    http1_require_alone(h2o->globalconf, "accepting connections");
    *acceptor = (struct acceptor){
        .h2o = h2o,
        .max_connections = parts->max_connections,
        .sweep = {.cb = on_sweep},
        .pause = {.cb = on_pause},
    };
    metric_set(parts->metrics->connections_max, (double)parts->max_connections);
    connections_init(&acceptor->connections, on_connection_closed,
                     parts->proxies, parts->limit, parts->metrics);
    h2o_timeout_init(h2o->loop, &acceptor->sweep_interval, SWEEP_INTERVAL_MS);
    h2o_timeout_init(h2o->loop, &acceptor->pause_interval, PAUSE_INTERVAL_MS);
    return take_listeners(acceptor, listeners, parts->hosts);
}

void acceptor_start(struct acceptor *acceptor)
{
    h2o_timeout_link(acceptor->h2o->loop, &acceptor->sweep_interval,
                     &acceptor->sweep);
    listen_again(acceptor);
}

bool acceptor_has_successor(const struct acceptor *acceptor)
{
    for (size_t i = 0; i < acceptor->point_count; i++)
        if (acceptor->points[i].is_passed)
            return true;
    return false;
}

/* Who is refused at once does not count, and others may follow for ever. */
static void take_who_has_connected(struct accept_point *point)
{
    const struct acceptor *acceptor = point->acceptor;
    size_t most = acceptor->max_connections;

    while (most-- > 0 &&
           acceptor->connections.count < acceptor->max_connections &&
           accept_one(point))
        continue;
}

void acceptor_stop(struct acceptor *acceptor)
{
    /* Who is taken now is cut if he dawdles, even if nobody was before. */
    if (!h2o_timeout_is_linked(&acceptor->sweep))
        acceptor_start(acceptor);
    for (size_t i = 0; i < acceptor->point_count; i++) {
        struct accept_point *point = &acceptor->points[i];

        if (!point->is_passed)
            take_who_has_connected(point);
        h2o_socket_close(point->sock);
    }
    /* Who waits at the gate of proxies is still to be served by a point. */
    acceptor->point_count = 0;
}

void acceptor_close_idle(struct acceptor *acceptor)
{
    connections_close_idle(&acceptor->connections, acceptor->h2o);
}

bool acceptor_has_idle(struct acceptor *acceptor)
{
    return connections_have_idle(acceptor->h2o);
}

void acceptor_dispose(struct acceptor *acceptor)
{
    h2o_evloop_t *evloop = acceptor->h2o->loop;

    for (size_t i = 0; i < acceptor->point_count; i++)
        h2o_socket_close(acceptor->points[i].sock);
    for (size_t i = 0; i < HTTP_LISTEN_MAX; i++)
        SSL_CTX_free(acceptor->points[i].accept.ssl_ctx);
    h2o_timeout_unlink(&acceptor->sweep);
    h2o_timeout_dispose(evloop, &acceptor->sweep_interval);
    h2o_timeout_unlink(&acceptor->pause);
    h2o_timeout_dispose(evloop, &acceptor->pause_interval);
}
