#include "s3db/host_edit_check.h"

#include "s3db/hostdb_csv.h"

/* A text as the server reads it. */
struct reading {
    const struct host_edit *edit;
    struct hostdb *db; /* NULL: it takes none of it */
    size_t faults;
    const char *reason;  /* why not, or of the last row that is left out */
    bool reason_is_ours; /* and that row is one that was edited */
};

static void on_fault(void *arg, const struct hostdb_csv_fault *fault)
{
    struct reading *reading = arg;
    bool is_ours = span_equal(fault->name, reading->edit->name);

    if (reading->reason_is_ours && !is_ours)
        return;
    reading->reason = fault->reason;
    reading->reason_is_ours = is_ours;
}

/* STATUS_INVALID: reading->reason says why, and reading->db is NULL. */
static enum status read_text(struct reading *reading,
                             const struct host_edit *edit, struct span text)
{
    struct hostdb_csv *csv;
    enum status status;

    *reading = (struct reading){.edit = edit};
    csv = hostdb_csv_new(on_fault, reading);
    if (csv == NULL)
        return STATUS_NOMEM;
    status = hostdb_csv_feed(csv, text);
    if (status == STATUS_OK)
        status = hostdb_csv_finish(csv, &reading->db);
    if (status != STATUS_OK)
        reading->reason = hostdb_csv_error(csv).reason;
    reading->faults = hostdb_csv_faults(csv);
    hostdb_csv_free(csv);
    return status == STATUS_FULL ? STATUS_INVALID : status;
}

/* ---- before ---- */

static bool is_there(const struct hostdb *db, const struct host_edit *edit)
{
    struct span type = edit->values[HOST_ATTRIBUTE_RECORD_TYPE];
    struct host host;

    if (!hostdb_lookup(db, edit->name, &host))
        return false;
    if (type.len == 0 || !host_has_type(&host))
        return true;
    return hostdb_lookup_type(
        db, edit->name, span_is_nocase(type, "A") ? ADDRESS_IPV4 : ADDRESS_IPV6,
        &host);
}

enum status host_edit_check_before(const struct host_edit *edit,
                                   struct span before, const char **reason)
{
    struct reading reading;
    enum status status = read_text(&reading, edit, before);

    *reason = reading.reason;
    if (status == STATUS_INVALID && edit->kind == HOST_EDIT_ADD)
        status = STATUS_OK; /* a fault of grammar is still there afterwards */
    else if (status == STATUS_OK && edit->kind == HOST_EDIT_ADD &&
             is_there(reading.db, edit))
        status = STATUS_CONFLICT;
    hostdb_release(reading.db);
    return status;
}

/* ---- after ---- */

static bool is_edited(const struct host_edit *edit, const struct host *host)
{
    if (edit->user.len > 0)
        return span_equal(host_user(host), edit->user);
    if (!span_equal(host->name, edit->name))
        return false;
    return !edit->of_one_type ||
           (host_has_type(host) &&
            host_holds(host, span_is_nocase(edit->type, "A") ? ADDRESS_IPV4
                                                             : ADDRESS_IPV6));
}

static bool is_same(const struct host *a, const struct host *b)
{
    return span_equal(a->name, b->name) && span_equal(a->token, b->token) &&
           span_equal(a->attributes, b->attributes);
}

/* The next row that was not edited, from *index on; counts the others. */
static bool next_other(const struct reading *reading, uint32_t *index,
                       size_t *edited, struct host *out)
{
    size_t count = reading->db == NULL ? 0 : hostdb_count(reading->db);

    while (*index < count) {
        *out = hostdb_row(reading->db, (*index)++);
        if (!is_edited(reading->edit, out))
            return true;
        ++*edited;
    }
    return false;
}

/* Whether the others are the same, and those that were edited as many as they
 * should be. */
static bool agree(const struct reading *before, const struct reading *after)
{
    uint32_t i = 0, k = 0;
    size_t edited_before = 0, edited_after = 0;
    struct host was, is;

    for (;;) {
        bool had = next_other(before, &i, &edited_before, &was);
        bool has = next_other(after, &k, &edited_after, &is);

        if (had != has || (had && !is_same(&was, &is)))
            return false;
        if (!had)
            break;
    }
    switch (before->edit->kind) {
    case HOST_EDIT_ADD:
        return edited_after == edited_before + 1;
    case HOST_EDIT_CHANGE:
        return edited_after == edited_before;
    default:
        return edited_after == 0;
    }
}

static const char *judge(const struct reading *before,
                         const struct reading *after)
{
    if (after->db == NULL)
        return after->reason;
    if (after->faults > before->faults)
        return after->reason;
    if (!agree(before, after))
        return "other hosts would be changed with it, since there are rows "
               "that break the rules";
    return NULL;
}

enum status host_edit_check_after(const struct host_edit *edit,
                                  struct span before, struct span after,
                                  const char **reason)
{
    struct reading was, is = {.edit = edit};
    enum status status = read_text(&was, edit, before);

    if (status != STATUS_NOMEM)
        status = read_text(&is, edit, after);
    if (status != STATUS_NOMEM) {
        *reason = judge(&was, &is);
        status = *reason == NULL ? STATUS_OK : STATUS_INVALID;
    }
    hostdb_release(was.db);
    hostdb_release(is.db);
    return status;
}
