#include "journal/applied_objects.h"

#include <stdlib.h>

void applied_objects_clear(struct applied_objects *applied)
{
    free(applied->newest);
    *applied = (struct applied_objects){0};
}

/* Where this copy stands, or would. */
static size_t place_of(const struct applied_objects *applied, const char *copy)
{
    size_t low = 0, high = applied->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(applied->newest[middle].copy, copy) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct applied_objects *applied, size_t place,
                  const char *copy)
{
    return place < applied->count &&
           strcmp(applied->newest[place].copy, copy) == 0;
}

const struct object_name *applied_objects_newest(
    const struct applied_objects *applied, const char *copy)
{
    size_t place = place_of(applied, copy);

    return is_at(applied, place, copy) ? &applied->newest[place] : NULL;
}

bool applied_objects_have(const struct applied_objects *applied,
                          const struct object_name *name)
{
    const struct object_name *newest =
        applied_objects_newest(applied, name->copy);

    return newest != NULL && newest->number >= name->number;
}

static void remove_at(struct applied_objects *applied, size_t place)
{
    applied->count--;
    memmove(&applied->newest[place], &applied->newest[place + 1],
            (applied->count - place) * sizeof *applied->newest);
}

static void remove_oldest(struct applied_objects *applied)
{
    size_t oldest = 0;

    for (size_t i = 1; i < applied->count; i++)
        if (applied->newest[i].made_at < applied->newest[oldest].made_at)
            oldest = i;
    remove_at(applied, oldest);
}

static bool reserve(struct applied_objects *applied)
{
    size_t capacity = applied->capacity;
    struct object_name *newest;

    if (applied->count == APPLIED_OBJECTS_MAX_COPIES)
        remove_oldest(applied);
    if (applied->count < capacity)
        return true;
    capacity = capacity == 0 ? 16 : capacity * 2;
    newest = realloc(applied->newest, capacity * sizeof *newest);
    if (newest == NULL)
        return false;
    applied->newest = newest;
    applied->capacity = capacity;
    return true;
}

enum status applied_objects_add(struct applied_objects *applied,
                                const struct object_name *name)
{
    size_t place = place_of(applied, name->copy);

    if (!is_at(applied, place, name->copy)) {
        if (!reserve(applied))
            return STATUS_NOMEM;
        place = place_of(applied, name->copy); /* one may have gone */
        memmove(&applied->newest[place + 1], &applied->newest[place],
                (applied->count - place) * sizeof *applied->newest);
        applied->count++;
        applied->newest[place] = *name;
    } else if (name->number > applied->newest[place].number) {
        applied->newest[place] = *name;
    }
    return STATUS_OK;
}

void applied_objects_forget(struct applied_objects *applied, int64_t now_ms)
{
    int64_t before =
        now_ms - (int64_t)APPLIED_OBJECTS_FORGET_HOURS * 3600 * 1000;
    size_t kept = 0;

    for (size_t i = 0; i < applied->count; i++)
        if (applied->newest[i].made_at >= before)
            applied->newest[kept++] = applied->newest[i];
    applied->count = kept;
}
