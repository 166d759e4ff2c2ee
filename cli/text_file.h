/* text_file -- reads a small regular file whole.
 */
#ifndef CLI_TEXT_FILE_H
#define CLI_TEXT_FILE_H

#include "cli/regular_file.h"

#include "base/strbuf.h"

/* Appends all of it to *text. STATUS_NOT_FOUND, STATUS_INVALID: it is no
 * regular file. STATUS_FULL: it is longer than *text may be. STATUS_UNAVAILABLE:
 * errno says why. */
NODISCARD enum status text_file_read(const char *path, enum links links,
                                     struct strbuf *text);

/* Why it failed, for a message; errno is still that of the failure. */
const char *text_file_fault(const char *path, enum links links,
                            enum status status);

#endif
