/* proxy_gate -- where connections wait whose first bytes are to be the header
 * of a proxy (proxy_header.h), before HTTP or TLS begins on them.
 *
 * Who passes is, for all that comes after, whom the header names: the socket's
 * peer name is his. Somebody whom the proxy cannot name is nobody (ADDRESS_NONE):
 * were he the proxy instead, he could claim any address by X-Forwarded-For.
 * Only what the proxy says on its own behalf comes from the proxy's address.
 *
 * A peer that is no trusted proxy, a malformed header and one that does not
 * come in time close the connection, without an answer: nobody knows what the
 * other side speaks. Exactly the header is taken from the socket's input, so
 * that whatever came with it is there for h2o, which looks before it waits.
 *
 * Lives on its loop's thread.
 */
#ifndef SERVER_HTTP_PROXY_GATE_H
#define SERVER_HTTP_PROXY_GATE_H

#include "base/list.h"
#include "base/log_quota.h"
#include "server/http/client_address.h"

#include <h2o.h>

/* Of one loop. */
struct proxy_gate {
    const struct proxy_list *trusted;
    struct list waiting; /* who came first in front */
    struct log_quota refusals;
};

/* To be a member of what stands for a connection. */
struct proxy_arrival {
    struct list node; /* linked while it waits */
    struct proxy_gate *gate;
    h2o_socket_t *sock;
    int64_t since;
    void (*pass)(struct proxy_arrival *arrival);
};

/* The other end of a socket, by what it or a proxy tells; ADDRESS_NONE: nobody, or
 * it is gone. */
struct address proxy_gate_peer(h2o_socket_t *sock);

/* `trusted` are the proxies that may speak for others; borrowed. */
void proxy_gate_init(struct proxy_gate *gate, const struct proxy_list *trusted);

/* A connection that does not wait, and perhaps never will. */
void proxy_arrival_init(struct proxy_arrival *arrival);

/* Before the socket is gone, if not before. */
void proxy_arrival_end(struct proxy_arrival *arrival);

/* Has the connection wait at `gate` from `now` on (clock_now_ms); its socket is
 * the gate's until pass(arrival) is called, once. Or else the socket is closed,
 * by now perhaps. */
void proxy_gate_enter(struct proxy_gate *gate, struct proxy_arrival *arrival,
                      h2o_socket_t *sock, int64_t now,
                      void (*pass)(struct proxy_arrival *arrival));

/* Closes those that have waited for `patience_ms`. */
void proxy_gate_sweep(struct proxy_gate *gate, int64_t now,
                      int64_t patience_ms);

/* Calls `visit` for each that waits; it may not close the socket. */
void proxy_gate_visit(struct proxy_gate *gate,
                      void (*visit)(struct proxy_arrival *arrival, void *arg),
                      void *arg);

#endif
