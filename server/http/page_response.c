#include "server/http/page_response.h"

#include "server/http/http_response.h"
#include "server/http/page_files.h"
#include "server/http/page_sign_in.h"
#include "server/http/parameters.h"

#include <stdlib.h>

/* The icon is no file, but an empty one that stands in the page (data:), so that
 * browsers ask for none. */
#define POLICY                                                                 \
    "default-src 'none'; style-src 'self'; script-src 'self'; "                \
    "connect-src 'self'; img-src data:; form-action 'self'; "                  \
    "base-uri 'none'; frame-ancestors 'none'"

static const struct {
    const char *name, *value;
} headers[] = {
    {"content-security-policy", POLICY},
    {"x-content-type-options", "nosniff"},
    /* With "no-referrer" a browser would say "Origin: null" of our own forms,
     * which is what cross_site.h refuses. */
    {"referrer-policy", "same-origin"},
    {"cross-origin-opener-policy", "same-origin"},
    {"cross-origin-resource-policy", "same-origin"},
};

void page_response_add_headers(h2o_req_t *req)
{
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        h2o_add_header_by_str(&req->pool, &req->res.headers, headers[i].name,
                              strlen(headers[i].name), 0, NULL,
                              headers[i].value, strlen(headers[i].value));
}

void page_response_send(const struct http_context *context, h2o_req_t *req,
                        struct span html)
{
    page_response_add_headers(req);
    http_response_send_text(context, req, 200, "OK", "text/html; charset=utf-8",
                            html);
}

enum { BUSY_SECONDS = 5 };

static void send_reply(const struct http_context *context, h2o_req_t *req,
                       struct protocol_reply *reply)
{
    page_response_add_headers(req);
    http_response_send_text(context, req, reply->status, reply->reason,
                            reply->type == NULL ? "text/plain" : reply->type,
                            reply->long_text == NULL
                                ? span_from(reply->text, reply->text_len)
                                : span_from_string(reply->long_text));
    free(reply->long_text);
}

void page_response_send_unavailable(const struct http_context *context,
                                    h2o_req_t *req)
{
    struct protocol_reply reply;

    protocol_reply_init(&reply);
    page_sign_in_unavailable(&reply);
    send_reply(context, req, &reply);
}

void page_response_send_busy(const struct http_context *context, h2o_req_t *req)
{
    struct protocol_reply reply;

    protocol_reply_init(&reply);
    page_sign_in_reply(&reply, 503, "Service Unavailable", "Too many ask now",
                       "This server is making as many of these pages as it "
                       "makes at once.",
                       "Try again in a moment.");
    http_response_add_retry_after(req, BUSY_SECONDS);
    send_reply(context, req, &reply);
}

void page_response_send_no_host(const struct http_context *context,
                                h2o_req_t *req)
{
    struct protocol_reply reply;

    protocol_reply_init(&reply);
    page_sign_in_reply(&reply, 404, "Not Found", "No such host",
                       "There is no such host here.", "");
    send_reply(context, req, &reply);
}

void page_response_send_file(const struct http_context *context, h2o_req_t *req,
                             const char *name, const char *type)
{
    const struct page_file *file = page_files_find(name);
    bool is_known =
        span_is(parameters_of_header(req, "if-none-match"), file->etag);

    h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_ETAG, NULL,
                   file->etag, strlen(file->etag));
    page_response_add_headers(req);
    /* It is asked for again each time, and sent again when it is another. */
    http_response_send_kept(
        context, req, is_known ? 304 : 200, is_known ? "Not Modified" : "OK",
        type, is_known ? span_from("", 0) : page_file_text(file), "no-cache");
}
