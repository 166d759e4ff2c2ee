#include "cli/host_state_list.h"

#include <stdlib.h>

/* An entry on its way to its place. */
struct candidate {
    struct host_state_entry entry;
    int64_t key; /* the least first */
    struct span name;
};

uint32_t host_state_changed_at(const struct host_state *state)
{
    return state->updated_at[0] > state->updated_at[1] ? state->updated_at[0]
                                                       : state->updated_at[1];
}

/* ---- which ---- */

/* Whether the host was not heard of for longer than that: never is longer. */
static bool is_silent(const struct host_state *state, int64_t now,
                      uint32_t seconds)
{
    return state->accessed_at == 0 || now - state->accessed_at > seconds;
}

/* A limit of a row, 0 for never; `usually` where it does not say. */
static uint32_t limit_of(const struct hostdb *db, const struct host *row,
                         bool (*read)(const struct host *, uint32_t *),
                         uint32_t usually)
{
    struct host other;
    uint32_t seconds;

    if (read(row, &seconds) ||
        (hostdb_other_row(db, row, &other) && read(&other, &seconds)))
        return seconds;
    return usually;
}

/* Whether no record is there any more: one at least was removed, and none is
 * known. */
static bool is_removed(const struct host_state *state)
{
    bool was_removed = false;

    for (int i = 0; i < 2; i++) {
        if (state->addresses[i].family != ADDRESS_NONE)
            return false;
        was_removed |= state->updated_at[i] > 0;
    }
    return was_removed;
}

static bool is_wanted(const struct hostdb *db, const struct host *row,
                      const struct host_state *state,
                      const struct host_state_query *query)
{
    uint32_t limit;

    if (query->silent_s > 0 && !is_silent(state, query->now, query->silent_s))
        return false;
    if (query->overdue) {
        limit = limit_of(db, row, host_expect_within, 0);
        if (limit == 0 || !is_silent(state, query->now, limit))
            return false;
    }
    if (query->stale) {
        limit = limit_of(db, row, host_expire_after, query->expire_after_s);
        if (limit == 0 || !is_silent(state, query->now, limit) ||
            is_removed(state))
            return false;
    }
    return true;
}

/* ---- in which order ---- */

static int64_t key_of(const struct host_state *state, uint32_t row,
                      enum host_state_order order)
{
    switch (order) {
    case HOST_STATES_BY_SILENCE:
        return state->accessed_at;
    case HOST_STATES_BY_CHANGE:
        return -(int64_t)host_state_changed_at(state);
    case HOST_STATES_BY_REFUSALS:
        return -(int64_t)state->refusals;
    case HOST_STATES_BY_ROW:
        return row;
    default:
        return 0;
    }
}

static int compare(const void *one, const void *other)
{
    const struct candidate *a = one, *b = other;
    size_t len = a->name.len < b->name.len ? a->name.len : b->name.len;
    int difference;

    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    difference = memcmp(a->name.ptr, b->name.ptr, len);
    if (difference != 0)
        return difference;
    return a->name.len < b->name.len ? -1 : a->name.len > b->name.len;
}

/* ---- both ---- */

/* The second row of a name is no host of its own. */
static bool is_second(const struct hostdb *db, const struct host *row)
{
    struct host other;

    return hostdb_other_row(db, row, &other) && other.index < row->index;
}

static void read_state(const struct host_states *states, struct span name,
                       uint32_t *index, struct host_state *state)
{
    *state = (struct host_state){.name = name};
    if (host_states_find(states, name, index))
        host_states_get(states, *index, state);
    else
        *index = NO_HOST_STATE;
}

static size_t choose(struct candidate *candidates, const struct hostdb *db,
                     const struct host_states *states,
                     const struct host_state_query *query)
{
    size_t count = 0;

    for (uint32_t i = 0; i < hostdb_count(db); i++) {
        struct host row = hostdb_row(db, i);
        struct host_state state;
        uint32_t index;

        if (is_second(db, &row))
            continue;
        read_state(states, row.name, &index, &state);
        if (is_wanted(db, &row, &state, query))
            candidates[count++] = (struct candidate){
                .entry = {i, index},
                .key = key_of(&state, i, query->order),
                .name = row.name,
            };
    }
    return count;
}

enum status host_state_list_init(struct host_state_list *list,
                                 const struct hostdb *db,
                                 const struct host_states *states,
                                 const struct host_state_query *query)
{
    struct candidate *candidates =
        calloc(hostdb_count(db) + 1, sizeof *candidates);

    *list = (struct host_state_list){.count = 0};
    if (candidates == NULL)
        return STATUS_NOMEM;
    list->count = choose(candidates, db, states, query);
    qsort(candidates, list->count, sizeof *candidates, compare);
    list->entries = calloc(list->count + 1, sizeof *list->entries);
    for (size_t i = 0; list->entries != NULL && i < list->count; i++)
        list->entries[i] = candidates[i].entry;
    free(candidates);
    return list->entries == NULL ? STATUS_NOMEM : STATUS_OK;
}

void host_state_list_clear(struct host_state_list *list)
{
    free(list->entries);
    *list = (struct host_state_list){.count = 0};
}

void host_state_list_get(const struct host_state_list *list,
                         const struct hostdb *db,
                         const struct host_states *states, size_t index,
                         struct host *host, struct host_state *state)
{
    const struct host_state_entry *entry = &list->entries[index];

    *host = hostdb_row(db, entry->row);
    *state = (struct host_state){.name = host->name};
    if (entry->state != NO_HOST_STATE)
        host_states_get(states, entry->state, state);
}
