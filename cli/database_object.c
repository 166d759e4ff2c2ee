#include "cli/database_object.h"
#include "cli/progress.h"
#include "cli/say.h"

#include "aws/retry.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

enum {
    POLL_MS = 1000,
    WORDS_MAX_BYTES = 4096,
};

struct database_object {
    const struct settings *settings;
    struct aws_client *client;
    struct retry_quota quota;
    char *where;
    struct progress progress;
    bool is_upload; /* what progress is of */
};

/* For jitter, which needs no secret: the clock will do where there is no
 * randomness. */
static uint64_t random_seed(void)
{
    uint64_t seed;

    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = (uint64_t)clock_now_ms();
    return seed;
}

static void on_clock(void *arg, const char *service, int64_t seconds)
{
    struct database_object *object = arg;

    progress_end(&object->progress); /* the bar comes again by itself */
    say("set this machine's clock: it is %lld seconds %s that of %s, whose "
        "time is used instead",
        (long long)(seconds < 0 ? -seconds : seconds),
        seconds < 0 ? "ahead of" : "behind", service);
}

struct database_object *database_object_new(const struct settings *settings)
{
    struct database_object *object = calloc(1, sizeof *object);

    if (object == NULL)
        return NULL;
    object->settings = settings;
    object->client = aws_client_new(&settings->aws);
    retry_quota_init(&object->quota, settings->aws.max_attempts, random_seed());
    if (object->client == NULL ||
        asprintf(&object->where, "s3://%s/%s", settings->bucket,
                 settings->database) < 0) {
        aws_client_free(object->client);
        free(object);
        return NULL;
    }
    aws_client_tell_clock(object->client, on_clock, object);
    return object;
}

void database_object_free(struct database_object *object)
{
    if (object == NULL)
        return;
    aws_client_free(object->client);
    free(object->where);
    free(object);
}

const char *database_object_where(const struct database_object *object)
{
    return object->where;
}

const char *database_object_bucket(const struct database_object *object)
{
    return object->settings->bucket;
}

const char *database_object_key(const struct database_object *object)
{
    return object->settings->database;
}

/* ---- progress ---- */

static void on_progress(void *arg, const struct aws_progress *progress)
{
    struct database_object *object = arg;

    if (object->is_upload)
        progress_move(&object->progress, progress->sent, progress->to_send);
    else
        progress_move(&object->progress, progress->received,
                      progress->to_receive);
}

void database_object_show_progress(struct database_object *object)
{
    aws_client_tell_progress(object->client, on_progress, object);
}

/* ---- one request ---- */

struct request {
    enum { GET, GET_VERSION, LIST, HEAD, PUT } method;
    struct strbuf *received;             /* GET, GET_VERSION */
    char version[S3_VERSION_ID_MAX + 1]; /* GET_VERSION; LIST: behind this */
    database_object_version_fn *take;    /* LIST */
    void *arg;
    struct span body; /* PUT */
    struct span if_match, if_none_match;
    bool done;
    struct database_object_reply *reply;
};

static enum status take_chunk(void *arg, struct span chunk)
{
    struct request *request = arg;

    if (chunk.len > DATABASE_MAX_BYTES - request->received->len)
        return STATUS_FULL;
    strbuf_append(request->received, chunk);
    return strbuf_ok(request->received) ? STATUS_OK : STATUS_NOMEM;
}

static void on_done(void *arg, const struct aws_reply *reply, struct span etag)
{
    struct request *request = arg;

    request->done = true;
    request->reply->aws = *reply;
    snprintf(request->reply->etag, sizeof request->reply->etag, "%.*s",
             (int)etag.len, etag.len == 0 ? "" : etag.ptr);
}

/* Hands out a page. request->version is "" in the end, if no more is wanted. */
static void on_listed(void *arg, const struct aws_reply *reply,
                      const struct s3_version *versions, size_t count,
                      const struct s3_version_cursor *next)
{
    struct request *request = arg;
    bool wanted = true;

    on_done(arg, reply, span_from("", 0));
    if (reply->status != STATUS_OK)
        return;
    for (size_t i = 0; wanted && i < count; i++)
        wanted = request->take(request->arg, &versions[i]);
    snprintf(request->version, sizeof request->version, "%.*s",
             wanted ? (int)next->version.len : 0, next->version.ptr);
}

static enum status list(struct database_object *object, struct request *request)
{
    const struct s3_version_cursor from = {span_from_string(request->version)};

    return s3_list_versions(object->client, database_object_bucket(object),
                            database_object_key(object),
                            from.version.len == 0 ? NULL : &from,
                            S3_DATABASE_TIMEOUT_MS, on_listed, request);
}

static enum status submit(struct database_object *object,
                          struct request *request)
{
    const struct s3_put put = {request->body, span_from_string("text/csv"),
                               request->if_match, request->if_none_match};
    const char *bucket = database_object_bucket(object),
               *key = database_object_key(object);

    switch (request->method) {
    case GET:
        strbuf_rewind(request->received);
        return s3_get_object(object->client, bucket, key, span_from("", 0),
                             S3_DATABASE_TIMEOUT_MS, take_chunk, on_done,
                             request);
    case GET_VERSION:
        strbuf_rewind(request->received);
        return s3_get_object_version(
            object->client, bucket, key, span_from_string(request->version),
            S3_DATABASE_TIMEOUT_MS, take_chunk, on_done, request);
    case LIST:
        return list(object, request);
    case HEAD:
        return s3_head_object(object->client, bucket, key,
                              S3_DATABASE_TIMEOUT_MS, on_done, request);
    default:
        return s3_put_object(object->client, bucket, key, &put,
                             S3_DATABASE_TIMEOUT_MS, on_done, request);
    }
}

static void attempt(struct database_object *object, struct request *request)
{
    struct database_object_reply *reply = request->reply;
    enum status status;

    request->done = false;
    reply->aws = (struct aws_reply){.status = STATUS_UNAVAILABLE};
    reply->etag[0] = '\0';
    status = submit(object, request);
    if (status != STATUS_OK) {
        reply->aws.status = status;
        snprintf(reply->aws.message, sizeof reply->aws.message, "%s",
                 status == STATUS_NOMEM ? "out of memory"
                                        : "this can be no bucket, key or ETag");
        return;
    }
    object->is_upload = request->method == PUT;
    progress_begin(&object->progress,
                   object->is_upload ? "uploading" : "downloading");
    while (!request->done)
        aws_client_poll(object->client, POLL_MS);
    progress_end(&object->progress);
}

/* ---- repeated ---- */

/* What can be said of a refusal besides AWS's own words. */
static void describe(struct strbuf *out, const struct aws_reply *reply)
{
    if (reply->code[0] != '\0')
        strbuf_printf(out, "%s: ", reply->code);
    if (reply->message[0] != '\0')
        strbuf_append_string(out, reply->message);
    else
        strbuf_append_string(out, reply->http_status == 0
                                      ? "there was no answer"
                                      : "S3 gives no reason");
    if (reply->http_status != 0)
        strbuf_printf(out, " (HTTP %ld%s%s)", reply->http_status,
                      reply->request_id[0] == '\0' ? "" : ", request id ",
                      reply->request_id);
}

static void sleep_ms(int64_t ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&time, NULL);
}

static void announce(const struct database_object *object,
                     const struct database_object_reply *reply, int64_t wait)
{
    struct strbuf text;

    strbuf_init(&text, WORDS_MAX_BYTES);
    describe(&text, &reply->aws);
    say("%s: %s; trying again in %.1f s", object->where, strbuf_string(&text),
        (double)wait / 1000);
    strbuf_clear(&text);
}

static enum status run(struct database_object *object, struct request *request)
{
    struct database_object_reply *reply = request->reply;
    struct retry retry = {0};
    int64_t wait;

    reply->in_doubt = false;
    for (;;) {
        struct retry_failure failure;

        attempt(object, request);
        if (reply->aws.status == STATUS_OK) {
            retry_succeeded(&retry, &object->quota);
            return STATUS_OK;
        }
        failure = retry_failure_of(&reply->aws);
        if (!retry_allows(&retry, &object->quota, &failure, &wait))
            return reply->aws.status;
        if (reply->aws.status == STATUS_UNAVAILABLE)
            reply->in_doubt = true;
        announce(object, reply, wait);
        sleep_ms(wait);
    }
}

enum status database_object_get(struct database_object *object,
                                struct strbuf *body,
                                struct database_object_reply *reply)
{
    struct request request = {.method = GET, .received = body, .reply = reply};

    return run(object, &request);
}

enum status database_object_get_version(struct database_object *object,
                                        struct span version,
                                        struct strbuf *body,
                                        struct database_object_reply *reply)
{
    struct request request = {
        .method = GET_VERSION, .received = body, .reply = reply};

    snprintf(request.version, sizeof request.version, "%.*s", (int)version.len,
             version.ptr);
    return run(object, &request);
}

enum status database_object_list_versions(struct database_object *object,
                                          database_object_version_fn *take,
                                          void *arg,
                                          struct database_object_reply *reply)
{
    struct request request = {
        .method = LIST, .take = take, .arg = arg, .reply = reply};
    enum status status;

    do
        status = run(object, &request);
    while (status == STATUS_OK && request.version[0] != '\0');
    return status;
}

enum status database_object_head(struct database_object *object,
                                 struct database_object_reply *reply)
{
    struct request request = {.method = HEAD, .reply = reply};

    return run(object, &request);
}

enum status database_object_put(struct database_object *object,
                                struct span body, struct span if_match,
                                struct span if_none_match,
                                struct database_object_reply *reply)
{
    struct request request = {
        .method = PUT,
        .body = body,
        .if_match = if_match,
        .if_none_match = if_none_match,
        .reply = reply,
    };

    return run(object, &request);
}

void database_object_complain(const struct database_object *object,
                              const char *what,
                              const struct database_object_reply *reply,
                              enum s3_use use)
{
    const char *advice = s3_advice(&reply->aws, use);
    struct strbuf text;

    strbuf_init(&text, WORDS_MAX_BYTES);
    describe(&text, &reply->aws);
    say("%s %s: %s%s%s", what, object->where, strbuf_string(&text),
        advice[0] == '\0' ? "" : "\n", advice);
    strbuf_clear(&text);
}
