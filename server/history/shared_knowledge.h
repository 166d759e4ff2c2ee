/* shared_knowledge -- what keeper and carrier both work on, under one lock: what
 * is known, the table in service, and how far both can be believed. The lock is
 * held for moments only: who goes through all hosts lets go of it again and again.
 */
#ifndef SERVER_HISTORY_SHARED_KNOWLEDGE_H
#define SERVER_HISTORY_SHARED_KNOWLEDGE_H

#include "server/history/host_rows.h"
#include "server/history/knowledge.h"

#include <pthread.h>

enum { SHARED_KNOWLEDGE_CHUNK = 1024 }; /* rows gone through under the lock */

struct shared_knowledge {
    pthread_mutex_t lock; /* guards the rest */
    struct knowledge *known;
    struct host_rows rows;
    bool has_store;         /* else this server's word is all there is */
    bool is_read;           /* the journal has been read once */
    bool is_frozen;         /* the states are being written down as they are */
    uint64_t turns;         /* counts what makes a walk through the rows void */
    int64_t as_of;          /* of the last complete reading; ms since 1970 */
    int64_t in_touch_since; /* history.h */
};

/* `known` is taken over. */
void shared_knowledge_init(struct shared_knowledge *shared,
                           struct knowledge *known, bool has_store);
void shared_knowledge_clear(struct shared_knowledge *shared);

/* The table that is now in service. */
void shared_knowledge_use_table(struct shared_knowledge *shared,
                                struct host_table *table);

/* Puts `known` in the place of what is known, which is freed. Under the lock. */
void shared_knowledge_replace(struct shared_knowledge *shared,
                              struct knowledge *known);

/* Until when the calls of all are known, at this time of the clock; 0: it is
 * not. Under the lock. */
int64_t shared_knowledge_as_of(const struct shared_knowledge *shared,
                               int64_t now);

/* Calls each() for the hosts of the table in service, under the lock, in chunks.
 * It returns false to end it. A table that is replaced meanwhile ends it too:
 * then false is returned, and the hosts of a part were told of. */
bool shared_knowledge_walk(struct shared_knowledge *shared,
                           host_rows_each_fn *each, void *arg);

#endif
