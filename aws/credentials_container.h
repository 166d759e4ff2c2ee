/* credentials_container -- the credentials of a task of ECS, of a pod of EKS, or
 * of whatever else hands them out on an endpoint of its own. Private to this
 * floor.
 */
#ifndef AWS_CREDENTIALS_CONTAINER_H
#define AWS_CREDENTIALS_CONTAINER_H

#include "aws/credentials_call.h"

/* Asks (credentials_call.h). The file of the token, which changes while we run,
 * is read each time. */
NODISCARD enum status credentials_container_fetch(
    const struct credentials_call *call, struct strbuf *why);

#endif
