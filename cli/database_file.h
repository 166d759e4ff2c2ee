/* database_file -- the database as a local file, edited in place of the object
 * in S3.
 *
 * Whoever edits it with dyndb holds a lock on its folder meanwhile, so that two
 * cannot undo each other's work. Editors that know nothing of the lock are
 * noticed when they were faster: the file is then another version.
 */
#ifndef CLI_DATABASE_FILE_H
#define CLI_DATABASE_FILE_H

#include "s3db/file_reader.h"

#include "base/strbuf.h"

struct database_file {
    const char *path;
    int folder;                     /* locked; -1: it is not */
    char version[FILE_VERSION_MAX]; /* that was read; "": there was no file */
    struct stat like;               /* its owner and mode */
};

/* Waits for the lock on the folder of `path`, which is borrowed; for
 * DATABASE_FILE_PATIENCE_SECONDS at the most. False: there is none, which was
 * said. database_file_close() is allowed in any case. */
enum { DATABASE_FILE_PATIENCE_SECONDS = 15 };
bool database_file_open(struct database_file *file, const char *path);
void database_file_close(struct database_file *file);

/* Appends the file to `text`. STATUS_NOT_FOUND: there is none, and the text
 * stays empty. Any other failure was said. */
NODISCARD enum status database_file_read(struct database_file *file,
                                         struct strbuf *text);

/* Puts `text` in the place of the version that was read, with the same owner
 * and mode; a new file is its owner's alone. STATUS_CONFLICT: it is another
 * version by now. Any other failure was said. */
NODISCARD enum status database_file_write(const struct database_file *file,
                                          struct span text);

#endif
