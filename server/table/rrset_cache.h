/* rrset_cache -- what each host's A and AAAA record is known to say, so that
 * an unchanged address is answered on the loop that took the request.
 *
 * One writer (the updater), any number of readers, no lock: each record is a
 * slot of atomics under a sequence count. The slots belong to one host table
 * and are found by the host's index in it, so a lookup costs nothing beyond
 * the one that authenticated the caller.
 *
 * Why an answer from here is never false:
 *
 *  1. A slot holds only what Route 53 accepted in a batch, dated by the moment
 *     the batch was *sent*, and is valid only for a stated age.
 *  2. Before the updater takes on a change of a record, it invalidates the
 *     slot, and the slot is valid again only when the newest change taken on
 *     was accepted.
 *  3. Between a loop that posts a change and the updater that takes it on lies
 *     a queue. A loop therefore counts the change in `in_transit` first, and the
 *     updater counts it out only after (2). A reader looks at that count
 *     before it looks at the slot: nonzero means that somebody who came
 *     before it may have asked for another address, and it takes the long way
 *     through the updater. The counts are shared by all tables and striped by
 *     the name's hash; two names on one stripe merely take the long way.
 *  4. When a new host table is put in service, the old one's slots are
 *     invalidated for good before anybody sees the new one's.
 */
#ifndef SERVER_TABLE_RRSET_CACHE_H
#define SERVER_TABLE_RRSET_CACHE_H

#include "aws/route53.h"
#include "base/address.h"

#include <stdatomic.h>
#include <stdint.h>

enum { IN_TRANSIT_STRIPES = 4096 };

/* Changes on their way from a loop to the updater, by stripe. */
struct in_transit_counts {
    atomic_uint counts[IN_TRANSIT_STRIPES];
};

/* `name` is normalised. */
void in_transit_begin(struct in_transit_counts *in_transit, struct span name);
void in_transit_end(struct in_transit_counts *in_transit, struct span name);

struct rrset_cache;

/* For `hosts` hosts; all records unknown. The memory is touched only as
 * records become known. NULL when it is short. */
struct rrset_cache *rrset_cache_new(size_t hosts);
void rrset_cache_free(struct rrset_cache *known);

/* Reader, any thread: whether the record of the host is known to say
 * `address` (whose family decides between A and AAAA), from knowledge younger
 * than `max_age_s`. `now_s` is in whole seconds of the clock of sent_at_s. */
bool rrset_cache_confirms(const struct rrset_cache *known,
                          const struct in_transit_counts *in_transit,
                          uint32_t host, struct span name,
                          const struct address *address, uint32_t now_s,
                          uint32_t max_age_s);

/* Writer: the same, for a change that has been taken on from the queue, so that
 * no other caller's change can be overlooked any more. */
bool rrset_cache_holds(const struct rrset_cache *known, uint32_t host,
                       const struct address *address, uint32_t now_s,
                       uint32_t max_age_s);

/* Writer: Route 53 accepted this address in a batch sent at `sent_at_s`. With
 * 0 it is remembered for rrset_cache_last() alone, because a newer change of
 * the record has been taken on already. */
void rrset_cache_set(struct rrset_cache *known, uint32_t host,
                     const struct address *address, uint32_t sent_at_s);

/* Writer: what the record says is not known any more. The address stays for
 * rrset_cache_last(). */
void rrset_cache_invalidate(struct rrset_cache *known, uint32_t host,
                            enum rrset_type type);

/* Writer: the record is gone: of what it said nothing is known any more. */
void rrset_cache_forget(struct rrset_cache *known, uint32_t host,
                        enum rrset_type type);

/* Writer: when what the record says was last learnt (sent_at_s); 0: it is not
 * known, or not any more. */
uint32_t rrset_cache_sent_at(const struct rrset_cache *known, uint32_t host,
                             enum rrset_type type);

/* Any thread: what the record was last known to say, however long ago; its
 * family is ADDRESS_NONE when that was never known, or, for others than the
 * writer, at the moment of a write. */
struct address rrset_cache_last(const struct rrset_cache *known, uint32_t host,
                                enum rrset_type type);

/* Writer: whether that was ever known of any of the host's records. */
bool rrset_cache_knows(const struct rrset_cache *known, uint32_t host);

/* Writer: invalidates all slots for good. */
void rrset_cache_retire(struct rrset_cache *known);

/* Writer: takes over from another table's slot what it knows of a record. */
void rrset_cache_carry(struct rrset_cache *to, uint32_t to_host,
                       const struct rrset_cache *from, uint32_t from_host,
                       enum rrset_type type);

#endif
