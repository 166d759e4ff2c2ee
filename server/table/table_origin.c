#include "server/table/table_origin.h"

#include <stdio.h>

void table_origin_begin(struct table_origin *origin)
{
    memset(origin, 0, offsetof(struct table_origin, rows));
}

void table_origin_add(struct table_origin *origin, size_t line,
                      const char *reason, struct span name)
{
    struct left_out_row *row;

    origin->rows_left_out++;
    if (origin->count == TABLE_ORIGIN_ROWS_MAX)
        return;
    row = &origin->rows[origin->count++];
    row->line = line;
    row->reason = reason;
    row->name_len = name.len < DNS_NAME_MAX ? name.len : DNS_NAME_MAX;
    if (row->name_len > 0)
        memcpy(row->name, name.ptr, row->name_len);
}

void table_origin_end(struct table_origin *origin, const char *where,
                      const char *version)
{
    snprintf(origin->where, sizeof origin->where, "%s", where);
    snprintf(origin->version, sizeof origin->version, "%s", version);
}
