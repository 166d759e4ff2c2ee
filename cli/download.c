/* dyndb download-database -- fetches the database. */
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/etag_file.h"
#include "cli/file_replace.h"
#include "cli/options.h"
#include "cli/previous_version.h"
#include "cli/print.h"
#include "cli/regular_file.h"
#include "cli/say.h"

#include <errno.h>

/* With a FILE.etag that is missing or old the next upload is refused, and
 * overwrites nothing; so a failure here is worth a warning only. */
static void remember(const struct database_object *object, const char *file,
                     const char *etag)
{
    enum status status = etag_file_write(file, database_object_bucket(object),
                                         database_object_key(object), etag);

    if (status != STATUS_OK)
        say("%s.etag: warning: cannot be written: %s", file,
            etag_file_fault(file, status));
}

/* The file first: were we interrupted in between, the old ETag beside a new
 * file could only make an upload refuse. */
static int save(const struct database_object *object, const char *file,
                struct span body, const char *etag)
{
    const char *obstacle;

    switch (file_replace(file, body)) {
    case STATUS_OK:
        remember(object, file, etag);
        return EXIT_OK;
    case STATUS_INVALID:
        obstacle = regular_file_obstacle(file, LINKS_REFUSED);
        say("%s: %s, and left alone\n"
            "name a regular file or a new one; to print the database, use: "
            "dyndb download-database -",
            file, obstacle == NULL ? "it is no regular file" : obstacle);
        return EXIT_FAILED;
    case STATUS_NOMEM:
        say("%s: out of memory", file);
        return EXIT_FAILED;
    default:
        say("%s: cannot be written: %s", file, strerror(errno));
        return EXIT_FAILED;
    }
}

static int deliver(const struct database_object *object, const char *file,
                   struct span body, const char *etag)
{
    if (file == NULL)
        return print(body) ? EXIT_OK : EXIT_FAILED;
    return save(object, file, body, etag);
}

static int download_current(struct database_object *object,
                            const struct options *options, struct strbuf *body)
{
    const char *file = options_file(options);
    struct database_object_reply reply;
    int result;

    if (database_object_get(object, body, &reply) != STATUS_OK) {
        database_object_complain(object, "cannot read", &reply, S3_USE_READ);
        return EXIT_FAILED;
    }
    result = deliver(object, file, strbuf_span(body), reply.etag);
    if (result == EXIT_OK && !options_given(options, "quiet"))
        say("%s: %zu bytes downloaded%s%s, ETag %s",
            database_object_where(object), body->len,
            file == NULL ? "" : " to ", file == NULL ? "" : file, reply.etag);
    return result;
}

/* The ETag that is remembered is that of the current version, for that is the
 * one which an upload of the file is to replace. */
static int download_previous(struct database_object *object,
                             const struct options *options, struct strbuf *body)
{
    const char *file = options_file(options);
    struct previous_version previous;
    int result;

    if (!previous_version_get(object, &previous, body))
        return EXIT_FAILED;
    result = deliver(object, file, strbuf_span(body), previous.current_etag);
    if (result == EXIT_OK && !options_given(options, "quiet"))
        say("%s: %zu bytes of the version of %s downloaded%s%s\n"
            "to make it current: dyndb upload-database --previous",
            database_object_where(object), body->len, previous.modified,
            file == NULL ? "" : " to ", file == NULL ? "" : file);
    return result;
}

static int run(const struct context *context, const struct options *options)
{
    struct strbuf body;
    int result;

    strbuf_init(&body, DATABASE_MAX_BYTES);
    if (!options_given(options, "quiet"))
        database_object_show_progress(context->object);
    result = options_given(options, "previous")
                 ? download_previous(context->object, options, &body)
                 : download_current(context->object, options, &body);
    strbuf_clear(&body);
    return result;
}

const struct command command_download_database = {
    .name = "download-database",
    .operands = "[FILE]",
    .purpose = "fetch the database into FILE, or print it",
    .text =
        "Fetches the host database into FILE, which only you may read, whole "
        "or\n"
        "not at all; without FILE, or with \"-\", prints it. Its version is "
        "kept\n"
        "in FILE.etag, so that upload-database can tell whether somebody else\n"
        "changed the database meanwhile.\n",
    .options = {{0, "previous", NULL,
                 "the version before the current one, if the bucket keeps\n"
                 "versions"},
                OPTION_QUIET},
    .operand = OPERAND_FILE,
    .operands_max = 1,
    .needs = NEEDS_OBJECT,
    .check = options_file_is_named,
    .run = run,
};
