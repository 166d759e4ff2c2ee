/* gzip_lines -- a text that gzip packed, line by line; neither the text nor a
 * copy of it is ever in memory as a whole.
 */
#ifndef JOURNAL_GZIP_LINES_H
#define JOURNAL_GZIP_LINES_H

#include "base/span.h"
#include "base/status.h"

#include <stddef.h>

/* A line without its line feed, until it returns; anything but STATUS_OK ends
 * the reading and becomes its status. */
typedef enum status gzip_line_fn(void *arg, struct span line);

/* Tells every line, the last one with its line feed or without. One that is
 * longer than max_line_bytes is told as an empty one. All is unpacked once before
 * the first is told, so what is told is whole. STATUS_INVALID: it is not gzip's,
 * or was changed, or cut short; STATUS_FULL: it unpacks to more than max_bytes;
 * STATUS_NOMEM. */
NODISCARD enum status gzip_lines_each(struct span packed, size_t max_bytes,
                                      size_t max_line_bytes, gzip_line_fn *each,
                                      void *arg);

#endif
