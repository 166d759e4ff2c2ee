/* route53_changes -- the document that asks Route 53 to change records: a
 * ChangeResourceRecordSetsRequest, all of one action. Pure; private to this floor.
 */
#ifndef AWS_ROUTE53_CHANGES_H
#define AWS_ROUTE53_CHANGES_H

#include "aws/rrset.h"
#include "base/status.h"

#include <stddef.h>

/* Writes the document into *text, *len bytes to be freed with free().
 * STATUS_FULL beyond a limit of Route 53's (route53_limits.h); STATUS_INVALID
 * when there is nothing to change, or a name or a value is empty or not
 * printable ASCII, or a TTL is beyond INT32_MAX; STATUS_NOMEM. */
NODISCARD enum status route53_changes_write(enum rrset_action action,
                                            const struct rrset *rrsets,
                                            size_t count, char **text,
                                            size_t *len);

#endif
