/* uri -- paths and queries in the one form that AWS signs.
 *
 * Signature Version 4 signs the "canonical" path and query: every byte but
 * A-Z a-z 0-9 - _ . ~ percent-encoded with upper-case digits, the parameters
 * sorted, each with an '=' ("Create a signed AWS API request", IAM User
 * Guide). libcurl signs what it is given as it stands, so a URL that is built
 * by other means than these functions may be refused with
 * SignatureDoesNotMatch. Pure.
 */
#ifndef AWS_URI_H
#define AWS_URI_H

#include "base/span.h"
#include "base/strbuf.h"

/* Appends text so that nothing of it can end a path segment or a value. */
void uri_append_encoded(struct strbuf *out, struct span text);

/* Appends an S3 key: as above, but '/' stays. Neither "//" nor "/../" is
 * touched: to S3 these are names, not ways. */
void uri_append_path(struct strbuf *out, struct span path);

struct uri_param {
    const char *name;
    struct span value; /* an empty one is sent as "name=" */
};

/* Appends "?name=value&..." in canonical order, or nothing when there are no
 * parameters. Sorts `params` in place. */
void uri_append_query(struct strbuf *out, struct uri_param *params,
                      size_t count);

#endif
