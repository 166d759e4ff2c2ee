/* object_name -- what an object of the journal is called:
 *
 *     events/dt=2026-11-21/20261121T101500Z-0123456789abcdef-000001.jsonl.gz
 *
 * that is the day, the moment when it was made, who made it (a *copy*: a server
 * from its start to its end, or one run of dyndb), and the how many-eth of its it
 * is. So names sort by time, no two copies make the same one, and the objects of
 * a copy sort as they were made. Pure, but for what draws a copy's name.
 */
#ifndef JOURNAL_OBJECT_NAME_H
#define JOURNAL_OBJECT_NAME_H

#include "base/span.h"

#include <stdint.h>

enum {
    COPY_NAME_DIGITS = 16, /* of hex, in lower case */
    COPY_NAME_MAX = COPY_NAME_DIGITS + 1,
    /* One each minute for nineteen centuries. */
    OBJECT_NUMBER_MAX = 999999999,
    /* As far apart are the objects of a server, if it is told so. */
    OBJECT_INTERVAL_MAX_SECONDS = 3600,
    OBJECT_NAME_MAX = sizeof "events/dt=2026-11-21/20261121T101500Z-"
                             "0123456789abcdef-999999999.jsonl.gz",
};

struct object_name {
    int64_t made_at; /* ms since 1970; whole seconds, when read from a name */
    char copy[COPY_NAME_MAX];
    uint32_t number; /* from 1 */
};

/* Draws a name that no other copy has; false: the kernel has no randomness. */
bool copy_name_draw(char copy[COPY_NAME_MAX]);
bool copy_name_is_one(struct span text);

/* Writes the key, NUL-terminated; returns its length. */
size_t object_name_write(const struct object_name *name,
                         char key[OBJECT_NAME_MAX]);

/* False, with *out untouched, for what object_name_write() does not write. */
bool object_name_read(struct span key, struct object_name *out);

/* What the keys of the day of this moment begin with. */
size_t object_name_day(int64_t ms, char prefix[OBJECT_NAME_MAX]);

/* What stands in the order of keys before all objects that were made at this
 * second or later, and behind all others. */
size_t object_name_before(int64_t ms, char key[OBJECT_NAME_MAX]);

#endif
