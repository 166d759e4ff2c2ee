/* dyndb history -- what happened to a host. */
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/edit.h"
#include "cli/event_words.h"
#include "cli/journal_listing.h"
#include "cli/json_document.h"
#include "cli/say.h"

#include "base/dns_name.h"

enum { USUALLY_DAYS = 7, WORDS_MAX_BYTES = 4096 };

static const int64_t day_ms = (int64_t)24 * 3600 * 1000;

struct history {
    struct span host;
    struct strbuf words;
    char name[DNS_NAME_MAX + 1];
};

static bool check(struct options *options, struct strbuf *fault)
{
    return edit_options_are_good(options, fault) &&
           journal_listing_options_are_good(options, fault);
}

static bool names(const struct event_edit *edit, struct span host)
{
    for (size_t i = 0; i < edit->named; i++)
        if (span_equal(edit->hosts[i], host))
            return true;
    return false;
}

static bool is_about(const struct event *event, struct span host)
{
    switch (event->kind) {
    case EVENT_CALLS:
        return span_equal(event->calls.host, host);
    case EVENT_CHANGE:
        return span_equal(event->change.host, host);
    case EVENT_EDIT:
        return names(&event->edit, host);
    default:
        return false;
    }
}

/* The name stands in each line about the host. */
static bool wants(void *arg, struct span line)
{
    const struct history *history = arg;

    return memmem(line.ptr, line.len, history->host.ptr, history->host.len) !=
           NULL;
}

static bool choose(void *arg, struct journal_listing *listing,
                   const struct event *event, struct span line)
{
    struct history *history = arg;

    if (!is_about(event, history->host))
        return true;
    if (listing->printer.as_json)
        return journal_listing_add(listing, event->at, line);
    strbuf_rewind(&history->words);
    event_words_append(&history->words, event, EVENT_OF_ONE_HOST);
    return journal_listing_add(listing, event->at,
                               strbuf_span(&history->words));
}

static int tell(struct history *history, const struct context *context,
                const struct options *options)
{
    struct journal_listing listing;
    int result;

    journal_listing_init(&listing, context->state, options,
                         USUALLY_DAYS * day_ms);
    listing.wants = wants;
    listing.choose = choose;
    listing.arg = history;
    result = journal_listing_run(&listing);
    if (result == EXIT_OK && listing.printer.count == 0)
        say("nothing is known of %s in this time\n"
            "an earlier one may be asked for with --since; list-hosts tells "
            "which hosts there are",
            history->name);
    return result;
}

static int run(const struct context *context, const struct options *options)
{
    struct history history;
    size_t len = dns_name_normalize(span_from_string(options->operands[0]),
                                    history.name);
    int result;

    history.name[len] = '\0';
    history.host = span_from(history.name, len);
    strbuf_init(&history.words, WORDS_MAX_BYTES);
    result = tell(&history, context, options);
    strbuf_clear(&history.words);
    return result;
}

const struct command command_history = {
    .name = "history",
    .operands = "NAME",
    .purpose = "tell what happened to a host",
    .text =
        "Tells the changes, the calls, the refusals and the edits of a host, "
        "the\n"
        "oldest first, as the servers and dyndb wrote them to DYNDNS_STATE.\n"
        "Calls are counted by the minute.\n",
    .options = {OPTION_SINCE("7d"), OPTION_UNTIL, OPTION_JSON},
    .operand = OPERAND_HOST,
    .operands_min = 1,
    .operands_max = 1,
    .operands_missing = "the NAME of a host",
    .needs = NEEDS_STATE,
    .check = check,
    .run = run,
};
