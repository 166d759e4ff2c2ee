/* host_rows -- the hosts of the table in service, each with its state: which
 * state belongs to which row is looked up once, so that a million hosts can be
 * gone through in a moment. One thread at a time (the owner locks).
 */
#ifndef SERVER_HISTORY_HOST_ROWS_H
#define SERVER_HISTORY_HOST_ROWS_H

#include "journal/host_states.h"
#include "server/table/host_table.h"

struct host_rows {
    struct host_table *table; /* in service; NULL before the first */
    uint32_t *state_of;       /* of each row, 1 more; 0: never heard of */
    uint32_t mapped;          /* so many states have found their rows */
};

/* A host, by the first row of its name. `state` has the host's name alone if it
 * was never heard of. An address that no change has told of is the one that its
 * record was found to have. Lives until the states or the rows are changed. */
typedef bool host_rows_each_fn(void *arg, const struct host *host,
                               const struct host_state *state);

/* All zero is the start. */
void host_rows_clear(struct host_rows *rows);

/* The table that is in service now, which is acquired. STATUS_NOMEM: there is
 * none then. */
NODISCARD enum status host_rows_use(struct host_rows *rows,
                                    struct host_table *table);

/* The states are others from now on. */
void host_rows_forget(struct host_rows *rows);

/* Finds the rows of at most `most` states that have come since. Returns whether
 * there are more. */
bool host_rows_follow(struct host_rows *rows, const struct host_states *states,
                      uint32_t most);

/* How many rows there are; a row is one of 0 .. count - 1. */
uint32_t host_rows_count(const struct host_rows *rows);

/* The host of a row. False: it is the second row of its name, and passed over. */
bool host_rows_get(const struct host_rows *rows,
                   const struct host_states *states, uint32_t row,
                   struct host *host, struct host_state *state);

/* The row of a name. False: it is not in the table, or there is no table. */
bool host_rows_find(const struct host_rows *rows, struct span name,
                    uint32_t *row);

#endif
