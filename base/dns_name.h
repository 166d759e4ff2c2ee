/* dns_name -- host names as DNS sees them: without letter case, without the
 * trailing dot, split into labels.
 */
#ifndef BASE_DNS_NAME_H
#define BASE_DNS_NAME_H

#include "base/span.h"

enum {
    DNS_NAME_MAX = 253, /* RFC 1035 3.1: 255 octets on the wire */
    DNS_LABEL_MAX = 63,
};

/* Writes the name in lower case and without one trailing dot; returns its
 * length, or 0 when it is empty or longer than DNS_NAME_MAX. Does not judge
 * its characters. Not NUL-terminated. */
size_t dns_name_normalize(struct span name, char out[DNS_NAME_MAX]);

/* Whether a normalised name can be a host of this service: at least two
 * labels of 1 to 63 letters, digits, '-' or '_' (a hyphen at neither end, RFC
 * 1123 2.1); "*" may be the whole leftmost label, as Route 53 has it. Returns
 * NULL when it can, else the rule it breaks, in words. */
const char *dns_name_fault(struct span name);

#endif
