/* rrset_cache_writer -- keeps what is known of the records of the table in service,
 * and says in the log, and to the history, what was changed.
 *
 * The one writer of rrset_cache: it notes what the coalescer and the
 * preload learn. Lives on the updater's thread.
 */
#ifndef SERVER_DNS_RRSET_CACHE_WRITER_H
#define SERVER_DNS_RRSET_CACHE_WRITER_H

#include "server/dns/coalescer.h"
#include "server/dns/expiry_request.h"
#include "server/state/event_queue.h"
#include "server/table/host_table.h"

struct rrset_cache_writer {
    struct host_table *host_table; /* NULL before the first table */
    struct event_queue *events;    /* NULL: nobody wants to know */
};

/* Storage belongs to the caller; all zero is the start. */
void rrset_cache_writer_clear(struct rrset_cache_writer *cache_writer);

/* The table now in service. */
void rrset_cache_writer_use(struct rrset_cache_writer *cache_writer,
                            struct host_table *host_table);

/* Whether the record is known to say `address`, from knowledge younger than
 * max_age_s. */
bool rrset_cache_writer_knows(const struct rrset_cache_writer *cache_writer,
                              struct span name, const struct address *address,
                              int64_t now, uint32_t max_age_s);

/* Whether the record was ever known to say something: Route 53 has had it. */
bool rrset_cache_writer_ever_knew(const struct rrset_cache_writer *cache_writer,
                                  struct span name, enum rrset_type type);

/* A change of the record has been taken on: it is known to nobody. */
void rrset_cache_writer_invalidate(struct rrset_cache_writer *cache_writer,
                                   struct span name, enum rrset_type type);

/* Route 53 has accepted a change: the record is known, unless a newer change
 * is pending, and the log and the history hear what it was before, the latter
 * unless it was the same. */
void rrset_cache_writer_accept(struct rrset_cache_writer *cache_writer,
                               const struct accepted_change *written,
                               int64_t now);

/* Why the record of a host that is silent is to stay all the same: its row locks
 * it, or it was written, or read, while the host is said to have been silent; or
 * EXPIRY_OPEN. */
enum expiry_outcome rrset_cache_writer_objection(
    const struct rrset_cache_writer *cache_writer,
    const struct expired_rrset *rrset, int64_t now);

/* Route 53 has removed the record: nothing is known of it any more, and the log
 * tells of it. */
void rrset_cache_writer_removed(struct rrset_cache_writer *cache_writer,
                                const struct ended_removal *removed,
                                uint32_t silent_s);

/* A listing that left `ms_ago` does not show the record, though the history says
 * that it was there: as after a removal. */
void rrset_cache_writer_missing(struct rrset_cache_writer *cache_writer,
                                const struct expired_rrset *rrset,
                                int64_t ms_ago);

/* A listing that left at `sent_at` shows the record. Believed only of one that
 * nobody has changed since the start, since what we wrote ourselves is newer;
 * while it `is_changing`, only as the address from before. */
void rrset_cache_writer_preload(struct rrset_cache_writer *cache_writer,
                                const struct rrset *rrset, int64_t sent_at,
                                bool is_changing);

#endif
