#include "server/http/connection.h"

#include "base/clock.h"

#include <netinet/tcp.h>
#include <stdlib.h>

enum {
    ACCEPTS_PER_TURN = 64,
    /* Sweeps without a shortage of connections, until the next is told. */
    CALM_SWEEPS = 2,
};

/* Ours, beside h2o's own: reached through the socket's on_close. */
struct connection {
    struct loop *loop;
    h2o_socket_t *sock;
    struct evictable evictable;
    bool has_spoken; /* a whole request came at least once */
};

static void on_accept(h2o_socket_t *listener, const char *err);

static void listen_again(struct loop *loop)
{
    loop->accepting = true;
    for (size_t i = 0; i < loop->listener_count; i++)
        h2o_socket_read_start(loop->listeners[i], on_accept);
}

static void on_close(void *data)
{
    struct connection *connection = data;
    struct loop *loop = connection->loop;

    eviction_remove(&loop->eviction, &connection->evictable);
    free(connection);
    loop->connections--;
    if (!loop->accepting && loop->listener_count > 0)
        listen_again(loop);
}

/* Whoever connects and hangs up can make one shortage after the other. */
static void log_shortage(struct loop *loop)
{
    if (!log_quota_allows(&loop->ceilings, clock_now_s()))
        return;
    log_event(LOG_LEVEL_WARN, "connections_at_ceiling",
              log_uint("connections", loop->connections),
              log_str("advice", "idle ones are closed to let others in; if "
                                "these are honest callers, raise the limit of "
                                "open files (ulimit -n, LimitNOFILE=)"));
}

/* A shortage that goes on is told once. */
static void note_shortage(struct loop *loop)
{
    bool is_new = loop->short_of_room == 0;

    loop->short_of_room = CALM_SWEEPS;
    if (is_new)
        log_shortage(loop);
}

/* The loop sees the end of the stream and closes, after a request that has come
 * in the meantime; to close a socket from under h2o is not allowed. */
static void cut(h2o_socket_t *sock)
{
    shutdown(h2o_socket_get_fd(sock), SHUT_RD);
}

/* While its peer does not take a reply, h2o would not see that, so the writing
 * has to fail. Nor would the kernel get rid of what it keeps for the peer,
 * unless it is told not to linger. */
static void cut_who_takes_nothing(h2o_socket_t *sock)
{
    static const struct linger none = {.l_onoff = 1, .l_linger = 0};
    int fd = h2o_socket_get_fd(sock);

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    shutdown(fd, SHUT_RDWR);
}

static void evict(h2o_socket_t *sock)
{
    if (h2o_socket_is_writing(sock))
        cut_who_takes_nothing(sock);
    else
        cut(sock);
}

static struct connection *connection_at(const struct evictable *evictable)
{
    return list_entry(evictable, struct connection, evictable);
}

/* Of a connection on which no request is in hand. The input keeps a request
 * until its reply is sent. */
static bool seems_half_sent(const struct evictable *evictable)
{
    h2o_socket_t *sock = connection_at(evictable)->sock;

    return sock->input->size > 0 && !h2o_socket_is_writing(sock);
}

/* A connection that is cut ends in a later turn, so room is made while there
 * is still some left. */
static size_t room_to_keep(size_t max_connections)
{
    size_t eighth = max_connections / 8;

    return eighth < ACCEPTS_PER_TURN ? eighth : ACCEPTS_PER_TURN;
}

static void make_room(struct loop *loop)
{
    size_t max = loop->shared->max_connections;

    while (max - loop->connections + loop->eviction.leaving <
           room_to_keep(max)) {
        struct evictable *chosen =
            eviction_choose(&loop->eviction, clock_now_ms(), seems_half_sent);

        if (chosen == NULL)
            return;
        note_shortage(loop);
        evict(connection_at(chosen)->sock);
    }
}

/* The kernel queues callers beyond the ceiling. Going on to accept until file
 * descriptors run out would make the loop spin instead. */
static void pause_at_ceiling(struct loop *loop)
{
    if (loop->connections < loop->shared->max_connections)
        return;
    loop->accepting = false;
    for (size_t i = 0; i < loop->listener_count; i++)
        h2o_socket_read_stop(loop->listeners[i]);
    note_shortage(loop);
    if (!h2o_timeout_is_linked(&loop->pause))
        h2o_timeout_link(loop->h2o.loop, &loop->pause_interval, &loop->pause);
}

void connections_on_pause(h2o_timeout_entry_t *entry)
{
    struct loop *loop = H2O_STRUCT_FROM_MEMBER(struct loop, pause, entry);

    if (loop->accepting || loop->listener_count == 0)
        return;
    make_room(loop);
    h2o_timeout_link(loop->h2o.loop, &loop->pause_interval, &loop->pause);
}

static bool accept_one(struct loop *loop, h2o_socket_t *listener)
{
    unsigned stalled_ms = CONNECTION_STALLED_MS;
    struct connection *connection = malloc(sizeof *connection);
    h2o_socket_t *sock;

    if (connection == NULL)
        return false;
    sock = h2o_evloop_socket_accept(listener);
    if (sock == NULL) {
        free(connection);
        return false;
    }
    *connection = (struct connection){.loop = loop, .sock = sock};
    eviction_add(&loop->eviction, &connection->evictable, clock_now_ms());
    sock->on_close.cb = on_close;
    sock->on_close.data = connection;
    loop->connections++;
    setsockopt(h2o_socket_get_fd(sock), IPPROTO_TCP, TCP_USER_TIMEOUT,
               &stalled_ms, sizeof stalled_ms);
    h2o_accept(&loop->accept, sock);
    make_room(loop);
    return true;
}

static void on_accept(h2o_socket_t *listener, const char *err)
{
    struct loop *loop = listener->data;

    if (err != NULL)
        return;
    for (int i = 0; i < ACCEPTS_PER_TURN && loop->accepting; i++) {
        if (!accept_one(loop, listener))
            return;
        pause_at_ceiling(loop);
    }
}

void connections_start_accepting(struct loop *loop)
{
    listen_again(loop);
}

void connections_stop_accepting(struct loop *loop)
{
    for (size_t i = 0; i < loop->listener_count; i++) {
        while (loop->connections < loop->shared->max_connections &&
               accept_one(loop, loop->listeners[i]))
            continue;
        h2o_socket_close(loop->listeners[i]);
    }
    loop->listener_count = 0;
}

static struct connection *connection_of(h2o_req_t *req, h2o_socket_t **sock)
{
    *sock = req->conn->callbacks->get_socket(req->conn);
    return *sock == NULL ? NULL : (*sock)->on_close.data;
}

void connection_note_request(h2o_req_t *req)
{
    h2o_socket_t *sock;
    struct connection *connection = connection_of(req, &sock);

    if (connection == NULL)
        return;
    connection->has_spoken = true;
    eviction_request_begins(&connection->loop->eviction,
                            &connection->evictable);
}

void connection_note_reply(h2o_req_t *req)
{
    h2o_socket_t *sock;
    struct connection *connection = connection_of(req, &sock);

    if (connection != NULL)
        eviction_request_ends(&connection->loop->eviction,
                              &connection->evictable, clock_now_ms());
}

/* h2o sets the first stamp at a request's first byte, processed_at once it is
 * whole, and response_start_at also when it answers an error on its own. */
static bool is_half_sent(const h2o_req_t *req)
{
    return req->timestamps.request_begin_at.tv_sec != 0 &&
           req->processed_at.at.tv_sec == 0 &&
           req->timestamps.response_start_at.tv_sec == 0;
}

static bool is_idle(const h2o_req_t *req, const h2o_socket_t *sock)
{
    return req->timestamps.request_begin_at.tv_sec == 0 &&
           sock->input->size == 0;
}

/* The moment of a sweep, by h2o's clock and by ours. */
struct sweep {
    struct timeval now;
    int64_t now_ms;
};

static int sweep_one(h2o_req_t *req, void *data)
{
    struct sweep *sweep = data;
    h2o_socket_t *sock;
    struct connection *connection = connection_of(req, &sock);
    struct timeval *since;

    if (connection == NULL)
        return 0;
    if (is_half_sent(req)) {
        eviction_note_half_sent(&connection->loop->eviction,
                                &connection->evictable, sweep->now_ms);
        since = &req->timestamps.request_begin_at;
    } else if (!connection->has_spoken && is_idle(req, sock)) {
        since = &req->conn->connected_at;
    } else {
        return 0;
    }
    if (h2o_timeval_subtract(since, &sweep->now) >=
        CONNECTION_REQUEST_MS * 1000LL)
        cut(sock);
    return 0;
}

void connections_sweep(struct loop *loop)
{
    struct sweep sweep = {
        .now = *h2o_get_timestamp(&loop->h2o, NULL, NULL),
        .now_ms = clock_now_ms(),
    };

    loop->shared->h2o->http1.callbacks.foreach_request(&loop->h2o, sweep_one,
                                                       &sweep);
    if (loop->short_of_room > 0)
        loop->short_of_room--;
}

static int close_one_if_idle(h2o_req_t *req, void *data)
{
    h2o_socket_t *sock;

    (void)data;
    if (connection_of(req, &sock) != NULL && is_idle(req, sock))
        cut(sock);
    return 0;
}

void connections_close_idle(struct loop *loop)
{
    loop->shared->h2o->http1.callbacks.foreach_request(&loop->h2o,
                                                       close_one_if_idle, NULL);
}
