/* store -- the database's object in S3, one request at a time: each function
 * submits, waits for the answer and tries again when that is sensible.
 *
 * Again: after no answer, an answer that asks for patience, and a 409, which
 * is what S3 says while somebody else is writing the same object. The waits
 * grow, a line on standard error announces each, and none is begun once
 * STORE_PATIENCE_SECONDS are over.
 */
#ifndef CLI_STORE_H
#define CLI_STORE_H

#include "cli/settings.h"

#include "s3db/s3_advice.h"

#include "aws/s3.h"

enum {
    STORE_PATIENCE_SECONDS = 15,
    /* HOSTDB_MAX_HOSTS rows of 64 bytes. */
    STORE_MAX_BYTES = 1024 * 1024 * 1024,
};

struct store; /* opaque */

/* The answer to the last attempt, copied. */
struct store_reply {
    struct aws_reply aws;
    char etag[S3_ETAG_MAX + 1]; /* quotes included; never "" with STATUS_OK */
    bool in_doubt; /* an attempt before the last may have been carried out */
};

/* `settings` is borrowed. NULL: memory, or TLS cannot be set up. */
struct store *store_new(const struct settings *settings);
void store_free(struct store *store);

/* "s3://bucket/key". Borrowed from store. */
const char *store_where(const struct store *store);
const char *store_bucket(const struct store *store);
const char *store_key(const struct store *store);

/* Each returns reply->aws.status. With store_get(), `body` holds the whole
 * object when that is STATUS_OK. In store_put() at most one of the conditions
 * is not empty (s3.h). */
NODISCARD enum status store_get(struct store *store, struct strbuf *body,
                                struct store_reply *reply);
NODISCARD enum status store_head(struct store *store,
                                 struct store_reply *reply);
NODISCARD enum status store_put(struct store *store, struct span body,
                                struct span if_match, struct span if_none_match,
                                struct store_reply *reply);

/* Says that `what` ("cannot read", "cannot write") failed, where, in AWS's
 * words and code, and what to do. */
void store_complain(const struct store *store, const char *what,
                    const struct store_reply *reply, enum s3_use use);

#endif
