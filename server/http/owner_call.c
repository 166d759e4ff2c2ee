#include "server/http/owner_call.h"

#include "server/http/owner_page.h"
#include "server/http/page_response.h"
#include "server/http/page_sign_in.h"
#include "server/http/page_wait.h"
#include "server/http/parameters.h"
#include "server/http/query.h"
#include "server/http/sign_in.h"

#include <stdlib.h>
#include <time.h>

bool owner_call_is_meant(const h2o_req_t *req)
{
    static const char *const names[] = {"mode", "hash", "hostname",
                                        "internalIp"};
    struct span query = parameters_of_query(req), value;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char none[1];

        if (query_find(query, names[i], none, 0, &value) != QUERY_ABSENT)
            return false;
    }
    return parameters_of_header(req, "x-api-key").len == 0;
}

/* --- what is waited for -----------------------------------------------------------
 */

struct owner_call {
    struct page_wait wait;
    const struct http_context *context;
    json_t *page;
    struct name_lookup names;
    bool is_told;                  /* by name servers */
    struct history_query *history; /* NULL: there is none */
};

static void end(struct owner_call *call)
{
    json_decref(call->page);
    history_query_free(call->history);
    free(call);
}

static void show(struct page_wait *wait)
{
    struct owner_call *call =
        H2O_STRUCT_FROM_MEMBER(struct owner_call, wait, wait);
    struct strbuf html;

    strbuf_init(&html, OWNER_PAGE_MAX_BYTES);
    if (owner_page_end(json_incref(call->page), call->history,
                       call->is_told ? &call->names : NULL, time(NULL),
                       &html) == STATUS_OK)
        page_response_send(call->context, wait->req, strbuf_span(&html));
    else
        page_response_send_unavailable(call->context, wait->req);
    strbuf_clear(&html);
    end(call);
}

static void on_names(struct name_lookup *names)
{
    page_wait_answered(
        &H2O_STRUCT_FROM_MEMBER(struct owner_call, names, names)->wait);
}

static void on_history(struct history_query *query)
{
    page_wait_answered(&((struct owner_call *)query->owner)->wait);
}

/* --- who asks -----------------------------------------------------------------------
 */

/* As far as this server or a proxy before it tells; it is shown to who asks, and
 * decides nothing. */
static bool is_https(const h2o_req_t *req)
{
    struct span proto = parameters_of_header(req, "x-forwarded-proto");

    return proto.len > 0 ? span_is_nocase(proto, "https")
                         : req->scheme == &H2O_URL_SCHEME_HTTPS;
}

static struct history_query *make_query(const struct http_context *context,
                                        const struct owner_host *host,
                                        struct owner_call *call)
{
    struct history_query *query;

    if (context->shared->ask_history == NULL)
        return NULL;
    query = history_query_new(HISTORY_HOST, on_history, call);
    if (query == NULL)
        return NULL;
    memcpy(query->search, host->rows[0].name.ptr, host->rows[0].name.len);
    query->count = OWNER_EVENTS;
    return query;
}

static struct owner_call *make_call(const struct http_context *context,
                                    const struct owner_view *view,
                                    const struct owner_host *host)
{
    struct owner_call *call = calloc(1, sizeof *call);

    if (call == NULL)
        return NULL;
    call->context = context;
    call->page = owner_page_begin(view, host);
    call->history = make_query(context, host, call);
    call->names.name_len = host->rows[0].name.len;
    memcpy(call->names.name, host->rows[0].name.ptr, call->names.name_len);
    call->names.done = on_names;
    if (call->page != NULL)
        return call;
    end(call);
    return NULL;
}

/* What is answered may be so at any moment, and the call gone after the last
 * one: so the questions are known before the first is asked. */
static void ask(struct http_context *context, h2o_req_t *req,
                struct owner_call *call)
{
    const struct http_shared *shared = context->shared;
    struct history_query *history = call->history;

    if (!page_wait_begin(&context->page_waits, PAGE_WAITER_OWNER, &call->wait,
                         req, history == NULL ? 1 : 2, show)) {
        page_response_send_unavailable(context, req);
        end(call);
        return;
    }
    call->is_told = true;
    if (!name_lookups_post(shared->names, &call->names)) {
        call->is_told = false;
        page_wait_answered(&call->wait);
    }
    if (history != NULL)
        shared->ask_history(shared->ask_history_arg, history);
}

/* The account is open: that has been seen with the same verdicts. */
static void admitted(struct http_context *context, h2o_req_t *req,
                     const struct protocol_request *request)
{
    struct credentials credentials;
    struct account account;
    struct span claimed;
    struct owner_view view = {
        .account = &account,
        .known = context->host_table->known,
        .query = request->query,
        .client = request->client,
        .is_https = is_https(req),
        .authority = span_from(req->authority.base, req->authority.len)};
    struct owner_host host = {.count = 0};
    struct owner_call *call;

    if (sign_in(request, &credentials, &account, &claimed) == PROTOCOL_ADMITTED)
        owner_page_choose(&view, &host);
    if (host.count == 0) {
        page_response_send_no_host(context, req);
        return;
    }
    call = make_call(context, &view, &host);
    if (call == NULL)
        page_response_send_unavailable(context, req);
    else
        ask(context, req, call);
}

const struct protocol owner_protocol = {
    .parse = page_sign_in_owner,
    .unavailable = page_sign_in_unavailable,
    .admitted = admitted,
};
