/* row_index -- which rows have a key, in the order in which they were added:
 * a second way into a table whose rows are found by number.
 *
 *     if (!row_index_reserve(&index))
 *         return STATUS_NOMEM;
 *     group = row_index_find(&index, hash, key, has_key, rows);
 *     row_index_add(&index, hash, group, row);
 *
 * The keys stay in the rows: the index holds hashes, and asks its owner whether
 * a row has the key that is meant. All rows of one key are one group, so that
 * nothing depends on how many they are, and rows of two keys are never mixed
 * up, whatever their hashes. An index to which nothing was added has no memory
 * of its own; else it is 8 bytes a row, and up to 22 a key once sealed.
 *
 * The hash is one that nobody can make collide (siphash.h), if strangers may
 * choose what is looked up.
 */
#ifndef S3DB_ROW_INDEX_H
#define S3DB_ROW_INDEX_H

#include "base/span.h"

#include <stdint.h>

/* The rows of one key; its entries are for row_index_next(). */
struct row_group {
    uint32_t hash;        /* a part of it */
    uint32_t first, last; /* entries */
    uint32_t count;       /* of rows; 0: there is no group here */
};

struct row_entry {
    uint32_t row;
    uint32_t next; /* an entry of the same group, unless this is its last */
};

/* Zeroed: empty. */
struct row_index {
    struct row_entry *entries;
    struct row_group *slots; /* a hash table, probed one after the other */
    uint32_t entry_count, entry_capacity;
    uint32_t group_count, slot_count;
};

/* Whether the key of a row is this one. */
typedef bool row_has_key_fn(const void *rows, uint32_t row, struct span key);

void row_index_clear(struct row_index *index);

/* Makes room for one row more; false, with all as it was, when memory is
 * short. */
bool row_index_reserve(struct row_index *index);

/* Adds a row, for which there is room, to the group that row_index_find() has
 * just found for its key and hash; NULL: to a group of its own. */
void row_index_add(struct row_index *index, uint64_t hash,
                   const struct row_group *group, uint32_t row);

/* The rows that have a key; NULL: none. Valid until the next row_index_add() or
 * row_index_seal(). */
const struct row_group *row_index_find(const struct row_index *index,
                                       uint64_t hash, struct span key,
                                       row_has_key_fn *has_key,
                                       const void *rows);

/* Walks a group: begins with its `first`; ask `count` for the end. */
static inline uint32_t row_index_row(const struct row_index *index,
                                     uint32_t entry)
{
    return index->entries[entry].row;
}

static inline uint32_t row_index_next(const struct row_index *index,
                                      uint32_t entry)
{
    return index->entries[entry].next;
}

/* Gives back the memory that was set aside for more rows. */
void row_index_seal(struct row_index *index);

/* Bytes of memory beyond the struct itself. */
size_t row_index_bytes(const struct row_index *index);

#endif
