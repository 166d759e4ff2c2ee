#include "cli/commands.h"
#include "cli/file_replace.h"
#include "cli/regular_file.h"
#include "cli/say.h"
#include "cli/etag_file.h"

#include <errno.h>
#include <stdio.h>

static int print(struct span body)
{
    if (fwrite(body.ptr, 1, body.len, stdout) == body.len &&
        fflush(stdout) == 0)
        return EXIT_OK;
    if (errno != EPIPE) /* the reader closed the pipe */
        say("cannot write to standard output: %s", strerror(errno));
    return EXIT_FAILED;
}

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

int download_database(struct database_object *object,
                      const struct options *options)
{
    const char *file = options->file;
    struct database_object_reply reply;
    struct strbuf body;
    int result = EXIT_FAILED;

    strbuf_init(&body, DATABASE_MAX_BYTES);
    if (database_object_get(object, &body, &reply) != STATUS_OK)
        database_object_complain(object, "cannot read", &reply, S3_USE_READ);
    else if (file == NULL)
        result = print(strbuf_span(&body));
    else
        result = save(object, file, strbuf_span(&body), reply.etag);
    if (result == EXIT_OK && !options->quiet)
        say("%s: %zu bytes downloaded%s%s, ETag %s",
            database_object_where(object), body.len, file == NULL ? "" : " to ",
            file == NULL ? "" : file, reply.etag);
    strbuf_clear(&body);
    return result;
}
