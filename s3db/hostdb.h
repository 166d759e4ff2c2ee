/* hostdb -- the hosts this service may update, as one immutable snapshot.
 *
 * Built once from CSV (hostdb_csv.h), shared by reference count, never
 * modified: any thread may read it without a lock. A reload builds a second
 * hostdb; requests that hold the first keep it until they end.
 *
 * Memory: the rows stand one after another in a single block, as large as the
 * CSV itself, plus an index of less than ten bytes a row. Rows with a `user`,
 * and those with `read_privilege`, stand in an index each of at most thirty
 * bytes a row; where there is no such row, none is paid for.
 *
 * A name has one row, which is for its A record, its AAAA record, or both; or
 * it has two, of which one is for A and the other for AAAA. These may have
 * different tokens.
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

/* Finds a host by DNS name, by its first row if there are two; letter case and
 * one trailing dot are ignored. False, with *out untouched, if there is no such
 * host. Names come from strangers: the index is keyed with randomness of its
 * own, so that nobody can choose names that make a lookup slow, and a name that
 * is not there costs about what one that is there does. */
bool hostdb_lookup(const struct hostdb *db, struct span name, struct host *out);

/* The other row of the same name. False, with *out untouched, when there is
 * none; without a look at the table, when the row is for both records. */
bool hostdb_other_row(const struct hostdb *db, const struct host *row,
                      struct host *out);

/* As hostdb_lookup(), but the row that is for the record of this family. */
bool hostdb_lookup_type(const struct hostdb *db, struct span name,
                        enum address_family family, struct host *out);

/* The first row of this `user`, exactly these bytes, and whether it has no
 * other host. All its rows have the same token. False, with both untouched, when
 * there is none; that takes about as long, too. */
bool hostdb_lookup_user(const struct hostdb *db, struct span user,
                        struct host *first, bool *is_sole);

/* The first `max` rows of this `user`, in the file's order. Returns how many
 * there are in all. */
size_t hostdb_lookup_user_rows(const struct hostdb *db, struct span user,
                               struct host *out, size_t max);

/* The first `max` of the rows with read_privilege whose token is exactly this,
 * in the file's order. Returns how many there are in all. */
size_t hostdb_lookup_readable(const struct hostdb *db, struct span token,
                              struct host *out, size_t max);

/* The first row whose token is of this kind. False, with *out untouched: there
 * is none. */
bool hostdb_first_of_kind(const struct hostdb *db, enum token_kind kind,
                          struct host *out);

/* The host of a row; index < hostdb_count(). */
struct host hostdb_row(const struct hostdb *db, uint32_t index);

#endif
