#include "server/http/hash_group.h"

#include <stdlib.h>

static bool add_record(json_t *list, const struct host *row, const char *type)
{
    struct span mac_address = host_mac_address(row);
    json_t *name = json_sprintf("%.*s.", (int)row->name.len, row->name.ptr);
    json_t *record =
        json_pack("{s:s, s:o, s:s%}", "record_type", type, "hostname", name,
                  "mac_address", mac_address.ptr, mac_address.len);

    return json_array_append_new(list, record) == 0;
}

static bool add_row(json_t *list, const struct host *row)
{
    return (!host_holds(row, ADDRESS_IPV4) || add_record(list, row, "A")) &&
           (!host_holds(row, ADDRESS_IPV6) || add_record(list, row, "AAAA"));
}

static json_t *list_of(const struct host *rows, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; list != NULL && i < count; i++) {
        if (!add_row(list, &rows[i])) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

enum status hash_group_list(const struct hostdb *hosts, struct span token,
                            json_t **out)
{
    struct host *rows = calloc(HASH_GROUP_ROWS_MAX, sizeof *rows);
    json_t *list = NULL;
    size_t count;

    if (rows == NULL)
        return STATUS_NOMEM;
    count = hostdb_lookup_readable(hosts, token, rows, HASH_GROUP_ROWS_MAX);
    if (count <= HASH_GROUP_ROWS_MAX)
        list = list_of(rows, count);
    free(rows);
    if (count > HASH_GROUP_ROWS_MAX)
        return STATUS_FULL;
    if (list == NULL)
        return STATUS_NOMEM;
    *out = list;
    return STATUS_OK;
}
