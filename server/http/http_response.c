#include "server/http/http_response.h"

#include "server/http/connection.h"

/* Browsers keep one password for each realm of a server. */
static const h2o_iovec_t challenges[] = {
    [HTTP_REALM_HOSTS] = {H2O_STRLIT("Basic realm=\"dyndns53\"")},
    [HTTP_REALM_STATUS] = {H2O_STRLIT("Basic realm=\"dyndns53 status\"")},
};

void http_response_add_challenge(h2o_req_t *req, enum http_realm realm)
{
    h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_WWW_AUTHENTICATE,
                   NULL, challenges[realm].base, challenges[realm].len);
}

void http_response_add_retry_after(h2o_req_t *req, unsigned seconds)
{
    char text[16];
    int len = snprintf(text, sizeof text, "%u", seconds);
    h2o_iovec_t value = h2o_strdup(&req->pool, text, (size_t)len);

    h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_RETRY_AFTER, NULL,
                   value.base, value.len);
}

void http_response_add_location(h2o_req_t *req, const char *location)
{
    h2o_iovec_t value = h2o_strdup(&req->pool, location, SIZE_MAX);

    h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_LOCATION, NULL,
                   value.base, value.len);
}

/* By libh2o's clock, which it reads once in a turn of its loop: who is answered
 * in the turn in which his request came has waited for no time. */
static int64_t age_ms(const h2o_req_t *req)
{
    const struct timeval *begin = &req->timestamps.request_begin_at;

    return (int64_t)h2o_now(req->conn->ctx->loop) -
           ((int64_t)begin->tv_sec * 1000 + begin->tv_usec / 1000);
}

void http_response_send_text(const struct http_context *context, h2o_req_t *req,
                             int status, const char *reason, const char *type,
                             struct span body)
{
    http_response_send(context, req, status, reason, type, body,
                       ANSWER_BY_STATUS);
}

static void send_as(const struct http_context *context, h2o_req_t *req,
                    int status, const char *reason, const char *type,
                    struct span body, const char *cache_control,
                    enum answer answer)
{
    req->res.status = status;
    req->res.reason = reason;
    req->res.content_length = body.len;
    h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_CONTENT_TYPE, NULL,
                   type, strlen(type));
    h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_CACHE_CONTROL, NULL,
                   cache_control, strlen(cache_control));
    if (atomic_load_explicit(&context->stopping, memory_order_relaxed))
        req->http1_is_persistent = 0;
    http_metrics_note_answer(
        context->metrics, connection_note_reply(req),
        answer == ANSWER_BY_STATUS ? answer_of_status(status) : answer,
        age_ms(req));
    h2o_send_inline(req, body.ptr, body.len);
}

void http_response_send(const struct http_context *context, h2o_req_t *req,
                        int status, const char *reason, const char *type,
                        struct span body, enum answer answer)
{
    send_as(context, req, status, reason, type, body, "no-store", answer);
}

void http_response_send_kept(const struct http_context *context, h2o_req_t *req,
                             int status, const char *reason, const char *type,
                             struct span body, const char *cache_control)
{
    send_as(context, req, status, reason, type, body, cache_control,
            ANSWER_BY_STATUS);
}

void http_response_send_not_found(const struct http_context *context,
                                  h2o_req_t *req)
{
    http_response_send_text(context, req, 404, "Not Found", "text/plain",
                            span_from_string("not found\n"));
}

void http_response_send_not_allowed(const struct http_context *context,
                                    h2o_req_t *req, const char *allowed)
{
    h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_ALLOW, NULL,
                   allowed, strlen(allowed));
    http_response_send_text(context, req, 405, "Method Not Allowed",
                            "text/plain",
                            span_from_string("method not allowed\n"));
}
