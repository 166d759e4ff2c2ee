#include "aws/zone_lookup.h"

#include "base/dns_name.h"

#include <stdlib.h>

struct entry {
    char id[ROUTE53_ID_MAX + 1];
    bool usable;
    size_t name_len;
    char name[DNS_NAME_MAX];
};

struct listing {
    struct entry *entries;
    size_t count, capacity;
};

struct zone_lookup {
    zone_ambiguous_fn *ambiguous;
    void *arg;
    struct listing current; /* sorted by name, then id */
    struct listing next;
};

static struct span entry_name(const struct entry *entry)
{
    return span_from(entry->name, entry->name_len);
}

struct zone_lookup *zone_lookup_new(zone_ambiguous_fn *ambiguous, void *arg)
{
    struct zone_lookup *dir = calloc(1, sizeof *dir);

    if (dir == NULL)
        return NULL;
    dir->ambiguous = ambiguous;
    dir->arg = arg;
    return dir;
}

static void listing_clear(struct listing *listing)
{
    free(listing->entries);
    *listing = (struct listing){NULL, 0, 0};
}

void zone_lookup_free(struct zone_lookup *dir)
{
    if (dir == NULL)
        return;
    listing_clear(&dir->current);
    listing_clear(&dir->next);
    free(dir);
}

void zone_lookup_begin(struct zone_lookup *dir)
{
    listing_clear(&dir->next);
}

enum status zone_lookup_add(struct zone_lookup *dir,
                            const struct hosted_zone *zone)
{
    struct listing *next = &dir->next;
    struct entry *entry;

    if (zone->is_private || zone->name.len == 0)
        return STATUS_OK;
    if (next->count == ZONE_LOOKUP_MAX || zone->name.len > DNS_NAME_MAX ||
        zone->id.len > ROUTE53_ID_MAX)
        return STATUS_FULL;
    if (next->count == next->capacity) {
        size_t capacity = next->capacity == 0 ? 16 : next->capacity * 2;
        struct entry *grown = realloc(next->entries, capacity * sizeof *grown);

        if (grown == NULL)
            return STATUS_NOMEM;
        next->entries = grown;
        next->capacity = capacity;
    }
    entry = &next->entries[next->count++];
    *entry = (struct entry){.usable = true, .name_len = zone->name.len};
    memcpy(entry->id, zone->id.ptr, zone->id.len);
    memcpy(entry->name, zone->name.ptr, zone->name.len);
    return STATUS_OK;
}

static int compare_names(struct span a, struct span b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter == 0 ? 0 : memcmp(a.ptr, b.ptr, shorter);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = compare_names(entry_name(x), entry_name(y));

    return order != 0 ? order : strcmp(x->id, y->id);
}

/* A zone may be listed twice: it moved from one page to the next meanwhile, or
 * DYNDNS_HOSTED_ZONES names it twice. The listing is sorted. */
static void drop_repeated(struct listing *listing)
{
    size_t kept = 0;

    for (size_t i = 0; i < listing->count; i++)
        if (kept == 0 || compare_entries(&listing->entries[kept - 1],
                                         &listing->entries[i]) != 0)
            listing->entries[kept++] = listing->entries[i];
    listing->count = kept;
}

void zone_lookup_commit(struct zone_lookup *dir)
{
    struct listing *next = &dir->next;

    if (next->count > 0)
        qsort(next->entries, next->count, sizeof *next->entries,
              compare_entries);
    drop_repeated(next);
    for (size_t i = 1; i < next->count; i++) {
        struct entry *a = &next->entries[i - 1], *b = &next->entries[i];

        if (!span_equal(entry_name(a), entry_name(b)))
            continue;
        a->usable = b->usable = false;
        if (dir->ambiguous != NULL)
            dir->ambiguous(dir->arg, entry_name(a), span_from_string(a->id),
                           span_from_string(b->id));
    }
    listing_clear(&dir->current);
    dir->current = *next;
    *next = (struct listing){NULL, 0, 0};
}

void zone_lookup_forget(struct zone_lookup *dir, struct span id)
{
    struct listing *current = &dir->current;

    for (size_t i = 0; i < current->count; i++)
        if (span_is(id, current->entries[i].id))
            current->entries[i].usable = false;
}

/* Entries of one name stand together; either one is usable, or none. */
static const struct entry *find_exactly(const struct listing *listing,
                                        struct span name)
{
    size_t low = 0, high = listing->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_names(entry_name(&listing->entries[middle]), name) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || !span_equal(entry_name(&listing->entries[low - 1]), name))
        return NULL;
    return &listing->entries[low - 1];
}

static void describe(const struct zone_lookup *dir, const struct entry *entry,
                     struct listed_zone *zone)
{
    *zone = (struct listed_zone){
        .id = span_from_string(entry->id),
        .name = entry_name(entry),
        .place = (size_t)(entry - dir->current.entries),
        .is_usable = entry->usable,
    };
}

bool zone_lookup_nearest(const struct zone_lookup *dir, struct span name,
                         struct listed_zone *zone)
{
    struct span suffix = name, label;

    while (suffix.len > 0) {
        const struct entry *entry = find_exactly(&dir->current, suffix);

        if (entry != NULL) {
            describe(dir, entry, zone);
            return true;
        }
        span_split(&suffix, '.', &label);
    }
    return false;
}

bool zone_lookup_find(const struct zone_lookup *dir, struct span name,
                      struct span *id)
{
    struct listed_zone zone;

    if (!zone_lookup_nearest(dir, name, &zone) || !zone.is_usable)
        return false;
    *id = zone.id;
    return true;
}

bool zone_lookup_listed(const struct zone_lookup *dir, size_t place,
                        struct listed_zone *zone)
{
    if (place >= dir->current.count)
        return false;
    describe(dir, &dir->current.entries[place], zone);
    return true;
}

bool zone_lookup_at(const struct zone_lookup *dir, size_t place,
                    struct span *id)
{
    for (size_t i = 0; i < dir->current.count; i++) {
        const struct entry *entry = &dir->current.entries[i];

        if (!entry->usable || place-- > 0)
            continue;
        *id = span_from_string(entry->id);
        return true;
    }
    return false;
}

size_t zone_lookup_count(const struct zone_lookup *dir)
{
    size_t usable = 0;

    for (size_t i = 0; i < dir->current.count; i++)
        usable += dir->current.entries[i].usable;
    return usable;
}
