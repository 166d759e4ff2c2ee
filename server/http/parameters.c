#include "server/http/parameters.h"

#include "server/http/iovec.h"

static bool is_form(const h2o_req_t *req)
{
    static const char form[] = "application/x-www-form-urlencoded";
    ssize_t at = h2o_find_header(&req->headers, H2O_TOKEN_CONTENT_TYPE, -1);
    struct span type;

    if (at == -1)
        return false;
    type = iovec_span(req->headers.entries[at].value);
    return type.len >= sizeof form - 1 &&
           span_is_nocase(span_from(type.ptr, sizeof form - 1), form);
}

struct span parameters_of_query(const h2o_req_t *req)
{
    if (req->query_at == SIZE_MAX || req->query_at >= req->path.len)
        return span_from("", 0);
    return span_from(req->path.base + req->query_at + 1,
                     req->path.len - req->query_at - 1);
}

struct span parameters_of_form(const h2o_req_t *req)
{
    return is_form(req) ? parameters_of_body(req) : span_from("", 0);
}

struct span parameters_of_body(const h2o_req_t *req)
{
    return req->entity.base == NULL ? span_from("", 0)
                                    : iovec_span(req->entity);
}

struct span parameters_of_header(const h2o_req_t *req, const char *name)
{
    ssize_t at = h2o_find_header_by_str(&req->headers, name, strlen(name), -1);

    return at == -1 ? span_from("", 0)
                    : iovec_span(req->headers.entries[at].value);
}
