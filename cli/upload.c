#include "cli/conditional_put.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/say.h"
#include "cli/etag_file.h"

#include "s3db/hostdb_csv.h"

#include <stdio.h>

/* ---- checking ---- */

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

/* The number of hosts; 0 when there is a fault, which was printed. */
static size_t check(const char *name, struct span body, bool quiet)
{
    struct hostdb_csv *csv = hostdb_csv_new(print_fault, &name);
    struct hostdb_csv_fault error;
    struct hostdb *db = NULL;
    enum status status;
    size_t hosts = 0, faults;

    if (csv == NULL) {
        say("out of memory");
        return 0;
    }
    status = hostdb_csv_feed(csv, body);
    if (status == STATUS_OK)
        status = hostdb_csv_finish(csv, &db);
    error = hostdb_csv_error(csv);
    faults = hostdb_csv_faults(csv);
    if (status != STATUS_OK)
        print_fault(&name, &error);
    else if (faults == 0)
        hosts = hostdb_count(db);
    if (status == STATUS_OK && !quiet)
        note_ignored(name, hostdb_csv_columns(csv));
    if (hosts == 0)
        say("%s is not uploaded: correct what is listed above", name);
    hostdb_release(db);
    hostdb_csv_free(csv);
    return hosts;
}

/* ---- the version that may be replaced ---- */

/* An ETag as S3 writes it, in quotes; people leave them out. */
static bool quote_etag(const char *given, char etag[S3_ETAG_MAX + 1])
{
    bool bare = strchr(given, '"') == NULL;
    int len = snprintf(etag, S3_ETAG_MAX + 1, bare ? "\"%s\"" : "%s", given);

    if (len <= S3_ETAG_MAX)
        return true;
    say("--if-match: this is longer than any ETag");
    return false;
}

/* Sets *seen as conditional_put() wants it, with `etag` as its storage. */
static bool find_seen(const struct database_object *object,
                      const struct options *options, char etag[S3_ETAG_MAX + 1],
                      const char **seen)
{
    enum status status;

    etag[0] = '\0';
    *seen = options->force ? NULL : etag;
    if (options->force)
        return true;
    if (options->if_match != NULL)
        return quote_etag(options->if_match, etag);
    if (!input_is_file(options->file))
        return true;
    status = etag_file_read(options->file, database_object_bucket(object),
                            database_object_key(object), etag);
    if (status != STATUS_OK)
        say("%s.etag: cannot be read: %s\n"
            "move it away, or use --if-match or --force",
            options->file, etag_file_fault(options->file, status));
    return status == STATUS_OK;
}

/* ---- the outcome ---- */

static void explain_conflict(const struct database_object *object,
                             const struct options *options, const char *seen,
                             const struct database_object_reply *reply)
{
    const char *where = database_object_where(object),
               *file = input_name(options->file);

    if (reply->aws.status == STATUS_NOT_FOUND)
        say("%s no longer exists, and %s is not uploaded\n"
            "to create it again, use --force",
            where, file);
    else if (seen[0] != '\0')
        say("%s is another version by now: somebody changed it, and %s is not "
            "uploaded\n"
            "download it to another file, bring your changes into that one, "
            "and upload that; or replace it with --force",
            where, file);
    else if (!input_is_file(options->file))
        say("%s exists already, and is not replaced\n"
            "name the version to replace with --if-match ETAG, which "
            "download-database prints; or replace any with --force",
            where);
    else
        say("%s exists already, and nothing says that %s was made from it, "
            "which is not uploaded\n"
            "download it to another file, bring your changes into that one, "
            "and upload that; or replace it with --force",
            where, file);
}

static void remember(const struct database_object *object, const char *file,
                     const char *etag)
{
    enum status status = etag_file_write(file, database_object_bucket(object),
                                         database_object_key(object), etag);

    if (status != STATUS_OK)
        say("%s.etag: warning: cannot be written: %s\n"
            "before the next upload, download the database again",
            file, etag_file_fault(file, status));
}

static int conclude(const struct database_object *object,
                    const struct options *options, size_t hosts,
                    const struct database_object_reply *reply,
                    bool already_there)
{
    if (input_is_file(options->file))
        remember(object, options->file, reply->etag);
    if (!options->quiet)
        say("%s: %zu host%s %s, ETag %s", database_object_where(object), hosts,
            hosts == 1 ? "" : "s",
            already_there ? "uploaded before; it is the same file" : "uploaded",
            reply->etag);
    return EXIT_OK;
}

static int put(struct database_object *object, const struct options *options,
               struct span body, size_t hosts)
{
    char etag[S3_ETAG_MAX + 1];
    struct database_object_reply reply;
    const char *seen;
    enum put_result result;

    if (!find_seen(object, options, etag, &seen))
        return EXIT_FAILED;
    result = conditional_put(object, body, seen, &reply);
    switch (result) {
    case PUT_DONE:
    case PUT_ALREADY_THERE:
        return conclude(object, options, hosts, &reply,
                        result == PUT_ALREADY_THERE);
    case PUT_CONFLICT:
        explain_conflict(object, options, seen, &reply);
        return EXIT_FAILED;
    default:
        database_object_complain(object, "cannot write", &reply, S3_USE_WRITE);
        if (reply.in_doubt || reply.aws.status == STATUS_UNAVAILABLE)
            say("it is not known whether the database was written; the same "
                "command again does no harm");
        return EXIT_FAILED;
    }
}

int upload_database(struct database_object *object,
                    const struct options *options)
{
    struct strbuf body;
    int result = EXIT_FAILED;
    size_t hosts;

    strbuf_init(&body, DATABASE_MAX_BYTES);
    if (input_read(options->file, &body)) {
        hosts = check(input_name(options->file), strbuf_span(&body),
                      options->quiet);
        if (hosts > 0)
            result = put(object, options, strbuf_span(&body), hosts);
    }
    strbuf_clear(&body);
    return result;
}
