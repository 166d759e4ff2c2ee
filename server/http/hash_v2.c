#include "server/http/hash_v2.h"

#include "server/http/hash_claim.h"
#include "server/http/hash_group.h"
#include "server/http/hash_words.h"
#include "server/http/json_text.h"
#include "server/http/query.h"
#include "server/http/shared_key.h"

#include <stdio.h>

/* What every name ends in here. */
#define DOT "."

static const char out_of_memory[] =
    "{\"return_message\": \"" HASH_WORDS_UNAVAILABLE
    "\", \"return_status\": \"fail\"}";

/* --- replies --------------------------------------------------------------------
 */

static void reply_begin(struct protocol_reply *reply)
{
    reply->status = 200;
    reply->reason = "OK";
    reply->type = "application/json";
}

static void reply_text(struct protocol_reply *reply, const char *text)
{
    reply->text_len = strlen(text);
    memcpy(reply->text, text, reply->text_len);
}

static void reply_words(struct protocol_reply *reply, const char *status,
                        const char *message)
{
    json_t *object = json_pack("{s:s, s:s}", "return_message", message,
                               "return_status", status);

    reply_begin(reply);
    reply->text_len = json_text_write(object, JSON_TEXT_SPACED, reply->text,
                                      sizeof reply->text);
    if (reply->text_len == 0)
        reply_text(reply, out_of_memory);
}

static enum protocol_verdict fail(struct protocol_reply *reply,
                                  const char *message)
{
    reply_words(reply, "fail", message);
    return PROTOCOL_ANSWERED;
}

static void reply_forbidden(struct protocol_reply *reply)
{
    reply_begin(reply);
    reply->status = 403;
    reply->reason = "Forbidden";
    reply_text(reply, "{\"message\":\"Forbidden\"}");
}

static enum protocol_verdict turn_away(struct protocol_reply *reply)
{
    (void)fail(reply, HASH_WORDS_TURNED_AWAY);
    reply->status = 429;
    reply->reason = "Too Many Requests";
    return PROTOCOL_TURNED_AWAY;
}

/* --- the request ----------------------------------------------------------------
 */

enum mode { MODE_NONE, MODE_GET, MODE_SET, MODE_LIST_HOSTS };

static enum mode read_mode(struct span query)
{
    char text[sizeof "list_hosts"];
    struct span mode;

    if (query_find(query, "mode", text, sizeof text, &mode) != QUERY_FOUND)
        return MODE_NONE;
    if (span_is(mode, "get"))
        return MODE_GET;
    if (span_is(mode, "set"))
        return MODE_SET;
    return span_is(mode, "list_hosts") ? MODE_LIST_HOSTS : MODE_NONE;
}

/* With its dot. Empty: there is none, or it is too long for any host. */
static struct span read_name(struct span query, char out[DNS_NAME_MAX + 2])
{
    struct span name;

    if (query_find(query, "hostname", out, DNS_NAME_MAX + 1, &name) !=
            QUERY_FOUND ||
        name.len == 0)
        return span_from(out, 0);
    if (out[name.len - 1] != '.')
        out[name.len++] = '.';
    return name;
}

static bool read_hash(struct span query, struct validation_hash *hash)
{
    char text[VALIDATION_HASH_DIGITS];
    struct span digits;

    return query_find(query, "hash", text, sizeof text, &digits) ==
               QUERY_FOUND &&
           validation_hash_parse(digits, hash);
}

/* The caller's own, unless it says another one. False: that is none. */
static bool read_address(const struct protocol_request *request,
                         struct address *address)
{
    char text[ADDRESS_TEXT_MAX];
    struct span given = {text, 0};

    if (query_find(request->query, "internalIp", text, sizeof text, &given) ==
        QUERY_TOO_LONG)
        return false;
    *address = request->client;
    return given.len == 0 || address_parse(given, address);
}

/* Whether there is something that could be guessed. */
static bool shows_proof(const struct protocol_request *request, enum mode mode)
{
    return mode == MODE_SET || mode == MODE_LIST_HOSTS ||
           (request->settings->api_key != NULL && request->api_key.len > 0);
}

/* --- the modes ------------------------------------------------------------------
 */

static enum protocol_verdict get(const struct protocol_request *request,
                                 struct protocol_reply *reply)
{
    char text[ADDRESS_TEXT_MAX];

    address_format(&request->client, text);
    reply_words(reply, "success", text);
    return PROTOCOL_ANSWERED;
}

static enum protocol_verdict list_hosts(const struct protocol_request *request,
                                        const struct host *row,
                                        struct protocol_reply *reply)
{
    json_t *list = NULL;

    if (!host_is_readable(row))
        return fail(reply, "record lacks read permissions");
    if (hash_group_list(request->hosts, row->token, &list) == STATUS_FULL)
        return fail(reply, "There are too many hosts to be listed.");
    reply_begin(reply);
    reply->long_text =
        json_text_write_long(json_pack("{s:o, s:s}", "return_message", list,
                                       "return_status", "success"),
                             JSON_TEXT_SPACED);
    if (reply->long_text == NULL)
        reply_text(reply, out_of_memory);
    return PROTOCOL_ANSWERED;
}

/* What is asked for in the name of a host. */
static enum protocol_verdict set_or_list(const struct protocol_request *request,
                                         enum mode mode,
                                         struct protocol_changes *changes,
                                         struct span *claimed,
                                         struct protocol_reply *reply)
{
    char name[DNS_NAME_MAX + 2];
    struct hash_claim claim = {.name = read_name(request->query, name)};
    struct address address;
    struct host row;

    if (!read_hash(request->query, &claim.hash))
        return fail(reply, HASH_WORDS_BAD_HASH);
    if (!read_address(request, &address))
        return fail(reply,
                    "You must pass an IPv4 or IPv6 address in the internalIp= "
                    "argument, or leave it out.");
    if (!hash_claim_open(&claim, request, address.family, &row, claimed)) {
        (void)fail(reply, HASH_WORDS_MISMATCH);
        return PROTOCOL_DENIED;
    }
    if (mode == MODE_LIST_HOSTS)
        return list_hosts(request, &row, reply);
    changes->list[changes->count++] =
        hash_claim_change(request, &row, &address);
    return PROTOCOL_CHANGES;
}

/* --- the protocol ---------------------------------------------------------------
 */

static enum protocol_verdict parse(const struct protocol_request *request,
                                   struct protocol_changes *changes,
                                   struct span *claimed,
                                   struct protocol_reply *reply)
{
    enum mode mode = read_mode(request->query);
    char name[DNS_NAME_MAX + 2];

    if (shows_proof(request, mode) &&
        !login_gate_admits(request->gate, read_name(request->query, name)))
        return turn_away(reply);
    if (!shared_key_matches(request->settings->api_key, request->api_key)) {
        reply_forbidden(reply);
        return request->api_key.len == 0 ? PROTOCOL_UNAUTHENTICATED
                                         : PROTOCOL_DENIED;
    }
    if (mode == MODE_NONE)
        return fail(reply, "You must pass mode=get, mode=set or "
                           "mode=list_hosts arguments.");
    if (request->client.family == ADDRESS_NONE)
        return fail(reply, HASH_WORDS_NO_ADDRESS);
    return mode == MODE_GET
               ? get(request, reply)
               : set_or_list(request, mode, changes, claimed, reply);
}

static void reply_accepted(const struct protocol_result *result,
                           struct protocol_reply *reply)
{
    char words[HASH_WORDS_MAX], address[ADDRESS_TEXT_MAX];

    address_format(&result->address, address);
    snprintf(words, sizeof words,
             "Your hostname record %.*s" DOT " has been set to %s",
             (int)result->name.len, result->name.ptr, address);
    reply_words(reply, "success", words);
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
        reply_words(reply, "success", HASH_WORDS_UNCHANGED);
    } else {
        hash_words_of_failure(results, DOT, words);
        reply_words(reply, "fail", words);
    }
}

static void unavailable(struct protocol_reply *reply)
{
    reply_words(reply, "fail", HASH_WORDS_UNAVAILABLE);
}

const struct protocol hash_v2_protocol = {
    .parse = parse,
    .format = format,
    .unavailable = unavailable,
    .needs_plain_tokens = true,
};
