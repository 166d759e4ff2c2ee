/* diff_words -- what differs between two host tables, in words for a person.
 * Pure; no word is a token.
 */
#ifndef CLI_DIFF_WORDS_H
#define CLI_DIFF_WORDS_H

#include "s3db/host_diff.h"

#include "base/strbuf.h"

/* Appends what an upload does, in one line without its end: "+2 hosts, -1, 1
 * token changed, 3 other values changed"; or "no host changes". */
void diff_words_line(struct strbuf *out, const struct host_diff *diff);

/* Appends what the file has that the bucket has not, in a line for each of
 * added, removed and changed hosts, with the first names; "host_diff" went from
 * the bucket to the file. Each line begins with a line feed. */
void diff_words_summary(struct strbuf *out, const struct host_diff *diff);

#endif
