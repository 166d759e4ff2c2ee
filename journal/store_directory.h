/* store_directory -- an object store in a local directory: a file for each
 * object, a folder for each segment of its key but the last. Private to this floor.
 *
 * Processes of one machine compete for an object as they do in S3. Who writes
 * holds a lock, on the file `.lock` in the directory, writes `.new` there,
 * flushes it to the disk and gives it the object's name; so a name is always of a
 * whole object, the one before or the one after. A process that was killed
 * leaves no more behind than `.new`, which the next one replaces, and its lock
 * goes with it. Who reads needs no lock.
 *
 * Folders and files get the owner and the rights of the directory, as far as
 * that is ours to give, so that what root's dyndb writes can be read by the server. A
 * symbolic link below the directory is never followed.
 *
 * The tag of an object is a hash of its content.
 */
#ifndef JOURNAL_STORE_DIRECTORY_H
#define JOURNAL_STORE_DIRECTORY_H

#include "journal/object_types.h"

extern const struct object_store_kind store_directory;

/* Its `self`; NULL when memory is short. */
void *store_directory_new(const char *path);

#endif
