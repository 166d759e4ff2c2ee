/* zone_map -- the public hosted zones of an account, and the one that a name
 * belongs to: of those whose names it ends in, the longest.
 */
#ifndef CLI_ZONE_MAP_H
#define CLI_ZONE_MAP_H

#include "aws/hosted_zone.h"
#include "base/status.h"

struct mapped_zone {
    char id[ROUTE53_ID_MAX + 1];
    char *name;        /* normalised */
    bool is_ambiguous; /* another one has the same name */
    bool is_used;      /* zone_map_find() found it */
};

/* Zeroed: empty. Whose fields others only read, but for is_used. */
struct zone_map {
    struct mapped_zone *zones; /* in the order of their names, once sealed */
    size_t count, capacity;
};

/* Adds a zone, unless it is private; copies it. */
NODISCARD enum status zone_map_add(struct zone_map *map,
                                   const struct hosted_zone *zone);

/* To be called once, when all are added. */
void zone_map_seal(struct zone_map *map);

/* The zone of a normalised name. NULL: there is none. */
struct mapped_zone *zone_map_find(const struct zone_map *map, struct span name);

void zone_map_clear(struct zone_map *map);

#endif
