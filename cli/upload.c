/* dyndb upload-database -- checks the database and puts it there. */
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/database_check.h"
#include "cli/database_hosts.h"
#include "cli/etag_file.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/previous_version.h"
#include "cli/publish.h"
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

/* Sets *seen as publish() wants it, with `etag` as its storage. */
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

/* ---- what is uploaded ---- */

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

/* The hosts of a text that has passed the check; NULL, which was said: memory. */
static struct hostdb *hosts_of(struct span text)
{
    struct hostdb *hosts = database_hosts(text);

    if (hosts == NULL)
        say("out of memory");
    return hosts;
}

/* Checks the text, which the rest of the publication is about. */
static int check_and_publish(struct database_object *object,
                             struct publication *publication,
                             char etag[S3_ETAG_MAX + 1])
{
    struct hostdb *hosts;
    size_t count;
    int result;

    switch (database_check(publication->name, publication->text,
                           publication->quiet, &count)) {
    case STATUS_OK:
        break;
    case STATUS_NOMEM:
        say("out of memory");
        return EXIT_FAILED;
    default:
        say("%s is not uploaded: correct what is listed above",
            publication->name);
        return EXIT_INVALID;
    }
    hosts = hosts_of(publication->text);
    if (hosts == NULL)
        return EXIT_FAILED;
    publication->hosts = hosts;
    result = publish(object, publication, etag);
    hostdb_release(hosts);
    return result;
}

static int upload_file(struct database_object *object,
                       const struct options *options,
                       struct publication *publication, struct strbuf *text)
{
    const char *file = options_file(options);
    char seen[S3_ETAG_MAX + 1], etag[S3_ETAG_MAX + 1];
    int result;

    if (!input_read(file, text) ||
        !find_seen(object, options, seen, &publication->seen))
        return EXIT_FAILED;
    publication->source =
        input_is_file(file) ? PUBLICATION_FILE : PUBLICATION_PIPE;
    publication->name = input_name(file);
    publication->text = strbuf_span(text);
    result = check_and_publish(object, publication, etag);
    if (result == EXIT_OK && input_is_file(file))
        remember(object, file, etag);
    return result;
}

static int upload_previous(struct database_object *object,
                           struct publication *publication, struct strbuf *text)
{
    struct previous_version previous;
    char name[sizeof "<version of >" + sizeof previous.modified],
        etag[S3_ETAG_MAX + 1];

    if (!previous_version_get(object, &previous, text))
        return EXIT_FAILED;
    snprintf(name, sizeof name, "<version of %s>", previous.modified);
    publication->source = PUBLICATION_VERSION;
    publication->name = name;
    publication->text = strbuf_span(text);
    publication->seen = previous.current_etag;
    return check_and_publish(object, publication, etag);
}

static int run(const struct context *context, const struct options *options)
{
    struct publication publication = {
        .record = context->record,
        .yes = options_given(options, "yes"),
        .quiet = options_given(options, "quiet"),
    };
    struct strbuf text;
    int result;

    strbuf_init(&text, DATABASE_MAX_BYTES);
    if (!publication.quiet)
        database_object_show_progress(context->object);
    result = options_given(options, "previous")
                 ? upload_previous(context->object, &publication, &text)
                 : upload_file(context->object, options, &publication, &text);
    strbuf_clear(&text);
    return result;
}

/* ---- the command ---- */

static bool check_options(struct options *options, struct strbuf *fault)
{
    const char *if_match = options_value(options, "if-match");
    bool previous = options_given(options, "previous"),
         force = options_given(options, "force");

    if (previous && (force || if_match != NULL))
        strbuf_append_string(fault, "--previous is for the current version: "
                                    "neither --force nor --if-match");
    else if (previous && options->operand_count > 0)
        strbuf_append_string(fault, "--previous uploads what the bucket kept, "
                                    "and no FILE");
    else if (!previous && options->operand_count == 0)
        strbuf_append_string(fault, "upload-database needs a FILE, or - for "
                                    "standard input");
    else if (if_match != NULL && force)
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
        "be no database yet.\n"
        "\n"
        "What changes is shown before: hosts more (+), less (-), and changed. "
        "If\n"
        "more than half of the hosts would be removed, you are asked.\n",
    .options = {{0, "force", NULL, "replace whatever is there"},
                {0, "if-match", "ETAG",
                 "replace this version, whatever FILE.etag says"},
                {0, "previous", NULL,
                 "in place of FILE: the version before the current one,\n"
                 "if the bucket keeps versions"},
                {'y', "yes", NULL,
                 "do not ask, though most hosts would be removed"},
                OPTION_QUIET},
    .operand = OPERAND_FILE,
    .operands_max = 1,
    .needs = NEEDS_OBJECT,
    .edits = true,
    .check = check_options,
    .run = run,
};
