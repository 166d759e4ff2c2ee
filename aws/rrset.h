/* rrset -- a resource record set of one value, as Route 53 keeps it.
 */
#ifndef AWS_RRSET_H
#define AWS_RRSET_H

#include "base/address.h"
#include "base/span.h"

#include <stdint.h>

enum rrset_type { RRSET_A, RRSET_AAAA };

struct rrset {
    struct span name; /* normalised: lower case, no trailing dot */
    enum rrset_type type;
    uint32_t ttl; /* seconds, at most INT32_MAX */
    struct span value;
};

/* What is to be done about an rrset. */
enum rrset_action {
    RRSET_UPSERT, /* it is to say so, whatever it says */
    RRSET_DELETE, /* it is to go, if it is exactly this: TTL and value too */
};

/* What stands at a name and a type. */
enum rrset_presence {
    RRSET_ABSENT,
    RRSET_SIMPLE,  /* one value and a TTL: what an UPSERT here replaces */
    RRSET_SPECIAL, /* several values, an alias, or a routing policy */
};

struct rrset_found {
    enum rrset_presence presence;
    uint32_t ttl;           /* of a simple one */
    struct address address; /* of a simple one; ADDRESS_NONE: unreadable */
};

/* Where a listing of rrsets continues, in Route 53's own spelling; all empty:
 * from the start, or nothing is left. */
struct rrset_cursor {
    struct span name, type, identifier;
};

/* The type of the rrset that holds this address, which is one. */
static inline enum rrset_type rrset_type_for(const struct address *address)
{
    return address->family == ADDRESS_IPV6 ? RRSET_AAAA : RRSET_A;
}

/* The family of the addresses in a record of this type. */
static inline enum address_family rrset_type_family(enum rrset_type type)
{
    return type == RRSET_AAAA ? ADDRESS_IPV6 : ADDRESS_IPV4;
}

/* "A" or "AAAA". */
static inline const char *rrset_type_name(enum rrset_type type)
{
    return type == RRSET_A ? "A" : "AAAA";
}

#endif
