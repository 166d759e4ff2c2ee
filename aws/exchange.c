#include "aws/exchange.h"

#include "aws/signature.h"
#include "base/decimal.h"

#include <stdio.h>
#include <time.h>

enum {
    CONNECT_TIMEOUT_MS = 5000,
    /* Slower than this for so long is a connection that died, or a server that
     * means to hold us: half of what an ISDN line carried. */
    SLOWEST_BYTES_PER_SECOND = 4096,
    SLOW_SECONDS = 30,

    /* libcurl asks before it sends a body of more than a megabyte (Expect:
     * 100-continue) and would wait a second for stores that never answer
     * that. The header cannot be removed: libcurl would sign it all the same.
     * A fifth of a second still lets S3 refuse before the body is sent. */
    EXPECT_100_TIMEOUT_MS = 200,

    AUTHORIZATION_MAX_BYTES = 4096,
};

static void set_transport(struct aws_request *request, enum status status,
                          const char *words)
{
    struct aws_response *response = &request->response;

    response->transport = status;
    snprintf(response->transport_message, sizeof response->transport_message,
             "%s", words);
}

static bool hand_on(struct aws_request *request, struct span chunk)
{
    enum status status = request->on_body(request->context, chunk);

    s3_md5_add(&request->md5, chunk);
    if (status != STATUS_OK)
        set_transport(request, status, "the receiver stopped the download");
    return status == STATUS_OK;
}

static bool collect(struct aws_request *request, struct span chunk)
{
    struct strbuf *reply = &request->reply;

    if (chunk.len > reply->max_bytes - reply->len) {
        set_transport(request, STATUS_UNAVAILABLE,
                      "the reply is longer than expected");
        return false;
    }
    strbuf_append(reply, chunk);
    if (!strbuf_ok(reply))
        set_transport(request, STATUS_UNAVAILABLE, "out of memory");
    return strbuf_ok(reply);
}

/* libcurl's callback for the bytes of a reply. To return less than it was
 * given makes libcurl end the exchange. */
static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct aws_request *request = arg;
    struct span chunk = span_from(bytes, size * count);
    long http_status = 0;
    bool taken;

    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &http_status);
    taken = http_status == 200 && request->on_body != NULL
                ? hand_on(request, chunk)
                : collect(request, chunk);
    return taken ? chunk.len : 0;
}

/* libcurl's callback for the progress of an exchange; 0: go on. */
static int on_transfer(void *arg, curl_off_t to_receive, curl_off_t received,
                       curl_off_t to_send, curl_off_t sent)
{
    const struct aws_request *request = arg;
    const struct aws_progress progress = {
        .sent = (uint64_t)sent,
        .to_send = (uint64_t)to_send,
        .received = (uint64_t)received,
        .to_receive = (uint64_t)to_receive,
    };

    request->tell_progress(request->tell_progress_arg, &progress);
    return 0;
}

/* An easy handle being set up, with its first failure kept. */
struct setup {
    CURL *easy;
    bool failed;
};

static void set_long(struct setup *setup, CURLoption option, long value)
{
    if (curl_easy_setopt(setup->easy, option, value) != CURLE_OK)
        setup->failed = true;
}

/* Strings, which libcurl copies, and other pointers. NULL is allowed. */
static void set_pointer(struct setup *setup, CURLoption option,
                        const void *value)
{
    if (curl_easy_setopt(setup->easy, option, value) != CURLE_OK)
        setup->failed = true;
}

static void set_up_transport(struct setup *setup,
                             const struct aws_request *request)
{
    long timeout_ms = request->timeout_ms;
    const char *ca_bundle = request->config->ca_bundle;

    set_long(setup, CURLOPT_NOSIGNAL, 1);
    set_pointer(setup, CURLOPT_PROTOCOLS_STR, "http,https");
    set_long(setup, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set_long(setup, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    set_long(setup, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
    set_long(setup, CURLOPT_CONNECTTIMEOUT_MS,
             timeout_ms < CONNECT_TIMEOUT_MS ? timeout_ms : CONNECT_TIMEOUT_MS);
    set_long(setup, CURLOPT_TIMEOUT_MS, timeout_ms);
    set_long(setup, CURLOPT_LOW_SPEED_LIMIT, SLOWEST_BYTES_PER_SECOND);
    set_long(setup, CURLOPT_LOW_SPEED_TIME, SLOW_SECONDS);
    /* A redirect is for whoever asked to judge: S3's need another signature,
     * and ours is for nobody else. */
    set_long(setup, CURLOPT_FOLLOWLOCATION, 0);
    set_long(setup, CURLOPT_SSL_VERIFYPEER, 1);
    set_long(setup, CURLOPT_SSL_VERIFYHOST, 2);
    if (ca_bundle != NULL)
        set_pointer(setup, CURLOPT_CAINFO, ca_bundle);
    /* HTTPS_PROXY and NO_PROXY hold as with AWS's SDKs, but no proxy can
     * reach this machine's own loopback, nor what is on its link alone. */
    if (endpoint_is_loopback(request->url) ||
        endpoint_is_link_local(request->url))
        set_pointer(setup, CURLOPT_PROXY, "");
}

static const char *const service_names[] = {
    [AWS_ROUTE53] = "route53",
    [AWS_S3] = "s3",
    [AWS_SNS] = "sns",
    [AWS_STS] = "sts",
};

static void set_up_signature(struct setup *setup, struct aws_request *request,
                             const struct aws_credentials *keys)
{
    char provider[32 + ENDPOINT_REGION_MAX];

    snprintf(provider, sizeof provider, "aws:amz:%s:%s", request->region,
             service_names[request->service]);
    set_pointer(setup, CURLOPT_AWS_SIGV4, provider);
    /* Apart, not as CURLOPT_USERPWD: some stores' key ids hold a colon. */
    set_pointer(setup, CURLOPT_USERNAME, keys->access_key_id);
    set_pointer(setup, CURLOPT_PASSWORD, keys->secret_access_key);
}

static const char *const method_names[] = {[AWS_GET] = "GET",
                                           [AWS_HEAD] = "HEAD",
                                           [AWS_POST] = "POST",
                                           [AWS_PUT] = "PUT"};

static const char token_name[] = "x-amz-security-token";

/* What another signature left behind. */
static void drop_signature(struct aws_request *request)
{
    aws_request_drop_header(request, token_name);
    aws_request_drop_header(request, "Host");
    aws_request_drop_header(request, "X-Amz-Date");
    aws_request_drop_header(request, "Authorization");
}

/* For another time than this machine's, which is all that libcurl can. */
static bool sign_for(struct aws_request *request,
                     const struct aws_credentials *keys, int64_t time)
{
    char timestamp[SIGNATURE_TIMESTAMP_SIZE];
    struct signature_subject subject = {
        .method = method_names[request->method],
        .url = request->url,
        .payload_sha256 = request->payload_sha256,
        .timestamp = timestamp,
        .session_token = keys->session_token,
        .region = request->region,
        .service = service_names[request->service],
    };
    struct strbuf authorization;
    bool is_signed;

    strbuf_init(&authorization, AUTHORIZATION_MAX_BYTES);
    is_signed =
        signature_timestamp(time, timestamp) &&
        signature_append(&authorization, &subject, keys->access_key_id,
                         keys->secret_access_key) &&
        aws_request_add_header(request, "Host", signature_host(request->url)) &&
        aws_request_add_header(request, "X-Amz-Date",
                               span_from_string(timestamp)) &&
        aws_request_add_header(request, "Authorization",
                               strbuf_span(&authorization));
    strbuf_clear(&authorization);
    return is_signed;
}

static void sign(struct setup *setup, struct aws_request *request,
                 const struct aws_credentials *keys)
{
    drop_signature(request);
    if (!aws_request_add_header(request, token_name,
                                span_from_string(keys->session_token)))
        setup->failed = true;
    else if (request->clock_offset == 0)
        set_up_signature(setup, request, keys);
    else if (!sign_for(request, keys, time(NULL) + request->clock_offset))
        setup->failed = true;
}

static void set_up_message(struct setup *setup, struct aws_request *request)
{
    set_pointer(setup, CURLOPT_URL, request->url);
    set_long(setup, CURLOPT_PATH_AS_IS, 1);
    set_pointer(setup, CURLOPT_USERAGENT, "dyndns53/" DYNDNS53_VERSION);
    set_pointer(setup, CURLOPT_HTTPHEADER, request->headers);
    if (request->method == AWS_HEAD)
        set_long(setup, CURLOPT_NOBODY, 1);
    if (request->method != AWS_POST && request->method != AWS_PUT)
        return;
    set_long(setup, CURLOPT_EXPECT_100_TIMEOUT_MS, EXPECT_100_TIMEOUT_MS);
    if (curl_easy_setopt(setup->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)request->body_len) != CURLE_OK)
        setup->failed = true;
    set_pointer(setup, CURLOPT_POSTFIELDS,
                request->body == NULL ? "" : request->body);
    if (request->method == AWS_POST)
        return;
    set_pointer(setup, CURLOPT_CUSTOMREQUEST, "PUT");
    /* When an old connection turns out to be dead, libcurl sends the request
     * again on a new one. Had the first been carried out, a conditional PUT
     * would then find its own work there and report a conflict. Nor is the new
     * one kept, lest each PUT leave one more open. */
    set_long(setup, CURLOPT_FRESH_CONNECT, 1);
    set_long(setup, CURLOPT_FORBID_REUSE, 1);
}

/* A buffer that grows leaves copies behind; what asks for credentials gets all
 * its room at once. */
static bool reserve_reply(struct aws_request *request)
{
    static const char nothing[4096];
    struct strbuf *reply = &request->reply;

    if (request->signer == AWS_SIGN_AS_CLIENT)
        return true;
    while (strbuf_ok(reply) && reply->len + sizeof nothing <= reply->max_bytes)
        strbuf_append(reply, span_from(nothing, sizeof nothing));
    if (!strbuf_ok(reply))
        return false;
    strbuf_rewind(reply);
    return true;
}

static void set_up_progress(struct setup *setup, struct aws_request *request)
{
    if (request->tell_progress == NULL)
        return;
    set_long(setup, CURLOPT_NOPROGRESS, 0);
    set_pointer(setup, CURLOPT_XFERINFODATA, request);
    if (curl_easy_setopt(setup->easy, CURLOPT_XFERINFOFUNCTION, on_transfer) !=
        CURLE_OK)
        setup->failed = true;
}

bool exchange_set_up(CURL *easy, struct aws_request *request,
                     const struct aws_credentials *keys)
{
    struct setup setup = {easy, false};

    request->easy = easy;
    strbuf_init(&request->reply, request->reply_max_bytes);
    setup.failed = !reserve_reply(request);
    s3_md5_clear(&request->md5);
    if (request->on_body != NULL)
        s3_md5_init(&request->md5);
    set_up_transport(&setup, request);
    if (keys != NULL)
        sign(&setup, request, keys);
    set_up_message(&setup, request);
    set_up_progress(&setup, request);
    set_pointer(&setup, CURLOPT_PRIVATE, request);
    set_pointer(&setup, CURLOPT_ERRORBUFFER, request->curl_error);
    set_pointer(&setup, CURLOPT_WRITEDATA, request);
    if (curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) != CURLE_OK)
        setup.failed = true;
    if (setup.failed)
        request->easy = NULL;
    return !setup.failed;
}

/* A header of the last answer; one that does not fit, or that holds anything
 * but visible ASCII, is nothing we could use. */
static void copy_header(CURL *easy, const char *name, char *out, size_t size)
{
    struct curl_header *header;
    size_t len;

    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return;
    len = strlen(header->value);
    for (size_t i = 0; i < len; i++)
        if (header->value[i] <= ' ' || header->value[i] > '~')
            return;
    if (len < size)
        memcpy(out, header->value, len + 1);
}

/* Seconds or a date in Retry-After (RFC 9110, section 10.2.3), milliseconds in
 * AWS's own header. */
static int64_t read_retry_after(CURL *easy)
{
    char text[16] = "";
    curl_off_t seconds = 0;
    uint32_t ms;

    copy_header(easy, "x-amz-retry-after", text, sizeof text);
    if (decimal_parse(span_from_string(text), UINT32_MAX, &ms))
        return ms;
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    return seconds > 0 && seconds < UINT32_MAX ? seconds * 1000 : 0;
}

/* 0: none that can be read. */
static int64_t read_date(CURL *easy)
{
    struct curl_header *header;
    time_t date;

    if (curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &header) !=
        CURLHE_OK)
        return 0;
    date = curl_getdate(header->value, NULL);
    return date > 0 ? date : 0;
}

static bool has_header(CURL *easy, const char *name)
{
    struct curl_header *header;

    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) ==
           CURLHE_OK;
}

/* Whether an answer says where it ends. Where only the connection's end shows
 * it, a body that was cut short looks whole. */
static bool end_is_known(const struct aws_request *request)
{
    curl_off_t length = -1;

    curl_easy_getinfo(request->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
                      &length);
    return length >= 0 || has_header(request->easy, "Transfer-Encoding");
}

/* What libcurl says, unless the taking of the body said so before. */
static void judge_transport(struct aws_request *request, CURLcode result)
{
    request->response.timed_out = result == CURLE_OPERATION_TIMEDOUT;
    if (request->response.transport != STATUS_OK)
        return;
    if (result != CURLE_OK)
        set_transport(request, STATUS_UNAVAILABLE,
                      request->curl_error[0] != '\0'
                          ? request->curl_error
                          : curl_easy_strerror(result));
    else if (request->response.http_status == 200 && request->on_body != NULL &&
             !end_is_known(request))
        set_transport(request, STATUS_UNAVAILABLE,
                      "the reply does not say where it ends");
}

void exchange_read_response(struct aws_request *request, CURLcode result)
{
    struct aws_response *response = &request->response;
    CURL *easy = request->easy;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &response->http_status);
    response->retry_after_ms = read_retry_after(easy);
    response->date = read_date(easy);
    response->body = strbuf_span(&request->reply);
    copy_header(easy,
                request->service == AWS_S3 ? "x-amz-request-id"
                                           : "x-amzn-requestid",
                response->request_id, sizeof response->request_id);
    copy_header(easy, "ETag", response->etag, sizeof response->etag);
    copy_header(easy, "x-amz-server-side-encryption", response->encryption,
                sizeof response->encryption);
    s3_md5_finish(&request->md5, response->md5);
    copy_header(easy, "x-amz-bucket-region", response->bucket_region,
                sizeof response->bucket_region);
    judge_transport(request, result);
}
