/* credentials_instance -- the credentials of the role of an EC2 instance, from
 * its metadata: IMDSv2, and never v1, which whoever can make us fetch a URL
 * could use too. Private to this floor.
 */
#ifndef AWS_CREDENTIALS_INSTANCE_H
#define AWS_CREDENTIALS_INSTANCE_H

#include "aws/credentials_call.h"

/* Asks (credentials_call.h): for a session's token, for the role's name, for
 * its credentials. */
NODISCARD enum status credentials_instance_fetch(
    const struct credentials_call *call);

#endif
