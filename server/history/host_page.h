/* host_page -- the page of a list of hosts that somebody looks at: which hosts
 * match, in which order, and how many there are of some kinds. Goes through all
 * hosts once, and sorts no more than the page needs, so that a million hosts are
 * listed in a moment.
 */
#ifndef SERVER_HISTORY_HOST_PAGE_H
#define SERVER_HISTORY_HOST_PAGE_H

#include "server/history/history_query.h"
#include "server/history/shared_knowledge.h"

/* Answers a HISTORY_HOSTS; query->table is the one in service, or NULL, and
 * query->in_touch_since that of now. `now`: ms since 1970. False: the table was
 * replaced meanwhile, and the answer is to be made anew. */
bool host_page_make(struct shared_knowledge *shared,
                    struct history_query *query, int64_t now);

/* Whether the host has not called under the right credentials for longer than its
 * row expects, of the time in which it would have been heard: since
 * `in_touch_since` (history.h; 0: it would not, and nobody is silent). Both in ms
 * since 1970. */
bool host_page_is_silent(const struct host *host,
                         const struct host_state *state, int64_t in_touch_since,
                         int64_t now);

#endif
