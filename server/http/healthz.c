#include "server/http/healthz.h"

#include "server/http/http_response.h"

void healthz(struct http_context *context, h2o_req_t *req)
{
    struct strbuf body;
    bool well;

    strbuf_init(&body, HEALTH_JSON_MAX_BYTES);
    well = health_write_json(context->shared->health, &body);
    http_response_send_text(context, req, well ? 200 : 503,
                            well ? "OK" : "Service Unavailable",
                            "application/json", strbuf_span(&body));
    strbuf_clear(&body);
}
