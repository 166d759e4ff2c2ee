#include "server/record.h"

#include <stdlib.h>

enum { FIRST_BUCKETS = 64 };

/* FNV-1a: the names come from our own host table, not from strangers. */
static size_t hash_of(struct span name, enum rrset_type type)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) + (uint64_t)type;

    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.ptr[i]) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ (hash >> 32));
}

static struct record **bucket_of(const struct record_table *table,
                                 struct span name, enum rrset_type type)
{
    return &table->buckets[hash_of(name, type) & (table->bucket_count - 1)];
}

static size_t record_bytes(size_t name_len)
{
    return sizeof(struct record) + name_len;
}

bool record_table_init(struct record_table *table)
{
    *table = (struct record_table){
        .buckets = calloc(FIRST_BUCKETS, sizeof(struct record *)),
        .bucket_count = FIRST_BUCKETS,
        .bytes = FIRST_BUCKETS * sizeof(struct record *),
    };
    return table->buckets != NULL;
}

void record_table_clear(struct record_table *table)
{
    free(table->buckets);
    *table = (struct record_table){.buckets = NULL};
}

struct record *record_table_find(const struct record_table *table,
                                 struct span name, enum rrset_type type)
{
    struct record *record = *bucket_of(table, name, type);

    while (record != NULL &&
           (record->type != type || !span_equal(record_name(record), name)))
        record = record->next_in_bucket;
    return record;
}

/* Keeps at most one record a bucket on average. Without memory the chains
 * grow instead, which is slower but right. */
static void grow(struct record_table *table)
{
    struct record_table larger = *table;

    larger.bucket_count = table->bucket_count * 2;
    larger.buckets = calloc(larger.bucket_count, sizeof(struct record *));
    if (larger.buckets == NULL)
        return;
    for (size_t i = 0; i < table->bucket_count; i++) {
        struct record *record = table->buckets[i], *next;

        for (; record != NULL; record = next) {
            struct record **bucket =
                bucket_of(&larger, record_name(record), record->type);

            next = record->next_in_bucket;
            record->next_in_bucket = *bucket;
            *bucket = record;
        }
    }
    larger.bytes += table->bucket_count * sizeof(struct record *);
    free(table->buckets);
    *table = larger;
}

struct record *record_table_add(struct record_table *table, struct span name,
                                enum rrset_type type)
{
    struct record *record = calloc(1, record_bytes(name.len));
    struct record **bucket;

    if (record == NULL)
        return NULL;
    if (table->count >= table->bucket_count)
        grow(table);
    list_init(&record->in_queue);
    list_init(&record->in_refused);
    list_init(&record->gathering.waiters);
    list_init(&record->flying.waiters);
    record->type = type;
    record->name_len = name.len;
    memcpy(record->name, name.ptr, name.len);
    bucket = bucket_of(table, name, type);
    record->next_in_bucket = *bucket;
    *bucket = record;
    table->count++;
    table->bytes += record_bytes(name.len);
    return record;
}

void record_table_remove(struct record_table *table, struct record *record)
{
    struct record **link = bucket_of(table, record_name(record), record->type);

    while (*link != record)
        link = &(*link)->next_in_bucket;
    *link = record->next_in_bucket;
    table->count--;
    table->bytes -= record_bytes(record->name_len);
    free(record);
}
