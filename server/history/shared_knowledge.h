/* shared_knowledge -- what keeper and carrier both work on, under one lock: what
 * is known, the table in service, and how far both can be believed. The lock is
 * held for moments only: who goes through all hosts lets go of it again and again.
 */
#ifndef SERVER_HISTORY_SHARED_KNOWLEDGE_H
#define SERVER_HISTORY_SHARED_KNOWLEDGE_H

#include "server/history/host_rows.h"
#include "server/history/knowledge.h"
#include "server/history/tally.h"

#include <pthread.h>

enum { SHARED_KNOWLEDGE_CHUNK = 1024 }; /* rows gone through under the lock */

struct shared_knowledge {
    pthread_mutex_t lock; /* guards the rest */
    struct knowledge *known;
    struct host_rows rows;
    uint64_t turns;         /* counts what makes a walk through the rows void */
    bool has_store;         /* else this server's word is all there is */
    bool is_read;           /* the journal has been read once */
    int64_t as_of;          /* of the last complete reading; ms since 1970 */
    int64_t in_touch_since; /* history.h */

    /* A snapshot must hold exactly the objects that it names. So, when it is
     * wanted, the keeper lets all stand still as it is with its next object, until
     * it is written down. */
    bool wants_freeze, is_frozen;
    struct object_name frozen_with;
    struct tally *held; /* what happened here since the start, until the journal
                           is read; and since the freeze, until the thaw */
};

/* `known` is taken over. STATUS_NOMEM. */
NODISCARD enum status shared_knowledge_init(struct shared_knowledge *shared,
                                            struct knowledge *known,
                                            bool has_store);
void shared_knowledge_clear(struct shared_knowledge *shared);

/* Something happened to a host here. Under the lock. STATUS_NOMEM: it is not
 * known. */
NODISCARD enum status shared_knowledge_add(struct shared_knowledge *shared,
                                           const struct happening *happening,
                                           int64_t succeeded_at);

/* Whether a record says what it said before: by the journal, which tells of other
 * copies' changes too; where that says nothing, by what this server knew. What it
 * said before is filled in. While all stands still what is known may be older than
 * what this server knew: so then both must say so. Under the lock. */
bool shared_knowledge_is_no_change(const struct shared_knowledge *shared,
                                   struct happening *happening);

/* Whether the journal has a change of the record, which was before `at` (ms since
 * 1970), to another address than this. Not while all stands still. Under the lock. */
bool shared_knowledge_says_other(const struct shared_knowledge *shared,
                                 struct span host,
                                 const struct address *address, int64_t at);

/* When the host last had what it asked for, as far as is known; 0: never. Under
 * the lock. */
int64_t shared_knowledge_succeeded_at(const struct shared_knowledge *shared,
                                      struct span host);

/* The keeper has made an object: everything stands still with it, if that is
 * wanted. Under the lock. */
void shared_knowledge_freeze(struct shared_knowledge *shared,
                             const struct object_name *with);

/* It goes on, with what has happened meanwhile. */
void shared_knowledge_thaw(struct shared_knowledge *shared);

/* What the journal says takes the place of what was known, which is freed, and
 * what has happened here since is added. */
void shared_knowledge_adopt(struct shared_knowledge *shared,
                            struct knowledge *read);

/* Something is not known that happened: silence means nothing until now. Under
 * the lock. */
void shared_knowledge_lose_touch(struct shared_knowledge *shared);

/* All has been read that was there at `as_of`, ms since 1970. Where the reading
 * before is longer ago than `patience_ms`, or as far ahead of it, this process or its
 * clock stood still or jumped: then we are in touch from now on only. Under the lock. */
void shared_knowledge_read_until(struct shared_knowledge *shared, int64_t as_of,
                                 int64_t patience_ms);

/* The table that is now in service. */
void shared_knowledge_use_table(struct shared_knowledge *shared,
                                struct host_table *table);

/* Until when the calls of all are known, at this time of the clock; 0: it is
 * not. Under the lock. */
int64_t shared_knowledge_as_of(const struct shared_knowledge *shared,
                               int64_t now);

/* Has all states find their rows in the table in service. Under the lock, which it
 * lets go of in between. */
void shared_knowledge_follow(struct shared_knowledge *shared);

/* Calls each() for the hosts of the table in service, under the lock, in chunks.
 * It returns false to end it. A table that is replaced meanwhile ends it too:
 * then false is returned, and the hosts of a part were told of. */
bool shared_knowledge_walk(struct shared_knowledge *shared,
                           host_rows_each_fn *each, void *arg);

#endif
