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
    row_index_clear(&db->users);
    row_index_clear(&db->readable);
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
           db->slot_count * sizeof *db->slots + row_index_bytes(&db->users) +
           row_index_bytes(&db->readable);
}

struct host hostdb_row(const struct hostdb *db, uint32_t index)
{
    return hostdb_read_row(db, index);
}

bool hostdb_first_of_kind(const struct hostdb *db, enum token_kind kind,
                          struct host *out)
{
    if (db->first_of_kind[kind] == 0)
        return false;
    *out = hostdb_read_row(db, db->first_of_kind[kind] - 1);
    return true;
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

/* The row of an occupied slot. */
static struct host row_in(const struct hostdb *db, uint32_t slot)
{
    return hostdb_read_row(db, db->slots[slot] & HOSTDB_SLOT_ROW);
}

bool hostdb_lookup(const struct hostdb *db, struct span name, struct host *out)
{
    char normal[DNS_NAME_MAX];
    size_t len = dns_name_normalize(name, normal);
    struct span wanted = span_from(normal, len);
    uint64_t hash;
    uint32_t slot;

    if (len == 0)
        return false;
    hash = siphash(&db->key, wanted);
    slot = hostdb_find_slot(db, wanted, hash);
    if (db->slots[slot] == 0) {
        look_at_some_row(db, hash);
        return false;
    }
    *out = row_in(db, slot);
    return true;
}

bool hostdb_other_row(const struct hostdb *db, const struct host *row,
                      struct host *out)
{
    uint64_t hash;
    uint32_t slot;

    if (!host_has_type(row))
        return false;
    hash = siphash(&db->key, row->name);
    slot = hostdb_find_slot(db, row->name, hash);
    if (db->slots[slot] != 0 && row_in(db, slot).index == row->index)
        slot = hostdb_find_next_slot(db, row->name, hash, slot);
    if (db->slots[slot] == 0)
        return false;
    *out = row_in(db, slot);
    return true;
}

bool hostdb_lookup_type(const struct hostdb *db, struct span name,
                        enum address_family family, struct host *out)
{
    struct host row;

    if (!hostdb_lookup(db, name, &row))
        return false;
    /* Of two rows, the one that is not for this record is for the other. */
    if (!host_holds(&row, family) && !hostdb_other_row(db, &row, &row))
        return false;
    *out = row;
    return true;
}

/* ---- users and groups ---- */

/* Whether the rows, of which this is the first, are all of one name. */
static bool is_one_host(const struct hostdb *db, const struct row_group *rows,
                        const struct host *first)
{
    struct host last =
        hostdb_read_row(db, row_index_row(&db->users, rows->last));

    return rows->count <= 2 && span_equal(first->name, last.name);
}

bool hostdb_lookup_user(const struct hostdb *db, struct span user,
                        struct host *first, bool *is_sole)
{
    const struct row_group *rows;
    uint64_t hash;

    if (db->users.group_count == 0)
        return false;
    hash = siphash(&db->key, user);
    rows = hostdb_find_user(db, user, hash);
    if (rows == NULL) {
        look_at_some_row(db, hash);
        return false;
    }
    *first = hostdb_read_row(db, row_index_row(&db->users, rows->first));
    *is_sole = is_one_host(db, rows, first);
    return true;
}

static size_t list_rows(const struct hostdb *db, const struct row_index *index,
                        const struct row_group *rows, struct host *out,
                        size_t max)
{
    uint32_t entry;

    if (rows == NULL)
        return 0;
    entry = rows->first;
    for (size_t i = 0; i < rows->count && i < max; i++) {
        out[i] = hostdb_read_row(db, row_index_row(index, entry));
        entry = row_index_next(index, entry);
    }
    return rows->count;
}

size_t hostdb_lookup_user_rows(const struct hostdb *db, struct span user,
                               struct host *out, size_t max)
{
    if (db->users.group_count == 0)
        return 0;
    return list_rows(db, &db->users,
                     hostdb_find_user(db, user, siphash(&db->key, user)), out,
                     max);
}

size_t hostdb_lookup_readable(const struct hostdb *db, struct span token,
                              struct host *out, size_t max)
{
    if (db->readable.group_count == 0)
        return 0;
    return list_rows(db, &db->readable,
                     hostdb_find_readable(db, token, siphash(&db->key, token)),
                     out, max);
}
