#include "server/http/protocol_call.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/http/admission.h"
#include "server/http/caller.h"
#include "server/http/http_response.h"
#include "server/http/parameters.h"

/* --- the reply --------------------------------------------------------------
 */

static void send_reply(const struct http_context *context, h2o_req_t *req,
                       const struct protocol_reply *reply)
{
    if (reply->challenge)
        http_response_add_challenge(req);
    if (reply->retry_after_seconds > 0)
        http_response_add_retry_after(req, reply->retry_after_seconds);
    http_response_send_text(context, req, reply->status, reply->reason,
                            "text/plain",
                            span_from(reply->body, reply->body_len));
}

static void refuse(const struct http_context *context, h2o_req_t *req,
                   const struct protocol *protocol,
                   enum protocol_refusal refusal)
{
    struct protocol_reply reply;

    protocol->refuse(refusal, &reply);
    send_reply(context, req, &reply);
}

static void send_results(const struct http_context *context, h2o_req_t *req,
                         const struct protocol *protocol,
                         const struct protocol_result *results, size_t count)
{
    struct protocol_reply reply;

    protocol->format(results, count, &reply);
    send_reply(context, req, &reply);
}

/* --- what the loop knows ------------------------------------------------------
 */

static void log_refused(struct http_context *context,
                        const struct protocol_request *request,
                        const struct protocol_change *change)
{
    char client[ADDRESS_TEXT_MAX], text[ADDRESS_TEXT_MAX];

    if (!log_quota_allows(&context->refusals, clock_now_s()))
        return;
    address_format(&request->client, client);
    address_format(&change->address, text);
    log_event(LOG_LEVEL_WARN, "address_refused",
              log_span("host", change->host.name), log_str("client", client),
              log_str("address", text), log_str("reason", change->fault),
              log_str("advice", change->advice));
}

static bool is_unchanged(const struct http_context *context,
                         const struct protocol_change *change)
{
    const struct http_shared *shared = context->shared;

    return rrset_cache_confirms(context->host_table->known, shared->in_transit,
                                change->host.index, change->host.name,
                                &change->address, clock_now_s(),
                                shared->limits.nochg_seconds);
}

/* Ends what can be ended here; returns how many changes are left open. */
static size_t settle(struct http_context *context,
                     const struct protocol_request *request,
                     struct protocol_changes *changes)
{
    size_t open = 0;

    for (size_t i = 0; i < changes->count; i++) {
        struct protocol_change *change = &changes->list[i];

        if (change->fault != NULL)
            log_refused(context, request, change);
        else if (change->outcome == OUTCOME_OPEN &&
                 is_unchanged(context, change))
            change->outcome = OUTCOME_UNCHANGED;
        open += change->outcome == OUTCOME_OPEN;
    }
    return open;
}

static void send_settled(const struct http_context *context, h2o_req_t *req,
                         const struct protocol *protocol,
                         const struct protocol_changes *changes)
{
    struct protocol_result results[PROTOCOL_CHANGES_MAX];

    for (size_t i = 0; i < changes->count; i++)
        results[i] = (struct protocol_result){changes->list[i].outcome,
                                              changes->list[i].address};
    send_results(context, req, protocol, results, changes->count);
}

/* --- what the updater is asked --------------------------------------------------
 */

static void on_outcomes(void *arg, h2o_req_t *req, const void *protocol,
                        const struct update_request *update)
{
    struct protocol_result results[PROTOCOL_CHANGES_MAX];

    for (size_t i = 0; i < update->count; i++)
        results[i] = (struct protocol_result){update->changes[i].outcome,
                                              update->changes[i].written};
    send_results(arg, req, protocol, results, update->count);
}

/* The host's own row may name one. */
static uint32_t ttl_of(const struct http_shared *shared,
                       const struct host *host)
{
    uint32_t ttl = shared->limits.ttl_seconds;

    (void)host_attribute_ttl(host, &ttl);
    return ttl;
}

/* The changes that are ended already keep their places in the reply. */
static void fill_update(const struct http_shared *shared,
                        const struct protocol_changes *changes,
                        struct update_request *update)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct protocol_change *from = &changes->list[i];
        struct update_change *to = &update->changes[i];

        update_change_set(to, from->host.name, &from->address,
                          ttl_of(shared, &from->host));
        to->outcome = from->outcome;
        to->written = from->address;
        if (to->outcome == OUTCOME_OPEN)
            in_transit_begin(shared->in_transit, from->host.name);
    }
}

/* False when memory is short. */
static bool ask_updater(struct http_context *context, h2o_req_t *req,
                        const struct protocol *protocol,
                        const struct protocol_request *request,
                        const struct protocol_changes *changes)
{
    const struct http_shared *shared = context->shared;
    struct waiting_request *waiting = waiting_request_new(
        req, changes->count, on_outcomes, context, protocol);

    if (waiting == NULL)
        return false;
    waiting->update->client = request->client;
    waiting->update->deadline_at =
        clock_now_ms() + (int64_t)shared->limits.deadline_seconds * 1000;
    fill_update(shared, changes, waiting->update);
    waiting_submit(&context->waiting, waiting);
    return true;
}

/* --- the call --------------------------------------------------------------------
 */

void protocol_call(struct http_context *context, h2o_req_t *req,
                   const struct protocol *protocol)
{
    const struct http_shared *shared = context->shared;
    struct protocol_request request = {
        .query = parameters_of_query(req),
        .form = parameters_of_form(req),
        .allow_internal = shared->settings->allow_internal,
    };
    struct protocol_changes changes;
    struct host host;

    if (!admission_check_update(context, req))
        return;
    if (context->host_table == NULL) {
        refuse(context, req, protocol, PROTOCOL_UNAVAILABLE);
        return;
    }
    request.client = caller_address(context, req);
    if (!caller_authenticate(context, req, &request.client, &host)) {
        refuse(context, req, protocol, PROTOCOL_UNAUTHENTICATED);
        return;
    }
    request.host = &host;
    changes.count = 0;
    protocol->parse(&request, &changes);
    if (settle(context, &request, &changes) == 0)
        send_settled(context, req, protocol, &changes);
    else if (!ask_updater(context, req, protocol, &request, &changes))
        refuse(context, req, protocol, PROTOCOL_UNAVAILABLE);
}
