/* proxy_header -- what a proxy says first on a connection that it passes on:
 * the header of the PROXY protocol, version 1 or 2, as haproxy's
 * proxy-protocol.txt has it.
 *
 * What is not exactly such a header is malformed, since nobody knows then where
 * the caller's own bytes begin. Stricter than it need be:
 *
 * - Version 2 may have 4 KiB behind its first 16 bytes. Extensions must fill
 *   what is behind the addresses to the last byte; of them only the checksum
 *   (CRC32C) is looked at, and a wrong one makes the header malformed. What is
 *   local, or of no family, has a block that nobody can tell the parts of: it is
 *   passed over.
 * - A family without a protocol, or the reverse, is malformed.
 *
 * Pure.
 */
#ifndef SERVER_HTTP_PROXY_HEADER_H
#define SERVER_HTTP_PROXY_HEADER_H

#include "base/address.h"

#include <stdint.h>

enum {
    PROXY_HEADER_LINE_MAX_BYTES = 107,   /* of version 1, with its CR LF */
    PROXY_HEADER_BLOCK_MAX_BYTES = 4096, /* of version 2, behind 16 bytes */
};

enum proxy_header_kind {
    PROXY_HEADER_INCOMPLETE, /* so far it may be one */
    PROXY_HEADER_MALFORMED,
    PROXY_HEADER_SOURCE,  /* the proxy passes on who called from `source` */
    PROXY_HEADER_UNKNOWN, /* it passes on somebody, and does not tell whom: one
                             who came by UDP or by a Unix socket, for example */
    PROXY_HEADER_LOCAL,   /* it passes on nobody: it is the caller itself */
};

struct proxy_header {
    enum proxy_header_kind kind;
    const char *fault;     /* of a malformed one, in words */
    size_t len;            /* of a whole one, in bytes */
    struct address source; /* ADDRESS_NONE unless it is told */
    uint16_t port;         /* of the source */
};

/* Reads the header at the beginning of `bytes`, and nothing behind it. */
struct proxy_header proxy_header_read(struct span bytes);

#endif
