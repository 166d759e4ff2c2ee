#include "s3db/hostdb_layout.h"

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
