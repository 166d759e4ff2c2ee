/* answers -- answers a question to the history (history_query.h) from what is
 * known.
 */
#ifndef SERVER_HISTORY_ANSWERS_H
#define SERVER_HISTORY_ANSWERS_H

#include "server/history/history_query.h"
#include "server/history/outbox.h"
#include "server/history/shared_knowledge.h"

/* Fills in the answer. `outbox` may be NULL: there is no store. `now`: ms since
 * 1970. */
void answers_give(struct shared_knowledge *shared, struct outbox *outbox,
                  struct history_query *query, int64_t now);

#endif
