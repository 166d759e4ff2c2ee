/* host_diff -- what one host table has that another has not.
 *
 * A host is a name. Of one that both tables have, the rows for its A record are
 * compared, and those for its AAAA record, whatever the order of the rows, and
 * whether one row is for both records or each has its own. Tokens are compared,
 * and nothing of them is kept. What the server ignores (comments, columns that
 * it does not know) is no part of a table, so it makes no difference. Pure; a
 * million hosts take a moment, and two seconds in quite another order.
 */
#ifndef S3DB_HOST_DIFF_H
#define S3DB_HOST_DIFF_H

#include "s3db/hostdb.h"

enum { HOST_DIFF_NAMES_MAX = 100 };

/* The first names are borrowed from the tables, in the order of the rows. */
struct host_diff_group {
    size_t count;
    struct span names[HOST_DIFF_NAMES_MAX];
};

struct host_diff {
    size_t hosts_before;
    struct host_diff_group added, removed, changed;
    size_t tokens; /* of hosts in both tables, that differ */
    size_t values; /* the same of their other columns */
};

/* Compares. `before` and `after` may be NULL: there is no table. */
void host_diff_compare(struct host_diff *diff, const struct hostdb *before,
                       const struct hostdb *after);

/* Whether there is no difference. */
bool host_diff_is_empty(const struct host_diff *diff);

/* Whether more than half of the hosts are removed. */
bool host_diff_removes_most(const struct host_diff *diff);

#endif
