/* eviction -- which connection is closed to make room for another.
 *
 * Whoever opens connections and leaves them must not keep others out, so when
 * room is short the one goes that loses least:
 *
 *   idle       never spoken, or answered since. The longest idle goes first.
 *   half sent  a part of a request has come. Only when no idle one may go; the
 *              first that was noticed goes first.
 *   in hand    a request is being answered: never.
 *   leaving    chosen already, and about to end.
 *
 * Nobody goes within EVICTION_SPARED_MS of the last change: who just came has
 * a request on its way, who was just answered has the answer, and who has just
 * begun a request has the rest of it.
 *
 * Bytes arrive without a word to this module: a connection that is thought
 * idle is asked when its turn comes, and beyond that whoever sees half a
 * request says so, so that none stands there unnoticed for long. Each change
 * of state moves a connection to the end of a list, so choosing costs the same
 * however many there are. Pure: no I/O, and `now` is passed in, in
 * milliseconds that never go back.
 */
#ifndef SERVER_HTTP_EVICTION_H
#define SERVER_HTTP_EVICTION_H

#include "base/list.h"

#include <stdint.h>

enum { EVICTION_SPARED_MS = 500 };

/* The connections of one loop. */
struct eviction {
    struct list idle, half_sent; /* the first to go in front */
    size_t leaving;
};

enum evictable_state {
    EVICTABLE_IDLE,
    EVICTABLE_HALF_SENT,
    EVICTABLE_IN_HAND,
    EVICTABLE_LEAVING,
};

/* To be a member of what stands for a connection. */
struct evictable {
    struct list node;
    enum evictable_state state;
    int64_t since;
};

void eviction_init(struct eviction *eviction);

/* A new connection, idle, which must stay where it is until it is removed. */
void eviction_add(struct eviction *eviction, struct evictable *connection,
                  int64_t now);
void eviction_remove(struct eviction *eviction, struct evictable *connection);

/* A request is whole: the connection is in hand, even if it was leaving. */
void eviction_request_begins(struct eviction *eviction,
                             struct evictable *connection);

/* It is answered: the connection is idle from now on. */
void eviction_request_ends(struct eviction *eviction,
                           struct evictable *connection, int64_t now);

/* Half a request was seen on a connection; the first time counts. */
void eviction_note_half_sent(struct eviction *eviction,
                             struct evictable *connection, int64_t now);

/* Returns the connection to close, which is leaving now; NULL when none may
 * go. `is_half_sent` is asked of those that are thought idle. */
struct evictable *eviction_choose(
    struct eviction *eviction, int64_t now,
    bool (*is_half_sent)(const struct evictable *connection));

#endif
