/* progress -- a bar that shows how far a transfer has come, for a person at a
 * terminal who would wonder otherwise.
 *
 * It stands in one line of standard error, in plain characters, from when the
 * transfer has taken PROGRESS_AFTER_MS until progress_end(), which leaves no
 * trace of it. Where standard error is no terminal there is none.
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

void progress_end(struct progress *progress);

/* Appends the line as it is shown, as long for every state of a transfer.
 * Pure. */
void progress_append_line(struct strbuf *out, const char *verb, uint64_t bytes,
                          uint64_t total);

#endif
