/* fake_request -- requests to the server's routes, made by hand: of any version
 * of HTTP, on no network. What is replied is kept.
 */
#ifndef TESTS_UNIT_FAKE_REQUEST_H
#define TESTS_UNIT_FAKE_REQUEST_H

#include "server/http/http_context.h"

/* One loop of a server without listening sockets. */
struct fake_loop {
    h2o_globalconf_t globalconf;
    h2o_context_t h2o;
    h2o_handler_t *routes, *metrics_routes;
    struct http_settings settings;
    struct health health;
    struct in_transit_counts in_transit;
    struct http_metrics metrics;
    struct metric_registry registry; /* of them */
    struct http_shared shared;
    atomic_uint host_lists;
    struct http_context context;
};

/* In place. `submit` is given `arg` and what the routes submit. */
void fake_loop_init(struct fake_loop *loop,
                    void (*submit)(void *arg, struct update_request *update),
                    void *arg);
void fake_loop_clear(struct fake_loop *loop);

struct fake_request {
    h2o_req_t req; /* req.res.status is what was replied */
    h2o_conn_t *conn;
    h2o_ostream_t final;
    unsigned replies;
    char body[256]; /* of the last of them */
};

/* Sets up "GET path", which came by this version of HTTP (0x101 is HTTP/1.1).
 * In place: libh2o keeps pointers to it. */
void fake_request_init(struct fake_request *request, struct fake_loop *loop,
                       int version, const char *path);
void fake_request_clear(struct fake_request *request);

/* As libh2o does once the request is whole, with loop->routes. */
void fake_request_arrives(struct fake_request *request, struct fake_loop *loop);

#endif
