/* wanted_addresses -- which addresses a dyndns2 call asks for, and which of
 * them each of its hosts gets.
 *
 * myip                          a list of IPv4 and IPv6 addresses
 * myipv6                        likewise; for devices that give each family a
 *                               parameter of its own
 * myip6prefix, ip6lanprefix     the IPv6 prefix of the network, as in
 *                               2001:db8:0:1::/64; a host with an ipv6_suffix
 *                               gets the address that both make
 *
 * Without any address the client's own counts. A family of which nothing is
 * said is left alone, and so is one whose parameter says "preserve". The length
 * of a prefix behind an address ("/64") is dropped, and an IPv4-mapped address
 * is an IPv4 address. Pure.
 */
#ifndef SERVER_HTTP_WANTED_ADDRESSES_H
#define SERVER_HTTP_WANTED_ADDRESSES_H

#include "s3db/host.h"
#include "server/http/refusal.h"

#include "base/address.h"

struct wanted_addresses {
    enum refusal refusal;      /* of them all; REFUSAL_NONE: they are there */
    struct address ipv4, ipv6; /* ADDRESS_NONE: leave the family alone */
    struct cidr prefix;        /* base of ADDRESS_NONE: none was told */
};

/* From the parameters of a query and of a form (query.h). `client` is of
 * ADDRESS_NONE when it is not known. */
void wanted_addresses_read(struct wanted_addresses *wanted, struct span query,
                           struct span form, const struct address *client);

/* The IPv6 address that a host gets, whose row for AAAA this is; ADDRESS_NONE:
 * none. What comes back is REFUSAL_NONE, or why it cannot be made. */
enum refusal wanted_addresses_ipv6(const struct wanted_addresses *wanted,
                                   const struct host *row, struct address *out);

#endif
