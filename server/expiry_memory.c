#include "server/expiry_memory.h"

#include "base/hash_table.h"

#include <stdlib.h>

enum { FIRST_SIZE = 1024 /* a power of two */ };

struct entry {
    uint64_t key; /* 0: free */
    uint32_t moment;
};

struct expiry_memory {
    struct entry *entries;
    size_t size, count;
};

struct expiry_memory *expiry_memory_new(void)
{
    struct expiry_memory *memory = calloc(1, sizeof *memory);

    if (memory == NULL)
        return NULL;
    memory->size = FIRST_SIZE;
    memory->entries = calloc(memory->size, sizeof *memory->entries);
    if (memory->entries == NULL) {
        free(memory);
        return NULL;
    }
    return memory;
}

void expiry_memory_free(struct expiry_memory *memory)
{
    if (memory != NULL)
        free(memory->entries);
    free(memory);
}

static uint64_t key_of(unsigned kind, struct span name, enum rrset_type type)
{
    /* In the low bits a seed would be undone by the name's first byte. */
    uint64_t seed = ((uint64_t)kind * 2 + (type == RRSET_AAAA)) << 32;
    uint64_t key = hash_text(name, seed);

    return key == 0 ? 1 : key;
}

static struct entry *place_of(struct entry *entries, size_t size, uint64_t key)
{
    size_t at = (size_t)key & (size - 1);

    while (entries[at].key != 0 && entries[at].key != key)
        at = (at + 1) & (size - 1);
    return &entries[at];
}

bool expiry_memory_find(const struct expiry_memory *memory, unsigned kind,
                        struct span name, enum rrset_type type,
                        uint32_t *moment)
{
    const struct entry *entry =
        place_of(memory->entries, memory->size, key_of(kind, name, type));

    if (entry->key == 0)
        return false;
    *moment = entry->moment;
    return true;
}

size_t expiry_memory_count(const struct expiry_memory *memory)
{
    return memory->count;
}

static bool grow(struct expiry_memory *memory)
{
    size_t size = memory->size * 2;
    struct entry *entries = calloc(size, sizeof *entries);

    if (entries == NULL)
        return false;
    for (size_t i = 0; i < memory->size; i++)
        if (memory->entries[i].key != 0)
            *place_of(entries, size, memory->entries[i].key) =
                memory->entries[i];
    free(memory->entries);
    memory->entries = entries;
    memory->size = size;
    return true;
}

enum status expiry_memory_keep(struct expiry_memory *memory, unsigned kind,
                               struct span name, enum rrset_type type,
                               uint32_t moment)
{
    uint64_t key = key_of(kind, name, type);
    struct entry *entry = place_of(memory->entries, memory->size, key);

    if (entry->key == 0) {
        if (memory->count == EXPIRY_MEMORY_MAX)
            return STATUS_FULL;
        if (memory->count >= memory->size / 4 * 3) {
            if (!grow(memory))
                return STATUS_NOMEM;
            entry = place_of(memory->entries, memory->size, key);
        }
        memory->count++;
    }
    *entry = (struct entry){key, moment};
    return STATUS_OK;
}

static bool keep_record(const struct expiry_memory *from, unsigned kinds,
                        struct span name, enum rrset_type type,
                        struct expiry_memory *to)
{
    uint32_t moment;

    for (unsigned kind = 0; kind < kinds; kind++)
        if (expiry_memory_find(from, kind, name, type, &moment) &&
            expiry_memory_keep(to, kind, name, type, moment) != STATUS_OK)
            return false;
    return true;
}

static bool keep_row(const struct expiry_memory *from, unsigned kinds,
                     const struct host *row, struct expiry_memory *to)
{
    return (!host_holds(row, ADDRESS_IPV4) ||
            keep_record(from, kinds, row->name, RRSET_A, to)) &&
           (!host_holds(row, ADDRESS_IPV6) ||
            keep_record(from, kinds, row->name, RRSET_AAAA, to));
}

struct expiry_memory *expiry_memory_of_hosts(const struct expiry_memory *memory,
                                             unsigned kinds,
                                             const struct hostdb *hosts)
{
    struct expiry_memory *kept = expiry_memory_new();

    for (uint32_t i = 0; kept != NULL && i < hostdb_count(hosts); i++) {
        struct host row = hostdb_row(hosts, i);

        if (!keep_row(memory, kinds, &row, kept)) {
            expiry_memory_free(kept);
            return NULL;
        }
    }
    return kept;
}
