/* http_context -- what the handling of a request may reach, and no more.
 *
 *   http_server   the loops, as one thing
 *     loop        an event loop of libh2o, its thread and its messages; it puts
 *      |          together what follows, and none of it knows the loop:
 *      |
 *      +-- acceptor        the listening sockets, how many connections there
 *      |     |             may be, who goes when there are more
 *      |     connection    one of them
 *      |
 *      +-- http_context    what a handler is given
 *      |     waiting       the requests that wait for the updater
 *      |     verification  those that wait for a password to be verified
 *      |     page_wait     those that wait for what a page is to show
 *      |     delayed       those of guessers, whose answers come late
 *      |
 *      +-- routes          which URL means what; hands the context to
 *            protocol_call, with a protocol; and to check_ip, healthz
 *
 * Each loop has one context, and nobody but its thread touches it.
 */
#ifndef SERVER_HTTP_HTTP_CONTEXT_H
#define SERVER_HTTP_HTTP_CONTEXT_H

#include "base/log_quota.h"
#include "base/metric_text.h"
#include "server/http/change_budget.h"
#include "server/http/connection_limit.h"
#include "server/http/delayed.h"
#include "server/http/guess_limit.h"
#include "server/http/http_metrics.h"
#include "server/http/http_settings.h"
#include "server/http/name_lookup.h"
#include "server/http/page_wait.h"
#include "server/http/verification.h"
#include "server/http/waiting.h"
#include "server/state/alert_board.h"
#include "server/state/event_queue.h"
#include "server/state/health.h"
#include "server/state/login_attacks.h"
#include "server/table/host_table.h"

struct history_query;

/* What all loops share; outlives them. */
struct http_shared {
    const struct http_settings *settings;
    struct http_limits limits;
    const struct health *health;
    struct in_transit_counts *in_transit;
    struct token_verifier *verifier;
    const struct metric_registry *metrics; /* all that /metrics tells */
    struct guess_limit *guesses;
    struct guess_limit *login_guesses; /* by host alone, for the next one */
    struct login_attacks *attacks;     /* NULL: nobody wants to know */
    struct change_budget *changes;
    struct connection_limit *crowds;
    struct name_lookups *names;
    /* Asks the history (history_query.h); NULL: there is none. */
    void (*ask_history)(void *arg, struct history_query *query);
    void *ask_history_arg;
    struct alert_board *alerts; /* that go on; NULL: nobody looks for any */
    atomic_uint *host_lists;    /* that it is asked for now (status_call.h) */
};

struct http_context {
    const struct http_shared *shared;
    struct http_metrics *metrics;  /* the loop's */
    struct event_queue *events;    /* likewise; NULL: nobody wants to know */
    struct host_table *host_table; /* in service; NULL before the first */
    struct log_quota refusals;     /* for lines about callers turned away */
    struct log_quota guessers; /* for who guesses: a storm of the former, which
                                  goes before, must not hide them */
    struct waiting waiting;
    struct verifications verifications;
    struct page_waits page_waits;
    struct delayed delayed;
    atomic_bool
        stopping; /* set by any thread: connections end with the reply */
};

#endif
