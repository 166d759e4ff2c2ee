#include "server/http/routes.h"

#include "server/http/admission.h"
#include "server/http/check_ip.h"
#include "server/http/connection.h"
#include "server/http/dyndns2_update.h"
#include "server/http/hash_v2.h"
#include "server/http/hash_v3.h"
#include "server/http/healthz.h"
#include "server/http/http_response.h"
#include "server/http/iovec.h"
#include "server/http/protocol_call.h"
#include "server/http/reflect.h"

static void register_ip(struct http_context *context, h2o_req_t *req)
{
    protocol_call(context, req, &register_ip_protocol);
}

static void nic_update(struct http_context *context, h2o_req_t *req)
{
    protocol_call(context, req, &nic_update_protocol);
}

/* Both versions of the serverless system have one URL, which is its root. */
static void root(struct http_context *context, h2o_req_t *req)
{
    bool posts = span_is(iovec_span(req->method), "POST");

    protocol_call(context, req, posts ? &hash_v3_protocol : &hash_v2_protocol);
}

static const struct route {
    struct span path;
    void (*handle)(struct http_context *context, h2o_req_t *req);
    const char *allowed; /* as in the Allow header */
    const char *methods[2];
} routes[] = {
    {SPAN_LITERAL("/check_ip"), check_ip, "GET, HEAD", {"GET", "HEAD"}},
    {SPAN_LITERAL("/nic/checkip"), nic_checkip, "GET, HEAD", {"GET", "HEAD"}},
    {SPAN_LITERAL("/register_ip"), register_ip, "GET, POST", {"GET", "POST"}},
    {SPAN_LITERAL("/nic/update"), nic_update, "GET, POST", {"GET", "POST"}},
    {SPAN_LITERAL("/v3/update"), nic_update, "GET, POST", {"GET", "POST"}},
    {SPAN_LITERAL("/"), root, "GET, POST", {"GET", "POST"}},
    {SPAN_LITERAL("/reflect"), reflect, "GET, HEAD", {"GET", "HEAD"}},
    {SPAN_LITERAL("/healthz"), healthz, "GET, HEAD", {"GET", "HEAD"}},
};

static void dispatch(struct http_context *context, h2o_req_t *req)
{
    struct span path = iovec_span(req->path_normalized);
    struct span method = iovec_span(req->method);

    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        const struct route *route = &routes[i];

        if (!span_equal(path, route->path))
            continue;
        if (span_is(method, route->methods[0]) ||
            span_is(method, route->methods[1]))
            route->handle(context, req);
        else
            http_response_send_not_allowed(context, req, route->allowed);
        return;
    }
    http_response_send_text(context, req, 404, "Not Found", "text/plain",
                            span_from_string("not found\n"));
}

static int on_request(h2o_handler_t *handler, h2o_req_t *req)
{
    struct http_context *context =
        h2o_context_get_handler_context(req->conn->ctx, handler);

    if (!admission_check_protocol(context, req))
        return 0;
    connection_note_request(req);
    if (admission_check(context, req))
        dispatch(context, req);
    return 0;
}

h2o_handler_t *routes_register(h2o_hostconf_t *host)
{
    h2o_pathconf_t *path = h2o_config_register_path(host, "/", 0);
    h2o_handler_t *handler = h2o_create_handler(path, sizeof *handler);

    handler->on_req = on_request;
    return handler;
}

void routes_use(h2o_handler_t *handler, h2o_context_t *h2o,
                struct http_context *context)
{
    h2o_context_set_handler_context(h2o, handler, context);
}
