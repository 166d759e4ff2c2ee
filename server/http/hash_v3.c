#include "server/http/hash_v3.h"

#include "server/http/hash_claim.h"
#include "server/http/hash_words.h"
#include "server/http/json_text.h"

#include <stdio.h>

enum { RETRY_AFTER_SECONDS = 60 };

static const char out_of_memory[] =
    "{\"return_status\": \"fail\", \"return_message\": "
    "\"" HASH_WORDS_UNAVAILABLE "\"}";

/* --- replies --------------------------------------------------------------------
 */

enum verdict {
    READ,
    CREATED,
    BAD_REQUEST,
    UNAUTHORIZED,
    FORBIDDEN,
    REFUSED_BY_DNS,
    TURNED_AWAY,
    UNAVAILABLE,
};

static const struct {
    int status;
    const char *reason, *word;
} statuses[] = {
    [READ] = {200, "OK", "success"},
    [CREATED] = {201, "Created", "success"},
    [BAD_REQUEST] = {400, "Bad Request", "fail"},
    [UNAUTHORIZED] = {401, "Unauthorized", "fail"},
    [FORBIDDEN] = {403, "Forbidden", "fail"},
    [REFUSED_BY_DNS] = {500, "Internal Server Error", "fail"},
    [TURNED_AWAY] = {429, "Too Many Requests", "fail"},
    [UNAVAILABLE] = {503, "Service Unavailable", "fail"},
};

static void reply_head(struct protocol_reply *reply, enum verdict verdict)
{
    reply->status = statuses[verdict].status;
    reply->reason = statuses[verdict].reason;
    reply->type = "application/json";
    if (verdict == UNAVAILABLE)
        reply->retry_after_seconds = RETRY_AFTER_SECONDS;
}

static enum protocol_verdict answer(struct protocol_reply *reply,
                                    enum verdict verdict, const char *message)
{
    json_t *object =
        json_pack("{s:s, s:s}", "return_status", statuses[verdict].word,
                  "return_message", message);

    reply_head(reply, verdict);
    reply->text_len = json_text_write(object, JSON_TEXT_SPACED, reply->text,
                                      sizeof reply->text);
    if (reply->text_len == 0) {
        reply_head(reply, UNAVAILABLE);
        reply->text_len = sizeof out_of_memory - 1;
        memcpy(reply->text, out_of_memory, reply->text_len);
    }
    return PROTOCOL_ANSWERED;
}

/* --- the modes ------------------------------------------------------------------
 */

static enum protocol_verdict get(const struct protocol_request *request,
                                 struct protocol_reply *reply)
{
    char text[ADDRESS_TEXT_MAX];

    address_format(&request->client, text);
    return answer(reply, READ, text);
}

static enum protocol_verdict set(const struct protocol_request *request,
                                 const json_t *body,
                                 struct protocol_changes *changes,
                                 struct span *claimed,
                                 struct protocol_reply *reply)
{
    struct hash_claim claim = {.name = {"", 0}};
    struct span digits;
    struct host row;

    if (!json_text_member(body, "validation_hash", &digits) ||
        !validation_hash_parse(digits, &claim.hash))
        return answer(reply, BAD_REQUEST, HASH_WORDS_BAD_HASH);
    (void)json_text_member(body, "ddns_hostname", &claim.name);
    if (!login_gate_admits(request->gate, claim.name)) {
        (void)answer(reply, TURNED_AWAY, HASH_WORDS_TURNED_AWAY);
        return PROTOCOL_TURNED_AWAY;
    }
    if (!hash_claim_open(&claim, request, request->client.family, &row,
                         claimed)) {
        (void)answer(reply, UNAUTHORIZED, HASH_WORDS_MISMATCH);
        return PROTOCOL_DENIED;
    }
    changes->list[changes->count++] =
        hash_claim_change(request, &row, &request->client);
    return PROTOCOL_CHANGES;
}

static enum protocol_verdict get_or_set(const struct protocol_request *request,
                                        const json_t *body,
                                        struct protocol_changes *changes,
                                        struct span *claimed,
                                        struct protocol_reply *reply)
{
    struct span mode = {"", 0};

    (void)json_text_member(body, "execution_mode", &mode);
    if (!span_is(mode, "get") && !span_is(mode, "set"))
        return answer(reply, BAD_REQUEST,
                      "You must pass mode=get or mode=set arguments.");
    if (request->client.family == ADDRESS_NONE)
        return answer(reply, BAD_REQUEST, HASH_WORDS_NO_ADDRESS);
    return span_is(mode, "get") ? get(request, reply)
                                : set(request, body, changes, claimed, reply);
}

/* --- the protocol ---------------------------------------------------------------
 */

static enum protocol_verdict parse(const struct protocol_request *request,
                                   struct protocol_changes *changes,
                                   struct span *claimed,
                                   struct protocol_reply *reply)
{
    enum protocol_verdict verdict;
    json_t *body = json_text_read(request->body);

    if (body == NULL)
        return answer(reply, BAD_REQUEST, "You must pass an object of JSON.");
    verdict = get_or_set(request, body, changes, claimed, reply);
    json_decref(body);
    return verdict;
}

static enum verdict verdict_of_refusal(enum refusal refusal)
{
    if (refusal == REFUSAL_NONE)
        return REFUSED_BY_DNS;
    return refusal == REFUSAL_TOO_OFTEN ? TURNED_AWAY : FORBIDDEN;
}

static enum verdict verdict_of(const struct protocol_result *result)
{
    switch (result->outcome) {
    case OUTCOME_ACCEPTED:
        return CREATED;
    case OUTCOME_UNCHANGED:
        return READ;
    case OUTCOME_REFUSED:
        return verdict_of_refusal(result->refusal);
    case OUTCOME_NO_ZONE:
        return REFUSED_BY_DNS;
    case OUTCOME_OPEN:
    case OUTCOME_UNAVAILABLE:
    case OUTCOME_EXPIRED:
        break;
    }
    return UNAVAILABLE;
}

static void reply_accepted(const struct protocol_result *result,
                           struct protocol_reply *reply)
{
    char words[HASH_WORDS_MAX], address[ADDRESS_TEXT_MAX];

    address_format(&result->address, address);
    snprintf(words, sizeof words, "%.*s has been updated to %s",
             (int)result->name.len, result->name.ptr, address);
    (void)answer(reply, CREATED, words);
}

/* There is one change in a request. */
static void format(const struct protocol_result *results, size_t count,
                   struct protocol_reply *reply)
{
    char words[HASH_WORDS_MAX];

    (void)count;
    if (results->outcome == OUTCOME_ACCEPTED) {
        reply_accepted(results, reply);
    } else if (results->outcome == OUTCOME_UNCHANGED) {
        (void)answer(reply, READ, HASH_WORDS_UNCHANGED);
    } else {
        hash_words_of_failure(results, "", words);
        (void)answer(reply, verdict_of(results), words);
    }
}

static void unavailable(struct protocol_reply *reply)
{
    (void)answer(reply, UNAVAILABLE, HASH_WORDS_UNAVAILABLE);
}

const struct protocol hash_v3_protocol = {
    .parse = parse,
    .format = format,
    .unavailable = unavailable,
    .needs_plain_tokens = true,
};
