/* delayed -- replies of one loop that come late on purpose, so that whoever
 * guesses has to wait for each answer. No thread sleeps: each is a timer of the
 * loop.
 *
 * There are DELAYED_MAX at most: beyond that a reply goes at once, since to keep
 * more would cost us more than him. As with other requests that wait
 * (waiting.h), libh2o's HTTP/1 neither reads from the connection nor times it
 * out meanwhile, and HTTP/1 is demanded.
 */
#ifndef SERVER_HTTP_DELAYED_H
#define SERVER_HTTP_DELAYED_H

#include "base/list.h"
#include "server/http/protocol.h"

#include <h2o.h>

enum { DELAYED_MAX = 256, DELAYED_MS = 2000 };

struct delayed {
    h2o_loop_t *loop;
    h2o_timeout_t interval;
    struct list all; /* the one that comes first stands first */
    size_t count;
    bool is_over;
};

/* Sends the reply, on the loop's thread; what the reply holds is its own. */
typedef void delayed_fn(void *arg, h2o_req_t *req,
                        struct protocol_reply *reply);

/* In place, on the loop's thread. */
void delayed_init(struct delayed *delayed, h2o_loop_t *loop);

/* When `count` is 0. */
void delayed_dispose(struct delayed *delayed);

/* Sends a copy of the reply later. False: it is to be sent now. */
bool delayed_begin(struct delayed *delayed, h2o_req_t *req,
                   const struct protocol_reply *reply, delayed_fn *send,
                   void *arg);

/* Sends all that wait, and delays no more: the loop is about to end. */
void delayed_end(struct delayed *delayed);

#endif
