#include "server/http/owner_register.h"

#include "server/http/dyndns2.h"
#include "server/http/dyndns2_update.h"
#include "server/http/page_sign_in.h"
#include "server/http/query.h"

enum { LOCATION_MAX_BYTES = 1024 };

/* The words of dyndns2, and some where a person can be told more. What the page
 * says is chosen from these alone, whatever a link to it has for a word. */
static const struct told {
    const char *word, *sentence;
    bool is_good;
} all[] = {
    {"good", "Your address is registered.", true},
    {"nochg", "Your address was registered already; nothing had to be changed.",
     true},
    {"locked",
     "Nothing was registered: the host is locked, so that its record stays as "
     "it is.",
     false},
    {"other_type",
     "Nothing was registered: the host has no record for addresses of this "
     "kind.",
     false},
    {"internal",
     "Nothing was registered: the address means nothing outside your own "
     "network.",
     false},
    {"unknown_address",
     "Nothing was registered: the proxy did not tell your address.", false},
    {"too_often",
     "Nothing was registered: the host's address changes too often; try again "
     "later.",
     false},
    {"nohost", "Nothing was registered: there is no such host.", false},
    {"dnserr", "Nothing was registered: Route 53 does not take this record.",
     false},
    {"911",
     "It is not known to be registered: the service could not do it now; try "
     "again in a minute.",
     false},
};

const char *owner_register_told(struct span word, bool *is_good)
{
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!span_is(word, all[i].word))
            continue;
        *is_good = all[i].is_good;
        return all[i].sentence;
    }
    return NULL;
}

static const char *word_of_refusal(enum refusal refusal)
{
    switch (refusal) {
    case REFUSAL_LOCKED:
        return "locked";
    case REFUSAL_OTHER_TYPE:
        return "other_type";
    case REFUSAL_INTERNAL:
        return "internal";
    case REFUSAL_UNKNOWN_ADDRESS:
        return "unknown_address";
    case REFUSAL_TOO_OFTEN:
        return "too_often";
    case REFUSAL_NOT_LISTED:
    case REFUSAL_NOT_A_NAME:
        return "nohost";
    default:
        return "dnserr";
    }
}

static const char *word_of(const struct protocol_result *result)
{
    if (result->refusal != REFUSAL_NONE)
        return word_of_refusal(result->refusal);
    switch (dyndns2_word_of(result)) {
    case DYNDNS2_GOOD:
        return "good";
    case DYNDNS2_NOCHG:
        return "nochg";
    case DYNDNS2_911:
        return "911";
    default:
        return "dnserr";
    }
}

/* A form has no query. */
static enum protocol_verdict parse(const struct protocol_request *request,
                                   struct protocol_changes *changes,
                                   struct span *claimed,
                                   struct protocol_reply *reply)
{
    struct protocol_request form = *request;
    enum protocol_verdict verdict;

    form.query = span_from("", 0);
    verdict = register_ip_protocol.parse(&form, changes, claimed, reply);
    if (verdict == PROTOCOL_CHANGES || verdict == PROTOCOL_VERIFY)
        return verdict;
    protocol_reply_init(reply);
    if (verdict != PROTOCOL_ANSWERED)
        return page_sign_in_refuse(reply, verdict);
    page_sign_in_reply(reply, 400, "Bad Request", "Nothing was registered",
                       "Too many hosts were named.", "");
    return verdict;
}

static void see_other(struct protocol_reply *reply, struct span host,
                      const char *word)
{
    struct strbuf query, location;

    strbuf_init(&query, LOCATION_MAX_BYTES);
    strbuf_init(&location, LOCATION_MAX_BYTES);
    if (host.len > 0)
        query_append(&query, "host", host);
    query_append(&query, "told", span_from_string(word));
    strbuf_printf(&location, "/?%s", strbuf_string(&query));
    page_sign_in_reply(reply, 303, "See Other", "Back to your host",
                       "Your browser should have gone there.", "");
    reply->location = strbuf_take(&location);
    strbuf_clear(&query);
}

/* The page names one host. What went wrong is told before what went well. */
static void format(const struct protocol_result *results, size_t count,
                   struct protocol_reply *reply)
{
    const struct protocol_result *worst = &results[0];

    for (size_t i = 1; i < count; i++)
        if (dyndns2_word_of(&results[i]) > dyndns2_word_of(worst))
            worst = &results[i];
    see_other(reply, results[0].name, word_of(worst));
}

const struct protocol owner_register_protocol = {
    .parse = parse,
    .format = format,
    .unavailable = page_sign_in_unavailable,
};
