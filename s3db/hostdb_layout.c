#include "s3db/hostdb_layout.h"

static const char *row_end(const struct hostdb *db, uint32_t index)
{
    bool is_last = index + 1 == db->count;

    return (const char *)db->rows +
           (is_last ? db->rows_bytes : db->offsets[index + 1]);
}

struct host hostdb_read_row(const struct hostdb *db, uint32_t index)
{
    const unsigned char *p = db->rows + db->offsets[index];
    const char *end = row_end(db, index);
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

uint32_t hostdb_find_slot(const struct hostdb *db, struct span name,
                          uint64_t hash)
{
    uint32_t tag = hostdb_slot_tag(hash);
    uint32_t slot = hostdb_slot_first(db, hash);

    for (; db->slots[slot] != 0; slot = hostdb_slot_next(db, slot)) {
        uint32_t entry = db->slots[slot];

        if ((entry & HOSTDB_SLOT_TAG) == tag &&
            span_equal(hostdb_read_row(db, entry & HOSTDB_SLOT_ROW).name, name))
            break;
    }
    return slot;
}
