/* host -- one row of the host table, as its readers see it.
 *
 * A plain value with borrowed spans: copy it freely, but it is valid only
 * while the hostdb that it came from is held.
 */
#ifndef S3DB_HOST_H
#define S3DB_HOST_H

#include "base/span.h"

#include <stdint.h>

enum {
    HOSTDB_TOKEN_MAX_BYTES = 1024,
    HOSTDB_MAX_HOSTS = 16 * 1024 * 1024,
};

struct host {
    struct span name;  /* normalised: lower case, no trailing dot */
    struct span token; /* never to be logged */
    uint32_t index;    /* 0 .. hostdb_count() - 1 in the order of rows */
};

/* Whether the token is the host's. Takes the same time for every wrong token
 * of one length; `host` may be NULL for a host that does not exist, which
 * costs the same and is always false. */
bool host_token_matches(const struct host *host, struct span token);

#endif
