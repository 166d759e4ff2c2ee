#include "aws/aws_error.h"

#include "aws/xml.h"

#include <stdio.h>

/* Route 53 API Reference, "Common errors" and each action's; S3 API Reference,
 * "Error responses"; the throttling and transient codes of the AWS SDKs. */
static const struct {
    const char *code;
    enum status status;
} known_codes[AWS_ERROR_CODES] = {
    {"BandwidthLimitExceeded", STATUS_THROTTLED},
    {"RequestLimitExceeded", STATUS_THROTTLED},
    {"RequestThrottled", STATUS_THROTTLED},
    {"RequestThrottledException", STATUS_THROTTLED},
    {"SlowDown", STATUS_THROTTLED},
    {"ThrottledException", STATUS_THROTTLED},
    {"Throttling", STATUS_THROTTLED},
    {"ThrottlingException", STATUS_THROTTLED},
    {"TooManyRequests", STATUS_THROTTLED},
    {"TooManyRequestsException", STATUS_THROTTLED},
    {"PriorRequestNotComplete", STATUS_BUSY},
    {"IncompleteBody", STATUS_UNAVAILABLE},
    {"InternalError", STATUS_UNAVAILABLE},
    {"InternalFailure", STATUS_UNAVAILABLE},
    {"InternalServerError", STATUS_UNAVAILABLE},
    {"RequestAbortedException", STATUS_UNAVAILABLE},
    {"RequestTimeout", STATUS_UNAVAILABLE},
    {"RequestTimeoutException", STATUS_UNAVAILABLE},
    {"ServiceUnavailable", STATUS_UNAVAILABLE},
    {"ServiceUnavailableException", STATUS_UNAVAILABLE},
    {"AccessDenied", STATUS_DENIED},
    {"AccessDeniedException", STATUS_DENIED},
    {"AccountProblem", STATUS_DENIED},
    {"AllAccessDisabled", STATUS_DENIED},
    {"AuthorizationHeaderMalformed", STATUS_DENIED},
    {"ExpiredToken", STATUS_DENIED},
    {"ExpiredTokenException", STATUS_DENIED},
    {"IncompleteSignature", STATUS_DENIED},
    {"InvalidAccessKeyId", STATUS_DENIED},
    {"InvalidClientTokenId", STATUS_DENIED},
    {"InvalidSignatureException", STATUS_DENIED},
    {"InvalidToken", STATUS_DENIED},
    {"MissingAuthenticationToken", STATUS_DENIED},
    {"NotAuthorized", STATUS_DENIED},
    {"NotSignedUp", STATUS_DENIED},
    {"OptInRequired", STATUS_DENIED},
    {"RequestExpired", STATUS_DENIED},
    {"RequestTimeTooSkewed", STATUS_DENIED},
    {"SignatureDoesNotMatch", STATUS_DENIED},
    {"TokenRefreshRequired", STATUS_DENIED},
    {"UnrecognizedClientException", STATUS_DENIED},
    {"NoSuchBucket", STATUS_NOT_FOUND},
    {"NoSuchHostedZone", STATUS_NOT_FOUND},
    {"NoSuchKey", STATUS_NOT_FOUND},
    {"ConditionalRequestConflict", STATUS_CONFLICT},
    {"OperationAborted", STATUS_CONFLICT},
    {"PreconditionFailed", STATUS_CONFLICT},
    /* Some of these have an HTTP status that says otherwise. */
    {"InvalidBucketState", STATUS_INVALID},
    {"InvalidChangeBatch", STATUS_INVALID},
    {"InvalidInput", STATUS_INVALID},
    {"InvalidObjectState", STATUS_INVALID},
    {"MalformedQueryString", STATUS_INVALID},
    {"NoSuchHealthCheck", STATUS_INVALID},
    {"NotImplemented", STATUS_INVALID},
    {"UnknownOperationException", STATUS_INVALID},
};

/* AWS has codes of its own for a clock that is wrong; elsewhere, Route 53
 * included, the signature does not match and the words tell why: "Signature
 * expired: T1 is now earlier than T2", "Signature not yet current: ...". */
static bool is_clock_refusal(const struct aws_reply *reply)
{
    static const char *const codes[] = {"RequestTimeTooSkewed",
                                        "RequestExpired"};
    static const char *const words[] = {"Signature expired",
                                        "Signature not yet current"};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(reply->code, codes[i]) == 0)
            return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncmp(reply->message, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/* A proxy's or a captive portal's 403 says nothing about our credentials. */
static bool is_from_elsewhere(const struct aws_reply *reply)
{
    return reply->code[0] == '\0' && reply->request_id[0] == '\0';
}

static enum aws_condition condition_of(const struct aws_reply *reply)
{
    switch (reply->status) {
    case STATUS_THROTTLED:
        return AWS_THROTTLED;
    case STATUS_DENIED:
        if (reply->http_status == 0)
            return AWS_NO_CREDENTIALS;
        if (is_from_elsewhere(reply))
            return AWS_FAILING;
        return is_clock_refusal(reply) ? AWS_CLOCK_SKEWED : AWS_DENIED;
    case STATUS_UNAVAILABLE:
        return reply->http_status == 0 ? AWS_UNREACHABLE : AWS_FAILING;
    default:
        return AWS_WELL;
    }
}

size_t aws_error_code_place(const char *code)
{
    size_t place = 0;

    while (place < AWS_ERROR_CODES &&
           strcmp(known_codes[place].code, code) != 0)
        place++;
    return place;
}

const char *aws_error_code_at(size_t place)
{
    return known_codes[place].code;
}

static bool status_by_code(const char *code, enum status *status)
{
    size_t place = aws_error_code_place(code);

    if (place == AWS_ERROR_CODES)
        return false;
    *status = known_codes[place].status;
    return true;
}

/* For an answer that is surely AWS's, with a code this program does not know
 * or with no body to hold one (HEAD). */
static enum status status_by_http(long http_status, enum aws_service service)
{
    switch (http_status) {
    case 401:
    case 403:
        return STATUS_DENIED;
    case 404:
        return STATUS_NOT_FOUND;
    case 409:
    case 412:
        return service == AWS_S3 ? STATUS_CONFLICT : STATUS_INVALID;
    case 429:
        return STATUS_THROTTLED;
    case 501:
        return STATUS_INVALID;
    default:
        return http_status >= 300 && http_status < 500 ? STATUS_INVALID
                                                       : STATUS_UNAVAILABLE;
    }
}

/* For a refusal in somebody else's words, such as a proxy's page. */
static enum status status_from_elsewhere(long http_status)
{
    switch (http_status) {
    case 401:
    case 403:
    case 407:
        return STATUS_DENIED;
    case 429:
        return STATUS_THROTTLED;
    default:
        return STATUS_UNAVAILABLE;
    }
}

/* Control bytes become spaces. */
static char visible(char c)
{
    return (char)((unsigned char)c < ' ' || c == 0x7f ? ' ' : c);
}

/* Appends text to a fixed string, control bytes as spaces; what does not fit
 * is cut and ends in "...", so that a cut name cannot pass for a whole one. */
static void append_text(char *out, size_t size, struct span text)
{
    size_t len = strlen(out);

    for (size_t i = 0; i < text.len; i++) {
        if (len + 1 >= size) {
            memcpy(out + size - sizeof "...", "...", sizeof "...");
            return;
        }
        out[len++] = visible(text.ptr[i]);
        out[len] = '\0';
    }
}

/* AWS's words up to where they might repeat what we sent: a refused signature
 * is explained over many lines with the canonical request, and that holds the
 * session token; a malformed Authorization header is quoted. */
static struct span without_secrets(struct span message)
{
    static const struct span algorithm = SPAN_LITERAL("AWS4-HMAC-SHA256");
    struct span line = {"", 0};
    const char *quoted;

    span_split(&message, '\n', &line);
    quoted = memmem(line.ptr, line.len, algorithm.ptr, algorithm.len);
    if (quoted != NULL)
        line.len = (size_t)(quoted - line.ptr);
    return span_trim(line);
}

/* Whole, or not at all: a cut name could pass for another one. */
static void append_words(struct strbuf *words, struct span text)
{
    size_t before = words->len;

    if (before == 0 && text.len > words->max_bytes)
        strbuf_printf(words, "%.*s...", (int)(words->max_bytes - 3), text.ptr);
    else
        strbuf_printf(words, "%s%.*s", before == 0 ? "" : "; ", (int)text.len,
                      text.ptr);
    for (size_t i = before; i < words->len; i++)
        words->ptr[i] = visible(words->ptr[i]);
}

/* `all` may be NULL. */
static void append_message(struct aws_reply *reply, struct strbuf *all,
                           struct span message)
{
    struct span words = without_secrets(message);

    if (words.len == 0)
        return;
    if (reply->message[0] != '\0')
        append_text(reply->message, sizeof reply->message, span_from("; ", 2));
    append_text(reply->message, sizeof reply->message, words);
    if (all != NULL)
        append_words(all, words);
}

static void set_code(struct aws_reply *reply, struct span code)
{
    append_text(reply->code, sizeof reply->code, code);
}

/* <InvalidChangeBatch><Messages><Message>...; the other shape of it is an
 * <Error> like any other's. */
static void read_change_batch_error(struct aws_reply *reply,
                                    struct strbuf *words, const xmlNode *root)
{
    const xmlNode *message = xml_child(xml_child(root, "Messages"), "Message");

    set_code(reply, span_from_string("InvalidChangeBatch"));
    for (; message != NULL; message = xml_next(message, "Message"))
        append_message(reply, words, xml_text(message));
    append_message(reply, words, xml_child_text(root, "Message"));
}

static bool ends_in_exception(const xmlNode *root)
{
    static const struct span ending = SPAN_LITERAL("Exception");
    struct span name = span_from_string((const char *)root->name);

    return name.len > ending.len &&
           span_equal(span_from(name.ptr + name.len - ending.len, ending.len),
                      ending);
}

/* Route 53: <ErrorResponse><Error><Code>..., <InvalidChangeBatch>...; S3:
 * <Error><Code>...; AWS's front door: <SomethingException><Message>... */
static void read_error_document(struct aws_reply *reply, struct strbuf *words,
                                const xmlDoc *doc)
{
    const xmlNode *root = xmlDocGetRootElement(doc);
    const xmlNode *error = NULL;

    if (xml_is(root, "InvalidChangeBatch")) {
        read_change_batch_error(reply, words, root);
    } else if (ends_in_exception(root)) {
        set_code(reply, span_from_string((const char *)root->name));
        append_message(reply, words, xml_child_text(root, "Message"));
    } else {
        error = xml_is(root, "Error") ? root : xml_child(root, "Error");
        set_code(reply, xml_child_text(error, "Code"));
        append_message(reply, words, xml_child_text(error, "Message"));
    }
    if (reply->request_id[0] == '\0')
        append_text(reply->request_id, sizeof reply->request_id,
                    xml_child_text(root, "RequestId"));
}

static void read_refusal(struct aws_reply *reply, struct strbuf *words,
                         const struct aws_response *response)
{
    xmlDoc *doc;

    if (xml_parse(response->body, &doc) == STATUS_OK) {
        read_error_document(reply, words, doc);
        xmlFreeDoc(doc);
    }
    if (reply->code[0] != '\0') {
        if (!status_by_code(reply->code, &reply->status))
            reply->status =
                status_by_http(reply->http_status, response->service);
        return;
    }
    if (response->body.len == 0 && reply->request_id[0] != '\0') {
        reply->status = status_by_http(reply->http_status, response->service);
    } else {
        reply->status = status_from_elsewhere(reply->http_status);
        reply->request_id[0] = '\0';
    }
    if (words != NULL)
        strbuf_rewind(words); /* not AWS's */
    snprintf(reply->message, sizeof reply->message,
             "HTTP %ld without an error document of AWS", reply->http_status);
}

void aws_reply_read(struct aws_reply *reply,
                    const struct aws_response *response, struct strbuf *words)
{
    *reply = (struct aws_reply){
        .http_status = response->http_status,
        .timed_out = response->timed_out,
        .retry_after_ms = response->retry_after_ms,
    };
    append_text(reply->request_id, sizeof reply->request_id,
                span_from_string(response->request_id));
    if (response->transport != STATUS_OK) {
        reply->status = response->transport;
        append_message(reply, words,
                       span_from_string(response->transport_message));
    } else if (response->http_status == 200) {
        reply->status = STATUS_OK;
    } else if (response->http_status == 304 && response->service == AWS_S3) {
        reply->status = STATUS_UNCHANGED;
    } else if (response->http_status < 300) {
        aws_reply_distrust(reply, "the HTTP status is not the one to expect");
    } else {
        read_refusal(reply, words, response);
    }
    if (words != NULL)
        reply->words = strbuf_span(words);
    reply->condition = condition_of(reply);
}

bool aws_error_says_expired(const struct aws_response *response, bool is_head)
{
    static const char *const codes[] = {"ExpiredToken", "ExpiredTokenException",
                                        "RequestExpired"};
    struct aws_reply reply;

    if (response->transport != STATUS_OK || response->http_status < 400 ||
        response->http_status > 403)
        return false;
    if (is_head)
        return response->http_status == 400 &&
               response->bucket_region[0] == '\0';
    aws_reply_read(&reply, response, NULL);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(reply.code, codes[i]) == 0)
            return true;
    return false;
}

void aws_reply_distrust(struct aws_reply *reply, const char *why)
{
    reply->status = STATUS_UNAVAILABLE;
    reply->condition = AWS_FAILING;
    reply->code[0] = '\0';
    reply->message[0] = '\0';
    reply->words = span_from("", 0);
    append_message(reply, NULL, span_from_string(why));
}
