/* record_keeper -- keeps what is known of the records of the table in service,
 * and says in the log what was changed.
 *
 * The one writer of known_records: it is told what the coalescer and the
 * survey learn. Lives on the updater's thread.
 */
#ifndef SERVER_RECORD_KEEPER_H
#define SERVER_RECORD_KEEPER_H

#include "server/coalescer.h"
#include "server/snapshot.h"

struct record_keeper {
    struct snapshot *snapshot; /* NULL before the first table */
};

/* Storage belongs to the caller; all zero is the start. */
void record_keeper_clear(struct record_keeper *keeper);

/* The table now in service. */
void record_keeper_use(struct record_keeper *keeper, struct snapshot *snapshot);

/* Whether the record is known to say `address`, from knowledge younger than
 * max_age_s. */
bool record_keeper_knows(const struct record_keeper *keeper, struct span name,
                         const struct address *address, int64_t now,
                         uint32_t max_age_s);

/* Whether the record was ever known to say something: Route 53 has had it. */
bool record_keeper_ever_knew(const struct record_keeper *keeper,
                             struct span name, enum rrset_type type);

/* A change of the record has been taken on: it is known to nobody. */
void record_keeper_unsure(struct record_keeper *keeper, struct span name,
                          enum rrset_type type);

/* Route 53 has accepted a change: the record is known, unless a newer change
 * gathers, and the log tells what it was before. */
void record_keeper_written(struct record_keeper *keeper,
                           const struct written *written, int64_t now);

/* A listing that left at `sent_at` shows the record. Believed only of one that
 * nobody has changed since the start, since what we wrote ourselves is newer;
 * while it `is_changing`, only as the address from before. */
void record_keeper_surveyed(struct record_keeper *keeper,
                            const struct rrset *rrset, int64_t sent_at,
                            bool is_changing);

#endif
