/* credentials_web_identity -- the credentials of a role that AWS gives to whoever
 * shows a token of somebody it trusts, such as the service account of a pod
 * of EKS. Private to this floor.
 */
#ifndef AWS_CREDENTIALS_WEB_IDENTITY_H
#define AWS_CREDENTIALS_WEB_IDENTITY_H

#include "aws/credentials_call.h"
#include "aws/credentials_plan.h"

/* Asks (credentials_call.h). The file of the token, which changes while we run,
 * is read each time. */
NODISCARD enum status credentials_web_identity_fetch(
    const struct credentials_call *call, const struct credentials_role *role,
    const char *token_file, struct strbuf *why);

#endif
