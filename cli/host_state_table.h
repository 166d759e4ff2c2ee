/* host_state_table -- prints a list of hosts with what is known of each: a table
 * for a person, or an array of JSON for a program.
 */
#ifndef CLI_HOST_STATE_TABLE_H
#define CLI_HOST_STATE_TABLE_H

#include "cli/host_state_list.h"

struct host_state_table {
    const struct host_state_list *list;
    const struct hostdb *db;
    const struct host_states *states;
    int64_t now; /* seconds since 1970 */
};

/* Print it. False: it was said why not. The table says how long ago something
 * was, and breaks its rows where a line is wider than line_max (text_table.h);
 * JSON says when, in UTC, and has null for what is not known. */
bool host_state_table_print(const struct host_state_table *table,
                            size_t line_max);
bool host_state_table_print_json(const struct host_state_table *table);

#endif
