#include "server/http/reflect.h"

#include "server/http/caller.h"
#include "server/http/http_response.h"
#include "server/http/json_text.h"
#include "server/http/parameters.h"
#include "server/http/query.h"
#include "server/http/shared_key.h"

enum { BODY_MAX_BYTES = 256 };

/* An `error` of "" is none. The proxies before us are not told of. */
static void send_object(struct http_context *context, h2o_req_t *req,
                        int status, const char *reason, const char *error,
                        const char *your_ip)
{
    char text[BODY_MAX_BYTES];
    json_t *object =
        json_pack("{s:s, s:i, s:s, s:s}", "error", error, "forwarded", 0,
                  "forwarded_for", "", "your_ip", your_ip);
    size_t len =
        json_text_write(object, JSON_TEXT_COMPACT, text, sizeof text - 1);

    if (len == 0) {
        http_response_send_text(context, req, 503, "Service Unavailable",
                                "text/plain",
                                span_from_string("out of memory\n"));
        return;
    }
    text[len++] = '\n';
    http_response_send_text(context, req, status, reason, "application/json",
                            span_from(text, len));
}

static bool has_key(const struct http_context *context, const h2o_req_t *req)
{
    char text[HTTP_KEY_MAX_BYTES];
    struct span given = {text, 0};

    if (query_find(parameters_of_query(req), "apikey", text, sizeof text,
                   &given) == QUERY_TOO_LONG)
        given.len = 0;
    return shared_key_matches(context->shared->settings->reflect_key, given);
}

void reflect(struct http_context *context, h2o_req_t *req)
{
    struct address client = caller_address(context, req);
    char text[ADDRESS_TEXT_MAX];

    if (!has_key(context, req)) {
        send_object(context, req, 403, "Forbidden",
                    "apikey is missing or wrong", "");
        return;
    }
    if (client.family == ADDRESS_NONE) {
        send_object(context, req, 400, "Bad Request",
                    "the proxy did not tell your address", "");
        return;
    }
    address_format(&client, text);
    send_object(context, req, 200, "OK", "", text);
}
