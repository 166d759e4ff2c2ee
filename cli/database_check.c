#include "cli/database_check.h"
#include "cli/colour.h"
#include "cli/say.h"

#include "s3db/csv_rows.h"
#include "s3db/hostdb_csv.h"

/* ---- reading ---- */

struct reader {
    struct csv_rows rows; /* where the next fault is looked for */
    database_fault_fn *fault;
    void *arg;
    struct database_report *report;
};

static void on_fault(void *arg, const struct hostdb_csv_fault *found)
{
    struct reader *reader = arg;
    struct database_fault fault = {.row_line = found->line,
                                   .line = found->line,
                                   .column = found->line > 0,
                                   .reason = found->reason,
                                   .host = found->name};

    reader->report->faults++;
    if (found->line > 0 && found->field > 0)
        (void)csv_rows_find_field(&reader->rows, found->line, found->field,
                                  &fault.line, &fault.column);
    reader->fault(reader->arg, &fault);
}

static enum status read_with(struct hostdb_csv *csv, struct reader *reader,
                             struct span body, struct hostdb **db)
{
    struct hostdb_csv_fault error;
    struct hostdb *made = NULL;
    enum status status = hostdb_csv_feed(csv, body);

    if (status == STATUS_OK)
        status = hostdb_csv_finish(csv, &made);
    if (status == STATUS_NOMEM)
        return status;
    error = hostdb_csv_error(csv);
    if (status != STATUS_OK)
        on_fault(reader, &error);
    else
        reader->report->hosts = hostdb_count(made);
    reader->report->columns = *hostdb_csv_columns(csv);
    if (db != NULL)
        *db = made;
    else
        hostdb_release(made);
    return reader->report->faults == 0 ? STATUS_OK : STATUS_INVALID;
}

enum status database_read(struct span body, database_fault_fn *fault, void *arg,
                          struct database_report *report, struct hostdb **db)
{
    struct reader reader = {.fault = fault, .arg = arg, .report = report};
    struct hostdb_csv *csv = hostdb_csv_new(on_fault, &reader);
    enum status status = STATUS_NOMEM;

    *report = (struct database_report){.hosts = 0};
    if (db != NULL)
        *db = NULL;
    csv_rows_init(&reader.rows, body);
    if (csv != NULL)
        status = read_with(csv, &reader, body, db);
    hostdb_csv_free(csv);
    return status;
}

/* ---- for a person ---- */

/* `arg` points to the input's name. */
static void print_fault(void *arg, const struct database_fault *fault)
{
    const char *file = *(const char **)arg;

    if (fault->line == 0)
        say_coloured(COLOUR_FAULT, "%s: %s", file, fault->reason);
    else if (fault->host.len == 0)
        say_coloured(COLOUR_FAULT, "%s:%zu:%zu: %s", file, fault->line,
                     fault->column, fault->reason);
    else
        say_coloured(COLOUR_FAULT, "%s:%zu:%zu: %.*s: %s", file, fault->line,
                     fault->column, (int)fault->host.len, fault->host.ptr,
                     fault->reason);
}

static void note_ignored(const char *file, const struct hostdb_columns *columns)
{
    const char *unknown = columns->unknown.text,
               *repeated = columns->repeated.text;

    if (unknown[0] != '\0' || repeated[0] != '\0')
        say_coloured(COLOUR_NOTE,
                     "%s:%zu: note: columns that the server ignores: %s%s%s%s",
                     file, columns->line, unknown,
                     unknown[0] != '\0' && repeated[0] != '\0' ? "; " : "",
                     repeated[0] != '\0' ? "named twice: " : "", repeated);
}

enum status database_check(const char *name, struct span body, bool quiet,
                           size_t *hosts)
{
    struct database_report report;
    enum status status = database_read(body, print_fault, &name, &report, NULL);

    *hosts = report.hosts;
    if (status != STATUS_NOMEM && report.hosts > 0 && !quiet)
        note_ignored(name, &report.columns);
    return status;
}
