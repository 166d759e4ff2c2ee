/* host_diff -- what one host table has that another has not.
 *
 * A host is a name. Of one that both tables have, the rows for its A record are
 * compared, and those for its AAAA record, whatever the order of the rows, and
 * whether one row is for both records or each has its own. Tokens are compared,
 * and nothing of them is kept. What the server ignores (comments, columns that
 * it does not know) is no part of a table, so it makes no difference. A million
 * hosts take a moment, and two seconds in quite another order.
 */
#ifndef S3DB_HOST_DIFF_H
#define S3DB_HOST_DIFF_H

#include "s3db/hostdb.h"

enum { HOST_DIFF_NAMES_MAX = 10000 };

/* The first names, in the order of the rows; their texts are the tables'. Where
 * memory is short, fewer are named. */
struct host_diff_group {
    size_t count;
    size_t named;
    struct span *names;
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

/* Frees what a comparison made. One that is all zero has nothing. */
void host_diff_clear(struct host_diff *diff);

/* Whether there is no difference. */
bool host_diff_is_empty(const struct host_diff *diff);

/* Whether more than half of the hosts are removed. */
bool host_diff_removes_most(const struct host_diff *diff);

#endif
