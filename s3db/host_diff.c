#include "s3db/host_diff.h"

#include <stdlib.h>

/* The rows of a name: [0] is for its A record, [1] for its AAAA record. The
 * same row may be for both. */
struct records {
    bool has[2];
    struct host of[2];
};

static void add_row(struct records *records, const struct host *row)
{
    static const enum address_family families[] = {ADDRESS_IPV4, ADDRESS_IPV6};

    for (size_t i = 0; i < 2; i++) {
        if (!host_holds(row, families[i]))
            continue;
        records->has[i] = true;
        records->of[i] = *row;
    }
}

static struct records records_of(const struct hostdb *db,
                                 const struct host *row)
{
    struct records records = {.has = {false, false}};
    struct host other;

    add_row(&records, row);
    if (hostdb_other_row(db, row, &other))
        add_row(&records, &other);
    return records;
}

static bool value_differs(const struct host *before, const struct host *after,
                          enum host_attribute which)
{
    struct span old = {"", 0}, new = {"", 0};
    bool had = host_attributes_value(before->attributes, which, &old);
    bool has = host_attributes_value(after->attributes, which, &new);

    return had != has || !span_equal(old, new);
}

static void compare_rows(struct host_diff *diff, const struct host *before,
                         const struct host *after)
{
    if (!span_equal(before->token, after->token))
        diff->tokens++;
    if (span_equal(before->attributes, after->attributes))
        return;
    for (enum host_attribute i = 0; i < HOST_ATTRIBUTE_COUNT; i++)
        if (i != HOST_ATTRIBUTE_RECORD_TYPE && value_differs(before, after, i))
            diff->values++;
}

/* Compares the rows of a name that both tables have. A record that only one of
 * them has makes one value that differs: the column record_type. Two rows are
 * compared once, also where each is for both records. */
static void compare_records(struct host_diff *diff,
                            const struct records *before,
                            const struct records *after)
{
    bool same_types = true, compared_before = false;

    for (size_t i = 0; i < 2; i++) {
        if (before->has[i] != after->has[i])
            same_types = false;
        if (!before->has[i] || !after->has[i])
            continue;
        if (!compared_before || before->of[0].index != before->of[1].index ||
            after->of[0].index != after->of[1].index)
            compare_rows(diff, &before->of[i], &after->of[i]);
        compared_before = true;
    }
    if (!same_types)
        diff->values++;
}

static bool has_room(struct host_diff_group *group)
{
    if (group->names == NULL)
        group->names = malloc(HOST_DIFF_NAMES_MAX * sizeof *group->names);
    return group->names != NULL && group->named < HOST_DIFF_NAMES_MAX;
}

static void add_name(struct host_diff_group *group, struct span name)
{
    if (group->named == group->count && has_room(group))
        group->names[group->named++] = name;
    group->count++;
}

/* Whether it is the first row of its name. */
static bool is_first(const struct hostdb *db, const struct host *row)
{
    struct host other;

    return !hostdb_other_row(db, row, &other) || other.index > row->index;
}

/* Finds the first row of a name. Two versions of a database mostly have their
 * rows in the same order, so the row behind the last one found, *next, is tried
 * first: it is in the cache, and to look up a million names is not. */
static bool find(const struct hostdb *db, uint32_t *next, struct span name,
                 struct host *out)
{
    if (db == NULL)
        return false;
    if (*next < hostdb_count(db))
        *out = hostdb_row(db, *next);
    if (*next >= hostdb_count(db) || host_has_type(out) ||
        !span_equal(out->name, name))
        if (!hostdb_lookup(db, name, out))
            return false;
    *next = out->index + 1;
    return true;
}

static void look_at_new_rows(struct host_diff *diff,
                             const struct hostdb *before,
                             const struct hostdb *after)
{
    uint32_t next = 0;

    for (uint32_t i = 0; i < hostdb_count(after); i++) {
        struct host row = hostdb_row(after, i), old;
        size_t differences = diff->tokens + diff->values;
        struct records records_before, records_after;

        if (!is_first(after, &row))
            continue;
        if (!find(before, &next, row.name, &old)) {
            add_name(&diff->added, row.name);
            continue;
        }
        records_before = records_of(before, &old);
        records_after = records_of(after, &row);
        compare_records(diff, &records_before, &records_after);
        if (diff->tokens + diff->values > differences)
            add_name(&diff->changed, row.name);
    }
}

static void look_at_old_rows(struct host_diff *diff,
                             const struct hostdb *before,
                             const struct hostdb *after)
{
    struct host found;
    uint32_t next = 0;

    for (uint32_t i = 0; i < hostdb_count(before); i++) {
        struct host row = hostdb_row(before, i);

        if (!is_first(before, &row))
            continue;
        diff->hosts_before++;
        if (!find(after, &next, row.name, &found))
            add_name(&diff->removed, row.name);
    }
}

void host_diff_compare(struct host_diff *diff, const struct hostdb *before,
                       const struct hostdb *after)
{
    *diff = (struct host_diff){.hosts_before = 0};
    if (after != NULL)
        look_at_new_rows(diff, before, after);
    if (before != NULL)
        look_at_old_rows(diff, before, after);
}

void host_diff_clear(struct host_diff *diff)
{
    free(diff->added.names);
    free(diff->removed.names);
    free(diff->changed.names);
    *diff = (struct host_diff){.hosts_before = 0};
}

bool host_diff_is_empty(const struct host_diff *diff)
{
    return diff->added.count + diff->removed.count + diff->changed.count == 0;
}

bool host_diff_removes_most(const struct host_diff *diff)
{
    return diff->removed.count > diff->hosts_before / 2;
}
