#include "aws/sns.h"

#include "aws/aws_error.h"
#include "aws/request.h"
#include "aws/topic_arn.h"
#include "aws/uri.h"
#include "aws/xml.h"

#include <stdlib.h>

enum {
    URL_MAX_BYTES = 1024,
    REPLY_MAX_BYTES = 64 * 1024,
    /* API Reference, "Publish", Message: 256 KiB; three bytes for one when
     * encoded, and the other parameters. */
    BODY_MAX_BYTES = 800 * 1024,
};

struct sns_call {
    sns_done_fn *done;
    void *arg;
};

static bool is_published(struct span text)
{
    const xmlNode *result;
    bool published;
    xmlDoc *doc;

    if (xml_parse(text, &doc) != STATUS_OK)
        return false;
    result = xml_child(xml_root(doc, "PublishResponse"), "PublishResult");
    published = xml_child_text(result, "MessageId").len > 0;
    xmlFreeDoc(doc);
    return published;
}

static void published(struct aws_request *request,
                      const struct aws_response *response)
{
    const struct sns_call *call = request->context;
    struct aws_reply reply;

    aws_reply_read(&reply, response, NULL);
    if (reply.status == STATUS_OK && !is_published(response->body))
        aws_reply_distrust(&reply, "the reply is not the document to expect");
    call->done(call->arg, &reply);
}

static void append_subject(struct strbuf *body, struct span subject)
{
    char text[SNS_SUBJECT_MAX];
    size_t len = 0;

    for (; len < subject.len && len < sizeof text; len++)
        text[len] = subject.ptr[len] < ' ' || subject.ptr[len] > '~'
                        ? '?'
                        : subject.ptr[len];
    uri_append_encoded(body, span_from(text, len));
}

/* A form; in the order of its names, though nobody demands that. NULL: memory.
 */
static char *make_body(const char *topic, struct span subject,
                       struct span message, size_t *len)
{
    struct strbuf body;

    strbuf_init(&body, BODY_MAX_BYTES);
    strbuf_append_string(&body, "Action=Publish&Message=");
    uri_append_encoded(&body, message);
    strbuf_append_string(&body, "&Subject=");
    append_subject(&body, subject);
    strbuf_append_string(&body, "&TopicArn=");
    uri_append_encoded(&body, span_from_string(topic));
    strbuf_append_string(&body, "&Version=2010-03-31");
    *len = body.len;
    return strbuf_take(&body);
}

/* NULL: memory. */
static struct aws_request *make_request(const struct aws_config *config,
                                        const char *topic, struct sns_call call)
{
    struct sns_call *context = malloc(sizeof *context);
    struct endpoint_choice choice = aws_config_sns(config);
    char region[ENDPOINT_REGION_MAX + 1];
    struct aws_request *request;
    struct strbuf url;

    topic_arn_region(topic, region);
    strbuf_init(&url, URL_MAX_BYTES);
    endpoint_append_sns(&url, &choice, region);
    strbuf_append_char(&url, '/');
    request = aws_request_new(config, AWS_SNS, AWS_POST, strbuf_take(&url),
                              region, context);
    if (request == NULL)
        return NULL;
    *context = call;
    request->reply_max_bytes = REPLY_MAX_BYTES;
    request->operation = AWS_PUBLISH;
    request->done = published;
    return request;
}

enum status sns_publish(struct aws_client *client, const char *topic,
                        struct span subject, struct span message,
                        long timeout_ms, sns_done_fn *done, void *arg)
{
    struct aws_request *request;

    if (topic_arn_fault(topic) != NULL || subject.len == 0 || message.len == 0)
        return STATUS_INVALID;
    request = make_request(aws_client_config(client), topic,
                           (struct sns_call){done, arg});
    if (request == NULL)
        return STATUS_NOMEM;
    request->timeout_ms = timeout_ms;
    request->body = make_body(topic, subject, message, &request->body_len);
    if (request->body == NULL ||
        !aws_request_add_header(
            request, "Content-Type",
            span_from_string("application/x-www-form-urlencoded")) ||
        !aws_request_add_standard_headers(request)) {
        aws_request_free(request);
        return STATUS_NOMEM;
    }
    aws_client_submit(client, request);
    return STATUS_OK;
}
