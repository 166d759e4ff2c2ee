/* owner_past -- what of a host's history is its present owner's to see. A name that
 * dyndb took out and added again may have been another's before, whose addresses
 * and calls are nobody else's business. Pure.
 */
#ifndef SERVER_HTTP_OWNER_PAST_H
#define SERVER_HTTP_OWNER_PAST_H

#include "server/history/history_query.h"

/* Takes out of an answer to HISTORY_HOST that has the host what is from before the
 * host was added, as far as that is known (host_states.h). Addresses stay: they are
 * what the records say. Where refusals of before and of since were counted as one,
 * the last of them stays. */
void owner_past_forget(struct history_query *answer);

#endif
