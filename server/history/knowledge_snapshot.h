/* knowledge_snapshot -- all that is known, as the snapshot object of the journal
 * (journal/snapshot.h), and back.
 */
#ifndef SERVER_HISTORY_KNOWLEDGE_SNAPSHOT_H
#define SERVER_HISTORY_KNOWLEDGE_SNAPSHOT_H

#include "journal/applied_objects.h"
#include "server/history/knowledge.h"

#include <pthread.h>

/* Appends it to `out`; nothing may be added to `known` meanwhile. All but the
 * states, which take longest and which many may read at once, is read under
 * `lock`. `at`: ms since 1970. STATUS_FULL, STATUS_NOMEM: `out` is as it was. */
NODISCARD enum status knowledge_snapshot_write(
    struct knowledge *known, pthread_mutex_t *lock,
    const struct applied_objects *applied, int64_t at, struct strbuf *out);

/* Fills `known` and `applied`, which hold nothing. *at: when it was made. On
 * failure what they hold is not to be believed; STATUS_INVALID: it is damaged,
 * and *reason says why, a literal. STATUS_NOMEM. */
NODISCARD enum status knowledge_snapshot_read(struct span packed,
                                              struct knowledge *known,
                                              struct applied_objects *applied,
                                              int64_t *at, const char **reason);

#endif
