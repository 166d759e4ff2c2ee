#include "server/http/connection.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/http/http1.h"

#include <netinet/tcp.h>
#include <stdlib.h>

/* Ours, beside h2o's own: reached through the socket's on_close. */
struct connection {
    struct connections *all;
    h2o_socket_t *sock;
    h2o_accept_ctx_t *accept;
    struct evictable evictable;
    struct proxy_arrival arrival;
    struct connection_share share; /* of what its address may have */
    SSL_CTX *tls;          /* our share of what h2o only borrows; NULL: plain */
    bool is_http;          /* what comes before HTTP is over */
    enum http_route route; /* of the request in hand */
    bool has_spoken;       /* a whole request came at least once */
};

void connections_init(struct connections *connections,
                      void (*on_close)(struct connections *connections),
                      const struct proxy_list *proxies,
                      struct connection_limit *limit,
                      struct http_metrics *metrics)
{
    eviction_init(&connections->eviction);
    proxy_gate_init(&connections->gate, proxies);
    connections->count = 0;
    connections->on_close = on_close;
    connections->limit = limit;
    connections->crowds = (struct log_quota){.second = 0};
    connections->metrics = metrics;
}

/* --- its beginning and its end ------------------------------------------------
 */

static void on_close(void *data)
{
    struct connection *connection = data;
    struct connections *all = connection->all;

    eviction_remove(&all->eviction, &connection->evictable);
    proxy_arrival_end(&connection->arrival);
    connection_limit_give_back(&connection->share);
    SSL_CTX_free(connection->tls);
    free(connection);
    all->count--;
    metric_set(all->metrics->connections, (double)all->count);
    all->on_close(all);
}

/* Whoever comes and goes can make his address have too many again and again. */
static void log_crowd(struct connections *connections,
                      const struct address *address)
{
    char text[ADDRESS_TEXT_MAX];

    if (!log_quota_allows(&connections->crowds, clock_now_s()))
        return;
    address_format(address, text);
    log_event(LOG_LEVEL_WARN, "address_at_ceiling", log_str("peer", text),
              log_str("reason", "it has as many connections as "
                                "DYNDNS_MAX_CONNECTIONS_PER_ADDRESS allows"),
              log_str("advice", "what is more is closed; if that is a proxy "
                                "of yours, name it in DYNDNS_TRUSTED_PROXIES; "
                                "if these are honest callers, raise the "
                                "number"));
}

/* False: the caller's address has too many already. */
static bool take_share(struct connection *connection)
{
    struct connections *all = connection->all;
    struct address peer = proxy_gate_peer(connection->sock);
    enum connection_verdict verdict;

    if (peer.family == ADDRESS_NONE ||
        proxy_list_contains(all->gate.trusted, &peer))
        return true;
    verdict = connection_limit_take(all->limit, &peer, &connection->share);
    if (verdict == CONNECTION_ONE_TOO_MANY)
        log_crowd(all, &peer);
    return verdict == CONNECTION_WELCOME;
}

/* The socket's peer name is that of the caller now, whoever told it. The
 * certificate may be replaced while h2o shakes hands by this one. The connection
 * may be gone afterwards. */
static void serve(struct connection *connection)
{
    SSL_CTX *tls = connection->accept->ssl_ctx;

    if (!take_share(connection)) {
        metric_add(connection->all->metrics->refused, 1);
        h2o_socket_close(connection->sock);
        return;
    }
    if (tls != NULL) {
        SSL_CTX_up_ref(tls);
        connection->tls = tls;
    }
    h2o_accept(connection->accept, connection->sock);
}

static void on_proxy_header(struct proxy_arrival *arrival)
{
    serve(list_entry(arrival, struct connection, arrival));
}

static void take_in(struct connection *connection, int64_t now)
{
    struct connections *all = connection->all;
    h2o_socket_t *sock = connection->sock;
    unsigned stalled_ms = CONNECTION_STALLED_MS;

    eviction_add(&all->eviction, &connection->evictable, now);
    proxy_arrival_init(&connection->arrival);
    sock->on_close.cb = on_close;
    sock->on_close.data = connection;
    all->count++;
    metric_set(all->metrics->connections, (double)all->count);
    metric_add(all->metrics->accepted, 1);
    setsockopt(h2o_socket_get_fd(sock), IPPROTO_TCP, TCP_USER_TIMEOUT,
               &stalled_ms, sizeof stalled_ms);
}

bool connection_accept(struct connections *connections, h2o_socket_t *listener,
                       h2o_accept_ctx_t *accept, bool behind_proxy)
{
    struct connection *connection = malloc(sizeof *connection);
    int64_t now = clock_now_ms();
    h2o_socket_t *sock;

    if (connection == NULL)
        return false;
    sock = h2o_evloop_socket_accept(listener);
    if (sock == NULL) {
        free(connection);
        return false;
    }
    *connection =
        (struct connection){.all = connections, .sock = sock, .accept = accept};
    take_in(connection, now);
    if (behind_proxy)
        proxy_gate_enter(&connections->gate, &connection->arrival, sock, now,
                         on_proxy_header);
    else
        serve(connection);
    return true;
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

/* --- room for another -----------------------------------------------------------
 */

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

bool connections_evict_one(struct connections *connections)
{
    struct evictable *chosen = eviction_choose(&connections->eviction,
                                               clock_now_ms(), seems_half_sent);
    h2o_socket_t *sock;

    if (chosen == NULL)
        return false;
    metric_add(connections->metrics->evicted, 1);
    sock = connection_at(chosen)->sock;
    if (h2o_socket_is_writing(sock))
        cut_who_takes_nothing(sock);
    else
        cut(sock);
    return true;
}

/* --- its requests ---------------------------------------------------------------
 */

static struct connection *connection_of(h2o_req_t *req, h2o_socket_t **sock)
{
    *sock = req->conn->callbacks->get_socket(req->conn);
    return *sock == NULL ? NULL : (*sock)->on_close.data;
}

/* Were there several at a time, the first reply would make the connection
 * idle, and the others could be cut off. */
void connection_note_request(h2o_req_t *req)
{
    h2o_socket_t *sock;
    struct connection *connection;

    http1_require(req, "a connection with one request at a time");
    connection = connection_of(req, &sock);
    if (connection == NULL)
        return;
    connection->has_spoken = true;
    connection->route = HTTP_ROUTE_NONE;
    eviction_request_begins(&connection->all->eviction, &connection->evictable);
}

void connection_note_route(h2o_req_t *req, enum http_route route)
{
    h2o_socket_t *sock;
    struct connection *connection = connection_of(req, &sock);

    if (connection != NULL)
        connection->route = route;
}

enum http_route connection_note_reply(h2o_req_t *req)
{
    h2o_socket_t *sock;
    struct connection *connection = connection_of(req, &sock);

    if (connection == NULL)
        return HTTP_ROUTE_NONE;
    eviction_request_ends(&connection->all->eviction, &connection->evictable,
                          clock_now_ms());
    return connection->route;
}

/* --- those that dawdle, and those that are idle ---------------------------------
 */

/* Calls `visit` for the request of each connection. Others than those of
 * HTTP/1 would be passed over, so there must be none. */
static void visit_all(h2o_context_t *h2o, int (*visit)(h2o_req_t *, void *),
                      void *arg)
{
    http1_require_alone(h2o->globalconf, "the sweep over all connections");
    h2o->globalconf->http1.callbacks.foreach_request(h2o, visit, arg);
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
    connection->is_http = true;
    if (is_half_sent(req)) {
        eviction_note_half_sent(&connection->all->eviction,
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

/* Of those that wait for the header of a proxy. */
static void note_half_header(struct proxy_arrival *arrival, void *data)
{
    struct connection *connection =
        list_entry(arrival, struct connection, arrival);
    const struct sweep *sweep = data;

    if (connection->sock->input->size > 0)
        eviction_note_half_sent(&connection->all->eviction,
                                &connection->evictable, sweep->now_ms);
}

void connections_sweep(struct connections *connections, h2o_context_t *h2o)
{
    struct sweep sweep = {
        .now = *h2o_get_timestamp(h2o, NULL, NULL),
        .now_ms = clock_now_ms(),
    };

    visit_all(h2o, sweep_one, &sweep);
    proxy_gate_sweep(&connections->gate, sweep.now_ms, CONNECTION_REQUEST_MS);
    proxy_gate_visit(&connections->gate, note_half_header, &sweep);
}

/* Whoever has just connected has most likely sent something already, which is on
 * its way. */
static int close_one_if_idle(h2o_req_t *req, void *data)
{
    struct timeval *now = data;
    h2o_socket_t *sock;
    struct connection *connection = connection_of(req, &sock);

    if (connection == NULL)
        return 0;
    connection->is_http = true;
    if (is_idle(req, sock) &&
        (connection->has_spoken ||
         h2o_timeval_subtract(&req->conn->connected_at, now) >=
             CONNECTION_FIRST_WORD_MS * 1000LL))
        cut(sock);
    return 0;
}

/* h2o does not tell of those that have not come to HTTP yet. */
static void close_those_that_stall(const struct list *those, int64_t now)
{
    struct list *node;

    for (node = those->next; node != those; node = node->next) {
        struct connection *connection =
            connection_at(list_entry(node, struct evictable, node));

        if (!connection->is_http &&
            now - connection->evictable.since >= EVICTION_SPARED_MS)
            cut(connection->sock);
    }
}

void connections_close_idle(struct connections *connections, h2o_context_t *h2o)
{
    struct timeval now = *h2o_get_timestamp(h2o, NULL, NULL);

    visit_all(h2o, close_one_if_idle, &now);
    close_those_that_stall(&connections->eviction.idle, clock_now_ms());
    close_those_that_stall(&connections->eviction.half_sent, clock_now_ms());
}

static int note_idle(h2o_req_t *req, void *data)
{
    h2o_socket_t *sock;
    const struct connection *connection = connection_of(req, &sock);
    bool *found = data;

    *found |=
        connection != NULL && connection->has_spoken && is_idle(req, sock);
    return 0;
}

bool connections_have_idle(h2o_context_t *h2o)
{
    bool found = false;

    visit_all(h2o, note_idle, &found);
    return found;
}
