/* snapshot -- a host table in service, and what is known of its records.
 *
 * Shared by reference count between the updater, which makes it, and the
 * loops, which authenticate against it. The table never changes; of the known
 * records the updater is the one writer.
 */
#ifndef SERVER_SNAPSHOT_H
#define SERVER_SNAPSHOT_H

#include "s3db/hostdb.h"
#include "server/known_records.h"

struct snapshot {
    atomic_uint references;
    struct hostdb *hosts;
    struct known_records *known;
};

/* Takes over the caller's reference to `hosts`. What `previous` (may be NULL)
 * knows of the hosts that are still there is carried over, and `previous`
 * falls silent. NULL when memory is short: then `previous` is as before, and
 * `hosts` released. */
struct snapshot *snapshot_new(struct hostdb *hosts, struct snapshot *previous);

struct snapshot *snapshot_acquire(struct snapshot *snapshot);
void snapshot_release(struct snapshot *snapshot); /* NULL is allowed */

#endif
