/* sts -- what is asked of AWS's Security Token Service, and what it answers.
 * Private to this floor.
 */
#ifndef AWS_STS_H
#define AWS_STS_H

#include "aws/credentials_call.h"
#include "aws/credentials_plan.h"

enum sts_action {
    STS_ASSUME_ROLE,
    STS_ASSUME_ROLE_WITH_WEB_IDENTITY, /* which nobody signs */
};

/* Asks for the credentials of a role (credentials_call.h). `keys` sign, and are
 * copied; NULL: nobody does. `token` is the web identity's, or empty. */
NODISCARD enum status sts_fetch(const struct credentials_call *call,
                                enum sts_action action,
                                const struct credentials_role *role,
                                const struct aws_credentials *keys,
                                struct span token);

/* Reads the document of a 200 into *out. STATUS_INVALID: it is none, or lacks a
 * part; STATUS_NOMEM. *out is empty then. Pure. */
NODISCARD enum status sts_read(enum sts_action action, struct span text,
                               struct aws_credentials *out);

#endif
