#include "server/http/reflect.h"

#include "server/http/caller.h"
#include "server/http/guessing.h"
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

/* Empty: none, or one that is too long to be right. */
static struct span read_key(const h2o_req_t *req, char out[HTTP_KEY_MAX_BYTES])
{
    struct span given = {out, 0};

    if (query_find(parameters_of_query(req), "apikey", out, HTTP_KEY_MAX_BYTES,
                   &given) == QUERY_TOO_LONG)
        given.len = 0;
    return given;
}

static void send_turned_away(struct http_context *context, h2o_req_t *req,
                             const struct login_gate *gate)
{
    http_response_add_retry_after(req, gate->wait_s);
    send_object(context, req, 429, "Too Many Requests",
                "too many wrong keys came from your address", "");
}

/* False: the request is answered. */
static bool check_key(struct http_context *context, h2o_req_t *req,
                      const struct address *client)
{
    const char *key = context->shared->settings->reflect_key;
    struct login_gate gate = guessing_gate(context, client, false);
    char text[HTTP_KEY_MAX_BYTES];
    struct span given = read_key(req, text);

    if (key == NULL)
        return true;
    if (given.len > 0 && !login_gate_admits(&gate, span_from("", 0))) {
        send_turned_away(context, req, &gate);
        return false;
    }
    if (shared_key_matches(key, given))
        return true;
    if (given.len > 0)
        (void)guessing_count(context, req, &gate, span_from("", 0), &given, 1);
    send_object(context, req, 403, "Forbidden", "apikey is missing or wrong",
                "");
    return false;
}

void reflect(struct http_context *context, h2o_req_t *req)
{
    struct address client = caller_address(context, req);
    char text[ADDRESS_TEXT_MAX];

    if (!check_key(context, req, &client))
        return;
    if (client.family == ADDRESS_NONE) {
        send_object(context, req, 400, "Bad Request",
                    "the proxy did not tell your address", "");
        return;
    }
    address_format(&client, text);
    send_object(context, req, 200, "OK", "", text);
}
