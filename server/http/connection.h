/* connection -- what h2o 2.2 leaves to its owner about connections: how many
 * there may be, which is closed to make room for another (eviction.h), when
 * one that dawdles is cut, and how to close those that are idle at the end.
 *
 * h2o has one timeout for "idle" and "half a request" together. Idle
 * connections must live longer than the 90 s for which Heroku's router keeps
 * them; half a request must not. So h2o's own timeout is the long one, and a
 * sweep once a second cuts the dawdlers.
 */
#ifndef SERVER_HTTP_CONNECTION_H
#define SERVER_HTTP_CONNECTION_H

#include "server/http/loop.h"

enum {
    CONNECTION_IDLE_MS = 100000,   /* > 90 s, Heroku's router */
    CONNECTION_REQUEST_MS = 10000, /* from the first byte to the last */
    CONNECTION_PAUSE_MS = 100,     /* to look for room again */
    /* A peer that takes none of our bytes for so long is gone; h2o itself
     * would wait for ever. */
    CONNECTION_STALLED_MS = 30000,
};

void connections_start_accepting(struct loop *loop);

/* loop->pause: while nothing is accepted, looks again and again for somebody
 * who may be closed by now. */
void connections_on_pause(h2o_timeout_entry_t *entry);

/* Takes what has been connected already, then closes the listening sockets. */
void connections_stop_accepting(struct loop *loop);

/* Cuts connections on which half a request, or none at all since they were
 * opened, has stood for CONNECTION_REQUEST_MS. Once a second. */
void connections_sweep(struct loop *loop);

/* Ends connections on which nothing is under way. */
void connections_close_idle(struct loop *loop);

/* To be called for every request: its connection has proved its worth, and is
 * not closed to make room until the reply. */
void connection_note_request(h2o_req_t *req);

/* To be called for every reply: from now on its connection is idle. */
void connection_note_reply(h2o_req_t *req);

#endif
