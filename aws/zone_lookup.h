/* zone_lookup -- which hosted zone a host name belongs to.
 *
 * Filled from a whole listing at a time; the listing under way does not show
 * until it is complete. Private zones are never chosen: what a home router
 * says is for the public. Two public zones of one name cannot be told apart by
 * a name, so neither is chosen until the operator names one by its id.
 *
 * Pure and single-threaded.
 */
#ifndef AWS_ZONE_LOOKUP_H
#define AWS_ZONE_LOOKUP_H

#include "aws/hosted_zone.h"
#include "base/status.h"

#include <stddef.h>

enum {
    ZONE_LOOKUP_MAX = 10000, /* zones; AWS's default quota is 500 */
};

struct zone_lookup;

/* Told of each name that two public zones share, at commit. May be NULL. */
typedef void zone_ambiguous_fn(void *arg, struct span name, struct span id,
                               struct span other_id);

struct zone_lookup *zone_lookup_new(zone_ambiguous_fn *ambiguous, void *arg);
void zone_lookup_free(struct zone_lookup *dir);

/* Starts a new listing; what an unfinished one held is forgotten. */
void zone_lookup_begin(struct zone_lookup *dir);

/* Adds a zone to the listing; private zones are passed over. STATUS_FULL
 * beyond ZONE_LOOKUP_MAX, STATUS_NOMEM. */
NODISCARD enum status zone_lookup_add(struct zone_lookup *dir,
                                      const struct hosted_zone *zone);

/* The listing is complete: it takes the place of the one before. */
void zone_lookup_commit(struct zone_lookup *dir);

/* Takes a zone out that Route 53 says is gone. */
void zone_lookup_forget(struct zone_lookup *dir, struct span id);

/* The id of the zone with the longest name that the normalised host name is
 * within, borrowed until the next commit; false if there is none, or if that
 * zone's name is ambiguous. */
bool zone_lookup_find(const struct zone_lookup *dir, struct span name,
                      struct span *id);

/* A zone of the listing, borrowed until the next commit. */
struct listed_zone {
    struct span id, name;
    size_t place;   /* from 0 on, in the order of the names */
    bool is_usable; /* not ambiguous, nor forgotten */
};

/* The zone with the longest name that the normalised host name is within,
 * usable or not: of those that share a name, any. False: there is none. */
bool zone_lookup_nearest(const struct zone_lookup *dir, struct span name,
                         struct listed_zone *zone);

/* The zone at a place, usable or not; false beyond the last. */
bool zone_lookup_listed(const struct zone_lookup *dir, size_t place,
                        struct listed_zone *zone);

/* The id of the usable zone at a place, from 0 on in the order of their names,
 * borrowed until the next commit; false beyond the last. */
bool zone_lookup_at(const struct zone_lookup *dir, size_t place,
                    struct span *id);

/* Usable zones. */
size_t zone_lookup_count(const struct zone_lookup *dir);

#endif
