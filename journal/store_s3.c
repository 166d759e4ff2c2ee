#include "journal/store_s3.h"

#include "aws/s3.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    POLL_MS = 1000,
    TIMEOUT_MS = 10000,                      /* of what is small */
    SLOWEST_BYTES_PER_MS = 64 * 1024 / 1000, /* of what is large */
    KEY_MAX_BYTES = 1024,                    /* S3's */
};

static const struct span none = {"", 0};

struct s3_place {
    struct aws_client *client;
    atomic_bool interrupted;
    char reason[OBJECT_REASON_MAX_BYTES];
    const char *prefix; /* "" or "state/"; both point into `text` */
    char text[];        /* bucket NUL prefix NUL */
};

/* A call under way. */
struct call {
    struct s3_place *place;
    bool done;
    enum status status;
    long http_status;
    bool no_such_key, access_denied; /* S3's words */
    struct object_tag tag;
};

void *store_s3_new(const char *place, const struct aws_config *config)
{
    size_t bucket_len = strcspn(place, "/"), len = strlen(place);
    struct s3_place *made = calloc(1, sizeof *made + len + 3);
    char *prefix;

    if (made == NULL)
        return NULL;
    memcpy(made->text, place, len);
    if (bucket_len == len || place[len - 1] != '/')
        made->text[len] = '/';
    made->text[bucket_len] = '\0'; /* in place of the first slash */
    prefix = made->text + bucket_len + 1;
    made->prefix = prefix;
    made->client = aws_client_new(config);
    if (made->client == NULL) {
        free(made);
        return NULL;
    }
    return made;
}

static void free_place(void *self)
{
    struct s3_place *place = self;

    aws_client_free(place->client);
    free(place);
}

/* ---- one call ---- */

static void tell(struct s3_place *place, const char *why)
{
    snprintf(place->reason, sizeof place->reason, "%s", why);
}

/* S3's words, or libcurl's. */
static void tell_reply(struct s3_place *place, const struct aws_reply *reply)
{
    bool both = reply->code[0] != '\0' && reply->message[0] != '\0';

    snprintf(place->reason, sizeof place->reason, "%s%s%s%s%s%s", reply->code,
             both ? ": " : "", reply->message,
             reply->request_id[0] == '\0' ? "" : " (request ",
             reply->request_id, reply->request_id[0] == '\0' ? "" : ")");
}

static void take_reply(struct call *call, const struct aws_reply *reply)
{
    call->done = true;
    call->status = reply->status;
    call->http_status = reply->http_status;
    call->no_such_key = strcmp(reply->code, "NoSuchKey") == 0;
    call->access_denied = strcmp(reply->code, "AccessDenied") == 0;
    if (reply->status == STATUS_OK || reply->status == STATUS_UNCHANGED)
        call->place->reason[0] = '\0';
    else
        tell_reply(call->place, reply);
}

static void on_done(void *arg, const struct aws_reply *reply, struct span etag)
{
    struct call *call = arg;

    take_reply(call, reply);
    snprintf(call->tag.text, sizeof call->tag.text, "%.*s", (int)etag.len,
             etag.ptr);
}

/* Whether the store was told to end; to be asked before each call too. */
static bool is_over(struct s3_place *place)
{
    if (!atomic_load(&place->interrupted))
        return false;
    tell(place, "interrupted");
    return true;
}

/* Waits for what was submitted, or says why it was not. */
static enum status finish(struct call *call, enum status submitted)
{
    struct s3_place *place = call->place;

    if (submitted != STATUS_OK) {
        tell(place, submitted == STATUS_NOMEM
                        ? "out of memory"
                        : "this can be no bucket, key or ETag");
        return submitted;
    }
    while (!call->done) {
        if (is_over(place))
            return STATUS_UNAVAILABLE;
        aws_client_poll(place->client, POLL_MS);
    }
    return call->status;
}

/* As long as it takes over a line that is slow, but not dead. */
static long timeout_for(size_t bytes)
{
    size_t longest = S3_DATABASE_TIMEOUT_MS - TIMEOUT_MS,
           more = bytes / SLOWEST_BYTES_PER_MS;

    return TIMEOUT_MS + (long)(more < longest ? more : longest);
}

static void name_key(const struct s3_place *place, const char *key,
                     char out[KEY_MAX_BYTES + 1])
{
    snprintf(out, KEY_MAX_BYTES + 1, "%s%s", place->prefix, key);
}

/* ---- put ---- */

/* What S3 says of a condition. 409 is no word about the object: somebody else is
 * writing it, and the same call may succeed in a moment. 404 for the key is one:
 * what is not there is not unchanged. */
static enum status judge(const struct call *call, enum status status,
                         enum object_condition condition)
{
    if (status == STATUS_CONFLICT && call->http_status == 409)
        return STATUS_UNAVAILABLE;
    if (status == STATUS_NOT_FOUND && condition == OBJECT_IF_UNCHANGED &&
        call->no_such_key)
        return STATUS_CONFLICT;
    return status;
}

static enum status put(void *self, const struct object *object,
                       enum object_condition condition, struct object_tag *tag)
{
    struct s3_place *place = self;
    struct call call = {.place = place};
    struct s3_put what = {
        .body = object->body,
        .content_type = span_from_string(object->content_type),
        .if_match = condition == OBJECT_IF_UNCHANGED
                        ? span_from_string(tag->text)
                        : none,
        .if_none_match =
            condition == OBJECT_IF_ABSENT ? span_from_string("*") : none,
    };
    char key[KEY_MAX_BYTES + 1];
    enum status status;

    if (is_over(place))
        return STATUS_UNAVAILABLE;
    name_key(place, object->key, key);
    status = s3_put_object(place->client, place->text, key, &what,
                           timeout_for(object->body.len), on_done, &call);
    status = judge(&call, finish(&call, status), condition);
    if (status == STATUS_OK)
        *tag = call.tag;
    return status;
}

/* ---- get ---- */

struct download {
    struct call call; /* first: on_done() is given its address */
    struct strbuf *out;
};

static enum status take_chunk(void *arg, struct span chunk)
{
    struct download *download = arg;
    struct strbuf *out = download->out;

    if (chunk.len > out->max_bytes - out->len)
        return STATUS_FULL;
    strbuf_append(out, chunk);
    return strbuf_ok(out) ? STATUS_OK : STATUS_NOMEM;
}

/* A search for a key among those that begin like it. */
struct search {
    struct call call;
    const char *key;
    bool found;
};

/* The key itself comes before those that only begin like it. */
static void on_searched(void *arg, const struct aws_reply *reply,
                        const struct span *keys, size_t count, struct span next)
{
    struct search *search = arg;

    (void)next;
    take_reply(&search->call, reply);
    search->found = count > 0 && span_is(keys[0], search->key);
}

/* S3 tells that an object is missing only to those who may list the whole bucket.
 * Who may list what is below the prefix alone is refused, and can ask so. */
static bool is_missing(struct s3_place *place, const char *key)
{
    const struct s3_listing listing = {key, "", none};
    struct search search = {.call = {.place = place}, .key = key};
    enum status status = s3_list_objects(place->client, place->text, &listing,
                                         TIMEOUT_MS, on_searched, &search);

    return finish(&search.call, status) == STATUS_OK && !search.found;
}

/* What a refused reading means; the reason is S3's, whatever was asked since. */
static enum status judge_refusal(struct s3_place *place, const char *key)
{
    char refusal[OBJECT_REASON_MAX_BYTES];

    memcpy(refusal, place->reason, sizeof refusal);
    if (is_missing(place, key)) {
        tell(place, "there is no such object");
        return STATUS_NOT_FOUND;
    }
    memcpy(place->reason, refusal, sizeof refusal);
    return STATUS_DENIED;
}

static enum status get(void *self, const char *key, struct object_tag *tag,
                       struct strbuf *out)
{
    struct s3_place *place = self;
    struct download download = {.call = {.place = place}, .out = out};
    char name[KEY_MAX_BYTES + 1];
    enum status status;

    if (is_over(place))
        return STATUS_UNAVAILABLE;
    name_key(place, key, name);
    status = s3_get_object(
        place->client, place->text, name, span_from_string(tag->text),
        timeout_for(out->max_bytes - out->len), take_chunk, on_done, &download);
    status = finish(&download.call, status);
    if (status == STATUS_DENIED && download.call.access_denied)
        return judge_refusal(place, name);
    if (status == STATUS_OK)
        *tag = download.call.tag;
    return status;
}

/* ---- list ---- */

struct listing {
    struct call call;
    struct s3_listing what;
    object_store_key_fn *each;
    void *arg;
    bool is_over;
    char prefix[KEY_MAX_BYTES + 1];
    char last[KEY_MAX_BYTES + 1]; /* what was listed, or is to be behind */
    char token[S3_TOKEN_MAX + 1];
};

/* Not what was asked for, so the store is not S3's like: a listing that has no
 * order cannot be gone on with, and might never end. */
static void distrust(struct listing *listing, const char *why)
{
    listing->call.status = STATUS_INVALID;
    listing->is_over = true;
    tell(listing->call.place, why);
}

static void take_key(struct listing *listing, struct span key)
{
    char name[KEY_MAX_BYTES + 1];

    if (key.len > KEY_MAX_BYTES || memchr(key.ptr, '\0', key.len) != NULL) {
        distrust(listing, "the store lists what is no key");
        return;
    }
    snprintf(name, sizeof name, "%.*s", (int)key.len, key.ptr);
    if (strncmp(name, listing->prefix, strlen(listing->prefix)) != 0)
        distrust(listing, "the store lists other keys than those asked for");
    else if (strcmp(name, listing->last) <= 0)
        distrust(listing, "the store does not list keys in their order");
    else
        listing->is_over = !listing->each(
            listing->arg, name + strlen(listing->call.place->prefix));
    memcpy(listing->last, name, strlen(name) + 1);
}

static void on_listed(void *arg, const struct aws_reply *reply,
                      const struct span *keys, size_t count, struct span next)
{
    struct listing *listing = arg;

    take_reply(&listing->call, reply);
    snprintf(listing->token, sizeof listing->token, "%.*s", (int)next.len,
             next.ptr);
    for (size_t i = 0; i < count && !listing->is_over; i++)
        take_key(listing, keys[i]);
    listing->is_over = listing->is_over || next.len == 0;
}

static enum status list_pages(struct listing *listing)
{
    struct s3_place *place = listing->call.place;
    enum status status;

    do {
        if (is_over(place))
            return STATUS_UNAVAILABLE;
        listing->call.done = false;
        listing->what.token = span_from_string(listing->token);
        status = s3_list_objects(place->client, place->text, &listing->what,
                                 TIMEOUT_MS, on_listed, listing);
        status = finish(&listing->call, status);
        listing->what.start_after = ""; /* the token knows */
    } while (status == STATUS_OK && !listing->is_over);
    return status;
}

static enum status list(void *self, const char *prefix, const char *after,
                        object_store_key_fn *each, void *arg)
{
    struct s3_place *place = self;
    struct listing *listing = calloc(1, sizeof *listing);
    enum status status;

    if (listing == NULL)
        return STATUS_NOMEM;
    listing->call.place = place;
    listing->each = each;
    listing->arg = arg;
    name_key(place, prefix, listing->prefix);
    if (after[0] != '\0')
        name_key(place, after, listing->last);
    listing->what.prefix = listing->prefix;
    listing->what.start_after = listing->last;
    status = list_pages(listing);
    free(listing);
    return status;
}

/* ---- the kind ---- */

static const char *reason(const void *self)
{
    const struct s3_place *place = self;

    return place->reason;
}

static void interrupt(void *self)
{
    struct s3_place *place = self;

    atomic_store(&place->interrupted, true);
    aws_client_wakeup(place->client);
}

const struct aws_metrics *store_s3_metrics(const void *self)
{
    const struct s3_place *place = self;

    return aws_client_metrics(place->client);
}

const struct object_store_kind store_s3 = {
    free_place, put, get, list, reason, interrupt,
};
