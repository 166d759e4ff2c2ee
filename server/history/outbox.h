/* outbox -- the objects that wait for the store, in their order: as many bytes as
 * there may be, and then the oldest is dropped. So a store that is away for hours
 * costs so much memory and no more, and what is newest is kept.
 *
 * Any thread; filled by one, emptied by one.
 */
#ifndef SERVER_HISTORY_OUTBOX_H
#define SERVER_HISTORY_OUTBOX_H

#include "base/strbuf.h"
#include "journal/object_name.h"

struct outbox;

struct outbox *outbox_new(size_t max_bytes); /* NULL when memory is short */
void outbox_free(struct outbox *outbox);

/* Appends an object, whose body is taken over: `body` is as after
 * strbuf_clear(). It is dropped itself when it alone is too large, or memory is
 * short. */
void outbox_add(struct outbox *outbox, const struct object_name *name,
                struct strbuf *body);

/* Lends the oldest, until outbox_return(), and meanwhile does not drop it. False:
 * there is none. */
bool outbox_borrow(struct outbox *outbox, struct object_name *name,
                   struct span *body);

/* `is_done`: it need not be kept any more. Else it is the oldest as before. */
void outbox_return(struct outbox *outbox, bool is_done);

struct outbox_state {
    size_t objects, bytes;
    uint64_t dropped;  /* objects, since the start */
    int64_t oldest_at; /* ms since 1970, when it was made; 0: there is none */
};
struct outbox_state outbox_look(struct outbox *outbox);

#endif
