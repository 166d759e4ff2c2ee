/* applied_objects -- which objects of the journal are in the sum already: for
 * each copy the highest number. That is enough, for a copy puts its objects in
 * their order. Copies that were not heard of for two days are forgotten, and so
 * are, when there are too many, those that were not heard of for longest.
 */
#ifndef JOURNAL_APPLIED_OBJECTS_H
#define JOURNAL_APPLIED_OBJECTS_H

#include "base/status.h"
#include "journal/object_name.h"

enum {
    APPLIED_OBJECTS_MAX_COPIES =
        16384, /* each run of dyndb that edits is one */
    APPLIED_OBJECTS_FORGET_HOURS = 48,
};

/* Zeroed: none. */
struct applied_objects {
    struct object_name *newest; /* of each copy; sorted by its name */
    size_t count, capacity;
};

void applied_objects_clear(struct applied_objects *applied);

/* The newest of a copy; NULL: none is known. Valid until something changes. */
const struct object_name *applied_objects_newest(
    const struct applied_objects *applied, const char *copy);

bool applied_objects_have(const struct applied_objects *applied,
                          const struct object_name *name);

/* This one, and with it those before it. STATUS_NOMEM. */
NODISCARD enum status applied_objects_add(struct applied_objects *applied,
                                          const struct object_name *name);

/* Forgets copies whose newest was made before APPLIED_OBJECTS_FORGET_HOURS. */
void applied_objects_forget(struct applied_objects *applied, int64_t now_ms);

#endif
