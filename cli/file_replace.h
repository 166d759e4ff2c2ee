/* file_replace -- writes a file whole or not at all.
 */
#ifndef CLI_FILE_REPLACE_H
#define CLI_FILE_REPLACE_H

#include "base/span.h"
#include "base/status.h"

/* Makes `path` a file of mode 0600 with this content: written beside it under
 * another name, flushed to the disk, then renamed. Whatever happens, `path` is
 * the old file or the new one. STATUS_INVALID: what is there is no regular
 * file, and is left alone; a symbolic link is none, and never followed.
 * STATUS_UNAVAILABLE: errno says why. STATUS_NOMEM. */
NODISCARD enum status file_replace(const char *path, struct span content);

#endif
