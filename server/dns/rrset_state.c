#include "server/dns/rrset_state.h"

#include <stdlib.h>

/* The names come from our own host table, not from strangers. */
static uint64_t hash_of(struct span name, enum rrset_type type)
{
    return hash_text(name, (uint64_t)type);
}

enum status rrset_table_init(struct rrset_table *table)
{
    table->name_bytes = 0;
    return hash_table_init(&table->records);
}

void rrset_table_clear(struct rrset_table *table)
{
    hash_table_clear(&table->records);
}

struct rrset_state *rrset_table_find(const struct rrset_table *table,
                                     struct span name, enum rrset_type type)
{
    struct hash_link *link =
        hash_table_first(&table->records, hash_of(name, type));

    for (; link != NULL; link = hash_table_next(link)) {
        struct rrset_state *record =
            hash_entry(link, struct rrset_state, in_table);

        if (record->type == type && span_equal(rrset_state_name(record), name))
            return record;
    }
    return NULL;
}

struct rrset_state *rrset_table_add(struct rrset_table *table, struct span name,
                                    enum rrset_type type)
{
    struct rrset_state *record = calloc(1, sizeof *record + name.len);

    if (record == NULL)
        return NULL;
    list_init(&record->in_queue);
    list_init(&record->in_refused);
    list_init(&record->pending.waiters);
    list_init(&record->in_flight.waiters);
    record->type = type;
    record->name_len = name.len;
    memcpy(record->name, name.ptr, name.len);
    hash_table_add(&table->records, &record->in_table, hash_of(name, type));
    table->name_bytes += name.len;
    return record;
}

void rrset_table_remove(struct rrset_table *table, struct rrset_state *record)
{
    hash_table_remove(&table->records, &record->in_table);
    table->name_bytes -= record->name_len;
    free(record);
}

size_t rrset_table_count(const struct rrset_table *table)
{
    return table->records.count;
}

size_t rrset_table_bytes(const struct rrset_table *table)
{
    return hash_table_bytes(&table->records) + table->name_bytes +
           table->records.count * sizeof(struct rrset_state);
}
