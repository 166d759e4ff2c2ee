/* journal_walk -- reads what the journal tells of a time: object by object, the
 * oldest first, event by event, with a bar that shows how far it has come
 * (progress.h). A day's names and a few objects are in memory, whatever the time.
 *
 * An object that is damaged is told, and passed over as a whole. What is no
 * object of the journal, or no event that this version knows, is passed over.
 */
#ifndef CLI_JOURNAL_WALK_H
#define CLI_JOURNAL_WALK_H

#include "cli/state_store.h"

#include "journal/event.h"

struct journal_walk {
    struct state_store *store;
    int64_t since, until; /* ms since 1970, both included */
    int64_t now;

    /* Whether a line is worth reading, at a glance: most are about others. NULL:
     * all are. */
    bool (*wants)(void *arg, struct span line);

    /* Takes an event of that time, and the line that it is, without its end.
     * False ends it all with EXIT_FAILED; then it was said why. */
    bool (*take)(void *arg, const struct event *event, struct span line);

    /* The objects that were made before this time (ms) were all read. */
    bool (*pass)(void *arg, int64_t at);
    void *arg;

    /* What became of it. */
    size_t objects, damaged;
};

/* EXIT_OK; EXIT_INCOMPLETE, when objects were passed over; EXIT_FAILED, after an
 * explanation. */
int journal_walk_run(struct journal_walk *walk);

#endif
