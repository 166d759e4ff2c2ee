/* http_server -- the loops, as one thing to start, to feed and to stop.
 */
#ifndef SERVER_HTTP_HTTP_SERVER_H
#define SERVER_HTTP_HTTP_SERVER_H

#include "server/config.h"
#include "server/state/health.h"
#include "server/table/host_table.h"
#include "server/updater.h"

struct http_server;

/* Opens the listening sockets. All are borrowed and must outlive the server.
 * NULL, with the reason in the log, when an address cannot be had. */
struct http_server *http_server_new(const struct config *config,
                                    struct health *health,
                                    struct in_transit_counts *asked);

/* Starts one thread a loop, which post to `updater`. */
NODISCARD enum status http_server_start(struct http_server *server,
                                        struct updater *updater);

/* Puts a table in service on all loops. Thread-safe; harmless after
 * http_server_stop(). */
void http_server_use_table(struct http_server *server,
                           struct host_table *host_table);

/* Stops accepting, answers the requests in hand, ends the loops at
 * `deadline_at` (clock_now_ms) at the latest, and waits for them. */
void http_server_stop(struct http_server *server, int64_t deadline_at);

/* After http_server_stop() and after the updater has ended. */
void http_server_free(struct http_server *server);

#endif
