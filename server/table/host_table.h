/* host_table -- a host table in service, and what is known of its records.
 *
 * Shared by reference count between the updater, which makes it, and the
 * loops, which authenticate against it. The table never changes; of the known
 * records the updater is the one writer.
 */
#ifndef SERVER_TABLE_HOST_TABLE_H
#define SERVER_TABLE_HOST_TABLE_H

#include "s3db/hostdb.h"
#include "server/table/rrset_cache.h"
#include "server/table/table_origin.h"

struct host_table {
    atomic_uint references;
    struct hostdb *hosts;
    struct rrset_cache *known;
    struct table_origin *origin; /* NULL: nothing is known of it */
};

/* Takes over the caller's reference to `hosts`. What `previous` (may be NULL)
 * knows of the records that a row is still for is carried over, and `previous`
 * falls silent. NULL when memory is short: then `previous` is as before, and
 * `hosts` released. */
struct host_table *host_table_new(struct hostdb *hosts,
                                  struct host_table *previous);

/* Before the table is shared: notes where it came from, which is copied; where
 * memory is short, nothing is known of it. */
void host_table_set_origin(struct host_table *host_table,
                           const struct table_origin *origin);

struct host_table *host_table_acquire(struct host_table *host_table);
void host_table_release(struct host_table *host_table); /* NULL is allowed */

#endif
