#include "cli/ip_lookup.h"
#include "cli/interface_address.h"
#include "cli/ip_consensus.h"
#include "cli/ip_reply.h"
#include "cli/stop.h"

#include "aws/web_page.h"
#include "base/address_scope.h"

#include <errno.h>

enum {
    PAGE_TIMEOUT_MS = 10000,
    PAGE_ATTEMPTS = 3,
    PAGE_WAIT_MS = 1000,
    WORDS_MAX_BYTES = 4096,
};

/* What a source said, for the consensus and in words. */
struct said {
    struct ip_answer answer;
    struct strbuf words;
};

static void set_address(struct said *said, const struct address *address)
{
    said->answer.kind = IP_ANSWER_ADDRESS;
    said->answer.address = *address;
}

static void set_failed(struct said *said, const char *words)
{
    said->answer.kind = IP_ANSWER_FAILED;
    strbuf_append_string(&said->words, words);
}

/* ---- pages ---- */

static void read_page(struct said *said, struct span page,
                      enum address_family family)
{
    struct address address;

    switch (ip_reply_read(page, family, &address, &said->words)) {
    case STATUS_OK:
        set_address(said, &address);
        break;
    case STATUS_NOT_FOUND:
        set_failed(said, "its page names no such address");
        break;
    default:
        said->answer.kind = IP_ANSWER_FAILED;
    }
}

static enum status fetch(const struct ip_lookup *lookup, const char *url,
                         enum address_family family, struct strbuf *page,
                         char fault[WEB_PAGE_FAULT_MAX])
{
    struct web_page_request request = {
        .url = url,
        .family = family,
        .ca_bundle = lookup->ca_bundle,
        .timeout_ms = PAGE_TIMEOUT_MS,
        .is_stopped = stop_is_asked,
    };

    for (int attempt = 1;; attempt++) {
        enum status status = web_page_get(&request, page, fault);
        /* Where there are others, one may well be of the other family. */
        bool in_vain = status == STATUS_UNAVAILABLE ||
                       (status == STATUS_NOT_FOUND && lookup->count == 1);

        if (!in_vain || !lookup->required || attempt == PAGE_ATTEMPTS ||
            stop_is_asked())
            return status;
        stop_pause_ms((int64_t)attempt * PAGE_WAIT_MS);
    }
}

static void ask_page(const struct ip_lookup *lookup, const char *url,
                     enum address_family family, struct said *said)
{
    char fault[WEB_PAGE_FAULT_MAX];
    struct strbuf page;

    strbuf_init(&page, WEB_PAGE_MAX_BYTES);
    switch (fetch(lookup, url, family, &page, fault)) {
    case STATUS_OK:
        read_page(said, strbuf_span(&page), family);
        break;
    case STATUS_NOT_FOUND: /* it cannot be asked by this family at all */
        strbuf_append_string(&said->words, fault);
        break;
    default:
        set_failed(said, fault);
    }
    strbuf_clear(&page);
}

/* ---- the others ---- */

static void ask_interface(const char *name, enum address_family family,
                          struct said *said)
{
    struct address address;

    switch (interface_address_find(name, family, &address)) {
    case STATUS_OK:
        set_address(said, &address);
        break;
    case STATUS_NOT_FOUND:
        strbuf_append_string(&said->words, "it has none that is to last and "
                                           "means something to the world");
        break;
    case STATUS_INVALID:
        set_failed(said, "there is no such interface");
        break;
    default:
        set_failed(said, strerror(errno));
    }
}

static void take_given(const struct ip_source *source,
                       enum address_family family, struct said *said)
{
    if (source->address.family == family)
        set_address(said, &source->address);
    else
        strbuf_append_string(&said->words, "it is of the other family");
}

static void ask(const struct ip_lookup *lookup, const struct ip_source *source,
                enum address_family family, struct said *said)
{
    said->answer = (struct ip_answer){.kind = IP_ANSWER_NONE};
    strbuf_init(&said->words, WORDS_MAX_BYTES);
    if (source->kind == IP_SOURCE_URL)
        ask_page(lookup, source->text, family, said);
    else if (source->kind == IP_SOURCE_INTERFACE)
        ask_interface(source->text, family, said);
    else
        take_given(source, family, said);
}

/* ---- what comes of it ---- */

static void append_said(struct strbuf *fault, const struct ip_source *source,
                        const struct said *said)
{
    char text[ADDRESS_TEXT_MAX];

    strbuf_append_char(fault, '\n');
    ip_source_append_name(fault, source);
    address_format(&said->answer.address, text);
    strbuf_printf(fault, ": %s",
                  said->answer.kind == IP_ANSWER_ADDRESS
                      ? text
                      : strbuf_string(&said->words));
}

static const char *verdict_words(enum ip_verdict verdict)
{
    switch (verdict) {
    case IP_VERDICT_CONFLICT:
        return "the sources do not agree";
    case IP_VERDICT_TOO_FEW:
        return "only one source answered, and at least two must";
    default:
        return "no source has it";
    }
}

static enum status verdict_status(enum ip_verdict verdict)
{
    switch (verdict) {
    case IP_VERDICT_CONFLICT:
        return STATUS_INVALID;
    case IP_VERDICT_TOO_FEW:
        return STATUS_UNAVAILABLE;
    default:
        return STATUS_NOT_FOUND;
    }
}

/* A person may give any address; a page that names one of a private network
 * was asked from there, or lies. */
static bool is_useless(const struct ip_source *source,
                       const struct address *address)
{
    return source->kind == IP_SOURCE_URL && address_is_internal(address);
}

static enum status judge(const struct ip_lookup *lookup,
                         const struct said *said, enum address_family family,
                         struct address *out, struct strbuf *fault)
{
    struct ip_answer answers[IP_LOOKUP_SOURCES_MAX];
    size_t first = 0, second = 0;
    enum ip_verdict verdict;

    for (size_t i = 0; i < lookup->count; i++)
        answers[i] = said[i].answer;
    verdict = ip_consensus(answers, lookup->count, &first, &second);
    *out = answers[first].address;
    if (verdict == IP_VERDICT_AGREED &&
        !is_useless(&lookup->sources[first], out))
        return STATUS_OK;
    strbuf_printf(fault, "the IPv%d address of this connection is not known: ",
                  (int)family);
    strbuf_append_string(fault, verdict == IP_VERDICT_AGREED
                                    ? "what is said means nothing to the world"
                                    : verdict_words(verdict));
    for (size_t i = 0; i < lookup->count; i++)
        append_said(fault, &lookup->sources[i], &said[i]);
    return verdict_status(verdict);
}

enum status ip_lookup(const struct ip_lookup *lookup,
                      enum address_family family, struct address *out,
                      struct strbuf *fault)
{
    struct said said[IP_LOOKUP_SOURCES_MAX];
    enum status status;

    for (size_t i = 0; i < lookup->count; i++)
        ask(lookup, &lookup->sources[i], family, &said[i]);
    status = judge(lookup, said, family, out, fault);
    for (size_t i = 0; i < lookup->count; i++)
        strbuf_clear(&said[i].words);
    return status;
}
