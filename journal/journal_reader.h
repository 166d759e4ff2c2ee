/* journal_reader -- tells what is new in the journal since it was last asked:
 * each object once, those of a copy in their order, and each event of it.
 *
 *     reader = journal_reader_new(store, &applied, from);
 *     while (...)
 *         status = journal_reader_poll(reader, now, &listener);
 *
 * One thread, which waits for the store. A poll lists what was made since the last
 * complete one less a quarter of an hour, for clocks differ and objects come late.
 * A copy that could not reach the store for longer puts its objects when it can,
 * with the times at which they were made: that there is one missing in between
 * shows by the next one's number, and then the poll begins where that copy was
 * heard last, or two days ago. It lists once more in any case before it takes an
 * object for dropped, for objects are put while it lists.
 *
 * What is damaged is told and passed over, for an object is never put again.
 */
#ifndef JOURNAL_JOURNAL_READER_H
#define JOURNAL_JOURNAL_READER_H

#include "journal/applied_objects.h"
#include "journal/event.h"
#include "journal/object_store.h"

enum {
    JOURNAL_LOOK_BACK_MINUTES = 15,
    /* Of one object: a minute of the busiest server is a fraction of that. */
    JOURNAL_OBJECT_MAX_BYTES = 64 * 1024 * 1024,
    JOURNAL_OBJECT_MAX_UNPACKED = 512 * 1024 * 1024,
};

/* Who is told, during a poll, on its thread. None may be NULL. */
struct journal_listener {
    /* Whether an object is wanted. False: it is not fetched, and counts as
     * applied (it is one's own). */
    bool (*wants)(void *arg, const struct object_name *name);

    /* Around the events of one object, which is whole: to hold a lock. `end`
     * tells how many lines were none, or a newer version's. */
    void (*begin)(void *arg, const struct object_name *name);
    void (*event)(void *arg, const struct event *event);
    void (*end)(void *arg, const struct object_name *name, size_t passed_over);

    /* An object that cannot be read, and why: a literal. */
    void (*damaged)(void *arg, const char *key, const char *reason);
    void *arg;
};

struct journal_reader;

/* All are borrowed; `applied` is read and added to by polls alone. The first poll
 * begins at `from`, ms since 1970: the time of the snapshot less an hour, or of
 * two days ago. NULL when memory is short. */
struct journal_reader *journal_reader_new(struct object_store *store,
                                          struct applied_objects *applied,
                                          int64_t from);
void journal_reader_free(struct journal_reader *reader); /* NULL is allowed */

/* STATUS_OK: everything was told that the store had when this began. Else the
 * store's own, or STATUS_NOMEM; what was told is told, and the next poll goes on
 * from there. `now`: ms since 1970. */
NODISCARD enum status journal_reader_poll(
    struct journal_reader *reader, int64_t now,
    const struct journal_listener *listener);

/* The `now` of the last poll that was complete; 0: there was none. */
int64_t journal_reader_complete_at(const struct journal_reader *reader);

#endif
