/* progress -- a bar that shows how far something has come, for a person at a
 * terminal who would wonder otherwise: mostly a transfer of bytes.
 *
 * It stands in one line of standard error, in plain characters, from when it
 * has taken PROGRESS_AFTER_MS until progress_end(), which leaves no trace of it.
 * Where standard error is no terminal there is none.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "base/strbuf.h"

#include <stdint.h>

enum {
    PROGRESS_AFTER_MS = 1000,
    PROGRESS_LINE_MAX = 72, /* no terminal of today is narrower than 80 */
};

struct progress {
    const char *verb; /* "uploading"; a literal */
    int64_t begun_ms;
    char shown[PROGRESS_LINE_MAX + 1]; /* "": nothing */
};

void progress_begin(struct progress *progress, const char *verb);

/* So many bytes of `total` are through; 0: that is not known yet. */
void progress_move(struct progress *progress, uint64_t bytes, uint64_t total);

/* The same of what is no transfer: `part` of `total` is done, whatever it is
 * counted in, and `words`, always as many characters, say where it is. */
void progress_tell(struct progress *progress, uint64_t part, uint64_t total,
                   const char *words);

void progress_end(struct progress *progress);

/* Append the line as it is shown, as long for every state. Pure. */
void progress_append_line(struct strbuf *out, const char *verb, uint64_t bytes,
                          uint64_t total);
void progress_append_words(struct strbuf *out, const char *verb, uint64_t part,
                           uint64_t total, const char *words);

#endif
