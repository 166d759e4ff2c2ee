/* object_ahead -- reads many objects of the state, several at a time, and hands
 * them out one by one in the order in which they were asked for. One after the
 * other, a week of a server would take minutes, nearly all of them waiting.
 *
 * No more than a few objects are in memory at once.
 */
#ifndef CLI_OBJECT_AHEAD_H
#define CLI_OBJECT_AHEAD_H

#include "cli/state_store.h"

enum {
    OBJECT_AHEAD_THREADS = 8,
    OBJECT_AHEAD_KEPT = 2 * OBJECT_AHEAD_THREADS,
};

struct object_ahead;

/* What came of one. Valid until the next is asked for. */
struct fetched_object {
    const char *key;
    enum status status; /* of state_store_get() */
    const char *reason; /* why it failed, in words */
    struct span body;
};

/* `store` is borrowed, and used by nobody else meanwhile but to list. NULL:
 * memory is short, or no thread can be started. */
struct object_ahead *object_ahead_new(const struct state_store *store);
void object_ahead_free(struct object_ahead *ahead);

/* From now on these are read. The keys are borrowed until all were handed out. */
void object_ahead_begin(struct object_ahead *ahead, char *const *keys,
                        size_t count);

/* Waits for the next one, and calls `waiting` (NULL: nothing) now and then
 * meanwhile. False: there is none. */
typedef void object_ahead_waiting_fn(void *arg);
bool object_ahead_next(struct object_ahead *ahead, struct fetched_object *out,
                       object_ahead_waiting_fn *waiting, void *arg);

#endif
