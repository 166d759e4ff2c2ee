/* regular_file -- opens files by name, but only regular ones.
 *
 * What stands at a name in a directory that others may write to (/tmp) is
 * theirs to choose: a pipe that nobody writes to would hang whoever opens it.
 */
#ifndef CLI_REGULAR_FILE_H
#define CLI_REGULAR_FILE_H

#include "base/status.h"

enum links { LINKS_REFUSED, LINKS_FOLLOWED };

/* Opens `path` for reading; never waits. STATUS_NOT_FOUND: there is nothing.
 * STATUS_INVALID: it is no regular file. STATUS_UNAVAILABLE. But for
 * STATUS_INVALID errno says why, and *fd is -1 after every failure. */
NODISCARD enum status regular_file_open(const char *path, enum links links,
                                        int *fd);

/* What stands at `path` instead of a regular file, for a message: "it is a
 * pipe". NULL: nothing, or by now a regular file. */
const char *regular_file_obstacle(const char *path, enum links links);

#endif
