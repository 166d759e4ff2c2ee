#include "server/http/check_ip.h"

#include "server/http/caller.h"
#include "server/http/http_response.h"
#include "server/http/parameters.h"
#include "server/http/query.h"

enum { BODY_MAX_BYTES = 256 };

/* False, and answered, when nobody knows it. */
static bool client_text(struct http_context *context, h2o_req_t *req,
                        char text[ADDRESS_TEXT_MAX])
{
    struct address client = caller_address(context, req);

    if (client.family != ADDRESS_NONE) {
        address_format(&client, text);
        return true;
    }
    http_response_send_text(
        context, req, 400, "Bad Request", "text/plain",
        span_from_string("the proxy did not tell your address\n"));
    return false;
}

static void send_between(struct http_context *context, h2o_req_t *req,
                         const char *type, const char *before,
                         const char *after)
{
    char address[ADDRESS_TEXT_MAX], text[BODY_MAX_BYTES];
    int len;

    if (!client_text(context, req, address))
        return;
    len = snprintf(text, sizeof text, "%s%s%s\n", before, address, after);
    http_response_send_text(context, req, 200, "OK", type,
                            span_from(text, (size_t)len));
}

static bool wants_json(const h2o_req_t *req)
{
    char text[sizeof "json"];
    struct span format;

    return query_find(parameters_of_query(req), "format", text, sizeof text,
                      &format) == QUERY_FOUND &&
           span_is_nocase(format, "json");
}

void check_ip(struct http_context *context, h2o_req_t *req)
{
    if (wants_json(req))
        send_between(context, req, "application/json", "{\"ip\": \"", "\"}");
    else
        send_between(context, req, "text/plain", "", "");
}

void nic_checkip(struct http_context *context, h2o_req_t *req)
{
    send_between(context, req, "text/html",
                 "<html><head><title>Current IP Check</title></head>"
                 "<body>Current IP Address: ",
                 "</body></html>");
}
