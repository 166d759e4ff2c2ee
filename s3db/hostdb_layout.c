#include "s3db/hostdb_layout.h"

#include <openssl/crypto.h>

/* The first slot from this one on that is the name's, or empty. */
static uint32_t probe(const struct hostdb *db, struct span name, uint64_t hash,
                      uint32_t slot)
{
    uint32_t tag = hostdb_slot_tag(hash);

    for (; db->slots[slot] != 0; slot = hostdb_slot_next(db, slot)) {
        uint32_t entry = db->slots[slot];

        if ((entry & HOSTDB_SLOT_TAG) == tag &&
            span_equal(hostdb_read_row(db, entry & HOSTDB_SLOT_ROW).name, name))
            break;
    }
    return slot;
}

uint32_t hostdb_find_slot(const struct hostdb *db, struct span name,
                          uint64_t hash)
{
    return probe(db, name, hash, hostdb_slot_first(db, hash));
}

uint32_t hostdb_find_next_slot(const struct hostdb *db, struct span name,
                               uint64_t hash, uint32_t slot)
{
    return probe(db, name, hash, hostdb_slot_next(db, slot));
}

static bool has_user(const void *db, uint32_t row, struct span user)
{
    struct host host = hostdb_read_row(db, row);

    return span_equal(host_user(&host), user);
}

const struct row_group *hostdb_find_user(const struct hostdb *db,
                                         struct span user, uint64_t hash)
{
    return row_index_find(&db->users, hash, user, has_user, db);
}

static bool has_token(const void *db, uint32_t row, struct span token)
{
    struct span own = hostdb_read_row(db, row).token;

    return own.len == token.len &&
           CRYPTO_memcmp(own.ptr, token.ptr, own.len) == 0;
}

const struct row_group *hostdb_find_readable(const struct hostdb *db,
                                             struct span token, uint64_t hash)
{
    return row_index_find(&db->readable, hash, token, has_token, db);
}
