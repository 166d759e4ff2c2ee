/* authority -- "host[:port]", as it stands in a Host header, in a URL and in
 * an Origin. Pure.
 */
#ifndef SERVER_HTTP_AUTHORITY_H
#define SERVER_HTTP_AUTHORITY_H

#include "base/span.h"

#include <stdint.h>

struct authority {
    struct span host; /* as written; of IPv6 with its brackets */
    uint32_t port;    /* 0 if none is written */
};

/* Reads one by RFC 3986 3.2.2 and 3.2.3, without user information, which HTTP
 * does not want here (RFC 9110 4.2.4). Empty text is an authority without a
 * host, as in the Host header of a URL that has none (RFC 9110 7.2). False if
 * it is none; *out is then undefined. */
bool authority_parse(struct span text, struct authority *out);

#endif
