#include "s3db/hostdb.h"
#include "s3db/hostdb_layout.h"

#include "base/dns_name.h"

#include <stdlib.h>

struct hostdb *hostdb_acquire(struct hostdb *db)
{
    atomic_fetch_add_explicit(&db->references, 1, memory_order_relaxed);
    return db;
}

void hostdb_release(struct hostdb *db)
{
    /* acq_rel: whatever other threads did with the hostdb before they let go
     * of it happens before it is freed. */
    if (db == NULL || atomic_fetch_sub_explicit(&db->references, 1,
                                                memory_order_acq_rel) != 1)
        return;
    free(db->rows);
    free(db->offsets);
    free(db->slots);
    free(db);
}

size_t hostdb_count(const struct hostdb *db)
{
    return db->count;
}

size_t hostdb_bytes(const struct hostdb *db)
{
    return sizeof *db + db->rows_capacity +
           db->offsets_capacity * sizeof *db->offsets +
           db->slot_count * sizeof *db->slots;
}

struct host hostdb_row(const struct hostdb *db, uint32_t index)
{
    return hostdb_read_row(db, index);
}

/* A host that exists costs a look at its row, with the cache misses of that.
 * One that does not shall not be told apart by being cheaper: some row, always
 * the same for one name, is looked at in its place. */
static void look_at_some_row(const struct hostdb *db, uint64_t hash)
{
    uint32_t row = (uint32_t)((hash >> 32) * db->count >> 32);
    volatile size_t looked_at =
        db->count == 0 ? 0 : hostdb_read_row(db, row).name.len;

    (void)looked_at;
}

bool hostdb_lookup(const struct hostdb *db, struct span name, struct host *out)
{
    char normal[DNS_NAME_MAX];
    size_t len = dns_name_normalize(name, normal);
    struct span wanted = span_from(normal, len);
    uint64_t hash;
    uint32_t entry;

    if (len == 0)
        return false;
    hash = siphash(&db->key, wanted);
    entry = db->slots[hostdb_find_slot(db, wanted, hash)];
    if (entry == 0) {
        look_at_some_row(db, hash);
        return false;
    }
    *out = hostdb_read_row(db, entry & HOSTDB_SLOT_ROW);
    return true;
}
