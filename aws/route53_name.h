/* route53_name -- how Route 53 writes a domain name.
 *
 * In answers every character but a-z 0-9 - _ and the dots between labels
 * comes as \ooo, its code in three octal digits ("*" is \052), and the name
 * ends in a dot (Developer Guide, "DNS domain name format"). Pure; private to
 * this floor.
 */
#ifndef AWS_ROUTE53_NAME_H
#define AWS_ROUTE53_NAME_H

#include "base/dns_name.h"
#include "base/span.h"

/* Decodes and normalises a name; returns its length, or 0 when it is none
 * that a normalised name could stand for: an escape that is no \ooo or means
 * a dot within a label, too long, empty. Not NUL-terminated. */
size_t route53_name_decode(struct span escaped, char out[DNS_NAME_MAX]);

#endif
