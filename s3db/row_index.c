#include "s3db/row_index.h"

#include <stdlib.h>

enum {
    FIRST_ENTRIES = 16,
    FIRST_SLOTS = 16,
};

void row_index_clear(struct row_index *index)
{
    free(index->entries);
    free(index->slots);
    *index = (struct row_index){.entries = NULL};
}

/* The upper half of the hash, which is scaled to the table. */
static uint32_t kept_hash(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static uint32_t first_slot(const struct row_index *index, uint32_t hash)
{
    return (uint32_t)((uint64_t)hash * index->slot_count >> 32);
}

static uint32_t next_slot(const struct row_index *index, uint32_t slot)
{
    return slot + 1 == index->slot_count ? 0 : slot + 1;
}

static struct row_group *empty_slot(const struct row_index *index,
                                    uint32_t hash)
{
    uint32_t slot = first_slot(index, hash);

    while (index->slots[slot].count != 0)
        slot = next_slot(index, slot);
    return &index->slots[slot];
}

/* ---- room ---- */

static bool resize_entries(struct row_index *index, uint32_t capacity)
{
    struct row_entry *entries =
        realloc(index->entries, capacity * sizeof *entries);

    if (entries == NULL)
        return false;
    index->entries = entries;
    index->entry_capacity = capacity;
    return true;
}

static bool resize_slots(struct row_index *index, uint32_t slot_count)
{
    struct row_index old = *index;

    index->slots = calloc(slot_count, sizeof *index->slots);
    if (index->slots == NULL) {
        index->slots = old.slots;
        return false;
    }
    index->slot_count = slot_count;
    for (uint32_t i = 0; i < old.slot_count; i++)
        if (old.slots[i].count != 0)
            *empty_slot(index, old.slots[i].hash) = old.slots[i];
    free(old.slots);
    return true;
}

/* The fewest slots that `groups` leave a quarter empty. */
static uint32_t slots_for(uint32_t groups)
{
    return groups + groups / 3 + 1;
}

bool row_index_reserve(struct row_index *index)
{
    uint32_t capacity = index->entry_capacity, slots = index->slot_count;

    if (index->entry_count == capacity &&
        !resize_entries(index, capacity + capacity / 2 + FIRST_ENTRIES))
        return false;
    return slots_for(index->group_count + 1) <= slots ||
           resize_slots(index, slots == 0 ? FIRST_SLOTS : slots * 2);
}

void row_index_seal(struct row_index *index)
{
    /* To have too much is no failure: whatever cannot be moved stays. */
    if (index->entry_count == 0) {
        row_index_clear(index);
        return;
    }
    resize_entries(index, index->entry_count);
    if (slots_for(index->group_count) < index->slot_count)
        resize_slots(index, slots_for(index->group_count));
}

size_t row_index_bytes(const struct row_index *index)
{
    return index->entry_capacity * sizeof *index->entries +
           index->slot_count * sizeof *index->slots;
}

/* ---- rows ---- */

const struct row_group *row_index_find(const struct row_index *index,
                                       uint64_t hash, struct span key,
                                       row_has_key_fn *has_key,
                                       const void *rows)
{
    const struct row_group *group;

    if (index->group_count == 0)
        return NULL;
    for (uint32_t slot = first_slot(index, kept_hash(hash));
         group = &index->slots[slot], group->count != 0;
         slot = next_slot(index, slot))
        if (group->hash == kept_hash(hash) &&
            has_key(rows, row_index_row(index, group->first), key))
            return group;
    return NULL;
}

void row_index_add(struct row_index *index, uint64_t hash,
                   const struct row_group *group, uint32_t row)
{
    uint32_t entry = index->entry_count++;
    struct row_group *grown;

    index->entries[entry] = (struct row_entry){.row = row};
    if (group == NULL) {
        grown = empty_slot(index, kept_hash(hash));
        *grown = (struct row_group){kept_hash(hash), entry, entry, 0};
        index->group_count++;
    } else {
        grown = &index->slots[group - index->slots];
        index->entries[grown->last].next = entry;
        grown->last = entry;
    }
    grown->count++;
}
