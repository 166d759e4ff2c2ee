#include "server/http/caller.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/http/basic_auth.h"
#include "server/http/client_address.h"
#include "server/http/iovec.h"

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

/* A name that is not in the table may be a token typed into the wrong field,
 * so it is not logged. */
static void log_badauth(struct http_context *context,
                        const struct address *client, const struct host *host)
{
    char text[ADDRESS_TEXT_MAX];

    if (!log_quota_allows(&context->refusals, clock_now_s()))
        return;
    address_format(client, text);
    log_event(LOG_LEVEL_WARN, "badauth", log_str("client", text),
              log_span("host", host == NULL ? span_from_string("unknown")
                                            : host->name));
}

bool caller_authenticate(struct http_context *context, h2o_req_t *req,
                         const struct address *client, struct host *host)
{
    unsigned char buffer[BASIC_AUTH_BUFFER_BYTES];
    ssize_t at = h2o_find_header(&req->headers, H2O_TOKEN_AUTHORIZATION, -1);
    struct basic_auth auth;
    bool listed;

    if (at == -1)
        return false; /* a browser's or wget's first try is no refusal */
    if (!basic_auth_parse(iovec_span(req->headers.entries[at].value), buffer,
                          &auth)) {
        log_badauth(context, client, NULL);
        return false;
    }
    listed = hostdb_lookup(context->host_table->hosts, auth.user, host);
    if (host_token_matches(listed ? host : NULL, auth.password))
        return true;
    log_badauth(context, client, listed ? host : NULL);
    return false;
}
