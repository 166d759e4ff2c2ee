#include "s3db/hostdb_layout.h"

struct host hostdb_read_row(const struct hostdb *db, uint32_t index)
{
    const unsigned char *p = db->rows + db->offsets[index];
    struct host host = {.index = index};

    host.name.len = *p++;
    host.token.len = *p++;
    if (host.token.len >= 0x80)
        host.token.len = (host.token.len & 0x7f) << 8 | *p++;
    host.name.ptr = (const char *)p;
    host.token.ptr = host.name.ptr + host.name.len;
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
