#include "aws/sts.h"

#include "aws/aws_error.h"
#include "aws/timestamp.h"
#include "aws/uri.h"
#include "aws/xml.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TIMEOUT_MS = 8000,
    URL_MAX_BYTES = 512,
    BODY_MAX_BYTES = 64 * 1024, /* a web identity's token is some KB */
    REPLY_MAX_BYTES = 64 * 1024,
    WHY_MAX_BYTES = 1500,
};

static const char *const actions[] = {
    [STS_ASSUME_ROLE] = "AssumeRole",
    [STS_ASSUME_ROLE_WITH_WEB_IDENTITY] = "AssumeRoleWithWebIdentity",
};

struct sts_call {
    struct credentials_call call;
    enum sts_action action;
};

static const xmlNode *find_credentials(const xmlDoc *doc, const char *action)
{
    char response[64], result[64];

    snprintf(response, sizeof response, "%sResponse", action);
    snprintf(result, sizeof result, "%sResult", action);
    return xml_child(xml_child(xml_root(doc, response), result), "Credentials");
}

enum status sts_read(enum sts_action action, struct span text,
                     struct aws_credentials *out)
{
    const xmlNode *found;
    int64_t expires_at;
    enum status status;
    xmlDoc *doc;

    aws_credentials_clear(out);
    status = xml_parse(text, &doc);
    if (status != STATUS_OK)
        return status;
    found = find_credentials(doc, actions[action]);
    if (timestamp_parse(xml_child_text(found, "Expiration"), &expires_at) &&
        xml_child_text(found, "SessionToken").len > 0)
        status = aws_credentials_set(out, xml_child_text(found, "AccessKeyId"),
                                     xml_child_text(found, "SecretAccessKey"),
                                     xml_child_text(found, "SessionToken"),
                                     expires_at);
    else
        status = STATUS_INVALID;
    xmlFreeDoc(doc);
    return status;
}

static void fail(const struct credentials_call *call,
                 const struct aws_response *response, const char *action)
{
    struct aws_reply reply;
    char why[WHY_MAX_BYTES];

    aws_reply_read(&reply, response, NULL);
    if (reply.status == STATUS_OK)
        aws_reply_distrust(&reply, "the reply is not the document to expect");
    snprintf(why, sizeof why, "STS refused %s: %s%s%s%s%s", action, reply.code,
             reply.code[0] == '\0' ? "" : ": ", reply.message,
             reply.request_id[0] == '\0' ? "" : ", request id ",
             reply.request_id);
    call->done(call->arg, NULL, why,
               reply.status == STATUS_UNAVAILABLE ||
                   reply.status == STATUS_THROTTLED ||
                   strcmp(reply.code, "IDPCommunicationError") == 0);
}

static void done(struct aws_request *request,
                 const struct aws_response *response)
{
    const struct sts_call *known = request->context;
    const struct credentials_call *call = &known->call;
    struct aws_credentials found = {.access_key_id = NULL};

    if (response->transport == STATUS_OK && response->http_status == 200 &&
        sts_read(known->action, response->body, &found) == STATUS_OK)
        call->done(call->arg, &found, NULL, false);
    else
        fail(call, response, actions[known->action]);
    aws_credentials_clear(&found);
}

static void append_parameter(struct strbuf *body, const char *name,
                             struct span value)
{
    if (value.len == 0)
        return;
    strbuf_printf(body, "&%s=", name);
    uri_append_encoded(body, value);
}

static void append_body(struct strbuf *body, enum sts_action action,
                        const struct credentials_role *role, struct span token)
{
    strbuf_printf(body, "Action=%s&Version=2011-06-15&DurationSeconds=%u",
                  actions[action], role->duration_seconds);
    append_parameter(body, "RoleArn", span_from_string(role->arn));
    append_parameter(body, "RoleSessionName",
                     span_from_string(role->session_name));
    append_parameter(body, "ExternalId", span_from_string(role->external_id));
    append_parameter(body, "WebIdentityToken", token);
}

static char *make_url(const struct aws_config *config)
{
    const struct endpoint_choice choice = aws_config_sts(config);
    struct strbuf url;

    strbuf_init(&url, URL_MAX_BYTES);
    endpoint_append_sts(&url, &choice, config->region);
    strbuf_append_char(&url, '/');
    return strbuf_take(&url);
}

/* Takes `known`. */
static struct aws_request *make_request(const struct aws_config *config,
                                        struct sts_call *known)
{
    struct aws_request *request = aws_request_new(
        config, AWS_STS, AWS_POST, make_url(config), config->region, known);

    if (request == NULL)
        return NULL;
    request->signer = AWS_SIGN_NOT;
    request->timeout_ms = TIMEOUT_MS;
    request->reply_max_bytes = REPLY_MAX_BYTES;
    request->operation = AWS_ASSUME_ROLE;
    request->done = done;
    return request;
}

static bool add_keys(struct aws_request *request,
                     const struct aws_credentials *keys)
{
    if (keys == NULL)
        return true;
    request->signer = AWS_SIGN_AS_OWNER;
    return aws_credentials_copy(&request->own_keys, keys) == STATUS_OK;
}

static bool add_body(struct aws_request *request, struct strbuf *body)
{
    request->body_len = body->len;
    request->body = strbuf_take(body);
    return request->body != NULL &&
           aws_request_add_header(
               request, "Content-Type",
               span_from_string(
                   "application/x-www-form-urlencoded; charset=utf-8")) &&
           aws_request_add_standard_headers(request);
}

enum status sts_fetch(const struct credentials_call *call,
                      enum sts_action action,
                      const struct credentials_role *role,
                      const struct aws_credentials *keys, struct span token)
{
    struct sts_call *known = calloc(1, sizeof *known);
    struct aws_request *request;
    struct strbuf body;

    if (known != NULL)
        *known = (struct sts_call){*call, action};
    request = make_request(call->config, known);
    strbuf_init(&body, BODY_MAX_BYTES);
    append_body(&body, action, role, token);
    if (request == NULL || !add_keys(request, keys) ||
        !add_body(request, &body)) {
        aws_request_free(request);
        strbuf_clear(&body);
        return STATUS_NOMEM;
    }
    return credentials_call_submit(call, request);
}
