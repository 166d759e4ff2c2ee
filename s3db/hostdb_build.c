#include "s3db/hostdb_build.h"
#include "s3db/hostdb_layout.h"

#include <stdlib.h>

enum {
    FIRST_ROWS_BYTES = 4096,
    FIRST_OFFSETS = 64,
    FIRST_SLOTS = 128,
    ROW_HEADER_MAX_BYTES = 3,
};

struct hostdb *hostdb_new(void)
{
    struct hostdb *db = calloc(1, sizeof *db);

    if (db == NULL)
        return NULL;
    atomic_init(&db->references, 1);
    db->slots = calloc(FIRST_SLOTS, sizeof *db->slots);
    db->slot_count = FIRST_SLOTS;
    if (db->slots == NULL || !siphash_key_init(&db->key)) {
        hostdb_release(db);
        return NULL;
    }
    return db;
}

static void insert(struct hostdb *db, uint32_t row, uint64_t hash)
{
    uint32_t slot = hostdb_slot_first(db, hash);

    while (db->slots[slot] != 0)
        slot = hostdb_slot_next(db, slot);
    db->slots[slot] = hostdb_slot_tag(hash) | row;
}

/* Spreads all rows over a table of another size; false leaves the old one. */
static bool resize_slots(struct hostdb *db, uint32_t slot_count)
{
    uint32_t *slots = calloc(slot_count, sizeof *slots);

    if (slots == NULL)
        return false;
    free(db->slots);
    db->slots = slots;
    db->slot_count = slot_count;
    for (uint32_t row = 0; row < db->count; row++)
        insert(db, row, siphash(&db->key, hostdb_read_row(db, row).name));
    return true;
}

/* The fewest slots that `hosts` rows leave a quarter empty. At most 22 Mi. */
static uint32_t slots_for(uint32_t hosts)
{
    return hosts + hosts / 3 + 1;
}

static bool resize_rows(struct hostdb *db, uint32_t bytes)
{
    unsigned char *rows = realloc(db->rows, bytes);

    if (rows == NULL)
        return false;
    db->rows = rows;
    db->rows_capacity = bytes;
    return true;
}

static bool resize_offsets(struct hostdb *db, uint32_t hosts)
{
    uint32_t *offsets = realloc(db->offsets, hosts * sizeof *offsets);

    if (offsets == NULL)
        return false;
    db->offsets = offsets;
    db->offsets_capacity = hosts;
    return true;
}

/* Half as much again, so that a block which realloc(3) cannot extend in place
 * is copied a few times only; never beyond what 32 bits can say. */
static uint32_t grown(uint32_t capacity, uint32_t first, uint32_t wanted)
{
    uint64_t next = capacity == 0 ? first : capacity + (uint64_t)capacity / 2;

    if (next < wanted)
        next = wanted;
    return next < UINT32_MAX ? (uint32_t)next : UINT32_MAX;
}

/* Makes room in all three parts for one row more. */
static enum status reserve(struct hostdb *db, size_t row_bytes)
{
    uint32_t wanted;

    if (db->count == HOSTDB_MAX_HOSTS ||
        row_bytes > UINT32_MAX - db->rows_bytes)
        return STATUS_FULL;
    wanted = db->rows_bytes + (uint32_t)row_bytes;
    if (wanted > db->rows_capacity &&
        !resize_rows(db, grown(db->rows_capacity, FIRST_ROWS_BYTES, wanted)))
        return STATUS_NOMEM;
    if (db->count == db->offsets_capacity &&
        !resize_offsets(db, grown(db->offsets_capacity, FIRST_OFFSETS, 0)))
        return STATUS_NOMEM;
    if (slots_for(db->count + 1) > db->slot_count &&
        !resize_slots(db, db->slot_count * 2))
        return STATUS_NOMEM;
    return STATUS_OK;
}

static void append_row(struct hostdb *db, struct span name, struct span token,
                       struct span attributes)
{
    unsigned char *p = db->rows + db->rows_bytes;

    *p++ = (unsigned char)name.len;
    if (token.len >= 0x80)
        *p++ = (unsigned char)(0x80 | token.len >> 8);
    *p++ = (unsigned char)token.len;
    memcpy(p, name.ptr, name.len);
    memcpy(p + name.len, token.ptr, token.len);
    p += name.len + token.len;
    if (attributes.len > 0)
        memcpy(p, attributes.ptr, attributes.len);
    p += attributes.len;
    db->offsets[db->count++] = db->rows_bytes;
    db->rows_bytes = (uint32_t)(p - db->rows);
}

/* Whether a row of this name holds a record that the new one would hold. */
static bool overlaps(const struct hostdb *db, const struct host *new,
                     uint64_t hash)
{
    uint32_t slot = hostdb_find_slot(db, new->name, hash);

    while (db->slots[slot] != 0) {
        struct host row =
            hostdb_read_row(db, db->slots[slot] & HOSTDB_SLOT_ROW);

        if ((host_holds(new, ADDRESS_IPV4) && host_holds(&row, ADDRESS_IPV4)) ||
            (host_holds(new, ADDRESS_IPV6) && host_holds(&row, ADDRESS_IPV6)))
            return true;
        slot = hostdb_find_next_slot(db, new->name, hash, slot);
    }
    return false;
}

/* The second ways into the table, for a row that is not in it yet. */
struct groups {
    uint64_t user_hash, token_hash;
    const struct row_group *user,
        *readable; /* that it joins; NULL: a new one */
    bool has_user, is_readable;
};

/* STATUS_DENIED, STATUS_NOMEM. */
static enum status find_groups(struct hostdb *db, const struct host *new,
                               struct groups *groups)
{
    struct span user = host_user(new);

    *groups = (struct groups){.has_user = user.len > 0,
                              .is_readable = host_is_readable(new)};
    if ((groups->has_user && !row_index_reserve(&db->users)) ||
        (groups->is_readable && !row_index_reserve(&db->readable)))
        return STATUS_NOMEM;
    if (groups->is_readable) {
        groups->token_hash = siphash(&db->key, new->token);
        groups->readable =
            hostdb_find_readable(db, new->token, groups->token_hash);
    }
    if (!groups->has_user)
        return STATUS_OK;
    groups->user_hash = siphash(&db->key, user);
    groups->user = hostdb_find_user(db, user, groups->user_hash);
    if (groups->user != NULL) {
        uint32_t first = row_index_row(&db->users, groups->user->first);
        struct host row = hostdb_read_row(db, first);

        if (!span_equal(row.token, new->token))
            return STATUS_DENIED;
    }
    return STATUS_OK;
}

static void join_groups(struct hostdb *db, const struct groups *groups,
                        uint32_t row)
{
    if (groups->has_user)
        row_index_add(&db->users, groups->user_hash, groups->user, row);
    if (groups->is_readable)
        row_index_add(&db->readable, groups->token_hash, groups->readable, row);
}

static void note_kind(struct hostdb *db, const struct host *new)
{
    uint32_t *first = &db->first_of_kind[host_token_kind(new)];

    if (*first == 0)
        *first = new->index + 1;
}

enum status hostdb_add_row(struct hostdb *db, struct span name,
                           struct span token, struct span attributes)
{
    struct host new = {name, token, attributes, db->count};
    uint64_t hash = siphash(&db->key, name);
    struct groups groups;
    enum status status;

    if (overlaps(db, &new, hash))
        return STATUS_CONFLICT;
    status = reserve(db, ROW_HEADER_MAX_BYTES + name.len + token.len +
                             attributes.len);
    if (status == STATUS_OK)
        status = find_groups(db, &new, &groups);
    if (status != STATUS_OK)
        return status;
    insert(db, new.index, hash);
    append_row(db, name, token, attributes);
    join_groups(db, &groups, new.index);
    note_kind(db, &new);
    return STATUS_OK;
}

void hostdb_seal(struct hostdb *db)
{
    /* To have too much is no failure: whatever cannot be moved stays. */
    if (db->count == 0)
        return;
    resize_rows(db, db->rows_bytes);
    resize_offsets(db, db->count);
    if (slots_for(db->count) < db->slot_count)
        resize_slots(db, slots_for(db->count));
    row_index_seal(&db->users);
    row_index_seal(&db->readable);
}
