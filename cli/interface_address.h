/* interface_address -- the address that the world knows of a network interface.
 *
 * Linux is asked for all that it has (rtnetlink(7)), since getifaddrs(3) does
 * not tell an address that is to last from one of those that IPv6 makes for
 * privacy, drops after a day (RFC 8981), and that nobody should be led to.
 */
#ifndef CLI_INTERFACE_ADDRESS_H
#define CLI_INTERFACE_ADDRESS_H

#include "base/address.h"
#include "base/status.h"

#include <stddef.h>

/* Finds the address of this family. Left out are those that mean nothing to the
 * world (address_scope.h) or are not in use: tentative, duplicate, deprecated,
 * temporary. Of several the kernel's primary ones come first, then the least by
 * its bytes, so that the choice stays the same. STATUS_NOT_FOUND: it has none.
 * STATUS_INVALID: there is no such interface. STATUS_UNAVAILABLE: errno says
 * why the kernel was of no help. */
NODISCARD enum status interface_address_find(const char *name,
                                             enum address_family family,
                                             struct address *out);

/* ---- the choice itself, which is pure ---- */

struct interface_choice {
    unsigned index; /* of the interface */
    enum address_family family;
    bool found, secondary;
    struct address address;
    bool complete, failed; /* the kernel has said all; it refused */
};

/* Takes a datagram of the kernel's answers to RTM_GETADDR. Bytes that break the
 * format are ignored. */
void interface_choice_feed(struct interface_choice *choice,
                           const void *messages, size_t len);

#endif
