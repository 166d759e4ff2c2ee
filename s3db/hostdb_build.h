/* hostdb_build -- making a hostdb, row by row, before anybody shares it.
 *
 *     struct hostdb *db = hostdb_new();
 *     hostdb_add(db, name, token) ...
 *     hostdb_seal(db);
 *
 * Only the one who called hostdb_new() may use these, and only until the
 * hostdb is handed on. hostdb_release() frees it at any point.
 */
#ifndef S3DB_HOSTDB_BUILD_H
#define S3DB_HOSTDB_BUILD_H

#include "s3db/hostdb.h"

#include "base/status.h"

/* An empty hostdb with one reference; NULL when memory or the kernel's
 * randomness fails. */
struct hostdb *hostdb_new(void);

/* Appends a row, copying all. `name` is normalised, of 1 to DNS_NAME_MAX
 * bytes; `token` of 1 to HOSTDB_TOKEN_MAX_BYTES; `attributes` as
 * host_attributes.h writes them. STATUS_CONFLICT: a row of this name is there,
 * and one of its records is this row's too. STATUS_DENIED: the rows of its
 * `user` have another token. STATUS_FULL: HOSTDB_MAX_HOSTS, or 4 GiB of rows, are reached. STATUS_NOMEM.
 * Every failure leaves the hostdb as it was. */
NODISCARD enum status hostdb_add_row(struct hostdb *db, struct span name,
                                     struct span token, struct span attributes);

/* A row without attributes. */
NODISCARD static inline enum status hostdb_add(struct hostdb *db,
                                               struct span name,
                                               struct span token)
{
    return hostdb_add_row(db, name, token, span_from(NULL, 0));
}

/* Gives back the memory that was set aside for more rows. */
void hostdb_seal(struct hostdb *db);

#endif
