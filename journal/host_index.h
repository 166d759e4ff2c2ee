/* host_index -- numbers for names of hosts, from 0 on, and the names for the
 * numbers: some ten bytes a host besides its name. Names are only ever added.
 */
#ifndef JOURNAL_HOST_INDEX_H
#define JOURNAL_HOST_INDEX_H

#include "base/siphash.h"
#include "base/span.h"
#include "base/status.h"

enum { HOST_INDEX_NAME_MAX_BYTES = 255 };

struct host_index {
    struct siphash_key key;
    uint32_t *slots; /* a number and 1, probed one after the other; 0: free */
    uint32_t *names; /* where each stands */
    char **blocks;   /* of names, each behind its length */
    uint32_t slot_count, name_capacity, block_count, block_capacity, block_used;
    uint32_t count;
};

/* False: the kernel has no randomness. */
bool host_index_init(struct host_index *index);
void host_index_clear(struct host_index *index);

bool host_index_find(const struct host_index *index, struct span name,
                     uint32_t *number);

/* Adds a name that is not there; its number is the count until then.
 * STATUS_NOMEM leaves all as it was; STATUS_FULL: there are 4 GB of them, or this
 * one is too long. */
NODISCARD enum status host_index_add(struct host_index *index,
                                     struct span name);

struct span host_index_name(const struct host_index *index, uint32_t number);

size_t host_index_bytes(const struct host_index *index);

#endif
