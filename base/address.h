/* address -- an IP address as a value: read, written, compared.
 *
 * An IPv4-mapped IPv6 address (::ffff:192.0.2.1, RFC 4291 2.5.5.2) is the
 * IPv4 address: that is what a dual-stack socket shows of an IPv4 caller.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include "base/span.h"

#include <sys/socket.h>

enum address_family { ADDRESS_NONE = 0, ADDRESS_IPV4 = 4, ADDRESS_IPV6 = 6 };

enum {
    ADDRESS_TEXT_MAX = 46, /* with the NUL: INET6_ADDRSTRLEN */
};

struct address {
    enum address_family family;
    unsigned char bytes[16]; /* network order; IPv4 uses the first four */
};

/* Reads "192.0.2.1" or "2001:db8::1" and nothing else: no port, no brackets,
 * no zone id, no leading zeros (inet_pton(3)). False leaves *out untouched. */
bool address_parse(struct span text, struct address *out);

/* From a socket's address; ADDRESS_NONE when it is neither AF_INET(6). */
struct address address_from_sockaddr(const struct sockaddr *sa);

/* The canonical text (RFC 5952), NUL-terminated; returns its length. An
 * address of ADDRESS_NONE is "-". */
size_t address_format(const struct address *address,
                      char out[ADDRESS_TEXT_MAX]);

bool address_equal(const struct address *a, const struct address *b);

/* What one customer of a provider has: an address of IPv4, and of IPv6 a network
 * of 64 bits, whose other bits are 0 here. */
struct address address_network(const struct address *address);

/* A block of addresses, "10.0.0.0/8" or a single address. */
struct cidr {
    struct address base;
    unsigned prefix_bits;
};

/* False, with *out untouched, for anything else; host bits beyond the prefix
 * are refused, since "10.1.2.3/8" is more often a mistake than meant. */
bool cidr_parse(struct span text, struct cidr *out);
bool cidr_contains(const struct cidr *block, const struct address *address);

#endif
