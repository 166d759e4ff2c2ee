#include "server/http/healthz.h"

#include "server/http/http_response.h"
#include "server/http/parameters.h"
#include "server/http/query.h"

/* Whether it is asked for no more than that the loop turns. */
static bool is_asked_for_life(const h2o_req_t *req)
{
    char text[1];
    struct span value;

    return query_find(parameters_of_query(req), "live", text, sizeof text,
                      &value) != QUERY_ABSENT;
}

void healthz(struct http_context *context, h2o_req_t *req)
{
    struct strbuf body;
    bool well;

    if (is_asked_for_life(req)) {
        http_response_send_text(context, req, 200, "OK", "application/json",
                                span_from_string("{\"status\":\"alive\"}\n"));
        return;
    }
    strbuf_init(&body, HEALTH_JSON_MAX_BYTES);
    well = health_write_json(context->shared->health, &body);
    http_response_send_text(context, req, well ? 200 : 503,
                            well ? "OK" : "Service Unavailable",
                            "application/json", strbuf_span(&body));
    strbuf_clear(&body);
}
