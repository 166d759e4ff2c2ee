#include "aws/credentials_container.h"

#include "aws/small_file.h"

#include <stdio.h>
#include <stdlib.h>

enum { TIMEOUT_MS = 2000 };

static const char agent_of_ecs[] = "http://169.254.170.2";
static const char who[] = "the container's endpoint";

static void done(struct aws_request *request,
                 const struct aws_response *response)
{
    credentials_call_finish(request->context, who, response);
}

static char *make_url(const struct credentials_settings *settings)
{
    const char *path = settings->values[CREDENTIALS_CONTAINER_RELATIVE_URI];
    char *url;

    if (path == NULL)
        return strdup(settings->values[CREDENTIALS_CONTAINER_FULL_URI]);
    return asprintf(&url, "%s%s", agent_of_ecs, path) < 0 ? NULL : url;
}

static struct span without_line_end(struct span text)
{
    while (text.len > 0 &&
           (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
        text.len--;
    return text;
}

/* A line break would begin another header. */
static bool is_one_line(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f)
            return false;
    return true;
}

static enum status add_token_of_file(struct aws_request *request,
                                     const char *path, struct strbuf *why)
{
    struct small_file file;
    const char *reason = "there is no such file";
    enum status status = small_file_read(&file, path, &reason);
    struct span token = without_line_end(small_file_span(&file));

    if (status == STATUS_OK && (token.len == 0 || !is_one_line(token))) {
        reason = "it holds no token, or more than one line";
        status = STATUS_INVALID;
    }
    if (status == STATUS_OK &&
        !aws_request_add_header(request, "Authorization", token))
        status = STATUS_NOMEM;
    small_file_clear(&file);
    if (status == STATUS_OK || status == STATUS_NOMEM)
        return status;
    strbuf_printf(why, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE %s: %s", path,
                  reason);
    return STATUS_INVALID;
}

static enum status add_token(struct aws_request *request,
                             const struct credentials_settings *settings,
                             struct strbuf *why)
{
    const char *path = settings->values[CREDENTIALS_CONTAINER_TOKEN_FILE];
    const char *token = settings->values[CREDENTIALS_CONTAINER_TOKEN];

    if (path != NULL)
        return add_token_of_file(request, path, why);
    return aws_request_add_header(request, "Authorization",
                                  span_from_string(token))
               ? STATUS_OK
               : STATUS_NOMEM;
}

enum status credentials_container_fetch(const struct credentials_call *call,
                                        struct strbuf *why)
{
    const struct credentials_settings *settings = &call->config->credentials;
    struct credentials_call *context = malloc(sizeof *context);
    struct aws_request *request;
    enum status status;

    if (context != NULL)
        *context = *call;
    request = credentials_call_request(call, make_url(settings), TIMEOUT_MS,
                                       done, context);
    if (request == NULL)
        return STATUS_NOMEM;
    status = add_token(request, settings, why);
    if (status == STATUS_OK &&
        !aws_request_add_header(request, "Accept",
                                span_from_string("application/json")))
        status = STATUS_NOMEM;
    if (status == STATUS_OK)
        return credentials_call_submit(call, request);
    aws_request_free(request);
    return status;
}
