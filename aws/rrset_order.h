/* rrset_order -- the order in which Route 53 lists record sets: by the name with
 * its labels reversed, each with a dot behind it, as Route 53 writes it (\052 for
 * "*"); so "a-b" comes before "a" (API Reference, "ListResourceRecordSets"). Pure.
 */
#ifndef AWS_RRSET_ORDER_H
#define AWS_RRSET_ORDER_H

#include "aws/rrset.h"

#include <stdbool.h>

/* Below 0, 0, above 0, like strcmp(3). The names are normalised. */
int rrset_order_compare(struct span a, struct span b);

/* Whether a listing that goes on at `next` has shown all that there is of this
 * name: it comes before, or nothing is left. False where it cannot be told. */
bool rrset_order_is_behind(const struct rrset_cursor *next, struct span name);

#endif
