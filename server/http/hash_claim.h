/* hash_claim -- what a caller of the hash protocols (hash_v2.h, hash_v3.h) says
 * of himself: that he may speak for a host, and a hash to prove it.
 *
 * A name may have two rows, of which each has a token of its own. Nothing about
 * a host is told before the hash has opened one of them. Pure.
 */
#ifndef SERVER_HTTP_HASH_CLAIM_H
#define SERVER_HTTP_HASH_CLAIM_H

#include "server/http/protocol.h"
#include "server/http/validation_hash.h"

struct hash_claim {
    struct span name; /* as it is hashed, borrowed */
    struct validation_hash hash;
};

/* The row of the host whose token is in the hash: the one for the record of
 * this family, if it is, else the other. False, with *row untouched: neither
 * is; then *claimed is the host's name, for the log, if there is such a host.
 * Takes about the same time whatever is wrong. */
bool hash_claim_open(const struct hash_claim *claim,
                     const struct protocol_request *request,
                     enum address_family family, struct host *row,
                     struct span *claimed);

/* The change by which the host gets this address, with the refusal if there is
 * one. An address that is not the caller's own is one that the host must be
 * allowed to have, as an internal one is. */
struct protocol_change hash_claim_change(const struct protocol_request *request,
                                         const struct host *row,
                                         const struct address *address);

#endif
