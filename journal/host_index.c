#include "journal/host_index.h"

#include <stdlib.h>

enum {
    BLOCK_BITS = 16, /* a name's place: its block, and the byte within */
    BLOCK_BYTES = 1 << BLOCK_BITS,
    MAX_BLOCKS = 1 << 16,
    FIRST_SLOTS = 64,
    FIRST_NAMES = 64,
};

bool host_index_init(struct host_index *index)
{
    *index = (struct host_index){0};
    return siphash_key_init(&index->key);
}

void host_index_clear(struct host_index *index)
{
    for (uint32_t i = 0; i < index->block_count; i++)
        free(index->blocks[i]);
    free(index->blocks);
    free(index->slots);
    free(index->names);
    *index = (struct host_index){.key = index->key};
}

struct span host_index_name(const struct host_index *index, uint32_t number)
{
    uint32_t place = index->names[number];
    const char *name =
        index->blocks[place >> BLOCK_BITS] + (place & (BLOCK_BYTES - 1));

    return span_from(name + 1, (unsigned char)name[0]);
}

/* The slot of this name, or the free one where it belongs. */
static uint32_t slot_of(const struct host_index *index, struct span name)
{
    uint32_t mask = index->slot_count - 1;
    uint32_t at = (uint32_t)siphash(&index->key, name) & mask;

    while (index->slots[at] != 0 &&
           !span_equal(host_index_name(index, index->slots[at] - 1), name))
        at = (at + 1) & mask;
    return at;
}

bool host_index_find(const struct host_index *index, struct span name,
                     uint32_t *number)
{
    uint32_t slot;

    if (index->slot_count == 0)
        return false;
    slot = index->slots[slot_of(index, name)];
    if (slot == 0)
        return false;
    *number = slot - 1;
    return true;
}

/* --- room ------------------------------------------------------------------ */

/* For one name more, at most three quarters of the slots are taken. */
static bool reserve_slot(struct host_index *index)
{
    struct host_index old = *index;

    if (index->count + 1 <= index->slot_count / 4 * 3)
        return true;
    index->slot_count = old.slot_count == 0 ? FIRST_SLOTS : old.slot_count * 2;
    index->slots = calloc(index->slot_count, sizeof *index->slots);
    if (index->slots == NULL) {
        *index = old;
        return false;
    }
    for (uint32_t i = 0; i < index->count; i++)
        index->slots[slot_of(index, host_index_name(index, i))] = i + 1;
    free(old.slots);
    return true;
}

static bool reserve_name(struct host_index *index)
{
    uint32_t capacity = index->name_capacity;
    uint32_t *names;

    if (index->count < capacity)
        return true;
    capacity = capacity == 0 ? FIRST_NAMES : capacity + capacity / 2;
    names = realloc(index->names, capacity * sizeof *names);
    if (names == NULL)
        return false;
    index->names = names;
    index->name_capacity = capacity;
    return true;
}

static bool reserve_block_pointer(struct host_index *index)
{
    uint32_t capacity = index->block_capacity;
    char **blocks;

    if (index->block_count < capacity)
        return true;
    capacity = capacity == 0 ? 8 : capacity * 2;
    blocks = realloc(index->blocks, capacity * sizeof *blocks);
    if (blocks == NULL)
        return false;
    index->blocks = blocks;
    index->block_capacity = capacity;
    return true;
}

/* For the bytes of a name; it stands in one block. */
static enum status reserve_bytes(struct host_index *index, size_t len)
{
    char *block;

    if (index->block_count > 0 && index->block_used + 1 + len <= BLOCK_BYTES)
        return STATUS_OK;
    if (index->block_count == MAX_BLOCKS)
        return STATUS_FULL;
    if (!reserve_block_pointer(index))
        return STATUS_NOMEM;
    block = malloc(BLOCK_BYTES);
    if (block == NULL)
        return STATUS_NOMEM;
    index->blocks[index->block_count++] = block;
    index->block_used = 0;
    return STATUS_OK;
}

/* --- added ----------------------------------------------------------------- */

enum status host_index_add(struct host_index *index, struct span name)
{
    enum status status;
    char *at;

    if (name.len > HOST_INDEX_NAME_MAX_BYTES)
        return STATUS_FULL;
    if (!reserve_slot(index) || !reserve_name(index))
        return STATUS_NOMEM;
    status = reserve_bytes(index, name.len);
    if (status != STATUS_OK)
        return status;
    at = index->blocks[index->block_count - 1] + index->block_used;
    at[0] = (char)(unsigned char)name.len;
    memcpy(at + 1, name.ptr, name.len);
    index->slots[slot_of(index, name)] = index->count + 1;
    index->names[index->count++] =
        (index->block_count - 1) << BLOCK_BITS | index->block_used;
    index->block_used += 1 + (uint32_t)name.len;
    return STATUS_OK;
}

size_t host_index_bytes(const struct host_index *index)
{
    return index->slot_count * sizeof *index->slots +
           index->name_capacity * sizeof *index->names +
           index->block_capacity * sizeof *index->blocks +
           (size_t)index->block_count * BLOCK_BYTES;
}
