/* dyndb upload-database -- checks the database and puts it there. */
#include "cli/commands.h"
#include "cli/conditional_put.h"
#include "cli/context.h"
#include "cli/database_check.h"
#include "cli/etag_file.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/say.h"

#include <stdio.h>

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
    const char *given = options_value(options, "if-match"),
               *file = options_file(options);
    enum status status;

    etag[0] = '\0';
    *seen = options_given(options, "force") ? NULL : etag;
    if (*seen == NULL)
        return true;
    if (given != NULL)
        return quote_etag(given, etag);
    if (!input_is_file(file))
        return true;
    status = etag_file_read(file, database_object_bucket(object),
                            database_object_key(object), etag);
    if (status != STATUS_OK)
        say("%s.etag: cannot be read: %s\n"
            "move it away, or use --if-match or --force",
            file, etag_file_fault(file, status));
    return status == STATUS_OK;
}

/* ---- the outcome ---- */

static void explain_conflict(const struct database_object *object,
                             const struct options *options, const char *seen,
                             const struct database_object_reply *reply)
{
    const char *where = database_object_where(object),
               *file = input_name(options_file(options));

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
    else if (!input_is_file(options_file(options)))
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
    const char *file = options_file(options);

    if (input_is_file(file))
        remember(object, file, reply->etag);
    if (!options_given(options, "quiet"))
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
        return EXIT_CONFLICT;
    default:
        database_object_complain(object, "cannot write", &reply, S3_USE_WRITE);
        if (reply.in_doubt || reply.aws.status == STATUS_UNAVAILABLE)
            say("it is not known whether the database was written; the same "
                "command again does no harm");
        return EXIT_FAILED;
    }
}

static int check_and_put(struct database_object *object,
                         const struct options *options, struct span body)
{
    const char *name = input_name(options_file(options));
    size_t hosts;

    switch (
        database_check(name, body, options_given(options, "quiet"), &hosts)) {
    case STATUS_OK:
        return put(object, options, body, hosts);
    case STATUS_NOMEM:
        say("out of memory");
        return EXIT_FAILED;
    default:
        say("%s is not uploaded: correct what is listed above", name);
        return EXIT_INVALID;
    }
}

static int run(const struct context *context, const struct options *options)
{
    struct strbuf body;
    int result = EXIT_FAILED;

    strbuf_init(&body, DATABASE_MAX_BYTES);
    if (input_read(options_file(options), &body))
        result = check_and_put(context->object, options, strbuf_span(&body));
    strbuf_clear(&body);
    return result;
}

static bool check_options(struct options *options, struct strbuf *fault)
{
    const char *if_match = options_value(options, "if-match");

    if (if_match != NULL && options_given(options, "force"))
        strbuf_append_string(fault, "--force and --if-match contradict each "
                                    "other");
    else if (if_match != NULL && if_match[0] == '\0')
        strbuf_append_string(fault, "the ETag is empty");
    else
        return options_file_is_named(options, fault);
    return false;
}

const struct command command_upload_database = {
    .name = "upload-database",
    .operands = "FILE",
    .purpose = "check FILE and make it the database",
    .text =
        "Checks FILE (\"-\" is standard input) as the server will, and makes "
        "it\n"
        "the host database. Every fault is printed with its line, and then\n"
        "nothing is sent. The database is not replaced by one who has not "
        "seen\n"
        "its latest version: FILE must come from download-database, or there "
        "must\n"
        "be no database yet.\n",
    .options = {{0, "force", NULL, "replace whatever is there"},
                {0, "if-match", "ETAG",
                 "replace this version, whatever FILE.etag says"},
                OPTION_QUIET},
    .operand = OPERAND_FILE,
    .operands_min = 1,
    .operands_max = 1,
    .operands_missing = "a FILE, or - for standard input",
    .needs = NEEDS_OBJECT,
    .check = check_options,
    .run = run,
};
