#include "aws/s3.h"

#include "aws/aws_error.h"
#include "aws/request.h"
#include "aws/s3_objects_xml.h"
#include "aws/s3_region.h"
#include "aws/s3_versions_xml.h"
#include "aws/uri.h"

#include <stdlib.h>

enum {
    URL_MAX_BYTES = 32 * 1024, /* two keys and a token, encoded */
    BUCKET_MAX_BYTES = 255,    /* the oldest buckets'; 63 today */
    KEY_MAX_BYTES = 1024,      /* S3 User Guide, "Naming Amazon S3 objects" */
    ERROR_MAX_BYTES = 256 * 1024,     /* S3's error documents are far smaller */
    VERSIONS_MAX_BYTES = 1024 * 1024, /* of a hundred keys of 1 KiB */
    OBJECTS_MAX_BYTES = 4 * 1024 * 1024, /* of a thousand, encoded */
    CONTENT_TYPE_MAX_BYTES = 100,
};

/* Of a page. Who asks wants one of the newest. */
#define LISTED_VERSIONS_MAX "100"

/* Whom to tell: one of the functions is not NULL. */
struct completion {
    s3_done_fn *done;
    s3_versions_fn *versions;
    s3_objects_fn *objects;
    void *arg;
};

/* One of the calls, with all that is needed to send it once more. */
struct s3_call {
    struct aws_client *client;
    enum aws_method method;
    long timeout_ms;
    bool sent_again;
    struct aws_reply refusal; /* while the bucket is asked for its region */
    s3_chunk_fn *chunk;
    struct completion completion;
    char version[S3_VERSION_ID_MAX + 1]; /* to read, or to list from; or "" */
    char if_match[S3_ETAG_MAX + 1], if_none_match[S3_ETAG_MAX + 1];
    char content_type[CONTENT_TYPE_MAX_BYTES + 1]; /* of what is put */
    /* These point into `text`, which begins with the bucket. */
    const char *key;           /* of objects to list, the prefix */
    const char *after, *token; /* of objects to list, else "" */
    char text[];
};

/* Copies a word that can stand in a header line; false when it cannot. */
static bool copy_word(char *out, size_t max_bytes, struct span word)
{
    if (word.len > max_bytes)
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] <= ' ' || word.ptr[i] > '~')
            return false;
        out[i] = word.ptr[i];
    }
    out[word.len] = '\0';
    return true;
}

static bool copy_etag(char out[S3_ETAG_MAX + 1], struct span etag)
{
    return copy_word(out, S3_ETAG_MAX, etag);
}

/* The same of a version's id, which stands in the query. */
static bool copy_version(char out[S3_VERSION_ID_MAX + 1], struct span version)
{
    if (version.len == 0 || version.len > S3_VERSION_ID_MAX)
        return false;
    memcpy(out, version.ptr, version.len);
    out[version.len] = '\0';
    return true;
}

/* Copies a text to *end, which it moves behind the NUL. */
static const char *copy_text(char **end, struct span text)
{
    char *copy = *end;

    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *end += text.len + 1;
    return copy;
}

/* Makes the part that all calls have in common. */
static enum status new_any_call(struct s3_call **made,
                                struct aws_client *client,
                                enum aws_method method, const char *bucket,
                                const struct s3_listing *what, long timeout_ms)
{
    struct span name = span_from_string(bucket),
                key = span_from_string(what->prefix),
                after = span_from_string(what->start_after);
    struct s3_call *call;
    char *end;

    if (name.len == 0 || name.len > BUCKET_MAX_BYTES ||
        key.len > KEY_MAX_BYTES || after.len > KEY_MAX_BYTES ||
        what->token.len > S3_TOKEN_MAX)
        return STATUS_INVALID;
    call = calloc(1, sizeof *call + name.len + key.len + after.len +
                         what->token.len + 4);
    if (call == NULL)
        return STATUS_NOMEM;
    call->client = client;
    call->method = method;
    call->timeout_ms = timeout_ms;
    end = call->text;
    copy_text(&end, name);
    call->key = copy_text(&end, key);
    call->after = copy_text(&end, after);
    call->token = copy_text(&end, what->token);
    *made = call;
    return STATUS_OK;
}

/* One of those that are about one object. Without a key the URL would be the
 * bucket's own, and the answer a listing. */
static enum status new_call(struct s3_call **made, struct aws_client *client,
                            enum aws_method method, const char *bucket,
                            const char *key, long timeout_ms)
{
    const struct s3_listing object = {key, "", {"", 0}};

    if (key[0] == '\0')
        return STATUS_INVALID;
    return new_any_call(made, client, method, bucket, &object, timeout_ms);
}

static enum status take_chunk(void *context, struct span bytes)
{
    const struct s3_call *call = context;

    return call->chunk(call->completion.arg, bytes);
}

static bool is_listing(const struct s3_call *call)
{
    return call->completion.done == NULL;
}

/* Which versions to list: those of all keys that begin like ours, for S3 has no
 * other question. A key comes before those that begin with it. */
static void append_versions_query(struct strbuf *url,
                                  const struct s3_call *call)
{
    bool goes_on = call->version[0] != '\0';
    struct uri_param params[] = {
        {"versions", span_from("", 0)},
        {"prefix", span_from_string(call->key)},
        {"max-keys", span_from_string(LISTED_VERSIONS_MAX)},
        {"key-marker", span_from_string(call->key)},
        {"version-id-marker", span_from_string(call->version)},
    };

    uri_append_query(url, params, goes_on ? 5 : 3);
}

/* XML has no room for some bytes that a key may have, so they are to be encoded.
 * A parameter that is not wanted is left out: to some stores an empty token is a
 * wrong one. */
static void append_objects_query(struct strbuf *url, const struct s3_call *call)
{
    struct uri_param params[5] = {
        {"list-type", span_from_string("2")},
        {"encoding-type", span_from_string("url")},
        {"prefix", span_from_string(call->key)},
    };
    size_t count = 3;

    if (call->after[0] != '\0')
        params[count++] =
            (struct uri_param){"start-after", span_from_string(call->after)};
    if (call->token[0] != '\0')
        params[count++] = (struct uri_param){"continuation-token",
                                             span_from_string(call->token)};
    uri_append_query(url, params, count);
}

static void append_query(struct strbuf *url, const struct s3_call *call)
{
    struct uri_param version = {"versionId", span_from_string(call->version)};

    if (call->completion.objects != NULL)
        append_objects_query(url, call);
    else if (call->completion.versions != NULL)
        append_versions_query(url, call);
    else if (call->version[0] != '\0')
        uri_append_query(url, &version, 1);
}

/* What the call is about, or its bucket alone. */
static char *make_url(const struct s3_call *call, const char *region,
                      bool of_bucket)
{
    struct endpoint_choice choice =
        aws_config_s3(aws_client_config(call->client));
    struct strbuf url;

    strbuf_init(&url, URL_MAX_BYTES);
    endpoint_append_s3_object(&url, &choice, region, call->text,
                              of_bucket || is_listing(call) ? "" : call->key);
    if (!of_bucket)
        append_query(&url, call);
    return strbuf_take(&url);
}

static bool add_headers(struct aws_request *request, const struct s3_call *call)
{
    return aws_request_add_header(request, "Content-Type",
                                  span_from_string(call->content_type)) &&
           aws_request_add_header(request, "If-Match",
                                  span_from_string(call->if_match)) &&
           aws_request_add_header(request, "If-None-Match",
                                  span_from_string(call->if_none_match)) &&
           aws_request_add_standard_headers(request);
}

static aws_done_fn call_done, bucket_done;

static enum aws_operation operation_of(const struct s3_call *call,
                                       enum aws_method method)
{
    switch (method) {
    case AWS_GET:
        return call->completion.objects != NULL    ? AWS_LIST_OBJECTS
               : call->completion.versions != NULL ? AWS_LIST_VERSIONS
                                                   : AWS_GET_OBJECT;
    case AWS_HEAD:
        return AWS_HEAD_OBJECT;
    case AWS_PUT:
        return AWS_PUT_OBJECT;
    default:
        return AWS_OTHER_OPERATION;
    }
}

/* Makes a request to the region the bucket is known to be in. Takes call. */
static struct aws_request *new_request(struct s3_call *call,
                                       enum aws_method method, bool of_bucket)
{
    const struct aws_config *config = aws_client_config(call->client);
    const char *region = s3_region_of(aws_client_s3_region(call->client),
                                      call->text, config->region);
    struct aws_request *request =
        aws_request_new(config, AWS_S3, method,
                        make_url(call, region, of_bucket), region, call);

    if (request == NULL)
        return NULL;
    request->operation = operation_of(call, method);
    request->timeout_ms = call->timeout_ms;
    request->reply_max_bytes = ERROR_MAX_BYTES;
    return request;
}

/* Takes call and body, on failure too. */
static enum status send_call(struct s3_call *call, char *body, size_t body_len)
{
    struct aws_request *request = new_request(call, call->method, false);

    if (request == NULL) {
        free(body);
        return STATUS_NOMEM;
    }
    request->body = body;
    request->body_len = body_len;
    if (is_listing(call))
        request->reply_max_bytes = call->completion.objects != NULL
                                       ? OBJECTS_MAX_BYTES
                                       : VERSIONS_MAX_BYTES;
    request->on_body = call->chunk == NULL ? NULL : take_chunk;
    request->done = call_done;
    if (!add_headers(request, call)) {
        aws_request_free(request);
        return STATUS_NOMEM;
    }
    aws_client_submit(call->client, request);
    return STATUS_OK;
}

static void complete(const struct completion *to, const struct aws_reply *reply,
                     struct span etag)
{
    static const struct s3_version_cursor end = {{"", 0}};

    if (to->objects != NULL)
        to->objects(to->arg, reply, NULL, 0, span_from("", 0));
    else if (to->versions != NULL)
        to->versions(to->arg, reply, NULL, 0, &end);
    else
        to->done(to->arg, reply, etag);
}

static void end_for_want_of_memory(const struct completion *to)
{
    static const struct aws_reply no_memory = {.status = STATUS_UNAVAILABLE,
                                               .message = "out of memory"};

    complete(to, &no_memory, span_from("", 0));
}

/* Sends the call once more, with the call and the body of this request. */
static void send_again(struct aws_request *request)
{
    struct s3_call *call = request->context;
    struct completion completion = call->completion;
    char *body = request->body;

    call->sent_again = true;
    request->context = NULL;
    request->body = NULL;
    if (send_call(call, body, request->body_len) != STATUS_OK)
        end_for_want_of_memory(&completion);
}

/* Asks for the bucket's region. The body stays with the question, which does
 * not send it. */
static void ask_bucket(struct aws_request *request,
                       const struct aws_response *response)
{
    struct s3_call *call = request->context;
    struct completion completion = call->completion;
    struct aws_request *question;

    aws_reply_read(&call->refusal, response, NULL);
    request->context = NULL;
    question = new_request(call, AWS_HEAD, true);
    if (question == NULL || !aws_request_add_standard_headers(question)) {
        aws_request_free(question);
        end_for_want_of_memory(&completion);
        return;
    }
    question->body = request->body;
    question->body_len = request->body_len;
    request->body = NULL;
    question->done = bucket_done;
    aws_client_submit(call->client, question);
}

static void bucket_done(struct aws_request *request,
                        const struct aws_response *response)
{
    struct s3_call *call = request->context;

    if (s3_region_learn_from_bucket(aws_client_s3_region(call->client),
                                    call->text, request->region, response))
        send_again(request);
    else
        complete(&call->completion, &call->refusal, span_from("", 0));
}

/* Whether the answer is about the bucket's region, and not the last. */
static bool look_elsewhere(struct aws_request *request,
                           const struct aws_response *response)
{
    const struct s3_call *call = request->context;

    if (call->sent_again)
        return false;
    if (s3_region_learn(aws_client_s3_region(call->client), call->text,
                        request->region, response))
        send_again(request);
    else if (s3_region_is_in_doubt(response))
        ask_bucket(request, response);
    else
        return false;
    return true;
}

/* Why this cannot be an object store's answer, or not the object, NULL if it
 * can: an object that was read or written has an ETag, whatever the receiver
 * made of its bytes, and only who asked with one is told that nothing changed.
 * Else a gateway's friendly page would pass for success. */
static const char *doubt_of(const struct s3_call *call,
                            const struct aws_reply *reply,
                            const struct aws_response *response)
{
    struct span etag = span_from_string(response->etag);

    if (reply->status == STATUS_UNCHANGED && call->if_none_match[0] == '\0')
        return "the reply says \"not modified\", which nobody asked";
    if (reply->http_status == 200 && reply->status != STATUS_UNAVAILABLE &&
        etag.len == 0)
        return "the reply has no ETag, so it is not an object store's";
    if (reply->status == STATUS_OK &&
        s3_md5_contradicts(response->md5, etag, response->encryption))
        return "the object came damaged: its MD5 is not that of its ETag";
    return NULL;
}

static enum status hand_out_versions(const struct s3_call *call,
                                     const struct aws_reply *reply,
                                     struct span text)
{
    const struct completion *to = &call->completion;
    struct s3_versions page;
    enum status status = s3_versions_xml_read(&page, text, call->key);

    if (status != STATUS_OK)
        return status;
    to->versions(to->arg, reply, page.versions, page.count, &page.next);
    s3_versions_xml_clear(&page);
    return STATUS_OK;
}

static enum status hand_out_objects(const struct s3_call *call,
                                    const struct aws_reply *reply,
                                    struct span text)
{
    const struct completion *to = &call->completion;
    struct s3_objects page;
    enum status status = s3_objects_xml_read(&page, text);

    if (status != STATUS_OK)
        return status;
    to->objects(to->arg, reply, page.keys, page.count, page.next);
    s3_objects_xml_clear(&page);
    return STATUS_OK;
}

/* Hands out the page that the reply holds, if it holds one. */
static void call_listed(const struct s3_call *call, struct aws_reply *reply,
                        struct span text)
{
    bool of_objects = call->completion.objects != NULL;
    enum status status;

    if (reply->status == STATUS_OK) {
        status = of_objects ? hand_out_objects(call, reply, text)
                            : hand_out_versions(call, reply, text);
        if (status == STATUS_OK)
            return;
        aws_reply_distrust(reply, status == STATUS_NOMEM ? "out of memory"
                                  : of_objects
                                      ? "the reply is no list of objects"
                                      : "the reply is no list of versions");
    }
    complete(&call->completion, reply, span_from("", 0));
}

static void call_done(struct aws_request *request,
                      const struct aws_response *response)
{
    const struct s3_call *call = request->context;
    struct span etag = span_from_string(response->etag);
    struct aws_reply reply;
    const char *doubt;

    if (look_elsewhere(request, response))
        return;
    aws_reply_read(&reply, response, NULL);
    if (is_listing(call)) {
        call_listed(call, &reply, response->body);
        return;
    }
    doubt = doubt_of(call, &reply, response);
    if (doubt != NULL)
        aws_reply_distrust(&reply, doubt);
    complete(&call->completion, &reply, etag);
}

enum status s3_get_object(struct aws_client *client, const char *bucket,
                          const char *key, struct span if_none_match,
                          long timeout_ms, s3_chunk_fn *chunk, s3_done_fn *done,
                          void *arg)
{
    struct s3_call *call;
    enum status status =
        new_call(&call, client, AWS_GET, bucket, key, timeout_ms);

    if (status != STATUS_OK)
        return status;
    if (!copy_etag(call->if_none_match, if_none_match)) {
        free(call);
        return STATUS_INVALID;
    }
    call->chunk = chunk;
    call->completion = (struct completion){.done = done, .arg = arg};
    return send_call(call, NULL, 0);
}

enum status s3_get_object_version(struct aws_client *client, const char *bucket,
                                  const char *key, struct span version,
                                  long timeout_ms, s3_chunk_fn *chunk,
                                  s3_done_fn *done, void *arg)
{
    struct s3_call *call;
    enum status status =
        new_call(&call, client, AWS_GET, bucket, key, timeout_ms);

    if (status != STATUS_OK)
        return status;
    if (!copy_version(call->version, version)) {
        free(call);
        return STATUS_INVALID;
    }
    call->chunk = chunk;
    call->completion = (struct completion){.done = done, .arg = arg};
    return send_call(call, NULL, 0);
}

enum status s3_list_versions(struct aws_client *client, const char *bucket,
                             const char *key,
                             const struct s3_version_cursor *from,
                             long timeout_ms, s3_versions_fn *done, void *arg)
{
    struct s3_call *call;
    enum status status =
        new_call(&call, client, AWS_GET, bucket, key, timeout_ms);

    if (status != STATUS_OK)
        return status;
    if (from != NULL && !copy_version(call->version, from->version)) {
        free(call);
        return STATUS_INVALID;
    }
    call->completion = (struct completion){.versions = done, .arg = arg};
    return send_call(call, NULL, 0);
}

enum status s3_list_objects(struct aws_client *client, const char *bucket,
                            const struct s3_listing *listing, long timeout_ms,
                            s3_objects_fn *done, void *arg)
{
    struct s3_call *call;
    enum status status =
        new_any_call(&call, client, AWS_GET, bucket, listing, timeout_ms);

    if (status != STATUS_OK)
        return status;
    call->completion = (struct completion){.objects = done, .arg = arg};
    return send_call(call, NULL, 0);
}

/* A copy that is never NULL but for want of memory. */
static char *copy_body(struct span body)
{
    char *copy = malloc(body.len + 1);

    if (copy != NULL && body.len > 0)
        memcpy(copy, body.ptr, body.len);
    return copy;
}

enum status s3_put_object(struct aws_client *client, const char *bucket,
                          const char *key, const struct s3_put *put,
                          long timeout_ms, s3_done_fn *done, void *arg)
{
    struct s3_call *call;
    enum status status;
    char *copy;

    status = new_call(&call, client, AWS_PUT, bucket, key, timeout_ms);
    if (status != STATUS_OK)
        return status;
    if (!copy_etag(call->if_match, put->if_match) ||
        !copy_etag(call->if_none_match, put->if_none_match) ||
        !copy_word(call->content_type, CONTENT_TYPE_MAX_BYTES,
                   put->content_type)) {
        free(call);
        return STATUS_INVALID;
    }
    copy = copy_body(put->body);
    if (copy == NULL) {
        free(call);
        return STATUS_NOMEM;
    }
    call->completion = (struct completion){.done = done, .arg = arg};
    return send_call(call, copy, put->body.len);
}

enum status s3_head_object(struct aws_client *client, const char *bucket,
                           const char *key, long timeout_ms, s3_done_fn *done,
                           void *arg)
{
    struct s3_call *call;
    enum status status =
        new_call(&call, client, AWS_HEAD, bucket, key, timeout_ms);

    if (status != STATUS_OK)
        return status;
    call->completion = (struct completion){.done = done, .arg = arg};
    return send_call(call, NULL, 0);
}
