/* carrier -- the thread that knows the store: it puts the objects of the outbox,
 * in their order; reads the snapshot at the start, and then what other copies put;
 * and writes a snapshot now and then. Whatever the store does, and however long
 * that takes, nobody else waits for it.
 */
#ifndef SERVER_HISTORY_CARRIER_H
#define SERVER_HISTORY_CARRIER_H

#include "aws/aws_config.h"
#include "server/history/history_settings.h"
#include "server/history/outbox.h"
#include "server/history/shared_knowledge.h"

enum {
    /* So many without a complete reading, and we are out of touch. */
    CARRIER_PATIENCE_INTERVALS = 10,
};

struct carrier;

/* All but `self`, this copy's name, are borrowed and must outlive the carrier.
 * NULL when memory is short. */
struct carrier *carrier_new(const struct history_settings *settings,
                            const struct aws_config *aws, const char *self,
                            struct shared_knowledge *shared,
                            struct outbox *outbox);

NODISCARD enum status carrier_start(struct carrier *carrier);

/* Any thread: there is an object in the outbox, or the knowledge is frozen, as
 * it was asked to be. */
void carrier_wake(struct carrier *carrier);

/* Puts what is in the outbox, to which nothing is added any more, until
 * `deadline_at` (clock_now_ms), and ends the thread. What is left is logged. */
void carrier_stop(struct carrier *carrier, int64_t deadline_at);

/* After carrier_stop(), or for one that was never started. NULL is allowed. */
void carrier_free(struct carrier *carrier);

/* What it has done since the start; any thread. */
struct carrier_figures {
    uint64_t objects_put, failures, damaged, snapshots;
    int64_t contact_at; /* of the last call that succeeded, ms since 1970; 0 */
};
struct carrier_figures carrier_look(const struct carrier *carrier);

#endif
