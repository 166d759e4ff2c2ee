#include "cli/database_object.h"
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
    (void)arg;
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
    aws_client_tell_clock(object->client, on_clock, NULL);
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

/* ---- one request ---- */

struct request {
    enum { GET, HEAD, PUT } method;
    struct strbuf *received; /* GET */
    struct span body;        /* PUT */
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

static enum status submit(struct database_object *object,
                          struct request *request)
{
    const char *bucket = database_object_bucket(object),
               *key = database_object_key(object);

    switch (request->method) {
    case GET:
        strbuf_rewind(request->received);
        return s3_get_object(object->client, bucket, key, span_from("", 0),
                             S3_DATABASE_TIMEOUT_MS, take_chunk, on_done,
                             request);
    case HEAD:
        return s3_head_object(object->client, bucket, key,
                              S3_DATABASE_TIMEOUT_MS, on_done, request);
    default:
        return s3_put_object(object->client, bucket, key, request->body,
                             request->if_match, request->if_none_match,
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
    while (!request->done)
        aws_client_poll(object->client, POLL_MS);
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
