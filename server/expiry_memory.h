/* expiry_memory -- what is remembered of records whose hosts are silent, until the
 * server ends: some moments for each, in 16 bytes or so.
 *
 * By a hash of 64 bits, so that two of a million share one about never; the names
 * are those of our own table.
 */
#ifndef SERVER_EXPIRY_MEMORY_H
#define SERVER_EXPIRY_MEMORY_H

#include "aws/rrset.h"
#include "base/status.h"
#include "s3db/hostdb.h"

#include <stdint.h>

struct expiry_memory;

struct expiry_memory *expiry_memory_new(void); /* NULL: memory is short */
void expiry_memory_free(struct expiry_memory *memory); /* NULL is allowed */

/* What is remembered of a record, of one kind (any number). False, with *moment
 * untouched: nothing. */
bool expiry_memory_find(const struct expiry_memory *memory, unsigned kind,
                        struct span name, enum rrset_type type,
                        uint32_t *moment);

/* How many moments are remembered. */
size_t expiry_memory_count(const struct expiry_memory *memory);

/* Remembers it, in the place of what was. STATUS_NOMEM; STATUS_FULL: it holds
 * EXPIRY_MEMORY_MAX already. */
enum { EXPIRY_MEMORY_MAX = 48 * 1024 * 1024 };
NODISCARD enum status expiry_memory_keep(struct expiry_memory *memory,
                                         unsigned kind, struct span name,
                                         enum rrset_type type, uint32_t moment);

/* Another one, with what is remembered, of each kind below `kinds`, of the records
 * that have a row. NULL when memory is short. */
struct expiry_memory *expiry_memory_of_hosts(const struct expiry_memory *memory,
                                             unsigned kinds,
                                             const struct hostdb *hosts);

#endif
