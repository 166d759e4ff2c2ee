#include "server/snapshot.h"

#include <stdlib.h>

static void carry_over(struct snapshot *to, const struct snapshot *from)
{
    for (size_t i = 0; i < hostdb_count(from->hosts); i++) {
        uint32_t index = (uint32_t)i;
        struct host now;

        if (known_records_last(from->known, index, RRSET_A).family ==
                ADDRESS_NONE &&
            known_records_last(from->known, index, RRSET_AAAA).family ==
                ADDRESS_NONE)
            continue;
        if (hostdb_lookup(to->hosts, hostdb_row(from->hosts, index).name, &now))
            known_records_carry(to->known, now.index, from->known, index);
    }
}

struct snapshot *snapshot_new(struct hostdb *hosts, struct snapshot *previous)
{
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);
    struct known_records *known = known_records_new(hostdb_count(hosts));

    if (snapshot == NULL || known == NULL) {
        known_records_free(known);
        free(snapshot);
        hostdb_release(hosts);
        return NULL;
    }
    atomic_init(&snapshot->references, 1);
    snapshot->hosts = hosts;
    snapshot->known = known;
    if (previous != NULL) {
        /* In this order, so that requests are answered from the old one
         * during the copy: nobody but this thread could change it. */
        carry_over(snapshot, previous);
        known_records_retire(previous->known);
    }
    return snapshot;
}

struct snapshot *snapshot_acquire(struct snapshot *snapshot)
{
    atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
    return snapshot;
}

void snapshot_release(struct snapshot *snapshot)
{
    if (snapshot == NULL ||
        atomic_fetch_sub_explicit(&snapshot->references, 1,
                                  memory_order_acq_rel) != 1)
        return;
    hostdb_release(snapshot->hosts);
    known_records_free(snapshot->known);
    free(snapshot);
}
