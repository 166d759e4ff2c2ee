/* s3_md5 -- whether the bytes that came are the object that its ETag names.
 *
 * S3 has no checksum that every object and every store offers, but this one:
 * the ETag of an object that was put in one part, in the clear or under S3's
 * own key, is the MD5 of its bytes (S3 API Reference, "Object"). It shows what
 * a disk, a cache or a proxy damaged. It is no protection from people: TLS is.
 */
#ifndef AWS_S3_MD5_H
#define AWS_S3_MD5_H

#include "base/span.h"

#include <stdbool.h>

enum { S3_MD5_HEX = 32 };

/* Of the bytes so far; all zero: of none, and none is wanted. */
struct s3_md5 {
    void *context; /* EVP_MD_CTX *; NULL: there is no MD5 */
};

/* Without memory, or where a policy of this machine's forbids MD5, there is no
 * MD5, and what is not there is not compared. */
void s3_md5_init(struct s3_md5 *md5);
void s3_md5_add(struct s3_md5 *md5, struct span bytes);
void s3_md5_clear(struct s3_md5 *md5);

/* Writes the MD5 in hex, or "" when there is none, and clears. */
void s3_md5_finish(struct s3_md5 *md5, char hex[S3_MD5_HEX + 1]);

/* Whether an ETag that is an MD5 is another one than `hex`. `encryption` is
 * the object's x-amz-server-side-encryption: under KMS keys, an ETag only looks
 * like an MD5. False whenever there is nothing to compare. */
bool s3_md5_contradicts(const char *hex, struct span etag,
                        const char *encryption);

#endif
