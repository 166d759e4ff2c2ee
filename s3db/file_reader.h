/* file_reader -- a local file read like an object of S3: in pieces, with a
 * version that tells whether it changed, and never half of one version and
 * half of another.
 *
 *     status = file_reader_open(&reader, path, known_version);
 *     while (status == STATUS_OK) {
 *         status = file_reader_next(&reader, &chunk);
 *         if (chunk.len == 0)
 *             break;
 *         ...
 *     }
 *     file_reader_close(&reader);
 */
#ifndef S3DB_FILE_READER_H
#define S3DB_FILE_READER_H

#include "base/span.h"
#include "base/status.h"

#include <sys/stat.h>

enum {
    FILE_VERSION_MAX = 128,
    FILE_CHUNK_BYTES = 64 * 1024,
};

struct file_reader {
    int fd;
    struct stat opened;
    /* Device, inode, size, times of change: set by file_reader_open(), empty
     * when the file could not be looked at. NUL-terminated. */
    char version[FILE_VERSION_MAX];
    const char *fault; /* what failed, in words; "" when nothing did */
    char chunk[FILE_CHUNK_BYTES];
};

/* Opens the file. STATUS_UNCHANGED: it is still the `known_version`, and is
 * not opened. STATUS_NOT_FOUND, STATUS_DENIED, STATUS_INVALID (a directory, a
 * pipe, a device), STATUS_UNAVAILABLE. After any of them file_reader_close()
 * may be called, but need not; after STATUS_OK it must. */
NODISCARD enum status file_reader_open(struct file_reader *reader,
                                       const char *path,
                                       struct span known_version);

/* The next piece, borrowed until the next call; empty at the end of the file.
 * STATUS_UNAVAILABLE: reading failed, or somebody wrote to the file
 * meanwhile, so that what was read may be a bit of each. */
NODISCARD enum status file_reader_next(struct file_reader *reader,
                                       struct span *chunk);

void file_reader_close(struct file_reader *reader);

#endif
