/* credentials_plan -- where credentials are to come from, decided without asking
 * anybody: the first source that is configured, in AWS's own order.
 *
 *   1. (the environment's keys, which aws_config takes before all this)
 *   2. a role that the profile assumes (role_arn with source_profile or
 *      credential_source)
 *   3. web identity: AWS_WEB_IDENTITY_TOKEN_FILE, or the profile's
 *   4. the profile's keys in ~/.aws/credentials, its credential_process, its
 *      keys in ~/.aws/config
 *   5. a container's endpoint
 *   6. the role of an EC2 instance
 *
 * A source that is configured and then fails is not passed over: whoever set it
 * up wants to hear of it, and not to be somebody else. Files are read each time,
 * so that what people change in them is found. Private to this floor, but for
 * aws_config.
 */
#ifndef AWS_CREDENTIALS_PLAN_H
#define AWS_CREDENTIALS_PLAN_H

#include "aws/aws_credentials.h"
#include "aws/credentials_settings.h"

enum {
    CREDENTIALS_ROLES_MAX = 5, /* one assumed by way of another */
    CREDENTIALS_WORDS_MAX_BYTES = 4096,
};

enum credentials_origin {
    CREDENTIALS_NOWHERE, /* nothing is configured */
    CREDENTIALS_KEYS,    /* in a file */
    CREDENTIALS_PROCESS,
    CREDENTIALS_WEB_IDENTITY,
    CREDENTIALS_CONTAINER,
    CREDENTIALS_INSTANCE,
};

struct credentials_role {
    char *arn, *session_name;
    char *external_id; /* NULL: none */
    unsigned duration_seconds;
};

struct credentials_plan {
    enum credentials_origin origin;
    struct aws_credentials keys; /* CREDENTIALS_KEYS */
    char *command;               /* CREDENTIALS_PROCESS */
    char *token_file;            /* CREDENTIALS_WEB_IDENTITY */
    struct credentials_role web_role;
    struct credentials_role roles[CREDENTIALS_ROLES_MAX]; /* the last is ours */
    size_t role_count;
    struct strbuf source; /* "profile dev of ~/.aws/credentials" */
    struct strbuf tried;  /* why each source before it had none */
};

/* Decides. STATUS_INVALID: what is configured cannot be used, and `fault` says
 * why, without a line feed; STATUS_NOMEM. To be cleared in any case. */
NODISCARD enum status credentials_plan_make(
    struct credentials_plan *plan, const struct credentials_settings *settings,
    struct strbuf *fault);
void credentials_plan_clear(struct credentials_plan *plan);

/* Appends the region that the profile names, or nothing. *variable is what asks
 * for the profile. STATUS_NOMEM; files that cannot be read name none. */
NODISCARD enum status credentials_plan_append_region(
    const struct credentials_settings *settings, struct strbuf *region);

#endif
