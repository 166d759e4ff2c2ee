#include "cli/edit.h"
#include "cli/conditional_put.h"
#include "cli/database_file.h"
#include "cli/database_hosts.h"
#include "cli/database_text.h"
#include "cli/options.h"
#include "cli/say.h"

#include "base/backoff.h"
#include "base/dns_name.h"

#include <stdio.h>
#include <sys/random.h>
#include <time.h>

enum {
    AGAIN = -1, /* somebody else was faster */
    ATTEMPTS = 60,
    FIRST_WAIT_MS = 10,
    LONGEST_WAIT_MS = 200,
};

/* ---- what is asked for ---- */

bool edit_options_are_good(struct options *options, struct strbuf *fault)
{
    struct span given = span_from_string(options->operands[0]);
    const char *type = options_value(options, "type"), *reason;
    char name[DNS_NAME_MAX];
    size_t len = dns_name_normalize(given, name);

    reason = len == 0 && given.len > 0
                 ? "the name is longer than 253 characters"
                 : dns_name_fault(span_from(name, len));
    if (reason != NULL)
        strbuf_printf(fault, "'%s' can be no host: %s", options->operands[0],
                      reason);
    else if (type != NULL && strcasecmp(type, "A") != 0 &&
             strcasecmp(type, "AAAA") != 0)
        strbuf_printf(fault, "--type is A or AAAA, not '%s'", type);
    else
        return true;
    return false;
}

void edit_begin(struct edit *edit, const struct options *options)
{
    const char *type = options_value(options, "type");
    size_t len =
        dns_name_normalize(span_from_string(options->operands[0]), edit->name);

    edit->name[len] = '\0';
    edit->host.name = span_from(edit->name, len);
    if (type == NULL || edit->host.kind == HOST_EDIT_ADD)
        return;
    edit->host.of_one_type = true;
    edit->host.type =
        span_from_string(strcasecmp(type, "A") == 0 ? "A" : "AAAA");
}

void edit_set(struct edit *edit, enum host_attribute which, const char *text)
{
    edit->host.sets[which] = true;
    edit->host.values[which] = span_from_string(text);
}

/* ---- where the database is ---- */

struct store {
    const struct context *context;
    struct database_file file;
    char etag[S3_ETAG_MAX + 1]; /* that was read, or written; "": there is no
                                 * object */
    bool in_doubt;              /* an earlier write may have been carried out */
};

static enum status read_object(struct store *store, struct strbuf *text)
{
    struct database_object *object = store->context->object;
    struct database_object_reply reply;
    enum status status = database_object_get(object, text, &reply);

    store->etag[0] = '\0';
    if (status == STATUS_OK)
        strcpy(store->etag, reply.etag);
    else if (status != STATUS_NOT_FOUND ||
             strcmp(reply.aws.code, "NoSuchKey") != 0)
        database_object_complain(object, "cannot read", &reply, S3_USE_READ);
    else
        return STATUS_NOT_FOUND;
    return status == STATUS_NOT_FOUND ? STATUS_UNAVAILABLE : status;
}

static enum status write_object(struct store *store, struct span text)
{
    struct database_object *object = store->context->object;
    struct database_object_reply reply;
    enum put_result result = conditional_put(object, text, store->etag, &reply);

    if (result == PUT_DONE || result == PUT_ALREADY_THERE) {
        strcpy(store->etag, reply.etag);
        return STATUS_OK;
    }
    store->in_doubt |= reply.in_doubt;
    if (result == PUT_CONFLICT)
        return STATUS_CONFLICT;
    database_object_complain(object, "cannot write", &reply, S3_USE_WRITE);
    if (reply.in_doubt || reply.aws.status == STATUS_UNAVAILABLE)
        say("it is not known whether the database was written");
    return STATUS_UNAVAILABLE;
}

/* STATUS_NOT_FOUND: there is none. Any other failure was said. */
static enum status store_read(struct store *store, struct strbuf *text)
{
    return store->context->file != NULL ? database_file_read(&store->file, text)
                                        : read_object(store, text);
}

/* STATUS_CONFLICT: it is another version by now. Any other failure was said. */
static enum status store_write(struct store *store, struct span text)
{
    return store->context->file != NULL
               ? database_file_write(&store->file, text)
               : write_object(store, text);
}

/* ---- one attempt ---- */

static int prepare(struct edit *edit, struct span text)
{
    struct hostdb *db;
    int result;

    if (edit->prepare == NULL)
        return EXIT_OK;
    db = database_hosts(text);
    result = edit->prepare(edit->arg, db, &edit->host);
    hostdb_release(db);
    return result;
}

/* Whether the database says already what a write of ours, whose answer was
 * lost, was to make it say. */
static bool was_done_before(const struct edit *edit, const struct store *store,
                            struct span text, enum status status)
{
    struct host first, other;
    struct hostdb *db;
    bool done = false;

    if (!store->in_doubt)
        return false;
    if (edit->host.kind != HOST_EDIT_ADD)
        return edit->host.kind == HOST_EDIT_REMOVE &&
               status == STATUS_NOT_FOUND;
    db = database_hosts(text);
    if (status == STATUS_CONFLICT && db != NULL &&
        hostdb_lookup(db, edit->host.name, &first))
        done = span_equal(first.token, edit->host.token) ||
               (hostdb_other_row(db, &first, &other) &&
                span_equal(other.token, edit->host.token));
    hostdb_release(db);
    return done;
}

static int explain(const struct edit *edit, const struct store *store,
                   enum status status)
{
    const char *where = database_text_where(store->context), *name = edit->name;

    switch (status) {
    case STATUS_NOT_FOUND:
        say("%s: there is no host %s%s%.*s", where, name,
            edit->host.of_one_type ? " of type " : "", (int)edit->host.type.len,
            edit->host.of_one_type ? edit->host.type.ptr : "");
        return EXIT_FAILED;
    case STATUS_CONFLICT:
        say("%s: %s is there already\n"
            "rotate-token gives it another token; remove-host removes it",
            where, name);
        return EXIT_FAILED;
    case STATUS_INVALID:
        say("%s: %s: %s\n"
            "nothing is changed; check-database tells all that is wrong with a "
            "database",
            where, name, edit->result.reason);
        return EXIT_INVALID;
    default:
        say("out of memory");
        return EXIT_FAILED;
    }
}

static enum status apply(struct edit *edit, struct span text,
                         struct strbuf *out)
{
    return edit->rewrite != NULL
               ? edit->rewrite(edit->arg, text, out)
               : host_edit_apply(&edit->host, text, out, &edit->result);
}

/* Tells the journal what was changed. */
static void record(const struct store *store, struct span before,
                   struct span after)
{
    struct hostdb *old, *new;
    struct host_diff diff;

    if (store->context->record == NULL)
        return;
    old = database_hosts(before);
    new = database_hosts(after);
    host_diff_compare(&diff, old, new);
    edit_record_put(store->context->record, new == NULL ? NULL : &diff,
                    store->etag);
    host_diff_clear(&diff);
    hostdb_release(old);
    hostdb_release(new);
}

/* The same of a change that was made by an earlier attempt, whose answer was
 * lost: what was there before is not known. */
static void record_late(const struct edit *edit, const struct store *store)
{
    static const char *const effects[] = {
        [HOST_EDIT_ADD] = "added",
        [HOST_EDIT_CHANGE] = "changed",
        [HOST_EDIT_REMOVE] = "removed",
    };

    if (edit->rewrite != NULL)
        edit_record_put(store->context->record, NULL, store->etag);
    else
        edit_record_put_host(store->context->record, effects[edit->host.kind],
                             edit->host.name, store->etag);
}

static int edit_and_write(struct edit *edit, struct store *store,
                          struct span text, struct strbuf *out)
{
    int result = prepare(edit, text);
    enum status status;

    if (result != EXIT_OK)
        return result;
    status = apply(edit, text, out);
    if (status == STATUS_UNCHANGED ||
        was_done_before(edit, store, text, status)) {
        edit->unchanged = !store->in_doubt;
        if (store->in_doubt)
            record_late(edit, store);
        return EXIT_OK;
    }
    if (status != STATUS_OK && edit->rewrite != NULL)
        return status == STATUS_INVALID ? EXIT_INVALID : EXIT_FAILED;
    if (status != STATUS_OK)
        return explain(edit, store, status);
    switch (store_write(store, strbuf_span(out))) {
    case STATUS_OK:
        record(store, text, strbuf_span(out));
        return EXIT_OK;
    case STATUS_CONFLICT:
        return AGAIN;
    default:
        return EXIT_FAILED;
    }
}

static int attempt(struct edit *edit, struct store *store, struct strbuf *text,
                   struct strbuf *out)
{
    const struct context *context = store->context;
    enum status status = store_read(store, text);

    edit->created = status == STATUS_NOT_FOUND;
    if (status == STATUS_OK)
        return edit_and_write(edit, store, strbuf_span(text), out);
    if (status != STATUS_NOT_FOUND)
        return EXIT_FAILED;
    if (edit->host.kind == HOST_EDIT_ADD && !context->file_is_old)
        return edit_and_write(edit, store, strbuf_span(text), out);
    say("%s: there is no database%s", database_text_where(context),
        context->file_is_old
            ? "\nDYNDNS_BUCKET is not set, so it is taken for a local file; to "
              "make a new one, name it with --file"
            : "");
    return EXIT_FAILED;
}

/* ---- again and again ---- */

/* Of several that collide, all wait for another time. */
static void wait_a_moment(struct backoff *backoff, struct jitter *jitter)
{
    int64_t ms = backoff_fail(backoff, jitter);
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&time, NULL);
}

static int run_with_store(struct edit *edit, struct store *store)
{
    struct backoff backoff = {FIRST_WAIT_MS, LONGEST_WAIT_MS, 0};
    struct jitter jitter = {0};
    int result = AGAIN;

    if (getrandom(&jitter.state, sizeof jitter.state, 0) < 0)
        jitter.state = (uint64_t)clock();
    for (int i = 0; i < ATTEMPTS && result == AGAIN; i++) {
        struct strbuf text, out;

        if (i > 0)
            wait_a_moment(&backoff, &jitter);
        strbuf_init(&text, DATABASE_MAX_BYTES);
        strbuf_init(&out, DATABASE_MAX_BYTES);
        result = attempt(edit, store, &text, &out);
        strbuf_clear(&text);
        strbuf_clear(&out);
    }
    if (result != AGAIN)
        return result;
    say("%s: somebody else changed it each of the %d times that this was "
        "tried; it is left as it is",
        database_text_where(store->context), ATTEMPTS);
    return EXIT_CONFLICT;
}

int edit_run(struct edit *edit, const struct context *context)
{
    struct store store = {.context = context, .file = {.folder = -1}};
    int result = EXIT_FAILED;

    if (context->file == NULL || database_file_open(&store.file, context->file))
        result = run_with_store(edit, &store);
    database_file_close(&store.file);
    return result;
}
