#include "server/http/status_call.h"

#include "server/http/http_response.h"
#include "server/http/page_response.h"
#include "server/http/page_sign_in.h"
#include "server/http/page_wait.h"
#include "server/http/protocol_call.h"
#include "server/http/status_page.h"

#include <stdlib.h>
#include <time.h>

enum { QUESTIONS_MAX = 3 };

/* What the page is made of: three answers, or that about one host alone. */
struct status_call {
    struct page_wait wait;
    struct http_context *context;
    struct status_query query;
    struct history_query *answers[QUESTIONS_MAX];
    unsigned count;
    struct alert_list *alerts; /* as of the writing; NULL: they are off */
};

static void end(struct status_call *call)
{
    for (unsigned i = 0; i < call->count; i++)
        history_query_free(call->answers[i]);
    free(call->alerts);
    free(call);
}

/* --- lists of all hosts ------------------------------------------------------------
 */

/* With a million hosts one keeps the history busy for half a second. */
static bool begin_list(const struct http_shared *shared)
{
    if (atomic_fetch_add(shared->host_lists, 1) < STATUS_LISTS_MAX)
        return true;
    atomic_fetch_sub(shared->host_lists, 1);
    return false;
}

static void end_list(const struct http_shared *shared)
{
    atomic_fetch_sub(shared->host_lists, 1);
}

/* --- the answers --------------------------------------------------------------------
 */

static enum status write_all(const struct status_call *call,
                             struct strbuf *html)
{
    const struct host_table *table = call->context->host_table;
    struct status_view view = {
        .query = &call->query,
        .health = call->context->shared->health,
        .origin = table == NULL ? NULL : table->origin,
        .now = time(NULL),
        .hosts = call->answers[0],
        .recent = call->answers[1],
        .service = call->answers[2],
        .alerts = call->alerts,
    };

    return status_page_write(&view, html);
}

/* Without a table there are no hosts, and still a page. */
static enum status worst_of(const struct status_call *call)
{
    enum status worst = STATUS_OK;

    for (unsigned i = 0; i < call->count; i++)
        if (call->answers[i]->status != STATUS_OK &&
            (call->count == 1 || call->answers[i]->status != STATUS_NOT_FOUND))
            worst = call->answers[i]->status;
    return worst;
}

static enum status read_alerts(struct status_call *call)
{
    struct alert_board *board = call->context->shared->alerts;

    if (board == NULL)
        return STATUS_OK;
    call->alerts = malloc(sizeof *call->alerts);
    if (call->alerts == NULL)
        return STATUS_NOMEM;
    alert_board_read(board, call->alerts);
    return STATUS_OK;
}

static void show(struct page_wait *wait)
{
    struct status_call *call =
        H2O_STRUCT_FROM_MEMBER(struct status_call, wait, wait);
    enum status status = worst_of(call);
    struct strbuf html;

    strbuf_init(&html, STATUS_PAGE_MAX_BYTES);
    if (status == STATUS_OK)
        status = read_alerts(call);
    if (status == STATUS_OK)
        status = call->count == 1
                     ? status_page_write_host(&call->query, call->answers[0],
                                              call->alerts, time(NULL), &html)
                     : write_all(call, &html);
    if (status == STATUS_OK)
        page_response_send(call->context, wait->req, strbuf_span(&html));
    else if (status == STATUS_NOT_FOUND)
        page_response_send_no_host(call->context, wait->req);
    else
        page_response_send_unavailable(call->context, wait->req);
    strbuf_clear(&html);
    end(call);
}

/* --- the questions ------------------------------------------------------------------
 */

static void on_done(struct history_query *query)
{
    struct status_call *call = query->owner;

    if (query->question == HISTORY_HOSTS)
        end_list(call->context->shared);
    page_wait_answered(&call->wait);
}

static struct history_query *add(struct status_call *call,
                                 enum history_question question)
{
    struct history_query *query = history_query_new(question, on_done, call);

    if (query != NULL)
        call->answers[call->count++] = query;
    return query;
}

static bool add_one(struct status_call *call)
{
    struct history_query *one = add(call, HISTORY_HOST);

    if (one == NULL)
        return false;
    memcpy(one->search, call->query.host, call->query.host_len);
    one->count = STATUS_EVENTS_OF_HOST;
    return true;
}

static bool add_all(struct status_call *call)
{
    const struct status_query *query = &call->query;
    struct history_query *hosts = add(call, HISTORY_HOSTS);
    struct history_query *recent = add(call, HISTORY_RECENT);

    if (hosts == NULL || recent == NULL || add(call, HISTORY_SERVICE) == NULL)
        return false;
    memcpy(hosts->search, query->search, query->search_len);
    hosts->order = query->order;
    hosts->is_descending = query->is_reversed;
    hosts->count = STATUS_HOSTS_PER_PAGE;
    hosts->offset = (size_t)(query->page - 1) * STATUS_HOSTS_PER_PAGE;
    recent->count = STATUS_EVENTS_PER_PAGE;
    recent->offset = (size_t)(query->event_page - 1) * STATUS_EVENTS_PER_PAGE;
    return true;
}

static struct status_call *make_call(struct http_context *context,
                                     const struct protocol_request *request)
{
    struct status_call *call = calloc(1, sizeof *call);

    if (call == NULL)
        return NULL;
    call->context = context;
    status_query_read(request->query, &call->query);
    if (call->query.host_len > 0 ? add_one(call) : add_all(call))
        return call;
    end(call);
    return NULL;
}

/* The call may be gone as soon as the last question is asked. */
static void ask_all(struct http_context *context, struct status_call *call)
{
    struct history_query *questions[QUESTIONS_MAX];
    unsigned count = call->count;

    memcpy(questions, call->answers, sizeof questions);
    for (unsigned i = 0; i < count; i++)
        context->shared->ask_history(context->shared->ask_history_arg,
                                     questions[i]);
}

/* False: too many ask now. */
static bool ask(struct http_context *context, h2o_req_t *req,
                struct status_call *call)
{
    bool is_list = call->answers[0]->question == HISTORY_HOSTS;

    if (is_list && !begin_list(context->shared))
        return false;
    if (!page_wait_begin(&context->page_waits, PAGE_WAITER_OPERATOR,
                         &call->wait, req, call->count, show)) {
        if (is_list)
            end_list(context->shared);
        return false;
    }
    ask_all(context, call);
    return true;
}

static void admitted(struct http_context *context, h2o_req_t *req,
                     const struct protocol_request *request)
{
    struct status_call *call = make_call(context, request);

    if (call == NULL) {
        page_response_send_unavailable(context, req);
    } else if (!ask(context, req, call)) {
        page_response_send_busy(context, req);
        end(call);
    }
}

static const struct protocol status_protocol = {
    .parse = page_sign_in_operator,
    .unavailable = page_sign_in_unavailable,
    .needs_no_table = true,
    .denial = "wrong DYNDNS_ADMIN_TOKEN",
    .guessed_at = "/status",
    .admitted = admitted,
};

void status_call(struct http_context *context, h2o_req_t *req)
{
    const struct http_shared *shared = context->shared;

    if (shared->settings->admin_token != NULL && shared->ask_history != NULL)
        protocol_read(context, req, &status_protocol);
    else
        http_response_send_not_found(context, req);
}
