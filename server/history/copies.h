/* copies -- the servers that were heard of lately, each as it spoke of itself
 * last. One thread at a time.
 */
#ifndef SERVER_HISTORY_COPIES_H
#define SERVER_HISTORY_COPIES_H

#include "journal/event.h"
#include "journal/object_name.h"

enum {
    COPIES_MAX = 256, /* then the one that was not heard for longest goes */
    COPIES_FORGET_MS = 2 * 24 * 3600 * 1000,
    /* So many intervals without a word, and a copy counts as silent. */
    COPIES_PATIENCE_INTERVALS = 5,
};

struct copies;

/* `self`: the name of this one; `interval_ms`: how often each speaks. NULL when
 * memory is short. */
struct copies *copies_new(const char *self, int64_t interval_ms);
void copies_free(struct copies *copies);

/* A copy speaks of itself, in an event of that kind. What it said later is known
 * better; what comes from a clock that is ahead is said now. */
void copies_note(struct copies *copies, int64_t now, const struct event *event);

/* When a copy that is silent now, and never said that it would stop, was last
 * heard: the earliest. 0: there is none. */
int64_t copies_unsure_since(const struct copies *copies, int64_t now);

/* each() for all, who was heard last comes first; what it gets lives until the
 * copies are changed. */
struct copy_word {
    struct event_copy copy; /* its texts are borrowed from the copies */
    int64_t heard_at;       /* ms since 1970 */
    bool is_self, is_silent;
};
typedef void copies_each_fn(void *arg, const struct copy_word *word);
void copies_each(const struct copies *copies, int64_t now, copies_each_fn *each,
                 void *arg);
size_t copies_count(const struct copies *copies);

#endif
