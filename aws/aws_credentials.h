/* aws_credentials -- an access key as a value: what AWS knows us by, and until
 * when.
 *
 * Secrets are wiped when they are freed. Private to this floor.
 */
#ifndef AWS_AWS_CREDENTIALS_H
#define AWS_AWS_CREDENTIALS_H

#include "base/span.h"
#include "base/status.h"

#include <stdint.h>

struct aws_credentials {
    char *access_key_id; /* NULL: there are none */
    char *secret_access_key;
    char *session_token; /* NULL: long-lived keys */
    int64_t expires_at;  /* in Unix time; 0: never */
};

/* Why these cannot be sent, in words that follow the credential's name and
 * never repeat it; NULL if they can. A credential becomes part of a header
 * line, where a control character could begin another. */
const char *aws_credentials_text_fault(struct span text);

/* Copies the parts into *out, which is cleared first; an empty token is none.
 * STATUS_INVALID: the id or the secret is empty, or a part cannot be sent;
 * STATUS_NOMEM. *out is empty after a failure. */
NODISCARD enum status aws_credentials_set(struct aws_credentials *out,
                                          struct span id, struct span secret,
                                          struct span token,
                                          int64_t expires_at);

/* The same, from another value. */
NODISCARD enum status aws_credentials_copy(struct aws_credentials *out,
                                           const struct aws_credentials *from);

/* Wipes, frees, and leaves *credentials empty. */
void aws_credentials_clear(struct aws_credentials *credentials);

/* Wipes a string and frees it. NULL is allowed. */
void aws_credentials_free_secret(char *secret);

#endif
