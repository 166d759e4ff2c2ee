/* input -- what upload-database is given to read: a regular file, perhaps
 * through a symbolic link, or something that is open already.
 *
 * Open already are the standard input and what /dev/stdin and /dev/fd/N name
 * (a shell's <(COMMAND)); these may be pipes. A name in a directory may not:
 * see regular_file.h.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "base/strbuf.h"

/* How messages call the input; NULL is the standard input. */
const char *input_name(const char *file);

/* Whether it is a file, beside which FILE.etag has a place. */
bool input_is_file(const char *file);

/* Appends all of it to `body`. False: it could not be read, or does not fit,
 * and the person at the terminal was told why. */
bool input_read(const char *file, struct strbuf *body);

#endif
