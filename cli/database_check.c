#include "cli/database_check.h"
#include "cli/say.h"

#include "s3db/hostdb_csv.h"

/* `arg` points to the input's name. */
static void print_fault(void *arg, const struct hostdb_csv_fault *fault)
{
    const char *file = *(const char **)arg;

    if (fault->line == 0)
        say_plain("%s: %s", file, fault->reason);
    else if (fault->name.len == 0)
        say_plain("%s:%zu: %s", file, fault->line, fault->reason);
    else
        say_plain("%s:%zu: %.*s: %s", file, fault->line, (int)fault->name.len,
                  fault->name.ptr, fault->reason);
}

static void note_ignored(const char *file, const struct hostdb_columns *columns)
{
    const char *unknown = columns->unknown.text,
               *repeated = columns->repeated.text;

    if (unknown[0] != '\0' || repeated[0] != '\0')
        say_plain("%s:%zu: note: columns that the server ignores: %s%s%s%s",
                  file, columns->line, unknown,
                  unknown[0] != '\0' && repeated[0] != '\0' ? "; " : "",
                  repeated[0] != '\0' ? "named twice: " : "", repeated);
}

enum status database_check(const char *name, struct span body, bool quiet,
                           size_t *hosts)
{
    struct hostdb_csv *csv = hostdb_csv_new(print_fault, &name);
    struct hostdb_csv_fault error;
    struct hostdb *db = NULL;
    enum status status;

    if (csv == NULL)
        return STATUS_NOMEM;
    status = hostdb_csv_feed(csv, body);
    if (status == STATUS_OK)
        status = hostdb_csv_finish(csv, &db);
    error = hostdb_csv_error(csv);
    if (status != STATUS_OK)
        print_fault(&name, &error);
    else
        *hosts = hostdb_count(db);
    if (status == STATUS_OK && !quiet)
        note_ignored(name, hostdb_csv_columns(csv));
    if (status == STATUS_OK && hostdb_csv_faults(csv) > 0)
        status = STATUS_INVALID;
    hostdb_release(db);
    hostdb_csv_free(csv);
    return status == STATUS_FULL ? STATUS_INVALID : status;
}
