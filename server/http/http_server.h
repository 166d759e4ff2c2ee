/* http_server -- the loops, as one thing to start, to feed and to stop.
 */
#ifndef SERVER_HTTP_HTTP_SERVER_H
#define SERVER_HTTP_HTTP_SERVER_H

#include "base/metric_text.h"
#include "base/status.h"
#include "server/http/passed_sockets.h"
#include "server/state/health.h"
#include "server/state/login_attacks.h"
#include "server/table/host_table.h"

struct alert_board;
struct event_queue;
struct history_query;
struct http_server;
struct update_request;

/* Opens the listening sockets, or takes those that were passed. All but `limits`
 * and `passed` are borrowed and must outlive the server. `in_transit` counts the
 * updates on their way to the updater. What the loops count is registered in
 * `metrics`, to which others may add until the loops are started. NULL, with the
 * reason in the log, when an address cannot be had, or TLS cannot be spoken where
 * it is asked for. */
struct http_server *http_server_new(const struct http_settings *settings,
                                    struct passed_sockets *passed,
                                    struct http_limits limits,
                                    struct health *health,
                                    struct in_transit_counts *in_transit,
                                    struct metric_registry *metrics);

/* Gives each loop a queue for what it sees happen: as many as
 * settings->threads, which are borrowed and must outlive the loops. Before
 * http_server_start(); without this nobody wants to know. */
void http_server_use_queues(struct http_server *server,
                            struct event_queue *const *queues);

/* Notes in `attacks`, which is borrowed, at which logins somebody guesses. Before
 * http_server_start(); without this nobody wants to know. False: memory is short. */
bool http_server_watch_attacks(struct http_server *server,
                               struct login_attacks *attacks);

/* Lets the operator's page show what is on the board, which is borrowed. Before
 * http_server_start(); without this alerts are off. */
void http_server_show_alerts(struct http_server *server,
                             struct alert_board *board);

/* Lets the loops ask what happened: ask(arg, ...) must not block, and answers by
 * query->done on any thread, before the loops are joined. Before
 * http_server_start(); without this nobody knows. */
void http_server_ask_history(struct http_server *server,
                             void (*ask)(void *arg,
                                         struct history_query *query),
                             void *arg);

/* Starts one thread a loop, which do not accept yet. They hand what is to be changed to submit(arg, ...),
 * which must not block; the update's name has been counted in transit, and its
 * `done` is to be called once, on any thread. */
NODISCARD enum status http_server_start(
    struct http_server *server,
    void (*submit)(void *arg, struct update_request *update), void *arg);

/* Lets the loops accept. From the thread that started them. */
void http_server_open(struct http_server *server);

/* How many loops have not turned since this was last asked. Asking wakes them,
 * so that after a while all have, but those that hang. */
size_t http_server_count_hanging(struct http_server *server);

/* Puts a table in service on all loops. Thread-safe; harmless after
 * http_server_stop(). */
void http_server_use_table(struct http_server *server,
                           struct host_table *host_table);

/* Has the certificate read again, where there is one. Thread-safe. */
void http_server_reload(struct http_server *server);

/* Stops accepting, and returns when the requests in hand are answered, at
 * `deadline_at` (clock_now_ms) at the latest. */
void http_server_stop(struct http_server *server, int64_t deadline_at);

/* Ends the loops, after http_server_stop(), and after the end of whoever was
 * submitted to. */
void http_server_join(struct http_server *server);

/* After http_server_join(). */
void http_server_free(struct http_server *server);

#endif
