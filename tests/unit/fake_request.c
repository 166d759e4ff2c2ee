#include "tests/unit/fake_request.h"

#include "server/http/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- the loop --------------------------------------------------------------- */

void fake_loop_init(struct fake_loop *loop,
                    void (*submit)(void *arg, struct update_request *update),
                    void *arg)
{
    memset(loop, 0, sizeof *loop);
    h2o_config_init(&loop->globalconf);
    loop->globalconf.http1.upgrade_to_http2 = 0;
    loop->globalconf.http2.callbacks.request_shutdown = NULL;
    loop->routes = routes_register(h2o_config_register_host(
        &loop->globalconf, h2o_iovec_init(H2O_STRLIT("default")), 65535));
    loop->metrics_routes = routes_register_metrics(h2o_config_register_host(
        &loop->globalconf, h2o_iovec_init(H2O_STRLIT("metrics")), 65535));
    h2o_context_init(&loop->h2o, h2o_evloop_create(), &loop->globalconf);
    health_init(&loop->health, false, 0);
    loop->shared = (struct http_shared){
        .settings = &loop->settings,
        .limits = {.nochg_seconds = 300,
                   .deadline_seconds = 20,
                   .ttl_seconds = 60},
        .health = &loop->health,
        .in_transit = &loop->in_transit,
        .metrics = &loop->registry,
        .host_lists = &loop->host_lists,
    };
    metric_register(&loop->registry, &http_metric_table, &loop->metrics);
    loop->context.metrics = &loop->metrics;
    loop->context.shared = &loop->shared;
    waiting_init(&loop->context.waiting, loop->h2o.queue, submit, arg,
                 &loop->metrics);
    loop->shared.guesses = guess_limit_new(0);
    loop->shared.changes = change_budget_new(0);
    if (loop->shared.guesses == NULL || loop->shared.changes == NULL)
        abort();
    page_waits_init(&loop->context.page_waits, loop->h2o.queue);
    delayed_init(&loop->context.delayed, loop->h2o.loop);
    verifications_init(&loop->context.verifications, loop->h2o.queue,
                       loop->shared.verifier);
    routes_use(loop->routes, &loop->h2o, &loop->context);
    routes_use(loop->metrics_routes, &loop->h2o, &loop->context);
}

void fake_loop_clear(struct fake_loop *loop)
{
    h2o_evloop_t *evloop = loop->h2o.loop;

    waiting_dispose(&loop->context.waiting, loop->h2o.queue);
    verifications_dispose(&loop->context.verifications, loop->h2o.queue);
    page_waits_dispose(&loop->context.page_waits, loop->h2o.queue);
    delayed_dispose(&loop->context.delayed);
    guess_limit_free(loop->shared.guesses);
    change_budget_free(loop->shared.changes);
    h2o_context_dispose(&loop->h2o);
    h2o_evloop_run(evloop, 0);
    h2o_evloop_destroy(evloop);
    h2o_config_dispose(&loop->globalconf);
}

/* --- the connection --------------------------------------------------------- */

struct connection {
    h2o_conn_t super;
    h2o_socket_t *sock;
    int peer;
};

static h2o_socket_t *get_socket(h2o_conn_t *conn)
{
    return H2O_STRUCT_FROM_MEMBER(struct connection, super, conn)->sock;
}

static socklen_t get_name(h2o_conn_t *conn, struct sockaddr *sa)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {htonl(0xc0000201)}};

    (void)conn;
    memcpy(sa, &address, sizeof address); /* 192.0.2.1 */
    return sizeof address;
}

static h2o_conn_t *connect_to(struct fake_loop *loop)
{
    static const h2o_conn_callbacks_t callbacks = {
        .get_sockname = get_name,
        .get_peername = get_name,
        .get_socket = get_socket,
    };
    struct connection *connection = (struct connection *)h2o_create_connection(
        sizeof *connection, &loop->h2o, loop->globalconf.hosts,
        (struct timeval){0, 0}, &callbacks);
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
                   ends) != 0)
        abort();
    connection->sock = h2o_evloop_socket_create(loop->h2o.loop, ends[0],
                                                H2O_SOCKET_FLAG_DONT_READ);
    connection->peer = ends[1];
    return &connection->super;
}

/* --- the request ------------------------------------------------------------ */

static void keep_reply(h2o_ostream_t *self, h2o_req_t *req, h2o_iovec_t *bufs,
                       size_t count, h2o_send_state_t state)
{
    struct fake_request *request =
        H2O_STRUCT_FROM_MEMBER(struct fake_request, final, self);

    (void)req;
    (void)state;
    request->replies++;
    request->body[0] = '\0';
    if (count > 0)
        snprintf(request->body, sizeof request->body, "%.*s", (int)bufs[0].len,
                 bufs[0].base);
}

void fake_request_init(struct fake_request *request, struct fake_loop *loop,
                       int version, const char *path)
{
    h2o_hostconf_t *host = loop->globalconf.hosts[0];
    h2o_req_t *req = &request->req;
    h2o_buffer_t **input;
    h2o_iovec_t room;
    int len;

    memset(request, 0, sizeof *request);
    request->conn = connect_to(loop);
    h2o_init_request(req, request->conn, NULL);
    request->final.do_send = keep_reply;
    req->_ostr_top = &request->final;
    req->version = version;
    req->hostconf = host;
    req->pathconf = host->paths.entries;
    req->input.method = req->method = h2o_iovec_init(H2O_STRLIT("GET"));
    req->input.path = req->path = h2o_iovec_init(path, strlen(path));
    req->path_normalized = h2o_iovec_init(path, strcspn(path, "?"));
    req->query_at = strchr(path, '?') == NULL ? SIZE_MAX : strcspn(path, "?");
    input = &get_socket(request->conn)->input;
    room = h2o_buffer_reserve(input, 256);
    len = snprintf(room.base, room.len,
                   "GET %s HTTP/1.1\r\nHost: example.org\r\n\r\n", path);
    (*input)->size += (size_t)len;
}

void fake_request_clear(struct fake_request *request)
{
    struct connection *connection =
        H2O_STRUCT_FROM_MEMBER(struct connection, super, request->conn);

    h2o_dispose_request(&request->req);
    h2o_socket_close(connection->sock);
    close(connection->peer);
    free(connection);
}

void fake_request_arrives(struct fake_request *request, struct fake_loop *loop)
{
    loop->routes->on_req(loop->routes, &request->req);
}
