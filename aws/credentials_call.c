#include "aws/credentials_call.h"

#include "aws/credentials_json.h"

enum { WHY_MAX_BYTES = 1024 };

struct aws_request *credentials_call_request(
    const struct credentials_call *call, char *url, long timeout_ms,
    aws_done_fn *done, void *context)
{
    struct aws_request *request = aws_request_new(
        call->config, AWS_CREDENTIALS_ENDPOINT, AWS_GET, url, "", context);

    if (request == NULL)
        return NULL;
    request->signer = AWS_SIGN_NOT;
    request->timeout_ms = timeout_ms;
    request->reply_max_bytes = CREDENTIALS_JSON_MAX_BYTES;
    request->operation = AWS_FETCH_CREDENTIALS;
    request->done = done;
    return request;
}

enum status credentials_call_submit(const struct credentials_call *call,
                                    struct aws_request *request)
{
    if (request == NULL)
        return STATUS_NOMEM;
    call->submit(call->submit_arg, request);
    return STATUS_OK;
}

static void end(const struct credentials_call *call, struct strbuf *why,
                bool may_pass)
{
    call->done(call->arg, NULL,
               why->len > 0 ? strbuf_string(why) : "out of memory", may_pass);
}

void credentials_call_fail(const struct credentials_call *call, const char *who,
                           const struct aws_response *response)
{
    bool may_pass = response->transport != STATUS_OK ||
                    response->http_status >= 500 ||
                    response->http_status == 429;
    struct strbuf why;
    size_t before;

    strbuf_init(&why, WHY_MAX_BYTES);
    if (response->transport != STATUS_OK) {
        strbuf_printf(&why, "%s did not answer: %s", who,
                      response->transport_message);
    } else {
        strbuf_printf(&why, "%s answered HTTP %ld", who, response->http_status);
        before = why.len;
        strbuf_append_string(&why, ": ");
        credentials_json_read_refusal(response->body, &why);
        if (why.len == before + 2)
            why.ptr[why.len = before] = '\0';
    }
    end(call, &why, may_pass);
    strbuf_clear(&why);
}

void credentials_call_finish(const struct credentials_call *call,
                             const char *who,
                             const struct aws_response *response)
{
    struct aws_credentials found = {.access_key_id = NULL};
    struct strbuf why;

    if (response->transport != STATUS_OK || response->http_status != 200) {
        credentials_call_fail(call, who, response);
        return;
    }
    strbuf_init(&why, WHY_MAX_BYTES);
    strbuf_printf(&why, "%s: ", who);
    if (credentials_json_read(response->body, CREDENTIALS_JSON_ENDPOINT, &found,
                              &why) == STATUS_OK)
        call->done(call->arg, &found, NULL, false);
    else
        end(call, &why, true);
    aws_credentials_clear(&found);
    strbuf_clear(&why);
}
