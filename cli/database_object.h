/* database_object -- the database's object in S3, one request at a time: each
 * function submits, waits for the answer and tries again when that is sensible.
 *
 * Again: as aws/retry.h has it, AWS_MAX_ATTEMPTS times in all. A line on
 * standard error announces each wait.
 */
#ifndef CLI_DATABASE_OBJECT_H
#define CLI_DATABASE_OBJECT_H

#include "cli/settings.h"

#include "s3db/s3_advice.h"

#include "aws/s3.h"

/* HOSTDB_MAX_HOSTS rows of 64 bytes. */
enum { DATABASE_MAX_BYTES = 1024 * 1024 * 1024 };

struct database_object; /* opaque */

/* The answer to the last attempt, copied. */
struct database_object_reply {
    struct aws_reply aws;
    char etag[S3_ETAG_MAX + 1]; /* quotes included; never "" with STATUS_OK */
    bool in_doubt; /* an attempt before the last may have been carried out */
};

/* `settings` is borrowed. NULL: memory, or TLS cannot be set up. */
struct database_object *database_object_new(const struct settings *settings);
void database_object_free(struct database_object *object);

/* "s3://bucket/key". Borrowed from object. */
const char *database_object_where(const struct database_object *object);
const char *database_object_bucket(const struct database_object *object);
const char *database_object_key(const struct database_object *object);

/* Each returns reply->aws.status. With database_object_get(), `body` holds the
 * whole object when that is STATUS_OK. In database_object_put() at most one of
 * the conditions is not empty (s3.h). */
NODISCARD enum status database_object_get(struct database_object *object,
                                          struct strbuf *body,
                                          struct database_object_reply *reply);
NODISCARD enum status database_object_head(struct database_object *object,
                                           struct database_object_reply *reply);
NODISCARD enum status database_object_put(struct database_object *object,
                                          struct span body,
                                          struct span if_match,
                                          struct span if_none_match,
                                          struct database_object_reply *reply);

/* The object in one of its versions. */
NODISCARD enum status database_object_get_version(
    struct database_object *object, struct span version, struct strbuf *body,
    struct database_object_reply *reply);

/* Takes a version, which is borrowed; false: no more of them is wanted. */
typedef bool database_object_version_fn(void *arg,
                                        const struct s3_version *version);

/* Hands out the versions of the object, the newest first, as far as they are
 * wanted and the store lists them. STATUS_OK also when there is none at all. */
NODISCARD enum status database_object_list_versions(
    struct database_object *object, database_object_version_fn *take, void *arg,
    struct database_object_reply *reply);

/* From now on shows how far a transfer has come that takes longer than a
 * second, if standard error is a terminal (progress.h). */
void database_object_show_progress(struct database_object *object);

/* Says that `what` ("cannot read", "cannot write") failed, where, in AWS's
 * words and code, and what to do. */
void database_object_complain(const struct database_object *object,
                              const char *what,
                              const struct database_object_reply *reply,
                              enum s3_use use);

#endif
