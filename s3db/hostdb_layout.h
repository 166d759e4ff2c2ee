/* hostdb_layout -- how a hostdb lies in memory; for hostdb.c, which answers
 * from it, and hostdb_build.c, which makes it. Nobody else includes this.
 *
 * rows     one block of bytes. A row is the name's length (one byte), the
 *          token's (one byte below 128, else two, the first with its top bit
 *          set), the name, the token: with a token below 128 bytes exactly
 *          what "name,token\n" takes in the CSV. Attributes follow, as far as
 *          the row has any: they are what stands between the token and the
 *          next row, so that a row without them says so by taking no byte.
 * offsets  where each row begins, by row number: four bytes a host.
 * slots    an open-addressing hash table with linear probing, at most three
 *          quarters full. A slot is 0, or OCCUPIED, seven more bits of the
 *          name's hash, and the row number. Thanks to the seven bits a probe
 *          looks at a wrong row, with the cache miss that costs, once in 128
 *          times only. The number of slots need not be a power of two (the
 *          hash is scaled to it by a multiplication), so that a sealed table
 *          is never emptier than it should be: five and a third bytes a host.
 *          Of two rows of one name the first is found first: it was inserted
 *          first, and nothing is ever taken out.
 * users    the rows with a `user`, by it.
 * readable the rows with read_privilege, by their tokens.
 */
#ifndef S3DB_HOSTDB_LAYOUT_H
#define S3DB_HOSTDB_LAYOUT_H

#include "base/siphash.h"
#include "s3db/host.h"
#include "s3db/row_index.h"

#include <stdatomic.h>

struct hostdb {
    atomic_size_t references;
    struct siphash_key key;
    unsigned char *rows;
    uint32_t *offsets;
    uint32_t *slots;
    uint32_t rows_bytes, rows_capacity; /* bytes */
    uint32_t count, offsets_capacity;   /* hosts */
    uint32_t slot_count;                /* never 0 */
    struct row_index users, readable;
    uint32_t first_of_kind[TOKEN_KIND_COUNT]; /* row number + 1; 0: none */
};

#define HOSTDB_SLOT_OCCUPIED UINT32_C(0x80000000)
#define HOSTDB_SLOT_TAG UINT32_C(0xff000000) /* OCCUPIED and seven bits */
#define HOSTDB_SLOT_ROW UINT32_C(0x00ffffff)

_Static_assert(HOSTDB_MAX_HOSTS - 1 == HOSTDB_SLOT_ROW,
               "a slot holds any row number");

static inline uint32_t hostdb_slot_tag(uint64_t hash)
{
    return HOSTDB_SLOT_OCCUPIED | (uint32_t)(hash << 24);
}

/* Where probing begins: the hash's upper half, scaled to the table. */
static inline uint32_t hostdb_slot_first(const struct hostdb *db, uint64_t hash)
{
    return (uint32_t)((hash >> 32) * db->slot_count >> 32);
}

static inline uint32_t hostdb_slot_next(const struct hostdb *db, uint32_t slot)
{
    return slot + 1 == db->slot_count ? 0 : slot + 1;
}

static inline const char *hostdb_row_end(const struct hostdb *db,
                                         uint32_t index)
{
    bool is_last = index + 1 == db->count;

    return (const char *)db->rows +
           (is_last ? db->rows_bytes : db->offsets[index + 1]);
}

/* The host of a row; index < count. */
static inline struct host hostdb_read_row(const struct hostdb *db,
                                          uint32_t index)
{
    const unsigned char *p = db->rows + db->offsets[index];
    const char *end = hostdb_row_end(db, index);
    struct host host = {.index = index};

    host.name.len = *p++;
    host.token.len = *p++;
    if (host.token.len >= 0x80)
        host.token.len = (host.token.len & 0x7f) << 8 | *p++;
    host.name.ptr = (const char *)p;
    host.token.ptr = host.name.ptr + host.name.len;
    host.attributes.ptr = host.token.ptr + host.token.len;
    host.attributes.len = (size_t)(end - host.attributes.ptr);
    return host;
}

/* The slot of the first row of a normalised name with this hash, or the empty
 * one where it would go. */
uint32_t hostdb_find_slot(const struct hostdb *db, struct span name,
                          uint64_t hash);

/* The slot of the name's next row, behind one that has the name too, or the
 * empty one where it would go. */
uint32_t hostdb_find_next_slot(const struct hostdb *db, struct span name,
                               uint64_t hash, uint32_t slot);

/* The rows of a user, and those with read_privilege that have a token; NULL:
 * none. The hash is that of the key. */
const struct row_group *hostdb_find_user(const struct hostdb *db,
                                         struct span user, uint64_t hash);
const struct row_group *hostdb_find_readable(const struct hostdb *db,
                                             struct span token, uint64_t hash);

#endif
