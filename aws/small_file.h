/* small_file -- a file of secrets that somebody else writes, read whole: a
 * token, a list of keys.
 */
#ifndef AWS_SMALL_FILE_H
#define AWS_SMALL_FILE_H

#include "base/span.h"
#include "base/status.h"

enum { SMALL_FILE_MAX_BYTES = 1024 * 1024 };

struct small_file {
    char *text; /* NULL: nothing was read */
    size_t len;
};

/* Never waits: what is no regular file, such as a FIFO, is refused.
 * STATUS_NOT_FOUND; STATUS_INVALID: it cannot be read, and *why tells in words
 * (a literal, or strerror(3)'s); STATUS_NOMEM. The file is empty then. */
NODISCARD enum status small_file_read(struct small_file *file, const char *path,
                                      const char **why);

/* Wipes, frees, and leaves it empty. */
void small_file_clear(struct small_file *file);

static inline struct span small_file_span(const struct small_file *file)
{
    return span_from(file->text == NULL ? "" : file->text, file->len);
}

#endif
