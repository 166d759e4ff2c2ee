#include "server/http/proxy_gate.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/http/proxy_header.h"

void proxy_gate_init(struct proxy_gate *gate, const struct proxy_list *trusted)
{
    *gate = (struct proxy_gate){.trusted = trusted};
    list_init(&gate->waiting);
}

void proxy_arrival_init(struct proxy_arrival *arrival)
{
    *arrival = (struct proxy_arrival){.sock = NULL};
    list_init(&arrival->node);
}

void proxy_arrival_end(struct proxy_arrival *arrival)
{
    list_remove(&arrival->node);
}

/* --- who does not pass --------------------------------------------------------
 */

struct address proxy_gate_peer(h2o_socket_t *sock)
{
    struct sockaddr_storage storage;
    struct sockaddr *sa = (struct sockaddr *)&storage;

    if (h2o_socket_getpeername(sock, sa) == 0)
        return (struct address){.family = ADDRESS_NONE};
    return address_from_sockaddr(sa);
}

static void log_refused(struct proxy_arrival *arrival, const char *reason)
{
    struct address peer;
    char text[ADDRESS_TEXT_MAX];

    if (!log_quota_allows(&arrival->gate->refusals, clock_now_s()))
        return;
    peer = proxy_gate_peer(arrival->sock);
    address_format(&peer, text);
    log_event(LOG_LEVEL_WARN, "proxy_header_refused", log_str("peer", text),
              log_str("reason", reason));
}

/* The arrival is gone then. */
static void refuse(struct proxy_arrival *arrival, const char *reason)
{
    log_refused(arrival, reason);
    h2o_socket_close(arrival->sock);
}

/* Some proxies look whether a server is there by connecting to it, and no more.
 * Neither is it news when room was made for others. */
static void end(struct proxy_arrival *arrival)
{
    if (arrival->sock->input->size > 0)
        log_refused(arrival, "the connection ended within it");
    h2o_socket_close(arrival->sock);
}

/* --- who does -------------------------------------------------------------------
 */

static void name_source(h2o_socket_t *sock, const struct proxy_header *header)
{
    const struct address *source = &header->source;
    struct sockaddr_in v4 = {.sin_family = AF_INET,
                             .sin_port = htons(header->port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
                              .sin6_port = htons(header->port)};

    if (source->family == ADDRESS_IPV4) {
        memcpy(&v4.sin_addr, source->bytes, sizeof v4.sin_addr);
        h2o_socket_setpeername(sock, (struct sockaddr *)&v4, sizeof v4);
    } else {
        memcpy(&v6.sin6_addr, source->bytes, sizeof v6.sin6_addr);
        h2o_socket_setpeername(sock, (struct sockaddr *)&v6, sizeof v6);
    }
}

static void name_nobody(h2o_socket_t *sock)
{
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};

    h2o_socket_setpeername(sock, &nobody, sizeof nobody);
}

static void let_pass(struct proxy_arrival *arrival, size_t header_len)
{
    h2o_socket_t *sock = arrival->sock;

    h2o_socket_read_stop(sock);
    h2o_buffer_consume(&sock->input, header_len);
    sock->data = NULL;
    proxy_arrival_end(arrival);
    arrival->pass(arrival);
}

static void on_read(h2o_socket_t *sock, const char *err)
{
    struct proxy_arrival *arrival = sock->data;
    struct proxy_header header;

    if (err != NULL) {
        end(arrival);
        return;
    }
    header =
        proxy_header_read(span_from(sock->input->bytes, sock->input->size));
    switch (header.kind) {
    case PROXY_HEADER_INCOMPLETE:
        return;
    case PROXY_HEADER_MALFORMED:
        refuse(arrival, header.fault);
        return;
    case PROXY_HEADER_SOURCE:
        name_source(sock, &header);
        break;
    case PROXY_HEADER_UNKNOWN:
        name_nobody(sock);
        break;
    case PROXY_HEADER_LOCAL:
        break;
    }
    let_pass(arrival, header.len);
}

void proxy_gate_enter(struct proxy_gate *gate, struct proxy_arrival *arrival,
                      h2o_socket_t *sock, int64_t now,
                      void (*pass)(struct proxy_arrival *arrival))
{
    struct address peer = proxy_gate_peer(sock);

    arrival->gate = gate;
    arrival->sock = sock;
    arrival->since = now;
    arrival->pass = pass;
    sock->data = arrival;
    if (peer.family == ADDRESS_NONE) { /* it is gone again */
        h2o_socket_close(sock);
        return;
    }
    if (!proxy_list_contains(gate->trusted, &peer)) {
        refuse(arrival, "its sender is not in DYNDNS_TRUSTED_PROXIES");
        return;
    }
    list_append(&gate->waiting, &arrival->node);
    h2o_socket_read_start(sock, on_read);
}

/* --- who waits ------------------------------------------------------------------
 */

void proxy_gate_sweep(struct proxy_gate *gate, int64_t now, int64_t patience_ms)
{
    while (!list_is_empty(&gate->waiting)) {
        struct proxy_arrival *first =
            list_entry(gate->waiting.next, struct proxy_arrival, node);

        if (now - first->since < patience_ms)
            return;
        refuse(first, "it has not come in time");
    }
}

void proxy_gate_visit(struct proxy_gate *gate,
                      void (*visit)(struct proxy_arrival *arrival, void *arg),
                      void *arg)
{
    struct list *node;

    for (node = gate->waiting.next; node != &gate->waiting; node = node->next)
        visit(list_entry(node, struct proxy_arrival, node), arg);
}
