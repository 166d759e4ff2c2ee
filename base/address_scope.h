/* address_scope -- whether an address means something to the world.
 *
 * The authority is IANA: the IPv4 and the IPv6 Special-Purpose Address
 * Registries (RFC 6890, RFC 8190), column "Globally Reachable":
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
#ifndef BASE_ADDRESS_SCOPE_H
#define BASE_ADDRESS_SCOPE_H

#include "base/address.h"

/* Whether an address means nothing to the world: private, loopback,
 * link-local, carrier-grade NAT, unique local, multicast, unspecified,
 * reserved or otherwise not globally reachable by the registries; an IPv6
 * address that only carries such an IPv4 address (6to4, Teredo, NAT64); and
 * ADDRESS_NONE.
 *
 * The documentation blocks (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24,
 * 2001:db8::/32, 3fff::/20) are not internal, whatever the registries say:
 * nobody routes them, so they do no harm, and a manual's examples must work. */
bool address_is_internal(const struct address *address);

#endif
