/* connection_limit -- how many connections one address may have at a time, of
 * all loops together. Whoever would have more is closed at once, before TLS and
 * before a byte of his is read.
 *
 * Without it one machine could take all the connections that there may be. Idle
 * ones are closed to let others in, wherever they come from (eviction.h); this
 * keeps one address from making that necessary, and from having more in hand
 * than its share.
 *
 * An address is that of IPv4, and the network of 64 bits of IPv6. Addresses are
 * counted exactly: what is kept of one is kept while it has a connection, so it
 * is bounded by these, and nobody is ever taken for another.
 *
 * Any thread.
 */
#ifndef SERVER_HTTP_CONNECTION_LIMIT_H
#define SERVER_HTTP_CONNECTION_LIMIT_H

#include "base/address.h"

struct connection_limit;

/* `most` of each address; 0: as many as it likes. NULL when memory or the
 * kernel's randomness fails. */
struct connection_limit *connection_limit_new(unsigned most);

/* When all shares are given back. NULL is allowed. */
void connection_limit_free(struct connection_limit *limit);

/* A connection's share of what its address may have. All zero: none. */
struct connection_share {
    struct connection_limit *limit;
    struct crowd *crowd;
};

enum connection_verdict {
    CONNECTION_WELCOME,      /* the share is taken; or nobody counts, for there
                                is no limit, or no memory to count with */
    CONNECTION_ONE_TOO_MANY, /* the first since the address had no more than
                                half of what it may have: to be logged */
    CONNECTION_REFUSED,      /* likewise, and not the first */
};

/* Fills in `share`, which is all zero, if the connection is welcome. */
enum connection_verdict connection_limit_take(struct connection_limit *limit,
                                              const struct address *address,
                                              struct connection_share *share);

/* Once for each share; harmless for none. */
void connection_limit_give_back(struct connection_share *share);

#endif
