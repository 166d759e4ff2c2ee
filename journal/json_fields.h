/* json_fields -- a struct as members of a JSON object, and back, as a table
 * says: one place where names, kinds and bounds stand.
 *
 * What is unknown (an empty text, a moment that never was, no address) is not
 * written, and what is not written is unknown; counts and flags are written
 * always, for queries.
 */
#ifndef JOURNAL_JSON_FIELDS_H
#define JOURNAL_JSON_FIELDS_H

#include "base/status.h"
#include "base/strbuf.h"
#include "journal/json_reader.h"

enum field_kind {
    FIELD_TEXT,    /* struct span */
    FIELD_HOST,    /* struct span: a name as dns_name_fault() wants it */
    FIELD_MOMENT,  /* int64_t: ms since 1970, as RFC 3339 */
    FIELD_ADDRESS, /* struct address */
    FIELD_COUNT32, /* uint32_t */
    FIELD_COUNT64, /* uint64_t */
    FIELD_FLAG,    /* bool */
};

struct json_field {
    const char *name;
    enum field_kind kind;
    size_t offset;    /* within the struct */
    size_t max_bytes; /* of a text */
};

struct json_fields {
    const struct json_field *fields;
    size_t count;
};

/* FIELD(struct event_calls, host, FIELD_HOST, DNS_NAME_MAX): the member and the
 * name are one. */
#define FIELD(type, member, kind, max_bytes)                                   \
    {                                                                          \
#member, kind, offsetof(type, member), max_bytes                       \
    }

void json_fields_write(const struct json_fields *fields, const void *from,
                       struct strbuf *out);

/* Sets what this member is for; others are passed over. Texts are borrowed from
 * the line, and cut like those that are written. *next says which field is most
 * likely; 0 at first. STATUS_INVALID: the field is of another kind, or no host,
 * moment or address. */
NODISCARD enum status json_fields_read(const struct json_fields *fields,
                                       const struct json_member *member,
                                       size_t *next, void *into);

#endif
