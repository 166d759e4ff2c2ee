/* change_budget -- how often a host's record may change: so many times at once,
 * and as often again in an hour. Beyond that the record stays as it is, and who
 * asks is refused, until there is room again.
 *
 * For a host that flaps, say because two machines call in its name, has Route 53
 * busy for all, and its record says nothing that anybody could rely on.
 *
 * A record is charged with a wish for an address that is another than the last
 * one that it was charged with. So whatever a client does who is told 911, or
 * who asks again and again for what is so already, costs nothing; and a wish
 * that is refused is not remembered, so that its time comes. A and AAAA are two
 * records.
 *
 * It is charged where the wish is known to be none that the records fulfil by
 * now, and before it goes to the updater: what is refused costs nobody anything.
 *
 * Any thread; memory is fixed (budgets.h).
 */
#ifndef SERVER_HTTP_CHANGE_BUDGET_H
#define SERVER_HTTP_CHANGE_BUDGET_H

#include "base/address.h"
#include "base/span.h"

#include <stdint.h>

enum { CHANGE_BUDGET_RECORDS = 65536 }; /* known at a time; 3 MiB */

struct change_budget;

/* `most` at once and in an hour; 0: as many as one likes. NULL when memory or
 * the kernel's randomness fails. */
struct change_budget *change_budget_new(unsigned most);
void change_budget_free(struct change_budget *budget); /* NULL is allowed */

/* Whether the host of this name, normalised, may have the address now; if so,
 * its record is charged. */
bool change_budget_grants(struct change_budget *budget, struct span name,
                          const struct address *address, int64_t now_ms);

#endif
