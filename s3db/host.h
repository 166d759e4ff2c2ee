/* host -- one row of the host table, as its readers see it.
 *
 * A plain value with borrowed spans: copy it freely, but it is valid only
 * while the hostdb that it came from is held.
 */
#ifndef S3DB_HOST_H
#define S3DB_HOST_H

#include "s3db/host_attributes.h"
#include "s3db/token_form.h"

#include "base/address.h"

enum {
    HOSTDB_TOKEN_MAX_BYTES = TOKEN_MAX_BYTES,
    HOSTDB_MAX_HOSTS = 16 * 1024 * 1024,
};

struct host {
    struct span name;       /* normalised: lower case, no trailing dot */
    struct span token;      /* as the row has it; never to be logged */
    struct span attributes; /* for the functions below */
    uint32_t index;         /* 0 .. hostdb_count() - 1 in the order of rows */
};

/* How the row has its token. Only a plain one is what the host sends, and what
 * a hash of the host's can be made of: of a hashed token, whoever reads the
 * table knows the text. */
enum token_kind host_token_kind(const struct host *host);
bool host_token_is_plain(const struct host *host);

/* Whether the token is the host's. Takes the same time for every wrong token
 * of one length and hosts of one kind of token; `host` may be NULL for a host
 * that does not exist, which costs as much as a plain token and is always
 * false. So is one whose token is hashed by scrypt: that takes too long to be
 * done here (token_hash.h). */
bool host_token_matches(const struct host *host, struct span token);

/* The TTL that the host's own row names for its records, in seconds from 0 to
 * HOST_TTL_MAX_SECONDS. False, with *out untouched, when it names none. */
bool host_attribute_ttl(const struct host *host, uint32_t *out);

/* Whether the row is for the A record (ADDRESS_IPV4) or for the AAAA record
 * (ADDRESS_IPV6) of its name. One that names no record_type is for both. */
bool host_holds(const struct host *host, enum address_family family);

/* Whether the row names a record_type, so that another row may have the
 * other record of the name. */
bool host_has_type(const struct host *host);

/* Whether the host's records are never to be changed: lock_record. */
bool host_is_locked(const struct host *host);

/* Whether hosts of the same token may read this one's record:
 * read_privilege. */
bool host_is_readable(const struct host *host);

/* Whether the host may have an address of a private network: the row's own
 * word, else `otherwise`. */
bool host_allows_internal(const struct host *host, bool otherwise);

/* As it is written in the row; empty: none. */
struct span host_mac_address(const struct host *host);

/* The login that the host shares with others. Empty: none, it is the name. */
struct span host_user(const struct host *host);

/* What stands behind the prefix of the host's network in its IPv6 address: 16
 * bytes, of which the first are 0. False, with *out untouched: none. */
bool host_ipv6_suffix(const struct host *host, struct address *out);

/* How long the host may be silent before somebody is told (expect_within), and
 * before its record is removed (expire_after): seconds, at most
 * HOST_DURATION_MAX_SECONDS; 0: never, whatever is set for all hosts. False, with
 * *out untouched: the row does not say. */
bool host_expect_within(const struct host *host, uint32_t *out);
bool host_expire_after(const struct host *host, uint32_t *out);

#endif
