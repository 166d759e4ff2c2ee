/* host -- one row of the host table, as its readers see it.
 *
 * A plain value with borrowed spans: copy it freely, but it is valid only
 * while the hostdb that it came from is held.
 */
#ifndef S3DB_HOST_H
#define S3DB_HOST_H

#include "s3db/host_attributes.h"

enum {
    HOSTDB_TOKEN_MAX_BYTES = 1024,
    HOSTDB_MAX_HOSTS = 16 * 1024 * 1024,
};

struct host {
    struct span name;       /* normalised: lower case, no trailing dot */
    struct span token;      /* never to be logged */
    struct span attributes; /* for the functions below */
    uint32_t index;         /* 0 .. hostdb_count() - 1 in the order of rows */
};

/* Whether the token is the host's. Takes the same time for every wrong token
 * of one length; `host` may be NULL for a host that does not exist, which
 * costs the same and is always false. */
bool host_token_matches(const struct host *host, struct span token);

/* The TTL that the host's own row names for its records, in seconds from 0 to
 * HOST_TTL_MAX_SECONDS. False, with *out untouched, when it names none. */
bool host_attribute_ttl(const struct host *host, uint32_t *out);

#endif
