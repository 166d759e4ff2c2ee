/* file_replace -- writes a file whole or not at all.
 */
#ifndef CLI_FILE_REPLACE_H
#define CLI_FILE_REPLACE_H

#include "base/span.h"
#include "base/status.h"

#include <sys/stat.h>

/* Makes `path` a file of mode 0600 with this content: written beside it under
 * another name, flushed to the disk, then renamed. Whatever happens, `path` is
 * the old file or the new one. STATUS_INVALID: what is there is no regular
 * file, and is left alone; a symbolic link is none, and never followed.
 * STATUS_UNAVAILABLE: errno says why. STATUS_NOMEM. */
NODISCARD enum status file_replace(const char *path, struct span content);

/* The same with the owner and the mode of a file that was there, so that who
 * may read it still may. `like` NULL: as above. STATUS_UNAVAILABLE: also when
 * the owner cannot be kept. */
NODISCARD enum status file_replace_like(const char *path, struct span content,
                                        const struct stat *like);

#endif
