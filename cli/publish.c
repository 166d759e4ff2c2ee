#include "cli/publish.h"
#include "cli/command.h"
#include "cli/conditional_put.h"
#include "cli/confirm.h"
#include "cli/database_hosts.h"
#include "cli/diff_words.h"
#include "cli/say.h"

#include <stdio.h>

enum { WORDS_MAX_BYTES = 16 * 1024 };

/* ---- what is in the bucket ---- */

struct current {
    enum {
        CURRENT_NONE,
        CURRENT_READ,
        CURRENT_HIDDEN, /* S3 denies to read it, or to say that there is none */
    } state;
    bool same;                  /* the very bytes that are to be published */
    struct hostdb *hosts;       /* NULL: none that the server could read */
    char etag[S3_ETAG_MAX + 1]; /* "" unless it was read */
    struct host_diff diff;      /* from it to what is to be published */
};

static bool is_missing(const struct database_object_reply *reply)
{
    return reply->aws.status == STATUS_NOT_FOUND &&
           strcmp(reply->aws.code, "NoSuchBucket") != 0;
}

/* False: it could not be read, which was said. */
static bool read_current(struct database_object *object,
                         const struct publication *publication,
                         struct current *current)
{
    struct database_object_reply reply;
    struct strbuf text;
    enum status status;

    *current = (struct current){.state = CURRENT_NONE};
    strbuf_init(&text, DATABASE_MAX_BYTES);
    status = database_object_get(object, &text, &reply);
    if (status == STATUS_OK) {
        current->state = CURRENT_READ;
        current->same = span_equal(strbuf_span(&text), publication->text);
        current->hosts = database_hosts(strbuf_span(&text));
        strcpy(current->etag, reply.etag);
    } else if (status == STATUS_DENIED &&
               strcmp(reply.aws.code, "AccessDenied") == 0) {
        current->state = CURRENT_HIDDEN;
    } else if (!is_missing(&reply)) {
        database_object_complain(object, "cannot read", &reply, S3_USE_READ);
        strbuf_clear(&text);
        return false;
    }
    strbuf_clear(&text);
    host_diff_compare(&current->diff, current->hosts, publication->hosts);
    return true;
}

static void clear_current(struct current *current)
{
    host_diff_clear(&current->diff);
    hostdb_release(current->hosts);
    current->hosts = NULL;
}

/* ---- conflicts ---- */

/* Whether two ETags are the same, quoted or not: stores differ in that. */
static bool same_etag(const char *a, const char *b)
{
    size_t a_len, b_len;

    a += *a == '"';
    b += *b == '"';
    a_len = strcspn(a, "\"");
    b_len = strcspn(b, "\"");
    return a_len == b_len && memcmp(a, b, a_len) == 0;
}

/* Whether the bucket is known to hold another version than the one to replace.
 * Of one that cannot be read, S3 alone can tell. */
static bool is_another(const struct current *current, const char *seen)
{
    if (seen == NULL || current->state == CURRENT_HIDDEN)
        return false;
    if (current->state == CURRENT_NONE)
        return seen[0] != '\0';
    return seen[0] == '\0' || !same_etag(current->etag, seen);
}

static const char *advice_for(enum publication_source source)
{
    switch (source) {
    case PUBLICATION_FILE:
        return "download it to another file, bring your changes into that "
               "one, and upload that; or replace it with --force";
    case PUBLICATION_PIPE:
        return "name the version to replace with --if-match ETAG, which "
               "download-database prints; or replace any with --force";
    default:
        return "look at what is there now; if the earlier version is still "
               "wanted, give the same command again";
    }
}

static int explain_conflict(const struct database_object *object,
                            const struct publication *publication,
                            const struct current *current)
{
    const char *where = database_object_where(object),
               *name = publication->name;
    struct strbuf summary;

    strbuf_init(&summary, WORDS_MAX_BYTES);
    if (current->state == CURRENT_READ)
        diff_words_summary(&summary, &current->diff);
    if (current->state == CURRENT_NONE)
        say("%s no longer exists, and %s is not uploaded\n"
            "to create it again, use --force",
            where, name);
    else if (publication->seen[0] != '\0')
        say("%s is another version by now: somebody changed it, and %s is not "
            "uploaded%s\n%s",
            where, name, strbuf_string(&summary),
            advice_for(publication->source));
    else
        say("%s exists already, and nothing says that %s was made from it, "
            "which is not uploaded%s\n%s",
            where, name, strbuf_string(&summary),
            advice_for(publication->source));
    strbuf_clear(&summary);
    return EXIT_CONFLICT;
}

/* ---- the change ---- */

static void show_change(const struct database_object *object,
                        const struct current *current)
{
    const char *where = database_object_where(object);
    struct strbuf line;

    if (current->state == CURRENT_HIDDEN) {
        say("%s: what this changes is not known: S3 denies to read the "
            "database, or there is none",
            where);
        return;
    }
    strbuf_init(&line, WORDS_MAX_BYTES);
    diff_words_line(&line, &current->diff);
    say("%s: %s%s", where, strbuf_string(&line),
        current->state == CURRENT_READ && current->hosts == NULL
            ? "; what is there now is no database that a server could read"
            : "");
    strbuf_clear(&line);
}

/* Whether somebody has to say yes first; if so, says why. What can only create
 * the object removes nothing. */
static bool is_grave(const struct database_object *object,
                     const struct publication *publication,
                     const struct current *current)
{
    const char *where = database_object_where(object);
    const struct host_diff *diff = &current->diff;

    if (current->state == CURRENT_HIDDEN &&
        (publication->seen == NULL || publication->seen[0] != '\0')) {
        say("%s: how many hosts this removes is not known: S3 denies to read "
            "the database, or there is none",
            where);
        return true;
    }
    if (!host_diff_removes_most(diff))
        return false;
    say("%s: this removes %zu of %zu host%s", where, diff->removed.count,
        diff->hosts_before, diff->hosts_before == 1 ? "" : "s");
    return true;
}

/* Whether to go on; if not, that was said. */
static bool is_wanted(const struct database_object *object,
                      const struct publication *publication,
                      const struct current *current)
{
    if (publication->yes || !is_grave(object, publication, current))
        return true;
    switch (confirm("Go on?")) {
    case ANSWER_YES:
        return true;
    case ANSWER_NO:
        say("%s is not uploaded", publication->name);
        return false;
    default:
        say("%s is not uploaded, since nobody can be asked\n"
            "if it is right, use --yes",
            publication->name);
        return false;
    }
}

/* ---- the writing ---- */

static void say_done(const struct database_object *object,
                     const struct publication *publication, bool already_there,
                     const char *etag)
{
    size_t hosts = hostdb_count(publication->hosts);

    if (!publication->quiet)
        say("%s: %zu host%s %s, ETag %s", database_object_where(object), hosts,
            hosts == 1 ? "" : "s",
            already_there ? "uploaded before; it is the same file" : "uploaded",
            etag);
}

/* S3 itself found a conflict. What is there now is read, to say what differs;
 * `current` is out of date. */
static int explain_refusal(struct database_object *object,
                           const struct publication *publication)
{
    struct current current;
    int result = EXIT_CONFLICT;

    if (read_current(object, publication, &current))
        result = explain_conflict(object, publication, &current);
    clear_current(&current);
    return result;
}

/* What changed against a version that cannot be read is not known. */
static void record(const struct publication *publication,
                   const struct current *current, const char *etag)
{
    edit_record_put(publication->record,
                    current->state == CURRENT_HIDDEN ? NULL : &current->diff,
                    etag);
}

static int put(struct database_object *object,
               const struct publication *publication,
               const struct current *current, char etag[S3_ETAG_MAX + 1])
{
    struct database_object_reply reply;
    enum put_result result =
        conditional_put(object, publication->text, publication->seen, &reply);

    switch (result) {
    case PUT_DONE:
    case PUT_ALREADY_THERE:
        strcpy(etag, reply.etag);
        say_done(object, publication, result == PUT_ALREADY_THERE, etag);
        if (result == PUT_DONE)
            record(publication, current, etag);
        return EXIT_OK;
    case PUT_CONFLICT:
        return explain_refusal(object, publication);
    default:
        database_object_complain(object, "cannot write", &reply, S3_USE_WRITE);
        if (reply.in_doubt || reply.aws.status == STATUS_UNAVAILABLE)
            say("it is not known whether the database was written; the same "
                "command again does no harm");
        return EXIT_FAILED;
    }
}

static int compare_and_put(struct database_object *object,
                           const struct publication *publication,
                           const struct current *current,
                           char etag[S3_ETAG_MAX + 1])
{
    if (current->same) {
        strcpy(etag, current->etag);
        say_done(object, publication, true, etag);
        return EXIT_OK;
    }
    if (is_another(current, publication->seen))
        return explain_conflict(object, publication, current);
    if (!publication->quiet)
        show_change(object, current);
    if (!is_wanted(object, publication, current))
        return EXIT_FAILED;
    return put(object, publication, current, etag);
}

int publish(struct database_object *object,
            const struct publication *publication, char etag[S3_ETAG_MAX + 1])
{
    struct current current;
    int result = EXIT_FAILED;

    if (read_current(object, publication, &current))
        result = compare_and_put(object, publication, &current, etag);
    clear_current(&current);
    return result;
}
