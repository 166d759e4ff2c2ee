#include "server/http/caller.h"

#include "server/http/client_address.h"
#include "server/http/iovec.h"
#include "server/http/trace_id.h"

enum { FORWARDED_FOR_MAX = 2 }; /* two are as wrong as many */

struct address caller_peer(h2o_req_t *req)
{
    struct sockaddr_storage storage;
    struct sockaddr *sa = (struct sockaddr *)&storage;

    if (req->conn->callbacks->get_peername(req->conn, sa) == 0)
        return (struct address){.family = ADDRESS_NONE};
    return address_from_sockaddr(sa);
}

struct address caller_address(const struct http_context *context,
                              h2o_req_t *req)
{
    struct address peer = caller_peer(req);
    struct span forwarded_for[FORWARDED_FOR_MAX];
    size_t count = 0;
    ssize_t at = -1;

    while (count < FORWARDED_FOR_MAX &&
           (at = h2o_find_header(&req->headers, H2O_TOKEN_X_FORWARDED_FOR,
                                 at)) != -1)
        forwarded_for[count++] = iovec_span(req->headers.entries[at].value);
    return client_address(&peer, forwarded_for, count,
                          &context->shared->settings->trusted_proxies);
}

/* Of several headers of one name, who should know which one counts? */
static struct span only_header(const h2o_req_t *req, const char *name)
{
    size_t len = strlen(name);
    ssize_t at = h2o_find_header_by_str(&req->headers, name, len, -1);

    if (at == -1 || h2o_find_header_by_str(&req->headers, name, len, at) != -1)
        return span_from("", 0);
    return iovec_span(req->headers.entries[at].value);
}

struct span caller_trace(const h2o_req_t *req)
{
    return trace_id_read(only_header(req, "traceparent"),
                         only_header(req, "x-request-id"));
}
