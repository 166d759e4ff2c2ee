/* connection -- what libh2o 2.2 leaves to its owner about one connection: when
 * it may be closed to make room for another (eviction.h), when one that dawdles
 * is cut, and how to close it at the end when it is idle.
 *
 * h2o has one timeout for "idle" and "half a request" together. Idle
 * connections must live longer than the 90 s for which Heroku's router keeps
 * them; half a request must not. So h2o's own timeout is the long one, and a
 * sweep once a second cuts the dawdlers.
 *
 * All of it relies on HTTP/1 (http1.h): a connection has one request at a time,
 * and is among those that libh2o keeps of HTTP/1.
 */
#ifndef SERVER_HTTP_CONNECTION_H
#define SERVER_HTTP_CONNECTION_H

#include "server/http/connection_limit.h"
#include "server/http/eviction.h"
#include "server/http/http_metrics.h"
#include "server/http/proxy_gate.h"

#include <h2o.h>

enum {
    CONNECTION_IDLE_MS = 100000,     /* > 90 s, Heroku's router */
    CONNECTION_REQUEST_MS = 10000,   /* from the first byte to the last */
    CONNECTION_FIRST_WORD_MS = 1000, /* at a stop, until one is closed */
    /* A peer that takes none of our bytes for so long is gone; h2o itself
     * would wait for ever. */
    CONNECTION_STALLED_MS = 30000,
};

/* The connections of one loop; to be a member of what accepts them. */
struct connections {
    struct eviction eviction;
    struct proxy_gate gate;
    size_t count;
    void (*on_close)(struct connections *connections); /* there is one fewer */
    struct connection_limit *limit;
    struct log_quota crowds; /* for lines about addresses that have too many */
    struct http_metrics *metrics;
};

/* `proxies`, the trusted ones, `limit` and `metrics` are borrowed. */
void connections_init(struct connections *connections,
                      void (*on_close)(struct connections *connections),
                      const struct proxy_list *proxies,
                      struct connection_limit *limit,
                      struct http_metrics *metrics);

/* Takes the next caller of a listening socket and hands him to h2o, which
 * serves him by `accept`: at once, or once a proxy has told who he is
 * (proxy_gate.h). Then too he is closed if his address has too many already; a
 * trusted proxy may have as many as it likes, and so may whom it cannot name.
 * `accept` must outlive the connection. False: there is none, or
 * no descriptor or memory for him. */
bool connection_accept(struct connections *connections, h2o_socket_t *listener,
                       h2o_accept_ctx_t *accept, bool behind_proxy);

/* Closes the connection that loses least by it; it is gone in a later turn of
 * the loop. False when none may go. */
bool connections_evict_one(struct connections *connections);

/* Cuts connections on which half a request, or none at all since they were
 * opened, or not the whole header of a proxy, has stood for
 * CONNECTION_REQUEST_MS. Once a second. */
void connections_sweep(struct connections *connections, h2o_context_t *h2o);

/* Ends connections on which nothing is under way, and those that have been at
 * what comes before HTTP for EVICTION_SPARED_MS. */
void connections_close_idle(struct connections *connections,
                            h2o_context_t *h2o);

/* Whether there are connections on which a request was answered and no other one
 * has begun. */
bool connections_have_idle(h2o_context_t *h2o);

/* To be called for every request: its connection has proved its worth, and is
 * not closed to make room until the reply. */
void connection_note_request(h2o_req_t *req);

/* What the request on the connection is for; HTTP_ROUTE_NONE until then. */
void connection_note_route(h2o_req_t *req, enum http_route route);

/* To be called for every reply: from now on its connection is idle. Returns what
 * the request was for. */
enum http_route connection_note_reply(h2o_req_t *req);

#endif
