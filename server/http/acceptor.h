/* acceptor -- takes the callers of one loop, as many as there may be.
 *
 * It owns the loop's listening sockets and knows all connections. Where room is
 * short, it has idle ones closed to let others in (eviction.h); at the ceiling
 * it lets the kernel queue callers, until one goes.
 *
 * Lives on the loop's thread.
 */
#ifndef SERVER_HTTP_ACCEPTOR_H
#define SERVER_HTTP_ACCEPTOR_H

#include "base/log_quota.h"
#include "base/status.h"
#include "server/http/connection.h"
#include "server/http/listener.h"

struct acceptor;

/* What is served where, as libh2o wants it: lists that end with NULL, here of
 * one. Whatever host a request names, it is that one's. */
struct accept_hosts {
    h2o_hostconf_t *callers[2];
    h2o_hostconf_t *metrics[2]; /* where listen_address.metrics is set */
};

/* A listening socket, and how who connects there is served. */
struct accept_point {
    struct acceptor *acceptor;
    h2o_socket_t *sock;
    bool is_proxy; /* its callers are proxies (proxy_gate.h) */
    bool is_tls;
    bool is_passed;          /* listener.h */
    h2o_accept_ctx_t accept; /* has a share of its TLS context */
};

struct acceptor {
    h2o_context_t *h2o;
    struct accept_point points[HTTP_LISTEN_MAX];
    size_t point_count; /* 0 once they are closed */
    struct connections connections;
    size_t max_connections;
    bool accepting;            /* false at the ceiling */
    unsigned short_of_room;    /* sweeps until a shortage is news again */
    struct log_quota ceilings; /* for lines about a shortage */
    h2o_timeout_t sweep_interval, pause_interval;
    h2o_timeout_entry_t sweep, pause;
};

/* What an acceptor is made with; all of it is borrowed. */
struct acceptor_parts {
    const struct accept_hosts *hosts;
    const struct proxy_list *proxies; /* the trusted ones */
    struct http_metrics *metrics;
    size_t max_connections;
    struct connection_limit *limit; /* of each address, on all loops */
};

/* In place. Takes duplicates of the listening sockets; `h2o` is borrowed.
 * STATUS_UNAVAILABLE when descriptors run out. In both cases
 * acceptor_dispose() frees. */
NODISCARD enum status acceptor_init(struct acceptor *acceptor,
                                    h2o_context_t *h2o,
                                    const struct listeners *listeners,
                                    const struct acceptor_parts *parts);

/* Whoever connects from now on to a socket marked so speaks TLS by this
 * context, which is shared. To be called before acceptor_start() where there is
 * such a socket. */
void acceptor_use_tls(struct acceptor *acceptor, SSL_CTX *tls);

/* Begins to accept, and to cut those who dawdle. */
void acceptor_start(struct acceptor *acceptor);

/* Whether callers whom nobody takes here wait for another server, since somebody
 * else holds a listening socket too. */
bool acceptor_has_successor(const struct acceptor *acceptor);

/* Closes the listening sockets, and takes first who has connected already where
 * nobody else will. */
void acceptor_stop(struct acceptor *acceptor);

/* Ends connections on which nothing is under way, and those that have been at
 * what comes before HTTP for too long. */
void acceptor_close_idle(struct acceptor *acceptor);

/* Whether there are connections between two requests. */
bool acceptor_has_idle(struct acceptor *acceptor);

static inline size_t acceptor_connections(const struct acceptor *acceptor)
{
    return acceptor->connections.count;
}

/* When there are no connections. */
void acceptor_dispose(struct acceptor *acceptor);

#endif
