/* hostdb -- the hosts this service may update, as one immutable snapshot.
 *
 * Built once from CSV (hostdb_csv.h), shared by reference count, never
 * modified: any thread may read it without a lock. A reload builds a second
 * hostdb; requests that hold the first keep it until they end.
 *
 * Memory: the rows stand one after another in a single block, as large as the
 * CSV itself, plus an index of less than ten bytes a row.
 */
#ifndef S3DB_HOSTDB_H
#define S3DB_HOSTDB_H

#include "s3db/host.h"

struct hostdb;

/* Counts references with atomics; release of the last one frees. NULL is
 * allowed in hostdb_release(). */
struct hostdb *hostdb_acquire(struct hostdb *db);
void hostdb_release(struct hostdb *db);

size_t hostdb_count(const struct hostdb *db);

/* Bytes of memory that the snapshot holds. */
size_t hostdb_bytes(const struct hostdb *db);

/* Finds a host by DNS name; letter case and one trailing dot are ignored.
 * False, with *out untouched, if there is no such host. Names come from
 * strangers: the index is keyed with randomness of its own, so that nobody
 * can choose names that make a lookup slow, and a name that is not there costs
 * about what one that is there does. */
bool hostdb_lookup(const struct hostdb *db, struct span name, struct host *out);

/* The host of a row; index < hostdb_count(). */
struct host hostdb_row(const struct hostdb *db, uint32_t index);

#endif
