#include "server/http/handlers.h"

#include "base/address_scope.h"
#include "base/clock.h"
#include "server/http/admission.h"
#include "server/http/caller.h"
#include "server/http/connection.h"
#include "server/http/http_response.h"
#include "server/http/parking.h"
#include "server/http/query.h"

#include <stdlib.h>

/* A request of HTTP's that waits for its update request. */
struct pending {
    struct update_request *update;
    h2o_multithread_message_t message;
    struct loop *loop;
    h2o_req_t *req;
};

static struct loop *loop_of(h2o_req_t *req)
{
    return H2O_STRUCT_FROM_MEMBER(struct loop, h2o, req->conn->ctx);
}

static struct span span_of(h2o_iovec_t text)
{
    return span_from(text.base, text.len);
}

/* --- which address ----------------------------------------------------------
 */

static bool is_form(h2o_req_t *req)
{
    static const char form[] = "application/x-www-form-urlencoded";
    ssize_t at = h2o_find_header(&req->headers, H2O_TOKEN_CONTENT_TYPE, -1);
    struct span type;

    if (at == -1)
        return false;
    type = span_of(req->headers.entries[at].value);
    return type.len >= sizeof form - 1 &&
           span_is_nocase(span_from(type.ptr, sizeof form - 1), form);
}

static struct span query_of(const h2o_req_t *req)
{
    if (req->query_at == SIZE_MAX || req->query_at >= req->path.len)
        return span_from("", 0);
    return span_from(req->path.base + req->query_at + 1,
                     req->path.len - req->query_at - 1);
}

/* The parameter from the query, else from a form that was POSTed. */
static enum query_result find_parameter(h2o_req_t *req, const char *name,
                                        char *out, size_t size,
                                        struct span *value)
{
    enum query_result found = query_find(query_of(req), name, out, size, value);

    if (found == QUERY_ABSENT && req->entity.base != NULL && is_form(req))
        found = query_find(span_of(req->entity), name, out, size, value);
    return found;
}

static const char proxy_was_silent[] =
    "a trusted proxy did not tell the client's address";

/* The address to register: `myip`, else the caller's. Returns what is wrong
 * with it, or NULL. */
static const char *choose_address(const struct loop *loop, h2o_req_t *req,
                                  const struct address *client,
                                  struct address *wanted)
{
    char text[ADDRESS_TEXT_MAX];
    struct span value = {text, 0};
    enum query_result found =
        find_parameter(req, "myip", text, sizeof text, &value);

    *wanted = *client;
    value = span_trim(value);
    if (found == QUERY_TOO_LONG ||
        (value.len > 0 && !address_parse(value, wanted))) {
        wanted->family = ADDRESS_NONE;
        return "myip is no IPv4 or IPv6 address";
    }
    if (wanted->family == ADDRESS_NONE)
        return proxy_was_silent;
    if (address_is_internal(wanted) &&
        !loop->shared->config->http.allow_internal)
        return "the address is internal";
    return NULL;
}

static void log_address_refused(struct loop *loop, const struct host *host,
                                const struct address *client,
                                const struct address *wanted,
                                const char *reason)
{
    const char *advice = "";
    char from[ADDRESS_TEXT_MAX], text[ADDRESS_TEXT_MAX];

    if (!log_quota_allows(&loop->refusals, clock_now_s()))
        return;
    address_format(client, from);
    address_format(wanted, text);
    if (wanted->family != ADDRESS_NONE && address_is_internal(wanted))
        advice = "if the server stands behind a proxy, name it in "
                 "DYNDNS_TRUSTED_PROXIES: that is the likely reason; to "
                 "register internal addresses, set DYNDNS_ALLOW_INTERNAL";
    else if (reason == proxy_was_silent)
        advice = "have the proxy append its caller's address to one "
                 "X-Forwarded-For header, and name nothing but proxies in "
                 "DYNDNS_TRUSTED_PROXIES; a caller on the proxy's own machine "
                 "gives myip";
    log_event(LOG_LEVEL_WARN, "address_refused", log_span("host", host->name),
              log_str("client", from), log_str("address", text),
              log_str("reason", reason), log_str("advice", advice));
}

/* --- the answer -------------------------------------------------------------
 */

static void send_word(struct loop *loop, h2o_req_t *req, enum reply_word word,
                      const struct address *address)
{
    struct reply reply;

    reply_init(&reply, word, address);
    http_response_send(loop, req, &reply);
}

static enum reply_word word_of(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_ACCEPTED:
        return REPLY_GOOD;
    case OUTCOME_UNCHANGED:
        return REPLY_NOCHG;
    case OUTCOME_REFUSED:
    case OUTCOME_NO_ZONE:
        return REPLY_DNSERR;
    case OUTCOME_OPEN:
    case OUTCOME_UNAVAILABLE:
    case OUTCOME_EXPIRED:
        break;
    }
    return REPLY_911;
}

void handlers_on_answers(h2o_multithread_receiver_t *receiver,
                         h2o_linklist_t *messages)
{
    struct loop *loop = H2O_STRUCT_FROM_MEMBER(struct loop, answers, receiver);

    while (!h2o_linklist_is_empty(messages)) {
        struct pending *pending = H2O_STRUCT_FROM_MEMBER(
            struct pending, message.link, messages->next);

        h2o_linklist_unlink(&pending->message.link);
        loop->pending--;
        send_word(loop, pending->req,
                  word_of(pending->update->changes[0].outcome),
                  &pending->update->changes[0].written);
        update_request_free(pending->update);
        free(pending);
    }
}

/* On the updater's thread: send the answer home. */
static void on_update_done(struct update_request *update)
{
    struct pending *pending = update->owner;

    h2o_multithread_send_message(&pending->loop->answers, &pending->message);
}

/* From here until the answer comes, h2o neither reads from the connection nor
 * times it out, so the request outlives its caller. */
static bool post_update(struct loop *loop, h2o_req_t *req,
                        const struct host *host, const struct address *wanted,
                        const struct address *client)
{
    const struct loop_shared *shared = loop->shared;
    const struct dns_settings *dns = &shared->config->dns;
    struct pending *pending = calloc(1, sizeof *pending);
    struct update_request *update = update_request_new(1);

    if (pending == NULL || update == NULL) {
        update_request_free(update);
        free(pending);
        return false;
    }
    *pending = (struct pending){.update = update, .loop = loop, .req = req};
    update->client = *client;
    update->deadline_at =
        clock_now_ms() + (int64_t)dns->deadline_seconds * 1000;
    update->done = on_update_done;
    update->owner = pending;
    update_change_set(&update->changes[0], host->name, wanted,
                      dns->ttl_seconds);
    loop->pending++;
    in_transit_begin(shared->asked, host->name);
    updater_post(shared->updater, update);
    parking_shrink(req);
    return true;
}

static void register_ip(struct loop *loop, h2o_req_t *req)
{
    const struct config *config = loop->shared->config;
    struct address client, wanted;
    struct host host;
    const char *fault;

    if (!admission_check_update(loop, req))
        return;
    if (loop->host_table == NULL) {
        send_word(loop, req, REPLY_911, NULL);
        return;
    }
    client = caller_address(loop, req);
    if (!caller_authenticate(loop, req, &client, &host)) {
        send_word(loop, req, REPLY_BADAUTH, NULL);
        return;
    }
    fault = choose_address(loop, req, &client, &wanted);
    if (fault != NULL) {
        log_address_refused(loop, &host, &client, &wanted, fault);
        send_word(loop, req, REPLY_DNSERR, NULL);
        return;
    }
    if (rrset_cache_confirms(loop->host_table->known, loop->shared->asked,
                             host.index, host.name, &wanted, clock_now_s(),
                             config->dns.nochg_seconds)) {
        send_word(loop, req, REPLY_NOCHG, &wanted);
        return;
    }
    if (!post_update(loop, req, &host, &wanted, &client))
        send_word(loop, req, REPLY_911, NULL);
}

static void check_ip(struct loop *loop, h2o_req_t *req)
{
    struct address client = caller_address(loop, req);
    char body[ADDRESS_TEXT_MAX];
    size_t len;

    if (client.family == ADDRESS_NONE) {
        http_response_send_text(
            loop, req, 400, "Bad Request", "text/plain",
            span_from_string("the proxy did not tell your address\n"));
        return;
    }
    len = address_format(&client, body);
    body[len++] = '\n'; /* in the terminator's place */
    http_response_send_text(loop, req, 200, "OK", "text/plain",
                            span_from(body, len));
}

static void healthz(struct loop *loop, h2o_req_t *req)
{
    struct strbuf body;
    bool well;

    strbuf_init(&body, HEALTH_JSON_MAX_BYTES);
    well = health_write_json(loop->shared->health, &body);
    http_response_send_text(loop, req, well ? 200 : 503,
                            well ? "OK" : "Service Unavailable",
                            "application/json", strbuf_span(&body));
    strbuf_clear(&body);
}

/* --- which URL ---------------------------------------------------------------
 */

static const struct route {
    struct span path;
    void (*handle)(struct loop *loop, h2o_req_t *req);
    const char *allowed; /* as in the Allow header */
    const char *methods[2];
} routes[] = {
    {SPAN_LITERAL("/check_ip"), check_ip, "GET, HEAD", {"GET", "HEAD"}},
    {SPAN_LITERAL("/register_ip"), register_ip, "GET, POST", {"GET", "POST"}},
    {SPAN_LITERAL("/healthz"), healthz, "GET, HEAD", {"GET", "HEAD"}},
};

static int on_request(h2o_handler_t *handler, h2o_req_t *req)
{
    struct loop *loop = loop_of(req);
    struct span path, method;

    (void)handler;
    connection_note_request(req);
    if (!admission_check(loop, req))
        return 0;
    path = span_of(req->path_normalized);
    method = span_of(req->method);
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        const struct route *route = &routes[i];

        if (!span_equal(path, route->path))
            continue;
        if (span_is(method, route->methods[0]) ||
            span_is(method, route->methods[1]))
            route->handle(loop, req);
        else
            http_response_send_not_allowed(loop, req, route->allowed);
        return 0;
    }
    http_response_send_text(loop, req, 404, "Not Found", "text/plain",
                            span_from_string("not found\n"));
    return 0;
}

void handlers_register(h2o_hostconf_t *host)
{
    h2o_pathconf_t *path = h2o_config_register_path(host, "/", 0);
    h2o_handler_t *handler = h2o_create_handler(path, sizeof *handler);

    handler->on_req = on_request;
}
