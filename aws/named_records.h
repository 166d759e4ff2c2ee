/* named_records -- which records Route 53 names in the words of a refusal.
 */
#ifndef AWS_NAMED_RECORDS_H
#define AWS_NAMED_RECORDS_H

#include "aws/rrset.h"

/* Whether Route 53's words in a refusal name this record: the name in the
 * form that Route 53 writes it (\052 for "*", with or without the last dot),
 * as a whole name, and not beside the other type. Pure. */
bool route53_message_names(struct span message, struct span name,
                           enum rrset_type type);

#endif
