/* s3 -- reading, writing and listing objects of Amazon S3 (or of a store that
 * speaks its protocol), with ETags and, where the bucket keeps them, versions.
 *
 * Every function queues one signed request; its completion is called once from
 * aws_client_poll(). Statuses: STATUS_OK; STATUS_UNCHANGED (304);
 * STATUS_CONFLICT (412, 409: somebody else wrote first); STATUS_NOT_FOUND
 * (NoSuchKey, NoSuchBucket); STATUS_DENIED; STATUS_THROTTLED (503 SlowDown);
 * STATUS_INVALID (AWS refuses the request itself: 501 for a store without
 * conditional writes); STATUS_UNAVAILABLE (no answer that can be trusted: a
 * body cut short, or without any sign of where it ends, or other than its ETag
 * says (s3_md5.h); one without an ETag, which is a gateway's page perhaps, but
 * no object; words that are not a store's). A function itself fails with
 * STATUS_NOMEM, or with STATUS_INVALID when bucket, key, ETag or version are
 * none (empty, too long, a control character in an ETag), and then never calls
 * its completion. Arguments are copied before the function returns.
 *
 * `timeout_ms` bounds the whole request, the body included; one over which
 * less than 4 KiB a second came for half a minute is given up sooner. Both are
 * STATUS_UNAVAILABLE, with libcurl's words for it.
 */
#ifndef AWS_S3_H
#define AWS_S3_H

#include "aws/aws_client.h"
#include "aws/aws_reply.h"
#include "aws/s3_etag.h"
#include "aws/s3_listing.h"
#include "aws/s3_version.h"
#include "base/span.h"

/* For a database, the time-out to give. A million hosts, 40 MB, come through
 * within it over a line of 384 kbit/s; and a store that is slower delays nobody
 * for longer than this. */
enum { S3_DATABASE_TIMEOUT_MS = 15 * 60 * 1000 };

/* Takes the next bytes of an object; anything but STATUS_OK stops the
 * download, and the completion receives that status, unless there is no ETag.
 * Called for bytes of a 200 reply only, never for an error document. */
typedef enum status s3_chunk_fn(void *arg, struct span chunk);

/* `etag` is what S3 sent, quotes included; never empty with STATUS_OK. */
typedef void s3_done_fn(void *arg, const struct aws_reply *reply,
                        struct span etag);

/* GetObject. With `if_none_match` (an ETag, may be empty) an object that has
 * not changed gives STATUS_UNCHANGED. A bucket's region is taken from S3's
 * first redirect, which may need a question to the bucket itself, and the
 * request is sent again, once. */
NODISCARD enum status s3_get_object(struct aws_client *client,
                                    const char *bucket, const char *key,
                                    struct span if_none_match, long timeout_ms,
                                    s3_chunk_fn *chunk, s3_done_fn *done,
                                    void *arg);

/* What is to be put. With `if_match` (an ETag; "*" in if_none_match means "only
 * if there is none") S3 refuses with STATUS_CONFLICT when the object is another
 * one by now; both may be empty. */
struct s3_put {
    struct span body;
    struct span content_type; /* "text/csv" */
    struct span if_match, if_none_match;
};

/* PutObject. STATUS_INVALID also when the content type can be none. */
NODISCARD enum status s3_put_object(struct aws_client *client,
                                    const char *bucket, const char *key,
                                    const struct s3_put *put, long timeout_ms,
                                    s3_done_fn *done, void *arg);

/* One page of ListObjectsV2: keys in the order of their bytes, up to a thousand.
 * Borrowed for the time of the callback, as is the token to go on with, which is
 * empty when there are no more. With a reply that is not STATUS_OK, count is 0. */
typedef void s3_objects_fn(void *arg, const struct aws_reply *reply,
                           const struct span *keys, size_t count,
                           struct span next);

/* ListObjectsV2. */
NODISCARD enum status s3_list_objects(struct aws_client *client,
                                      const char *bucket,
                                      const struct s3_listing *listing,
                                      long timeout_ms, s3_objects_fn *done,
                                      void *arg);

/* GetObject of one version: its id as S3 lists it. STATUS_NOT_FOUND also when
 * there is no such version any more. */
NODISCARD enum status s3_get_object_version(struct aws_client *client,
                                            const char *bucket, const char *key,
                                            struct span version,
                                            long timeout_ms, s3_chunk_fn *chunk,
                                            s3_done_fn *done, void *arg);

/* One page of ListObjectVersions: the versions of this very key, the newest
 * first, as far as the page has them. Borrowed for the time of the callback, as
 * is *next, from which to go on; its version is empty when there are no more.
 * With a reply that is not STATUS_OK, count is 0. */
typedef void s3_versions_fn(void *arg, const struct aws_reply *reply,
                            const struct s3_version *versions, size_t count,
                            const struct s3_version_cursor *next);

/* ListObjectVersions of one key, from a cursor on (NULL: from the newest). */
NODISCARD enum status s3_list_versions(struct aws_client *client,
                                       const char *bucket, const char *key,
                                       const struct s3_version_cursor *from,
                                       long timeout_ms, s3_versions_fn *done,
                                       void *arg);

/* HeadObject: the ETag alone. */
NODISCARD enum status s3_head_object(struct aws_client *client,
                                     const char *bucket, const char *key,
                                     long timeout_ms, s3_done_fn *done,
                                     void *arg);

#endif
