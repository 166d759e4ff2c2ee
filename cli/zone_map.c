#include "cli/zone_map.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 16 };

enum status zone_map_add(struct zone_map *map, const struct hosted_zone *zone)
{
    struct mapped_zone *added;

    if (zone->is_private)
        return STATUS_OK;
    if (map->count == map->capacity) {
        size_t capacity =
            map->capacity == 0 ? FIRST_CAPACITY : 2 * map->capacity;
        struct mapped_zone *grown =
            realloc(map->zones, capacity * sizeof *grown);

        if (grown == NULL)
            return STATUS_NOMEM;
        map->zones = grown;
        map->capacity = capacity;
    }
    added = &map->zones[map->count];
    *added =
        (struct mapped_zone){.name = strndup(zone->name.ptr, zone->name.len)};
    if (added->name == NULL)
        return STATUS_NOMEM;
    snprintf(added->id, sizeof added->id, "%.*s", (int)zone->id.len,
             zone->id.ptr);
    map->count++;
    return STATUS_OK;
}

static int compare_zones(const void *a, const void *b)
{
    return strcmp(((const struct mapped_zone *)a)->name,
                  ((const struct mapped_zone *)b)->name);
}

void zone_map_seal(struct zone_map *map)
{
    if (map->count == 0)
        return;
    qsort(map->zones, map->count, sizeof *map->zones, compare_zones);
    for (size_t i = 1; i < map->count; i++)
        if (strcmp(map->zones[i - 1].name, map->zones[i].name) == 0)
            map->zones[i - 1].is_ambiguous = map->zones[i].is_ambiguous = true;
}

static int compare_name(const void *key, const void *zone)
{
    const struct span *name = key;
    const char *other = ((const struct mapped_zone *)zone)->name;
    int order = strncmp(name->ptr, other, name->len);

    return order != 0 ? order : other[name->len] == '\0' ? 0 : -1;
}

struct mapped_zone *zone_map_find(const struct zone_map *map, struct span name)
{
    while (name.len > 0 && map->count > 0) {
        struct mapped_zone *found = bsearch(&name, map->zones, map->count,
                                            sizeof *map->zones, compare_name);
        const char *dot = memchr(name.ptr, '.', name.len);
        size_t cut;

        if (found != NULL) {
            found->is_used = true;
            return found;
        }
        cut = dot == NULL ? name.len : (size_t)(dot - name.ptr) + 1;
        name = span_from(name.ptr + cut, name.len - cut);
    }
    return NULL;
}

void zone_map_clear(struct zone_map *map)
{
    for (size_t i = 0; i < map->count; i++)
        free(map->zones[i].name);
    free(map->zones);
    *map = (struct zone_map){.zones = NULL};
}
