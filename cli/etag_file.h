/* etag_file -- FILE.etag, which remembers what version of the database FILE was
 * made from, so that an upload replaces that version and no other.
 *
 * Three lines, for the tool and for a curious person:
 *
 *     bucket: dyndns.example.org
 *     key: hosts.csv
 *     etag: "9bb58f26192e4ba00f01e2e7b136bbd8"
 */
#ifndef CLI_ETAG_FILE_H
#define CLI_ETAG_FILE_H

#include "aws/s3_etag.h"
#include "base/status.h"

/* Reads the ETag that was remembered for `file`. STATUS_OK with etag "": there
 * is no FILE.etag, or it is about another object, or about none. STATUS_INVALID: there is one
 * that dyndb did not write; a symbolic link, and what is no regular file, never
 * are. STATUS_UNAVAILABLE: it cannot be read. */
NODISCARD enum status etag_file_read(const char *file, const char *bucket,
                                     const char *key,
                                     char etag[S3_ETAG_MAX + 1]);

/* Remembers the ETag in a file of mode 0600; "": there was no object. Failures
 * as of file_replace(). */
NODISCARD enum status etag_file_write(const char *file, const char *bucket,
                                      const char *key, const char *etag);

/* Why one of these has just failed with `status`, in words; borrowed until the
 * next strerror(3). */
const char *etag_file_fault(const char *file, enum status status);

#endif
