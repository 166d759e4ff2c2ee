#include "server/table/host_table.h"

#include <stdlib.h>

/* The row that is for the record of this family now. Most tables are the one
 * before with a few rows changed, so that it stands at `guess` most often. */
static bool find_row(const struct hostdb *hosts, struct span name,
                     enum address_family family, uint32_t guess,
                     struct host *out)
{
    struct host row;

    if (guess < hostdb_count(hosts)) {
        row = hostdb_row(hosts, guess);
        if (span_equal(row.name, name) && host_holds(&row, family)) {
            *out = row;
            return true;
        }
    }
    return hostdb_lookup_type(hosts, name, family, out);
}

/* What is known of a record of the old row goes to the row that is for this
 * record now, which need not be the one that is for the name's other record.
 * *shift: how much further on than before the last row stood, modulo 2^32. */
static void carry_row(struct host_table *to, const struct host_table *from,
                      uint32_t index, uint32_t *shift)
{
    struct host before = hostdb_row(from->hosts, index), now;

    for (int i = RRSET_A; i <= RRSET_AAAA; i++) {
        enum rrset_type type = (enum rrset_type)i;
        enum address_family family = rrset_type_family(type);

        if (!host_holds(&before, family) ||
            !find_row(to->hosts, before.name, family, index + *shift, &now))
            continue;
        rrset_cache_carry(to->known, now.index, from->known, index, type);
        *shift = now.index - index;
    }
}

static void carry_over(struct host_table *to, const struct host_table *from)
{
    uint32_t count = (uint32_t)hostdb_count(from->hosts), shift = 0;

    for (uint32_t i = 0; i < count; i++)
        if (rrset_cache_knows(from->known, i))
            carry_row(to, from, i, &shift);
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

void host_table_set_origin(struct host_table *host_table,
                           const struct table_origin *origin)
{
    host_table->origin = malloc(sizeof *origin);
    if (host_table->origin != NULL)
        *host_table->origin = *origin;
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
    free(host_table->origin);
    free(host_table);
}
