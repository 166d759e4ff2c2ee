#include "server/http/metrics_page.h"

#include "server/http/http_response.h"

/* Far more than the tables can make. */
enum { TEXT_MAX_BYTES = 1024 * 1024 };

void metrics_page(struct http_context *context, h2o_req_t *req)
{
    struct strbuf text;

    strbuf_init(&text, TEXT_MAX_BYTES);
    metric_write_text(context->shared->metrics, &text);
    if (strbuf_ok(&text))
        http_response_send_text(context, req, 200, "OK",
                                "text/plain; version=0.0.4; charset=utf-8",
                                strbuf_span(&text));
    else
        http_response_send_text(context, req, 503, "Service Unavailable",
                                "text/plain",
                                span_from_string("memory is short\n"));
    strbuf_clear(&text);
}
