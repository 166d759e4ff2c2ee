#include "server/http/http_response.h"

#include "server/http/connection.h"

void http_response_send_text(struct loop *loop, h2o_req_t *req, int status,
                             const char *reason, const char *type,
                             struct span body)
{
    req->res.status = status;
    req->res.reason = reason;
    req->res.content_length = body.len;
    h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_CONTENT_TYPE, NULL,
                   type, strlen(type));
    h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_CACHE_CONTROL, NULL,
                   H2O_STRLIT("no-store"));
    if (atomic_load_explicit(&loop->stopping, memory_order_relaxed))
        req->http1_is_persistent = 0;
    connection_note_reply(req);
    h2o_send_inline(req, body.ptr, body.len);
}

void http_response_send(struct loop *loop, h2o_req_t *req,
                        const struct reply *reply)
{
    char seconds[16];

    if (reply->challenge)
        h2o_add_header(&req->pool, &req->res.headers,
                       H2O_TOKEN_WWW_AUTHENTICATE, NULL,
                       H2O_STRLIT("Basic realm=\"dyndns53\""));
    if (reply->retry_after) {
        int len =
            snprintf(seconds, sizeof seconds, "%d", REPLY_RETRY_AFTER_SECONDS);
        h2o_iovec_t value = h2o_strdup(&req->pool, seconds, (size_t)len);

        h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_RETRY_AFTER,
                       NULL, value.base, value.len);
    }
    http_response_send_text(loop, req, reply->status, reply->reason,
                            "text/plain",
                            span_from(reply->body, reply->body_len));
}

void http_response_send_not_allowed(struct loop *loop, h2o_req_t *req,
                                    const char *allowed)
{
    h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_ALLOW, NULL,
                   allowed, strlen(allowed));
    http_response_send_text(loop, req, 405, "Method Not Allowed", "text/plain",
                            span_from_string("method not allowed\n"));
}
