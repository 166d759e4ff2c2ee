/* json_reader -- reads a JSON object (RFC 8259) on a line, member by member, in
 * place: texts are decoded where they stand, and nothing is allocated. A snapshot
 * of a million hosts is read so within seconds.
 *
 *     json_reader_init(&reader, line, len);
 *     while (json_reader_next(&reader, &member))
 *         ...
 *     if (!json_reader_ok(&reader))
 *         it was no object, or had something behind it;
 *
 * What members are for is the caller's to know: one that it does not know, of
 * whatever kind, it passes over. A text that is not UTF-8 makes the line none. Of
 * what JSON writes with a backslash, a control character becomes a blank, half a
 * surrogate U+FFFD; a control character written as UTF-8 becomes a blank too.
 */
#ifndef JOURNAL_JSON_READER_H
#define JOURNAL_JSON_READER_H

#include "base/span.h"

#include <stdint.h>

enum {
    JSON_READER_MAX_DEPTH = 8
}; /* of arrays and objects within the object */

struct json_reader {
    char *at, *end;
    bool has_begun, has_ended, has_failed;
};

enum json_kind {
    JSON_TEXT,
    JSON_NUMBER, /* 0 to UINT64_MAX, written with digits alone */
    JSON_FLAG,
    JSON_LIST,
    JSON_SOMETHING_ELSE, /* null, an object, another number */
};

/* All of it lives as long as the line. */
struct json_member {
    struct span name;
    enum json_kind kind;
    struct span text;
    uint64_t number; /* of a flag: 0 or 1 */
    struct json_reader list;
};

/* The bytes of the line are changed; its line feed may be there or not. */
void json_reader_init(struct json_reader *reader, char *line, size_t len);

/* False: there is no further one, or it is no JSON. */
bool json_reader_next(struct json_reader *reader, struct json_member *member);

/* Whether all was JSON, once json_reader_next() has returned false. */
bool json_reader_ok(const struct json_reader *reader);

/* The next text of a member that is a list, as often as wanted; what is no text
 * is passed over. */
bool json_reader_item(struct json_reader *list, struct span *text);

#endif
