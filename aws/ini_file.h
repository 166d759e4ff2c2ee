/* ini_file -- reads the text of AWS's shared files (AWS SDKs and Tools Reference
 * Guide, "Shared config and credentials files"), entry by entry.
 *
 *     [section]
 *     key = value
 *
 * Lines that begin with # or ; are comments. A line that is indented further
 * than the key before it belongs to that key's value, which is a list of
 * settings then, of which we need none: it is passed over. A byte order mark
 * and CRLF are taken. Pure; what it gives is borrowed from the text. Private to
 * this floor.
 */
#ifndef AWS_INI_FILE_H
#define AWS_INI_FILE_H

#include "base/span.h"

struct ini_reader {
    struct span rest, section;
    size_t line;   /* of the entry before, from 1 */
    size_t indent; /* of the key before */
    bool in_section, has_key;
    const char *fault; /* why reading ended early, else NULL; never a value */
};

struct ini_entry {
    struct span section;    /* between the brackets, trimmed */
    struct span key, value; /* key empty: the section's own line */
};

struct ini_reader ini_open(struct span text);

/* The next entry. False at the end, or at a fault, which reader->fault tells
 * and reader->line finds. */
bool ini_next(struct ini_reader *reader, struct ini_entry *entry);

#endif
