#include "base/hash_table.h"

#include <stdlib.h>

enum { FIRST_BUCKETS = 64 };

uint64_t hash_text(struct span text, uint64_t seed)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) + seed;

    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.ptr[i]) * UINT64_C(0x100000001b3);
    return hash ^ (hash >> 32);
}

static struct hash_link **bucket_of(const struct hash_table *table,
                                    uint64_t hash)
{
    return &table->buckets[hash & (table->bucket_count - 1)];
}

enum status hash_table_init(struct hash_table *table)
{
    *table = (struct hash_table){
        .buckets = calloc(FIRST_BUCKETS, sizeof(struct hash_link *)),
        .bucket_count = FIRST_BUCKETS,
    };
    return table->buckets == NULL ? STATUS_NOMEM : STATUS_OK;
}

void hash_table_clear(struct hash_table *table)
{
    free(table->buckets);
    *table = (struct hash_table){.buckets = NULL};
}

static void link_to_bucket(const struct hash_table *table,
                           struct hash_link *link)
{
    struct hash_link **bucket = bucket_of(table, link->hash);

    link->next = *bucket;
    *bucket = link;
}

/* Keeps at most one link a bucket on average. */
static void grow(struct hash_table *table)
{
    struct hash_table larger = {
        .buckets = calloc(table->bucket_count * 2, sizeof(struct hash_link *)),
        .bucket_count = table->bucket_count * 2,
        .count = table->count,
    };

    if (larger.buckets == NULL)
        return;
    for (size_t i = 0; i < table->bucket_count; i++) {
        struct hash_link *link = table->buckets[i], *next;

        for (; link != NULL; link = next) {
            next = link->next;
            link_to_bucket(&larger, link);
        }
    }
    free(table->buckets);
    *table = larger;
}

void hash_table_add(struct hash_table *table, struct hash_link *link,
                    uint64_t hash)
{
    if (table->count >= table->bucket_count)
        grow(table);
    link->hash = hash;
    link_to_bucket(table, link);
    table->count++;
}

void hash_table_remove(struct hash_table *table, struct hash_link *link)
{
    struct hash_link **at = bucket_of(table, link->hash);

    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
    table->count--;
}

static struct hash_link *skip_others(struct hash_link *link, uint64_t hash)
{
    while (link != NULL && link->hash != hash)
        link = link->next;
    return link;
}

struct hash_link *hash_table_first(const struct hash_table *table,
                                   uint64_t hash)
{
    return skip_others(*bucket_of(table, hash), hash);
}

struct hash_link *hash_table_next(const struct hash_link *link)
{
    return skip_others(link->next, link->hash);
}

size_t hash_table_bytes(const struct hash_table *table)
{
    return table->bucket_count * sizeof(struct hash_link *);
}
