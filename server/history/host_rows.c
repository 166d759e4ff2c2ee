#include "server/history/host_rows.h"

#include <stdlib.h>

void host_rows_clear(struct host_rows *rows)
{
    free(rows->state_of);
    host_table_release(rows->table);
    *rows = (struct host_rows){.table = NULL};
}

enum status host_rows_use(struct host_rows *rows, struct host_table *table)
{
    size_t count = hostdb_count(table->hosts);

    host_rows_clear(rows);
    rows->state_of = calloc(count + 1, sizeof *rows->state_of);
    if (rows->state_of == NULL)
        return STATUS_NOMEM;
    rows->table = host_table_acquire(table);
    return STATUS_OK;
}

void host_rows_forget(struct host_rows *rows)
{
    if (rows->state_of != NULL)
        memset(rows->state_of, 0,
               hostdb_count(rows->table->hosts) * sizeof *rows->state_of);
    rows->mapped = 0;
}

bool host_rows_follow(struct host_rows *rows, const struct host_states *states,
                      uint32_t most)
{
    uint32_t count = (uint32_t)host_states_count(states);

    if (rows->table == NULL)
        return false;
    for (; rows->mapped < count && most > 0; rows->mapped++, most--) {
        struct host_state state;
        struct host host;

        host_states_get(states, rows->mapped, &state);
        if (hostdb_lookup(rows->table->hosts, state.name, &host))
            rows->state_of[host.index] = rows->mapped + 1;
    }
    return rows->mapped < count;
}

uint32_t host_rows_count(const struct host_rows *rows)
{
    return rows->table == NULL ? 0 : (uint32_t)hostdb_count(rows->table->hosts);
}

/* Only a row for one type can be a second one. */
static bool is_first(const struct host_rows *rows, const struct host *host)
{
    struct host first;

    return !host_has_type(host) ||
           !hostdb_lookup(rows->table->hosts, host->name, &first) ||
           first.index == host->index;
}

/* What the survey at the start has found, of a record that nobody has changed
 * since the journal began. */
static void add_found(const struct host_rows *rows, const struct host *host,
                      struct host_state *state)
{
    for (int i = RRSET_A; i <= RRSET_AAAA; i++) {
        enum rrset_type type = (enum rrset_type)i;
        struct host row;

        if (state->addresses[i].family == ADDRESS_NONE &&
            state->updated_at[i] == 0 &&
            hostdb_lookup_type(rows->table->hosts, host->name,
                               rrset_type_family(type), &row))
            state->addresses[i] =
                rrset_cache_last(rows->table->known, row.index, type);
    }
}

bool host_rows_get(const struct host_rows *rows,
                   const struct host_states *states, uint32_t row,
                   struct host *host, struct host_state *state)
{
    *host = hostdb_row(rows->table->hosts, row);
    if (!is_first(rows, host))
        return false;
    *state = (struct host_state){.name = host->name};
    if (rows->state_of[row] > 0)
        host_states_get(states, rows->state_of[row] - 1, state);
    add_found(rows, host, state);
    return true;
}

bool host_rows_find(const struct host_rows *rows, struct span name,
                    uint32_t *row)
{
    struct host host;

    if (rows->table == NULL || !hostdb_lookup(rows->table->hosts, name, &host))
        return false;
    *row = host.index;
    return true;
}
