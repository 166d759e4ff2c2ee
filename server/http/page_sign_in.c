#include "server/http/page_sign_in.h"

#include "server/http/page_values.h"
#include "server/http/shared_key.h"
#include "server/http/sign_in.h"

enum { MESSAGE_MAX_BYTES = 8 * 1024 };

static const char plain[] = "Memory is short.\n";

void page_sign_in_reply(struct protocol_reply *reply, int status,
                        const char *reason, const char *title,
                        const char *words, const char *advice)
{
    json_t *page = json_object();
    struct strbuf text;

    reply->status = status;
    reply->reason = reason;
    reply->is_page = true;
    page_set_string(page, "title", title);
    page_set_string(page, "words", words);
    page_set_string(page, "advice", advice);
    strbuf_init(&text, MESSAGE_MAX_BYTES);
    if (page_fill("message", page, &text) == STATUS_OK)
        reply->long_text = strbuf_take(&text);
    strbuf_clear(&text);
    if (reply->long_text != NULL) {
        reply->type = "text/html; charset=utf-8";
        return;
    }
    reply->text_len = sizeof plain - 1;
    memcpy(reply->text, plain, sizeof plain - 1);
}

enum protocol_verdict page_sign_in_refuse(struct protocol_reply *reply,
                                          enum protocol_verdict verdict)
{
    if (verdict == PROTOCOL_TURNED_AWAY) {
        page_sign_in_reply(reply, 429, "Too Many Requests", "Too many tries",
                           "Too many wrong passwords came from your address.",
                           "Try again later.");
        return verdict;
    }
    reply->challenge = true;
    page_sign_in_reply(reply, 401, "Unauthorized", "Who are you?",
                       verdict == PROTOCOL_DENIED
                           ? "The user name or the password is wrong."
                           : "This page asks for a user name and a password.",
                       "Load the page again to try once more.");
    return verdict;
}

enum protocol_verdict page_sign_in_owner(const struct protocol_request *request,
                                         struct protocol_changes *changes,
                                         struct span *claimed,
                                         struct protocol_reply *reply)
{
    struct credentials credentials;
    struct account account;
    enum protocol_verdict verdict =
        sign_in(request, &credentials, &account, claimed);

    (void)changes;
    if (verdict == PROTOCOL_ADMITTED || verdict == PROTOCOL_VERIFY)
        return verdict;
    return page_sign_in_refuse(reply, verdict);
}

static enum protocol_verdict judge(const struct protocol_request *request)
{
    struct credentials credentials;
    enum credentials_result result = credentials_read(request, &credentials);

    if (result == CREDENTIALS_ABSENT)
        return PROTOCOL_UNAUTHENTICATED;
    if (!login_gate_admits(request->gate, span_from("", 0)))
        return PROTOCOL_TURNED_AWAY;
    return result == CREDENTIALS_GIVEN &&
                   shared_key_matches(request->settings->admin_token,
                                      credentials.password)
               ? PROTOCOL_ADMITTED
               : PROTOCOL_DENIED;
}

enum protocol_verdict page_sign_in_operator(
    const struct protocol_request *request, struct protocol_changes *changes,
    struct span *claimed, struct protocol_reply *reply)
{
    struct protocol_request header = *request;
    enum protocol_verdict verdict;

    (void)changes;
    (void)claimed;
    /* In a query, where DYNDNS_QUERY_AUTH allows that for hosts, this token
     * would end in the browser's history. */
    header.query = header.form = span_from("", 0);
    verdict = judge(&header);
    reply->realm = HTTP_REALM_STATUS;
    return verdict == PROTOCOL_ADMITTED ? verdict
                                        : page_sign_in_refuse(reply, verdict);
}

void page_sign_in_unavailable(struct protocol_reply *reply)
{
    page_sign_in_reply(reply, 503, "Service Unavailable", "Not possible now",
                       "This server cannot show the page now.",
                       "Try again in a minute.");
}
