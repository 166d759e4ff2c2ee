/* host_attributes -- what a row may say of a host beside its name and token.
 *
 * The table in host_attributes.c has one line for each attribute: the name of
 * its column, its kind, and the words for a value that is not of that kind. To
 * add one: a constant here, a line there, a function in host.h that reads it,
 * and a paragraph in dyndns53-hosts(5).
 *
 * In memory the attributes of a row stand one behind the other, each as its
 * constant, the length of its value, and the value: two bytes and those of the
 * value. What a row does not say, and what only people read, takes none.
 */
#ifndef S3DB_HOST_ATTRIBUTES_H
#define S3DB_HOST_ATTRIBUTES_H

#include "base/span.h"

#include <stdint.h>

enum host_attribute {
    HOST_ATTRIBUTE_RECORD_TYPE,    /* a number: an address_family */
    HOST_ATTRIBUTE_TTL,            /* a number: of its records, in seconds */
    HOST_ATTRIBUTE_ALLOW_INTERNAL, /* a number: 0 or 1, as all flags */
    HOST_ATTRIBUTE_LOCK_RECORD,    /* a flag */
    HOST_ATTRIBUTE_READ_PRIVILEGE, /* a flag */
    HOST_ATTRIBUTE_MAC_ADDRESS,    /* text, as it is written */
    HOST_ATTRIBUTE_USER,           /* text */
    HOST_ATTRIBUTE_IPV6_SUFFIX,    /* bytes, without leading zero bytes */
    HOST_ATTRIBUTE_EXPECT_WITHIN,  /* a number: of seconds; 0: never */
    HOST_ATTRIBUTE_EXPIRE_AFTER,   /* likewise */
    HOST_ATTRIBUTE_COMMENT,        /* for people: any text, not kept */
    HOST_ATTRIBUTE_COUNT,
};

enum {
    HOST_TTL_MAX_SECONDS = 2147483647, /* Route 53's TTL; RFC 2181 8 */
    HOST_DURATION_MAX_SECONDS = 3650 * 24 * 60 * 60, /* no record is that old */
    HOST_USER_MAX_BYTES = 253, /* as long as a name, which may be one */
    HOST_ATTRIBUTE_VALUE_MAX_BYTES = HOST_USER_MAX_BYTES,
    HOST_ATTRIBUTES_MAX_BYTES =
        HOST_ATTRIBUTE_COUNT * (2 + HOST_ATTRIBUTE_VALUE_MAX_BYTES),
};

/* Those of one row, while it is read. Zeroed: none. */
struct host_attributes {
    unsigned char bytes[HOST_ATTRIBUTES_MAX_BYTES];
    size_t len;
};

/* The attribute that a column of this name holds, in any letter case. False,
 * with *out untouched, when there is none. */
bool host_attribute_find(struct span column, enum host_attribute *out);

/* The name of its column. A literal. */
const char *host_attribute_column(enum host_attribute which);

/* Checks a value as people write it, and adds it; an attribute at most once a
 * row. An empty value is none. NULL, or, with nothing added, what is wrong
 * with the value: a literal. */
const char *host_attributes_add(struct host_attributes *attributes,
                                enum host_attribute which, struct span text);

/* The bytes that are kept of an attribute, among those of one row. False, with
 * *out untouched, when the row does not have it. */
bool host_attributes_value(struct span attributes, enum host_attribute which,
                           struct span *out);

/* The value of an attribute that is a number, among those of one row. False,
 * with *out untouched, when the row does not have it. */
bool host_attributes_number(struct span attributes, enum host_attribute which,
                            uint32_t *out);

#endif
