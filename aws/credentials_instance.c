#include "aws/credentials_instance.h"

#include <stdio.h>
#include <stdlib.h>

enum { TOKEN_MAX = 1024, ROLE_MAX = 128, URL_MAX_BYTES = 2048 };

static const char who[] = "the metadata of the EC2 instance";
static const char roles_path[] = "/latest/meta-data/iam/security-credentials/";

/* What is known so far; handed from each request to the next. */
struct metadata_call {
    struct credentials_call call;
    char token[TOKEN_MAX + 1];
    char role[ROLE_MAX + 1];
};

static const char *base_url(const struct credentials_settings *settings)
{
    const char *configured = settings->values[CREDENTIALS_METADATA_ENDPOINT];
    const char *mode = settings->values[CREDENTIALS_METADATA_MODE];

    if (configured != NULL)
        return configured;
    return mode != NULL && strcasecmp(mode, "ipv6") == 0
               ? "http://[fd00:ec2::254]"
               : "http://169.254.169.254";
}

static char *make_url(const struct credentials_settings *settings,
                      const char *path, const char *tail)
{
    struct span base = span_from_string(base_url(settings));
    struct strbuf url;

    while (base.len > 0 && base.ptr[base.len - 1] == '/')
        base.len--;
    strbuf_init(&url, URL_MAX_BYTES);
    strbuf_append(&url, base);
    strbuf_append_string(&url, path);
    strbuf_append_string(&url, tail);
    return strbuf_take(&url);
}

/* Takes `known`. NULL: memory. */
static struct aws_request *make_request(struct metadata_call *known,
                                        const char *path, const char *tail,
                                        aws_done_fn *done)
{
    struct credentials_call call;
    const struct credentials_settings *settings;

    if (known == NULL)
        return NULL;
    call = known->call;
    settings = &call.config->credentials;
    return credentials_call_request(
        &call, make_url(settings, path, tail),
        credentials_settings_metadata_timeout_ms(settings), done, known);
}

/* The next request, with the session's token. Takes `known`. */
static void go_on(struct metadata_call *known, const char *tail,
                  aws_done_fn *done)
{
    struct credentials_call call = known->call;
    struct aws_request *request = make_request(known, roles_path, tail, done);

    if (request != NULL &&
        !aws_request_add_header(request, "x-aws-ec2-metadata-token",
                                span_from_string(known->token))) {
        aws_request_free(request);
        request = NULL;
    }
    if (credentials_call_submit(&call, request) != STATUS_OK)
        call.done(call.arg, NULL, "out of memory", true);
}

/* The first line, if it is visible ASCII, and fits; else "". */
static void copy_line(char *out, size_t size, struct span text)
{
    struct span line = span_from("", 0);

    out[0] = '\0';
    span_split(&text, '\n', &line);
    line = span_trim(line);
    if (line.len >= size)
        return;
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] <= ' ' || line.ptr[i] > '~')
            return;
    snprintf(out, size, "%.*s", (int)line.len, line.ptr);
}

static bool is_name(const char *role)
{
    return role[0] != '\0' && strpbrk(role, "/?#%") == NULL;
}

static void credentials_done(struct aws_request *request,
                             const struct aws_response *response)
{
    const struct metadata_call *known = request->context;

    credentials_call_finish(&known->call, who, response);
}

static void role_done(struct aws_request *request,
                      const struct aws_response *response)
{
    struct metadata_call *known = request->context;
    const struct credentials_call *call = &known->call;

    copy_line(known->role, sizeof known->role, response->body);
    if (response->transport == STATUS_OK && response->http_status == 404) {
        call->done(call->arg, NULL, "no role is attached to the EC2 instance",
                   false);
    } else if (response->transport != STATUS_OK ||
               response->http_status != 200) {
        credentials_call_fail(call, who, response);
    } else if (!is_name(known->role)) {
        call->done(call->arg, NULL,
                   "the metadata of the EC2 instance names no role", false);
    } else {
        request->context = NULL;
        go_on(known, known->role, credentials_done);
    }
}

static void token_done(struct aws_request *request,
                       const struct aws_response *response)
{
    struct metadata_call *known = request->context;
    const struct credentials_call *call = &known->call;

    copy_line(known->token, sizeof known->token, response->body);
    if (response->transport != STATUS_OK || response->http_status != 200) {
        credentials_call_fail(call, who, response);
    } else if (known->token[0] == '\0') {
        call->done(call->arg, NULL,
                   "the metadata of the EC2 instance gave no token", true);
    } else {
        request->context = NULL;
        go_on(known, "", role_done);
    }
}

enum status credentials_instance_fetch(const struct credentials_call *call)
{
    struct metadata_call *known = calloc(1, sizeof *known);
    struct aws_request *request;

    if (known != NULL)
        known->call = *call;
    request = make_request(known, "/latest/api/token", "", token_done);
    if (request == NULL)
        return STATUS_NOMEM;
    request->method = AWS_PUT;
    if (!aws_request_add_header(request, "x-aws-ec2-metadata-token-ttl-seconds",
                                span_from_string("21600"))) {
        aws_request_free(request);
        return STATUS_NOMEM;
    }
    return credentials_call_submit(call, request);
}
