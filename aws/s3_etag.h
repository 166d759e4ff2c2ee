/* s3_etag -- how long an ETag of an object can be.
 */
#ifndef AWS_S3_ETAG_H
#define AWS_S3_ETAG_H

/* With its quotes. S3's own are the hex digits of an MD5 and perhaps the number
 * of parts; other stores use longer hashes. */
enum { S3_ETAG_MAX = 130 };

#endif
