#include "server/connection.h"

#include "base/clock.h"

#include <netinet/tcp.h>
#include <stdlib.h>

enum { ACCEPTS_PER_TURN = 64 };

/* Ours, beside h2o's own: reached through the socket's on_close. */
struct connection {
    struct loop *loop;
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

    free(connection);
    loop->connections--;
    if (!loop->accepting && loop->listener_count > 0)
        listen_again(loop);
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
    /* Whoever connects and hangs up comes here as often as he likes. */
    if (!log_quota_allows(&loop->ceilings, clock_now_s()))
        return;
    log_event(LOG_LEVEL_WARN, "connections_at_ceiling",
              log_uint("connections", loop->connections),
              log_str("advice", "raise the limit of open files (ulimit -n, "
                                "LimitNOFILE=)"));
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
    *connection = (struct connection){loop, false};
    sock->on_close.cb = on_close;
    sock->on_close.data = connection;
    loop->connections++;
    setsockopt(h2o_socket_get_fd(sock), IPPROTO_TCP, TCP_USER_TIMEOUT,
               &stalled_ms, sizeof stalled_ms);
    h2o_accept(&loop->accept, sock);
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

    if (connection != NULL)
        connection->has_spoken = true;
}

/* The loop sees the end of the stream and closes; to close a socket from
 * under h2o is not allowed. */
static void cut(h2o_socket_t *sock)
{
    shutdown(h2o_socket_get_fd(sock), SHUT_RD);
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

static int sweep_one(h2o_req_t *req, void *data)
{
    struct timeval *now = data;
    h2o_socket_t *sock;
    struct connection *connection = connection_of(req, &sock);
    struct timeval *since;

    if (connection == NULL)
        return 0;
    if (is_half_sent(req))
        since = &req->timestamps.request_begin_at;
    else if (!connection->has_spoken && is_idle(req, sock))
        since = &req->conn->connected_at;
    else
        return 0;
    if (h2o_timeval_subtract(since, now) >= CONNECTION_REQUEST_MS * 1000LL)
        cut(sock);
    return 0;
}

void connections_sweep(struct loop *loop)
{
    struct timeval now = *h2o_get_timestamp(&loop->h2o, NULL, NULL);

    loop->shared->h2o->http1.callbacks.foreach_request(&loop->h2o, sweep_one,
                                                       &now);
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
