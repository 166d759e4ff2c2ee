#include "server/table/host_table.h"

#include <stdlib.h>

/* What is known of a record of the old row goes to the row that is for this
 * record now, which need not be the one that is for the name's other record. */
static void carry_record(struct host_table *to, const struct host_table *from,
                         uint32_t index, enum rrset_type type)
{
    enum address_family family = rrset_type_family(type);
    struct host before, now;

    if (rrset_cache_last(from->known, index, type).family == ADDRESS_NONE)
        return;
    before = hostdb_row(from->hosts, index);
    if (host_holds(&before, family) &&
        hostdb_lookup_type(to->hosts, before.name, family, &now))
        rrset_cache_carry(to->known, now.index, from->known, index, type);
}

static void carry_over(struct host_table *to, const struct host_table *from)
{
    for (size_t i = 0; i < hostdb_count(from->hosts); i++) {
        carry_record(to, from, (uint32_t)i, RRSET_A);
        carry_record(to, from, (uint32_t)i, RRSET_AAAA);
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
