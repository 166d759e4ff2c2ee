#include "server/http/protocol_call.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/http/admission.h"
#include "server/http/call_note.h"
#include "server/http/caller.h"
#include "server/http/dyndns2.h"
#include "server/http/guessing.h"
#include "server/http/http_response.h"
#include "server/http/page_response.h"
#include "server/http/parameters.h"

#include <stdlib.h>

/* --- the reply --------------------------------------------------------------
 */

static void send_reply(const struct http_context *context, h2o_req_t *req,
                       struct protocol_reply *reply)
{
    struct span text = reply->long_text == NULL
                           ? span_from(reply->text, reply->text_len)
                           : span_from_string(reply->long_text);

    if (reply->challenge)
        http_response_add_challenge(req, reply->realm);
    if (reply->is_page)
        page_response_add_headers(req);
    if (reply->location != NULL)
        http_response_add_location(req, reply->location);
    if (reply->retry_after_seconds > 0)
        http_response_add_retry_after(req, reply->retry_after_seconds);
    http_response_send(context, req, reply->status, reply->reason,
                       reply->type == NULL ? "text/plain" : reply->type, text,
                       reply->answer);
    free(reply->long_text);
    free(reply->location);
}

static void send_unavailable(const struct http_context *context, h2o_req_t *req,
                             const struct protocol *protocol)
{
    struct protocol_reply reply;

    protocol_reply_init(&reply);
    protocol->unavailable(&reply);
    reply.answer = ANSWER_911;
    send_reply(context, req, &reply);
}

/* Counts the changes, and finds the word for all of them: in each protocol the
 * worst. */
static enum answer count_results(struct http_metrics *metrics,
                                 const struct protocol_result *results,
                                 size_t count)
{
    enum dyndns2_word worst = DYNDNS2_NOCHG;

    for (size_t i = 0; i < count; i++) {
        enum dyndns2_word word = dyndns2_word_of(&results[i]);

        metric_add(&metrics->changes[results[i].outcome], 1);
        worst = word > worst ? word : worst;
    }
    return dyndns2_answer_of(worst);
}

static void send_results(const struct http_context *context, h2o_req_t *req,
                         const struct protocol *protocol,
                         const struct protocol_result *results, size_t count)
{
    struct protocol_reply reply;

    protocol_reply_init(&reply);
    protocol->format(results, count, &reply);
    reply.answer = count_results(context->metrics, results, count);
    send_reply(context, req, &reply);
}

/* --- what the log is told -----------------------------------------------------
 */

static const char hashed[] = "the host's token is hashed, and this protocol "
                             "needs the token itself";

/* What the log says of a refused login: a host whose token is hashed cannot
 * prove itself by some protocols, be it who it may. */
static const char *badauth_reason(const struct protocol *protocol,
                                  const struct protocol_request *request,
                                  struct span claimed)
{
    struct host host;

    if (protocol->denial != NULL)
        return protocol->denial;
    if (!protocol->needs_plain_tokens ||
        !hostdb_lookup(request->hosts, claimed, &host))
        return "wrong login or token";
    return host_token_is_plain(&host) ? "wrong hash" : hashed;
}

/* A name that is not in the table may be a token typed into the wrong field,
 * so it is not logged. */
static void log_badauth(struct http_context *context, const h2o_req_t *req,
                        const struct protocol *protocol,
                        const struct protocol_request *request,
                        struct span claimed)
{
    char text[ADDRESS_TEXT_MAX];

    if (!log_quota_allows(&context->refusals, clock_now_s()))
        return;
    address_format(&request->client, text);
    log_event(LOG_LEVEL_WARN, "badauth", log_str("client", text),
              log_span("host", claimed.len == 0 ? span_from_string("unknown")
                                                : claimed),
              log_str("reason", badauth_reason(protocol, request, claimed)),
              log_span_if_any("trace", caller_trace(req)));
}

static void log_not_verified(struct http_context *context, const h2o_req_t *req,
                             const struct address *client,
                             enum token_refusal refusal)
{
    char text[ADDRESS_TEXT_MAX];

    if (!log_quota_allows(&context->refusals, clock_now_s()))
        return;
    address_format(client, text);
    log_event(LOG_LEVEL_WARN, "login_not_verified", log_str("client", text),
              log_str("reason", token_refusal_reason(refusal)),
              log_str("advice", token_refusal_advice(refusal)),
              log_span_if_any("trace", caller_trace(req)));
}

static void log_refused(struct http_context *context, const h2o_req_t *req,
                        const struct protocol_request *request,
                        const struct protocol_change *change)
{
    char client[ADDRESS_TEXT_MAX], text[ADDRESS_TEXT_MAX];
    struct span name = change->host.name;

    if (!log_quota_allows(&context->refusals, clock_now_s()))
        return;
    address_format(&request->client, client);
    address_format(&change->address, text);
    log_event(
        LOG_LEVEL_WARN, "change_refused",
        log_span("host", name.len == 0 ? span_from_string("unknown") : name),
        log_str("client", client), log_str("address", text),
        log_str("reason", refusal_reason(change->refusal)),
        log_str("advice", refusal_advice(change->refusal)),
        log_span_if_any("trace", caller_trace(req)));
}

/* --- who guesses ---------------------------------------------------------------
 */

static void send_late(void *arg, h2o_req_t *req, struct protocol_reply *reply)
{
    send_reply(arg, req, reply);
}

/* The reply goes late to whoever has guessed much. */
static void deny(struct http_context *context, h2o_req_t *req,
                 const struct protocol *protocol,
                 const struct protocol_request *request, struct span claimed,
                 struct protocol_reply *reply)
{
    const struct span texts[] = {request->authorization, request->api_key,
                                 request->query, request->body};
    enum guess_verdict verdict;

    if (protocol->guessed_at != NULL)
        claimed = span_from_string(protocol->guessed_at);
    verdict = guessing_count(context, req, request->gate, claimed, texts,
                             sizeof texts / sizeof texts[0]);
    if (verdict == GUESS_COUNTED ||
        !delayed_begin(&context->delayed, req, reply, send_late, context))
        send_reply(context, req, reply);
}

/* --- what the loop knows ------------------------------------------------------
 */

static bool is_unchanged(const struct http_context *context,
                         const struct protocol_change *change)
{
    const struct http_shared *shared = context->shared;

    return rrset_cache_confirms(context->host_table->known, shared->in_transit,
                                change->host.index, change->host.name,
                                &change->address, clock_now_s(),
                                shared->limits.nochg_seconds);
}

static bool may_change(const struct http_context *context,
                       const struct protocol_change *change)
{
    return change_budget_grants(context->shared->changes, change->host.name,
                                &change->address, clock_now_ms());
}

static void settle_open(const struct http_context *context,
                        struct protocol_change *change)
{
    if (is_unchanged(context, change))
        change->outcome = OUTCOME_UNCHANGED;
    else if (!may_change(context, change))
        change->refusal = REFUSAL_TOO_OFTEN;
}

/* Ends what can be ended here; returns how many changes are left open. */
static size_t settle(struct http_context *context, const h2o_req_t *req,
                     const struct protocol_request *request,
                     struct protocol_changes *changes)
{
    size_t open = 0;

    for (size_t i = 0; i < changes->count; i++) {
        struct protocol_change *change = &changes->list[i];

        if (change->refusal == REFUSAL_NONE && change->outcome == OUTCOME_OPEN)
            settle_open(context, change);
        if (change->refusal != REFUSAL_NONE) {
            change->outcome = OUTCOME_REFUSED;
            log_refused(context, req, request, change);
        }
        open += change->outcome == OUTCOME_OPEN;
    }
    return open;
}

/* What is open stays so. */
static void list_results(const struct protocol_changes *changes,
                         struct protocol_result *results)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct protocol_change *change = &changes->list[i];

        results[i] = (struct protocol_result){
            .name = change->host.name,
            .line = change->line,
            .refusal = change->refusal,
            .outcome = change->outcome,
            .address = change->address,
        };
    }
}

/* --- what the history is told ---------------------------------------------------
 */

/* The agent is looked for only where somebody wants to know. */
static struct call_note note_of(const struct http_context *context,
                                const h2o_req_t *req,
                                const struct address *client)
{
    struct call_note note = {.queue = context->events, .client = *client};

    if (note.queue != NULL)
        note.agent = parameters_of_header(req, "user-agent");
    return note;
}

static void send_settled(const struct http_context *context, h2o_req_t *req,
                         const struct protocol *protocol,
                         const struct protocol_request *request,
                         const struct protocol_changes *changes)
{
    struct call_note note = note_of(context, req, &request->client);
    struct protocol_result results[PROTOCOL_CHANGES_MAX];

    list_results(changes, results);
    call_note_results(&note, results, changes->count);
    send_results(context, req, protocol, results, changes->count);
}

static void send_not_asked(const struct http_context *context, h2o_req_t *req,
                           const struct protocol *protocol,
                           const struct protocol_request *request,
                           const struct protocol_changes *changes)
{
    struct call_note note = note_of(context, req, &request->client);
    struct protocol_result results[PROTOCOL_CHANGES_MAX];

    list_results(changes, results);
    call_note_results(&note, results, changes->count);
    send_unavailable(context, req, protocol);
}

/* --- what the updater is asked --------------------------------------------------
 */

static void on_outcomes(void *arg, const struct waiting_request *request)
{
    const struct http_context *context = arg;
    const struct update_request *update = request->update;
    const struct call_note note = {context->events, update->client,
                                   waiting_request_agent(request)};
    struct protocol_result results[PROTOCOL_CHANGES_MAX];

    for (size_t i = 0; i < update->count; i++) {
        const struct update_change *change = &update->changes[i];

        results[i] = (struct protocol_result){
            .name = update_change_name(change),
            .line = request->notes[i].line,
            .refusal = request->notes[i].refusal,
            .outcome = change->outcome,
            .address = change->written,
        };
    }
    call_note_results(&note, results, update->count);
    send_results(context, request->req, request->protocol, results,
                 update->count);
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
                        struct waiting_request *waiting)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct protocol_change *from = &changes->list[i];
        struct update_change *to = &waiting->update->changes[i];

        waiting->notes[i].line = (unsigned char)from->line;
        waiting->notes[i].refusal = (unsigned char)from->refusal;
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
    struct waiting_request *waiting =
        waiting_request_new(req, changes->count, on_outcomes, context, protocol,
                            note_of(context, req, &request->client).agent);

    if (waiting == NULL)
        return false;
    waiting->update->client = request->client;
    update_request_set_trace(waiting->update, caller_trace(req));
    waiting->update->deadline_at =
        clock_now_ms() + (int64_t)shared->limits.deadline_seconds * 1000;
    fill_update(shared, changes, waiting);
    waiting_submit(&context->waiting, waiting);
    return true;
}

static void make_changes(struct http_context *context, h2o_req_t *req,
                         const struct protocol *protocol,
                         const struct protocol_request *request,
                         struct protocol_changes *changes)
{
    if (settle(context, req, request, changes) == 0)
        send_settled(context, req, protocol, request, changes);
    else if (!ask_updater(context, req, protocol, request, changes))
        send_not_asked(context, req, protocol, request, changes);
}

/* --- the call --------------------------------------------------------------------
 */

static void go_on(void *arg, struct verification *verification);

/* Gets the verdict that is asked for. True: it is there, parse again. False: it
 * will be, or the request is answered. */
static bool verify(struct http_context *context, h2o_req_t *req,
                   const struct protocol *protocol,
                   const struct protocol_request *request)
{
    enum token_refusal refusal;

    switch (verification_begin(&context->verifications, req, &request->client,
                               request->verdicts, protocol, go_on, context,
                               &refusal)) {
    case VERIFICATION_KNOWN:
        return true;
    case VERIFICATION_WAITS:
        break;
    case VERIFICATION_REFUSED:
        log_not_verified(context, req, &request->client, refusal);
        send_unavailable(context, req, protocol);
    }
    return false;
}

static struct protocol_request read_request(const struct http_context *context,
                                            h2o_req_t *req,
                                            const struct address *client,
                                            struct token_verdicts *verdicts,
                                            struct login_gate *gate)
{
    return (struct protocol_request){
        .query = parameters_of_query(req),
        .form = parameters_of_form(req),
        .body = parameters_of_body(req),
        .authorization = parameters_of_header(req, "authorization"),
        .api_key = parameters_of_header(req, "x-api-key"),
        .client = *client,
        .hosts =
            context->host_table == NULL ? NULL : context->host_table->hosts,
        .settings = context->shared->settings,
        .verdicts = verdicts,
        .gate = gate,
    };
}

/* Where the protocol did not say. */
static enum answer answer_of_verdict(enum protocol_verdict verdict,
                                     enum answer said)
{
    switch (verdict) {
    case PROTOCOL_DENIED:
        return ANSWER_BADAUTH;
    case PROTOCOL_UNAUTHENTICATED:
        return ANSWER_NOAUTH;
    case PROTOCOL_TURNED_AWAY:
        return ANSWER_ABUSE;
    default:
        return said;
    }
}

/* A call whose credentials were wrong, or were not looked at. */
static void note_refused(const struct http_context *context,
                         const h2o_req_t *req, const struct protocol *protocol,
                         const struct protocol_request *request,
                         enum protocol_verdict verdict, struct span claimed)
{
    struct call_note note = note_of(context, req, &request->client);

    if (verdict == PROTOCOL_DENIED)
        call_note_refused(&note, claimed, ANSWER_BADAUTH,
                          badauth_reason(protocol, request, claimed));
    else if (verdict == PROTOCOL_TURNED_AWAY)
        call_note_refused(&note, request->gate->claimed, ANSWER_ABUSE,
                          "too many wrong credentials came from the address");
}

/* By the table in service, and by the verdicts that there are. */
static void answer(struct http_context *context, h2o_req_t *req,
                   const struct protocol *protocol,
                   const struct address *client,
                   struct token_verdicts *verdicts, bool is_in)
{
    struct login_gate gate = guessing_gate(context, client, is_in);
    struct protocol_request request =
        read_request(context, req, client, verdicts, &gate);
    struct protocol_changes changes;
    struct protocol_reply reply;
    struct span claimed = {NULL, 0};
    enum protocol_verdict verdict;

    do {
        changes.count = 0;
        protocol_reply_init(&reply);
        verdict = protocol->parse(&request, &changes, &claimed, &reply);
        if (verdict == PROTOCOL_VERIFY &&
            !verify(context, req, protocol, &request))
            return;
    } while (verdict == PROTOCOL_VERIFY);
    if (verdict == PROTOCOL_CHANGES) {
        make_changes(context, req, protocol, &request, &changes);
        return;
    }
    if (verdict == PROTOCOL_ADMITTED) {
        protocol->admitted(context, req, &request);
        return;
    }
    reply.answer = answer_of_verdict(verdict, reply.answer);
    note_refused(context, req, protocol, &request, verdict, claimed);
    if (verdict == PROTOCOL_DENIED) {
        log_badauth(context, req, protocol, &request, claimed);
        deny(context, req, protocol, &request, claimed, &reply);
        return;
    }
    if (verdict == PROTOCOL_TURNED_AWAY)
        reply.retry_after_seconds = gate.wait_s;
    send_reply(context, req, &reply);
}

static void go_on(void *arg, struct verification *verification)
{
    answer(arg, verification->req, verification->protocol,
           &verification->job.client, &verification->verdicts, true);
}

void protocol_call(struct http_context *context, h2o_req_t *req,
                   const struct protocol *protocol)
{
    if (admission_check_update(context, req))
        protocol_read(context, req, protocol);
}

void protocol_read(struct http_context *context, h2o_req_t *req,
                   const struct protocol *protocol)
{
    struct token_verdicts verdicts;
    struct address client;

    if (context->host_table == NULL && !protocol->needs_no_table) {
        send_unavailable(context, req, protocol);
        return;
    }
    client = caller_address(context, req);
    token_verdicts_init(&verdicts);
    answer(context, req, protocol, &client, &verdicts, false);
    token_verdicts_clear(&verdicts);
}
