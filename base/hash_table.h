/* hash_table -- an intrusive hash table: a link is a member of the thing that
 * is kept, and whoever looks for a thing compares it himself.
 *
 *     for (link = hash_table_first(&table, hash); link != NULL;
 *          link = hash_table_next(link))
 *         if (is_the_one(hash_entry(link, struct thing, by_name)))
 *             return ...;
 *
 * It grows by doubling; where memory is short the chains grow instead, which
 * is slower but right. The hash is no secret: only for keys that strangers
 * cannot choose.
 */
#ifndef BASE_HASH_TABLE_H
#define BASE_HASH_TABLE_H

#include "base/span.h"
#include "base/status.h"

#include <stdint.h>

struct hash_link {
    struct hash_link *next;
    uint64_t hash;
};

struct hash_table {
    struct hash_link **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
};

/* The thing of type `type` whose member `member` is this link. */
#define hash_entry(link, type, member)                                         \
    ((type *)(void *)((char *)(link)-offsetof(type, member)))

/* FNV-1a (Fowler, Noll and Vo), 64 bits, of the text; `seed` tells kinds of it
 * apart. */
uint64_t hash_text(struct span text, uint64_t seed);

NODISCARD enum status hash_table_init(struct hash_table *table);

/* Frees the buckets; the links are their owners'. */
void hash_table_clear(struct hash_table *table);

/* Puts a link in; `hash` is that of its thing's key. */
void hash_table_add(struct hash_table *table, struct hash_link *link,
                    uint64_t hash);

/* Takes a link out, which must be in the table. */
void hash_table_remove(struct hash_table *table, struct hash_link *link);

/* The links of this hash, one after the other; NULL: no more. */
struct hash_link *hash_table_first(const struct hash_table *table,
                                   uint64_t hash);
struct hash_link *hash_table_next(const struct hash_link *link);

/* The memory of the buckets. */
size_t hash_table_bytes(const struct hash_table *table);

#endif
