#include "server/table/host_table.h"

#include <stdlib.h>

static void carry_over(struct host_table *to, const struct host_table *from)
{
    for (size_t i = 0; i < hostdb_count(from->hosts); i++) {
        uint32_t index = (uint32_t)i;
        struct host now;

        if (rrset_cache_last(from->known, index, RRSET_A).family ==
                ADDRESS_NONE &&
            rrset_cache_last(from->known, index, RRSET_AAAA).family ==
                ADDRESS_NONE)
            continue;
        if (hostdb_lookup(to->hosts, hostdb_row(from->hosts, index).name, &now))
            rrset_cache_carry(to->known, now.index, from->known, index);
    }
}

struct host_table *host_table_new(struct hostdb *hosts,
                                  struct host_table *previous)
{
    struct host_table *host_table = calloc(1, sizeof *host_table);
    struct rrset_cache *known = rrset_cache_new(hostdb_count(hosts));

    if (host_table == NULL || known == NULL) {
        rrset_cache_free(known);
        free(host_table);
        hostdb_release(hosts);
        return NULL;
    }
    atomic_init(&host_table->references, 1);
    host_table->hosts = hosts;
    host_table->known = known;
    if (previous != NULL) {
        /* In this order, so that requests are answered from the old one
         * during the copy: nobody but this thread could change it. */
        carry_over(host_table, previous);
        rrset_cache_retire(previous->known);
    }
    return host_table;
}

struct host_table *host_table_acquire(struct host_table *host_table)
{
    atomic_fetch_add_explicit(&host_table->references, 1, memory_order_relaxed);
    return host_table;
}

void host_table_release(struct host_table *host_table)
{
    if (host_table == NULL ||
        atomic_fetch_sub_explicit(&host_table->references, 1,
                                  memory_order_acq_rel) != 1)
        return;
    hostdb_release(host_table->hosts);
    rrset_cache_free(host_table->known);
    free(host_table);
}
