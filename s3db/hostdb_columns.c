#include "s3db/hostdb_columns.h"

static bool is_hostname(struct span name)
{
    return span_is_nocase(name, "hostname");
}

static bool is_token(struct span name)
{
    return span_is_nocase(name, "token") ||
           span_is_nocase(name, "shared_secret");
}

bool hostdb_columns_is_header(struct span first, struct span second)
{
    return is_hostname(span_trim(first)) && is_token(span_trim(second));
}

bool hostdb_columns_is_name(struct span field)
{
    struct span name = span_trim(field);

    return is_hostname(name) || is_token(name);
}

static void keep_name(struct hostdb_column_names *names, struct span name)
{
    size_t used = strlen(names->text);
    const char *comma = used == 0 ? "" : ", ";

    if (names->full)
        return;
    names->full =
        used + strlen(comma) + name.len > (size_t)HOSTDB_COLUMN_NAMES_MAX_BYTES;
    if (names->full)
        name = span_from_string("...");
    strcpy(names->text + used, comma);
    used += strlen(comma);
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        names->text[used++] = (char)((unsigned char)c < ' ' ? '?' : c);
    }
    names->text[used] = '\0';
}

void hostdb_columns_add(struct hostdb_columns *columns, struct span name)
{
    size_t column = columns->count++;
    enum host_attribute which;

    name = span_trim(name);
    if (column < 2 || name.len == 0)
        return; /* no name: as spreadsheets fill a line up */
    if (hostdb_columns_is_name(name))
        keep_name(&columns->repeated, name);
    else if (!host_attribute_find(name, &which))
        keep_name(&columns->unknown, name);
    else if (columns->column_of[which] != 0)
        keep_name(&columns->repeated, name);
    else
        columns->column_of[which] = column;
}

bool hostdb_columns_attribute(const struct hostdb_columns *columns,
                              size_t column, enum host_attribute *out)
{
    for (int i = 0; i < HOST_ATTRIBUTE_COUNT; i++)
        if (columns->column_of[i] != 0 && columns->column_of[i] == column) {
            *out = (enum host_attribute)i;
            return true;
        }
    return false;
}
