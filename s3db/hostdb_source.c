#include "s3db/hostdb_source.h"
#include "s3db/hostdb_transfer.h"
#include "s3db/s3_advice.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEP_CHUNKS = 4 }; /* of a local file, 256 KiB: about 2 ms */

static char *describe_where(const char *bucket, const char *database)
{
    char *where;

    if (bucket == NULL)
        return strdup(database);
    return asprintf(&where, "s3://%s/%s", bucket, database) < 0 ? NULL : where;
}

struct hostdb_source *hostdb_source_new(struct aws_client *client,
                                        const char *bucket,
                                        const char *database,
                                        hostdb_csv_fault_fn *fault,
                                        void *fault_arg)
{
    struct hostdb_source *source = calloc(1, sizeof *source);

    if (source == NULL)
        return NULL;
    source->client = client;
    source->fault = fault;
    source->fault_arg = fault_arg;
    source->database = strdup(database);
    source->bucket = bucket == NULL ? NULL : strdup(bucket);
    source->where = describe_where(bucket, database);
    if (source->database == NULL || source->where == NULL ||
        (bucket != NULL && source->bucket == NULL)) {
        hostdb_source_free(source);
        return NULL;
    }
    return source;
}

void hostdb_source_free(struct hostdb_source *source)
{
    if (source == NULL)
        return;
    if (source->file != NULL)
        file_reader_close(source->file);
    free(source->file);
    hostdb_csv_free(source->csv);
    free(source->bucket);
    free(source->database);
    free(source->where);
    free(source);
}

bool hostdb_source_is_loading(const struct hostdb_source *source)
{
    return source->done != NULL;
}

/* ---- the text ---- */

static void tell_fault(void *arg, const struct hostdb_csv_fault *fault)
{
    struct hostdb_source *source = arg;

    if (source->fault != NULL &&
        source->faults_told++ < HOST_SOURCE_MAX_FAULTS_TOLD)
        source->fault(source->fault_arg, fault);
}

static enum status take_chunk(void *arg, struct span chunk)
{
    struct hostdb_source *source = arg;

    source->bytes += chunk.len;
    source->csv_status = hostdb_csv_feed(source->csv, chunk);
    return source->csv_status;
}

/* ---- from S3 ---- */

static void end_refused(struct hostdb_source *source,
                        const struct aws_reply *reply)
{
    struct host_failure why = {
        .status = reply->status,
        .condition = reply->condition,
        .failure = retry_failure_of(reply),
        .advice = s3_advice(reply, S3_USE_READ),
    };

    snprintf(why.reason, sizeof why.reason, "%s", reply->message);
    snprintf(why.code, sizeof why.code, "%s", reply->code);
    snprintf(why.request_id, sizeof why.request_id, "%s", reply->request_id);
    if (why.reason[0] == '\0')
        snprintf(why.reason, sizeof why.reason, "%s",
                 "the store gives no reason");
    hostdb_transfer_end_failed(source, &why);
}

static void on_s3_done(void *arg, const struct aws_reply *reply,
                       struct span etag)
{
    struct hostdb_source *source = arg;

    if (reply->status == STATUS_OK)
        hostdb_transfer_end_complete(source, etag);
    else if (reply->status == STATUS_UNCHANGED)
        hostdb_transfer_end_not_modified(source);
    else if (reply->status == source->csv_status)
        hostdb_transfer_end_broken(source, etag);
    else
        end_refused(source, reply);
}

/* ---- from a local file ---- */

static const char *file_advice(enum status status)
{
    switch (status) {
    case STATUS_NOT_FOUND:
        return "check DYNDNS_DATABASE: without DYNDNS_BUCKET it is the path "
               "of a local file";
    case STATUS_DENIED:
        return "let the service's user read the file";
    case STATUS_INVALID:
        return "check DYNDNS_DATABASE: it must be the path of a CSV file";
    default:
        return "";
    }
}

static void end_unreadable(struct hostdb_source *source, enum status status,
                           const char *reason)
{
    struct host_failure why = {.status = status, .advice = file_advice(status)};

    snprintf(why.reason, sizeof why.reason, "%s", reason);
    hostdb_transfer_end_failed(source, &why);
}

static void open_file(struct hostdb_source *source)
{
    enum status status;

    source->file = malloc(sizeof *source->file);
    if (source->file == NULL) {
        end_unreadable(source, STATUS_NOMEM, "out of memory");
        return;
    }
    status = file_reader_open(source->file, source->database,
                              hostdb_transfer_known_version(source));
    if (status == STATUS_UNCHANGED)
        hostdb_transfer_end_not_modified(source);
    else if (status != STATUS_OK)
        end_unreadable(source, status, source->file->fault);
}

static void read_piece(struct hostdb_source *source)
{
    struct span version = span_from_string(source->file->version), chunk;
    enum status status = file_reader_next(source->file, &chunk);

    if (status != STATUS_OK)
        end_unreadable(source, status, source->file->fault);
    else if (chunk.len == 0)
        hostdb_transfer_end_complete(source, version);
    else if (take_chunk(source, chunk) != STATUS_OK)
        hostdb_transfer_end_broken(source, version);
}

bool hostdb_source_step(struct hostdb_source *source)
{
    if (source->bucket != NULL || source->done == NULL)
        return false;
    if (source->file == NULL)
        open_file(source);
    for (int i = 0; i < STEP_CHUNKS && source->file != NULL; i++)
        read_piece(source);
    return source->done != NULL;
}

/* ---- the beginning of a load ---- */

enum status hostdb_source_load(struct hostdb_source *source,
                               hostdb_source_done_fn *done, void *arg)
{
    enum status status = STATUS_OK;

    if (source->done != NULL)
        return STATUS_BUSY;
    source->csv = hostdb_csv_new(tell_fault, source);
    if (source->csv == NULL)
        return STATUS_NOMEM;
    source->csv_status = STATUS_OK;
    source->bytes = 0;
    source->faults_told = 0;
    if (source->bucket != NULL)
        status = s3_get_object(source->client, source->bucket, source->database,
                               hostdb_transfer_known_version(source),
                               S3_DATABASE_TIMEOUT_MS, take_chunk, on_s3_done,
                               source);
    if (status != STATUS_OK) {
        hostdb_csv_free(source->csv);
        source->csv = NULL;
        return status;
    }
    source->done = done;
    source->arg = arg;
    return STATUS_OK;
}
