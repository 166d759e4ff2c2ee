#include "server/http/check_ip.h"

#include "server/http/caller.h"
#include "server/http/http_response.h"

void check_ip(struct http_context *context, h2o_req_t *req)
{
    struct address client = caller_address(context, req);
    char body[ADDRESS_TEXT_MAX];
    size_t len;

    if (client.family == ADDRESS_NONE) {
        http_response_send_text(
            context, req, 400, "Bad Request", "text/plain",
            span_from_string("the proxy did not tell your address\n"));
        return;
    }
    len = address_format(&client, body);
    body[len++] = '\n'; /* in the terminator's place */
    http_response_send_text(context, req, 200, "OK", "text/plain",
                            span_from(body, len));
}
