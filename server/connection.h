/* connection -- what h2o 2.2 leaves to its owner about connections: how many
 * there may be, when one that dawdles is cut, and how to close those that are
 * idle at the end.
 *
 * h2o has one timeout for "idle" and "half a request" together. Idle
 * connections must live longer than the 90 s for which Heroku's router keeps
 * them; half a request must not. So h2o's own timeout is the long one, and a
 * sweep once a second cuts the dawdlers.
 */
#ifndef SERVER_CONNECTION_H
#define SERVER_CONNECTION_H

#include "server/loop.h"

enum {
    CONNECTION_IDLE_MS = 100000,   /* > 90 s, Heroku's router */
    CONNECTION_REQUEST_MS = 10000, /* from the first byte to the last */
    /* A peer that takes none of our bytes for so long is gone; h2o itself
     * would wait for ever. */
    CONNECTION_STALLED_MS = 30000,
};

void connections_start_accepting(struct loop *loop);

/* Takes what has been connected already, then closes the listening sockets. */
void connections_stop_accepting(struct loop *loop);

/* Cuts connections on which half a request, or none at all since they were
 * opened, has stood for CONNECTION_REQUEST_MS. */
void connections_sweep(struct loop *loop);

/* Ends connections on which nothing is under way. */
void connections_close_idle(struct loop *loop);

/* To be called for every request: its connection has proved its worth. */
void connection_note_request(h2o_req_t *req);

#endif
