/* json_writer -- a flat JSON object as a line, member by member:
 *
 *     json_writer_begin(&out);
 *     json_writer_text(&out, "host", name, 253);
 *     json_writer_end(&out);
 *
 * Names of members are ours and need no escapes. Whatever texts hold, the line
 * is JSON in UTF-8, and does no harm on a terminal: what is not UTF-8 becomes
 * U+FFFD, a control character a blank. A failure of the buffer is its caller's
 * to ask for (strbuf_ok).
 */
#ifndef JOURNAL_JSON_WRITER_H
#define JOURNAL_JSON_WRITER_H

#include "base/strbuf.h"

#include <stdint.h>

void json_writer_begin(struct strbuf *out);
void json_writer_end(struct strbuf *out); /* with the line feed */

/* At most max_bytes of it, as they are read again; a character is there or not,
 * never half. */
void json_writer_text(struct strbuf *out, const char *name, struct span text,
                      size_t max_bytes);
void json_writer_number(struct strbuf *out, const char *name, uint64_t number);
void json_writer_flag(struct strbuf *out, const char *name, bool flag);

/* An array of texts: begin it, each item, end it. */
void json_writer_list_begin(struct strbuf *out, const char *name);
void json_writer_list_item(struct strbuf *out, struct span text,
                           size_t max_bytes);
void json_writer_list_end(struct strbuf *out);

#endif
