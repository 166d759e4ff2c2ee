/* json_text -- JSON (RFC 8259) that callers send, and that they are sent, by
 * way of the library jansson.
 *
 * What is read comes from strangers: it is short, shallow, UTF-8, and names
 * nothing twice, or it is refused. Pure.
 */
#ifndef SERVER_HTTP_JSON_TEXT_H
#define SERVER_HTTP_JSON_TEXT_H

#include "base/span.h"

#include <jansson.h>

enum {
    JSON_TEXT_MAX_BYTES = 16 * 1024, /* as a request's body */
    JSON_TEXT_MAX_DEPTH = 8,         /* of objects and arrays */
};

/* Reads one object and nothing behind it; it is the caller's, for json_decref().
 * NULL: the text is something else, or too much of it, or memory fails, which
 * jansson does not tell apart. */
json_t *json_text_read(struct span text);

/* The member of this name, if it is a string; borrowed from the object. False,
 * with *out untouched, if it is not there or something else. */
bool json_text_member(const json_t *object, const char *name, struct span *out);

enum json_text_style {
    JSON_TEXT_SPACED,  /* {"a": 1, "b": 2} */
    JSON_TEXT_COMPACT, /* {"a":1,"b":2} */
};

/* Writes the value as one line without its end, members in the order in which
 * they were added, and what is not ASCII escaped. Both release the value, which
 * may be NULL: then memory failed before. */

/* To out[size], not NUL-terminated. Returns the length; 0 when memory fails or
 * there is no room. */
size_t json_text_write(json_t *value, enum json_text_style style, char *out,
                       size_t size);

/* NUL-terminated and from malloc(3); NULL when memory fails. */
char *json_text_write_long(json_t *value, enum json_text_style style);

#endif
