#include "server/http/admission.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/http/caller.h"
#include "server/http/cross_site.h"
#include "server/http/http1.h"
#include "server/http/http_response.h"
#include "server/http/iovec.h"
#include "server/http/request_head.h"
#include "server/http/request_target.h"

/* --- the protocol -----------------------------------------------------------
 */

bool admission_check_protocol(struct http_context *context, h2o_req_t *req)
{
    if (http1_is_spoken(req))
        return true;
    http_response_send_text(context, req, 505, "HTTP Version Not Supported",
                            "text/plain",
                            span_from_string("only HTTP/1 is spoken here\n"));
    return false;
}

/* --- the head ---------------------------------------------------------------
 */

/* h2o keeps what it read of a request at the beginning of this buffer until
 * the reply is sent; it has put the names of headers into lower case. */
static struct span bytes_of(h2o_req_t *req)
{
    const h2o_socket_t *sock = req->conn->callbacks->get_socket(req->conn);

    return span_from(sock->input->bytes, sock->input->size);
}

static void log_refused(struct http_context *context, h2o_req_t *req,
                        const char *fault)
{
    struct address peer;
    char text[ADDRESS_TEXT_MAX];

    if (!log_quota_allows(&context->refusals, clock_now_s()))
        return;
    peer = caller_peer(req);
    address_format(&peer, text);
    log_event(LOG_LEVEL_WARN, "request_refused", log_str("peer", text),
              log_str("reason", fault),
              log_span_if_any("trace", caller_trace(req)));
}

/* Nobody knows where this request ends, so nothing behind it is read. */
static void refuse(struct http_context *context, h2o_req_t *req,
                   const char *fault)
{
    static const char opening[] = "bad request: ";
    size_t len = strlen(fault);
    char *body = h2o_mem_alloc_pool(&req->pool, sizeof opening + len);
    char *end = stpcpy(stpcpy(body, opening), fault);

    *end++ = '\n'; /* in the terminator's place */
    log_refused(context, req, fault);
    req->http1_is_persistent = 0;
    http_response_send_text(context, req, 400, "Bad Request", "text/plain",
                            span_from(body, (size_t)(end - body)));
}

/* h2o took the whole of "http://host/path" for a path. */
static void use_absolute(h2o_req_t *req, const struct request_target *target)
{
    struct span path = target->path;

    req->path = iovec_from_span(path);
    if (path.len == 0 || path.ptr[0] != '/')
        req->path =
            h2o_concat(&req->pool, h2o_iovec_init(H2O_STRLIT("/")), req->path);
    req->path_normalized =
        h2o_url_normalize_path(&req->pool, req->path.base, req->path.len,
                               &req->query_at, &req->norm_indexes);
}

bool admission_check(struct http_context *context, h2o_req_t *req)
{
    struct request_head head;
    struct request_target target;
    const char *fault = request_head_read(bytes_of(req), &head);

    if (fault != NULL) {
        refuse(context, req, fault);
        return false;
    }
    if (head.is_last)
        req->http1_is_persistent = 0;
    request_target_read(head.method, head.target, &target);
    req->authority = iovec_from_span(head.host);
    switch (target.form) {
    case REQUEST_TARGET_ORIGIN:
        return true;
    case REQUEST_TARGET_ABSOLUTE:
        req->authority = iovec_from_span(target.authority);
        use_absolute(req, &target);
        return true;
    case REQUEST_TARGET_AUTHORITY: /* nobody may send through what we answer */
        req->http1_is_persistent = 0;
        break;
    case REQUEST_TARGET_ASTERISK:
        break;
    case REQUEST_TARGET_INVALID:
        refuse(context, req, "the request is for no path");
        return false;
    }
    http_response_send_not_allowed(context, req, "GET, HEAD, POST");
    return false;
}

/* --- another site's page ----------------------------------------------------
 */

struct header_walk {
    const char *name; /* in lower case */
    ssize_t at;
    struct span value;
};

static bool next_header(h2o_req_t *req, struct header_walk *walk)
{
    walk->at = h2o_find_header_by_str(&req->headers, walk->name,
                                      strlen(walk->name), walk->at);
    if (walk->at == -1)
        return false;
    walk->value = iovec_span(req->headers.entries[walk->at].value);
    return true;
}

/* The header that says so, and its value; a NULL name if none does. */
static struct header_walk find_foreign(h2o_req_t *req)
{
    struct header_walk site = {"sec-fetch-site", -1, {"", 0}};
    struct header_walk origin = {"origin", -1, {"", 0}};

    while (next_header(req, &site))
        if (cross_site_fetch_is_foreign(site.value))
            return site;
    while (next_header(req, &origin))
        if (cross_site_origin_is_foreign(origin.value,
                                         iovec_span(req->authority)))
            return origin;
    return (struct header_walk){NULL, -1, {"", 0}};
}

static void log_cross_site(struct http_context *context, h2o_req_t *req,
                           const struct header_walk *foreign)
{
    struct address client;
    char text[ADDRESS_TEXT_MAX];

    if (!log_quota_allows(&context->refusals, clock_now_s()))
        return;
    client = caller_address(context, req);
    address_format(&client, text);
    log_event(LOG_LEVEL_WARN, "cross_site_refused", log_str("client", text),
              log_str("header", foreign->name),
              log_span("value", foreign->value),
              log_span("host", iovec_span(req->authority)),
              log_span_if_any("trace", caller_trace(req)));
}

static bool says_where_from(h2o_req_t *req)
{
    struct header_walk site = {"sec-fetch-site", -1, {"", 0}};
    struct header_walk origin = {"origin", -1, {"", 0}};

    return next_header(req, &site) || next_header(req, &origin);
}

bool admission_check_form(struct http_context *context, h2o_req_t *req)
{
    static const struct header_walk neither = {"origin", -1, {"", 0}};

    if (says_where_from(req))
        return true;
    log_cross_site(context, req, &neither);
    http_response_send_text(
        context, req, 403, "Forbidden", "text/plain",
        span_from_string("nothing was registered: your browser does not say "
                         "that its own page of this server asked for this; "
                         "programs call /register_ip\n"));
    return false;
}

/* A browser that says from where also says what for, unless it is old. */
static bool is_loaded_elsewhere(h2o_req_t *req, struct header_walk *site)
{
    struct header_walk mode = {"sec-fetch-mode", -1, {"", 0}};

    while (next_header(req, site))
        if (span_is(span_trim(site->value), "cross-site"))
            return next_header(req, &mode) &&
                   !span_is(span_trim(mode.value), "navigate");
    return false;
}

bool admission_check_page(struct http_context *context, h2o_req_t *req)
{
    struct header_walk site = {"sec-fetch-site", -1, {"", 0}};

    if (!is_loaded_elsewhere(req, &site))
        return true;
    log_cross_site(context, req, &site);
    http_response_send_text(
        context, req, 403, "Forbidden", "text/plain",
        span_from_string("nothing is shown: your browser says that a page of "
                         "another site asked for this; open it by itself\n"));
    return false;
}

bool admission_check_update(struct http_context *context, h2o_req_t *req)
{
    struct header_walk foreign = find_foreign(req);

    if (foreign.name == NULL)
        return true;
    log_cross_site(context, req, &foreign);
    http_response_send_text(
        context, req, 403, "Forbidden", "text/plain",
        span_from_string("nothing was registered: your browser says that a "
                         "page of another site asked for this; type the "
                         "address in by yourself\n"));
    return false;
}
