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
#include "server/http/metrics_page.h"
#include "server/http/owner_call.h"
#include "server/http/owner_register.h"
#include "server/http/page_response.h"
#include "server/http/protocol_call.h"
#include "server/http/reflect.h"
#include "server/http/status_call.h"

static void register_ip(struct http_context *context, h2o_req_t *req)
{
    protocol_call(context, req, &register_ip_protocol);
}

static void nic_update(struct http_context *context, h2o_req_t *req)
{
    protocol_call(context, req, &nic_update_protocol);
}

/* Both versions of the serverless system have one URL, which is its root; and so
 * has the owner of a host, whose browser sends nothing of what those demand. */
static void root(struct http_context *context, h2o_req_t *req)
{
    bool posts = span_is(iovec_span(req->method), "POST");

    if (posts || !owner_call_is_meant(req))
        protocol_call(context, req,
                      posts ? &hash_v3_protocol : &hash_v2_protocol);
    else if (admission_check_page(context, req))
        protocol_read(context, req, &owner_protocol);
}

static void register_form(struct http_context *context, h2o_req_t *req)
{
    if (admission_check_form(context, req))
        protocol_call(context, req, &owner_register_protocol);
}

static void page_script(struct http_context *context, h2o_req_t *req)
{
    page_response_send_file(context, req, "live.js", "text/javascript");
}

static void page_style(struct http_context *context, h2o_req_t *req)
{
    page_response_send_file(context, req, "style.css", "text/css");
}

struct route {
    enum http_route name; /* whose path is the URL */
    void (*handle)(struct http_context *context, h2o_req_t *req);
    const char *allowed; /* as in the Allow header */
    const char *methods[2];
};

#define READ_ONLY                                                              \
    "GET, HEAD",                                                               \
    {                                                                          \
        "GET", "HEAD"                                                          \
    }
#define GET_OR_POST                                                            \
    "GET, POST",                                                               \
    {                                                                          \
        "GET", "POST"                                                          \
    }

#define POST_ONLY                                                              \
    "POST",                                                                    \
    {                                                                          \
        "POST", "POST"                                                         \
    }

static const struct route for_callers[] = {
    {HTTP_ROUTE_CHECK_IP, check_ip, READ_ONLY},
    {HTTP_ROUTE_NIC_CHECKIP, nic_checkip, READ_ONLY},
    {HTTP_ROUTE_REGISTER_IP, register_ip, GET_OR_POST},
    {HTTP_ROUTE_NIC_UPDATE, nic_update, GET_OR_POST},
    {HTTP_ROUTE_V3_UPDATE, nic_update, GET_OR_POST},
    {HTTP_ROUTE_ROOT, root, GET_OR_POST},
    {HTTP_ROUTE_REFLECT, reflect, READ_ONLY},
    {HTTP_ROUTE_HEALTHZ, healthz, READ_ONLY},
    {HTTP_ROUTE_STATUS, status_call, READ_ONLY},
    {HTTP_ROUTE_REGISTER, register_form, POST_ONLY},
    {HTTP_ROUTE_LIVE_JS, page_script, READ_ONLY},
    {HTTP_ROUTE_STYLE_CSS, page_style, READ_ONLY},
};

static const struct route for_watchers[] = {
    {HTTP_ROUTE_METRICS, metrics_page, READ_ONLY},
    {HTTP_ROUTE_HEALTHZ, healthz, READ_ONLY},
};

/* What libh2o calls, and the URLs that it is for. */
struct routes_handler {
    h2o_handler_t super;
    const struct route *routes;
    size_t count;
};

static void dispatch(const struct routes_handler *handler,
                     struct http_context *context, h2o_req_t *req)
{
    struct span path = iovec_span(req->path_normalized);
    struct span method = iovec_span(req->method);

    for (size_t i = 0; i < handler->count; i++) {
        const struct route *route = &handler->routes[i];

        if (!span_equal(path, http_route_path(route->name)))
            continue;
        connection_note_route(req, route->name);
        if (span_is(method, route->methods[0]) ||
            span_is(method, route->methods[1]))
            route->handle(context, req);
        else
            http_response_send_not_allowed(context, req, route->allowed);
        return;
    }
    http_response_send_not_found(context, req);
}

static int on_request(h2o_handler_t *handler, h2o_req_t *req)
{
    struct http_context *context =
        h2o_context_get_handler_context(req->conn->ctx, handler);

    if (!admission_check_protocol(context, req))
        return 0;
    connection_note_request(req);
    if (admission_check(context, req))
        dispatch((const struct routes_handler *)handler, context, req);
    return 0;
}

static h2o_handler_t *add_handler(h2o_hostconf_t *host,
                                  const struct route *routes, size_t count)
{
    h2o_pathconf_t *path = h2o_config_register_path(host, "/", 0);
    struct routes_handler *handler =
        (struct routes_handler *)h2o_create_handler(path, sizeof *handler);

    handler->super.on_req = on_request;
    handler->routes = routes;
    handler->count = count;
    return &handler->super;
}

h2o_handler_t *routes_register(h2o_hostconf_t *host)
{
    return add_handler(host, for_callers,
                       sizeof for_callers / sizeof for_callers[0]);
}

h2o_handler_t *routes_register_metrics(h2o_hostconf_t *host)
{
    return add_handler(host, for_watchers,
                       sizeof for_watchers / sizeof for_watchers[0]);
}

void routes_use(h2o_handler_t *handler, h2o_context_t *h2o,
                struct http_context *context)
{
    h2o_context_set_handler_context(h2o, handler, context);
}
