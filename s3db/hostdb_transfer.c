#include "s3db/hostdb_transfer.h"

#include <stdio.h>
#include <stdlib.h>

static struct span version_span(const struct host_version *version)
{
    return span_from_string(version->text);
}

/* A version that does not fit, or could not be sent back in a header line, is
 * not remembered. */
static struct host_version version_from(struct span text)
{
    struct host_version version = {""};

    if (text.len >= sizeof version.text)
        return version;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
            return version;
    if (text.len > 0)
        memcpy(version.text, text.ptr, text.len);
    return version;
}

struct span hostdb_transfer_known_version(const struct hostdb_source *source)
{
    return version_span(source->broken.text[0] != '\0' ? &source->broken
                                                       : &source->delivered);
}

/* Everything of the load is put away before `done` is called, for it may
 * begin the next one. */
static void end(struct hostdb_source *source, enum status status,
                struct hostdb *db, const struct hostdb_source_report *report)
{
    hostdb_source_done_fn *done = source->done;
    void *arg = source->arg;

    source->done = NULL;
    hostdb_csv_free(source->csv);
    source->csv = NULL;
    if (source->file != NULL)
        file_reader_close(source->file);
    free(source->file);
    source->file = NULL;
    done(arg, status, db, report);
}

/* Of S3, once it has sent the text or said that there is no newer one. */
static enum aws_condition condition_when_read(
    const struct hostdb_source *source)
{
    return source->bucket == NULL ? AWS_NOT_ASKED : AWS_WELL;
}

static struct hostdb_source_report new_report(
    const struct hostdb_source *source, const struct host_version *version)
{
    return (struct hostdb_source_report){
        .where = source->where,
        .version = version->text,
        .condition = condition_when_read(source),
        .bytes = source->bytes,
        .columns_unknown = "",
        .columns_repeated = "",
        .reason = "",
        .advice = "",
        .code = "",
        .request_id = "",
    };
}

static void end_failure(struct hostdb_source *source,
                        const struct host_failure *why,
                        const struct host_version *version, bool repeated)
{
    struct hostdb_source_report report = new_report(source, version);

    report.faults = why->faults;
    report.line = why->line;
    report.reason = why->reason;
    report.advice = why->advice;
    report.code = why->code;
    report.request_id = why->request_id;
    report.condition = why->condition;
    report.failure = why->failure;
    report.repeated = repeated;
    end(source, why->status, NULL, &report);
}

void hostdb_transfer_end_failed(struct hostdb_source *source,
                                const struct host_failure *why)
{
    end_failure(source, why, &(struct host_version){""}, false);
}

static void end_unchanged(struct hostdb_source *source)
{
    struct host_version version = source->delivered;
    struct hostdb_source_report report = new_report(source, &version);

    source->broken.text[0] = '\0';
    end(source, STATUS_UNCHANGED, NULL, &report);
}

void hostdb_transfer_end_not_modified(struct hostdb_source *source)
{
    struct host_version version = source->broken;
    struct host_failure why = source->broken_why;

    if (version.text[0] == '\0')
        end_unchanged(source);
    else
        end_failure(source, &why, &version, true);
}

static void describe_broken(const struct hostdb_source *source,
                            enum status status, struct host_failure *why)
{
    struct hostdb_csv_fault error = hostdb_csv_error(source->csv);

    *why = (struct host_failure){
        .status = status,
        .condition = condition_when_read(source),
        .line = error.line,
        .faults = hostdb_csv_faults(source->csv),
        .advice = "correct the CSV; dyndb upload-database would have refused "
                  "it",
    };
    if (status == STATUS_NOMEM)
        why->advice = "give the service more memory";
    snprintf(why->reason, sizeof why->reason, "%s", error.reason);
}

/* The CSV itself is at fault, and will be the next time it is fetched, unless
 * it was only memory that failed. */
static void end_broken(struct hostdb_source *source, enum status status,
                       struct span version_text)
{
    struct host_version version = version_from(version_text);
    struct host_failure why;

    describe_broken(source, status, &why);
    if (status != STATUS_NOMEM) {
        source->broken = version;
        source->broken_why = why;
    }
    end_failure(source, &why, &version, false);
}

void hostdb_transfer_end_broken(struct hostdb_source *source,
                                struct span version)
{
    end_broken(source, source->csv_status, version);
}

static void end_delivered(struct hostdb_source *source,
                          const struct host_version *version, struct hostdb *db)
{
    struct hostdb_source_report report = new_report(source, version);
    struct hostdb_columns header = *hostdb_csv_columns(source->csv);

    source->delivered = *version;
    source->broken.text[0] = '\0';
    report.hosts = hostdb_count(db);
    report.faults = hostdb_csv_faults(source->csv);
    report.header_line = header.line;
    report.columns_unknown = header.unknown.text;
    report.columns_repeated = header.repeated.text;
    end(source, STATUS_OK, db, &report);
}

void hostdb_transfer_end_complete(struct hostdb_source *source,
                                  struct span version_text)
{
    struct host_version version = version_from(version_text);
    struct hostdb *db = NULL;
    enum status status = hostdb_csv_finish(source->csv, &db);

    if (status != STATUS_OK) {
        end_broken(source, status, version_text);
    } else if (version.text[0] != '\0' &&
               span_is(version_span(&version), source->delivered.text)) {
        /* After a broken version, the one before it was put back. */
        hostdb_release(db);
        end_unchanged(source);
    } else {
        end_delivered(source, &version, db);
    }
}
