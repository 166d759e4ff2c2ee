/* dyndb audit -- who edited the database, and what the servers did. */
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/copy_watch.h"
#include "cli/event_words.h"
#include "cli/journal_listing.h"
#include "cli/json_document.h"
#include "cli/say.h"

#include "journal/json_writer.h"
#include "journal/moment.h"

enum { USUALLY_HOURS = 24, TEXT_MAX_BYTES = EVENT_LINE_MAX_BYTES };

static const int64_t hour_ms = (int64_t)3600 * 1000;

struct audit {
    struct journal_listing listing;
    struct copy_watch *copies;
    struct strbuf text;
    bool edits_alone;
    bool failed; /* which was said */
};

/* ---- servers ---- */

static void append_news_json(struct strbuf *out, enum copy_news news,
                             const struct event *event)
{
    const struct event_copy *copy = &event->copy;
    char at[MOMENT_TEXT_MAX];

    moment_format(event->at, at);
    json_writer_begin(out);
    json_writer_text(out, "event", span_from_string("server"), TEXT_MAX_BYTES);
    json_writer_text(out, "at", span_from_string(at), TEXT_MAX_BYTES);
    json_writer_text(out, "what", span_from_string(copy_news_name(news)),
                     TEXT_MAX_BYTES);
    json_writer_text(out, "copy", copy->copy, TEXT_MAX_BYTES);
    json_writer_text(out, "machine", copy->machine, TEXT_MAX_BYTES);
    json_writer_text(out, "version", copy->version, TEXT_MAX_BYTES);
    if (news == COPY_LOST)
        json_writer_number(out, "lost", copy->lost);
    json_writer_end(out);
}

static void append_news_words(struct strbuf *out, enum copy_news news,
                              const struct event *event)
{
    event_words_append(out, event, EVENT_OF_ANY_HOST);
    strbuf_printf(out, " %s", copy_news_words(news));
    if (news == COPY_LOST)
        strbuf_printf(out, ": %llu events found no room",
                      (unsigned long long)event->copy.lost);
}

static void tell_news(void *arg, enum copy_news news, const struct event *event)
{
    struct audit *audit = arg;
    struct strbuf *text = &audit->text;

    strbuf_rewind(text);
    if (audit->listing.printer.as_json)
        append_news_json(text, news, event);
    else
        append_news_words(text, news, event);
    if (text->len > 0 && text->ptr[text->len - 1] == '\n')
        text->ptr[--text->len] = '\0';
    if (!audit->failed)
        audit->failed =
            !journal_listing_add(&audit->listing, event->at, strbuf_span(text));
}

/* ---- all ---- */

static bool add(struct audit *audit, const struct event *event,
                struct span line)
{
    if (audit->listing.printer.as_json)
        return journal_listing_add(&audit->listing, event->at, line);
    if (event->kind == EVENT_EDIT && event->edit.hosts_before > 0)
        return true; /* more hosts of the edit that was told */
    strbuf_rewind(&audit->text);
    event_words_append(&audit->text, event, EVENT_OF_ANY_HOST);
    return journal_listing_add(&audit->listing, event->at,
                               strbuf_span(&audit->text));
}

/* Nearly all lines are of calls, and begin so (event.h). */
static bool wants(void *arg, struct span line)
{
    static const char calls[] = "{\"event\":\"calls\"";

    (void)arg;
    return line.len < sizeof calls - 1 ||
           memcmp(line.ptr, calls, sizeof calls - 1) != 0;
}

static bool choose(void *arg, struct journal_listing *listing,
                   const struct event *event, struct span line)
{
    struct audit *audit = arg;

    (void)listing;
    if (audit->edits_alone && event->kind != EVENT_EDIT)
        return true;
    switch (event->kind) {
    case EVENT_EDIT:
    case EVENT_CHANGE:
        return add(audit, event, line);
    case EVENT_COPY:
        if (copy_watch_see(audit->copies, event) == STATUS_OK)
            return !audit->failed;
        say("out of memory");
        return false;
    default:
        return true;
    }
}

/* What servers said after the time that is asked for is not heard, though objects
 * are read that were made then. */
static bool pass(void *arg, struct journal_listing *listing, int64_t at)
{
    struct audit *audit = arg;
    int64_t until = listing->walk.until;

    copy_watch_pass(audit->copies, at < until ? at : until);
    return !audit->failed;
}

/* ---- the command ---- */

static int run(const struct context *context, const struct options *options)
{
    struct audit audit = {.edits_alone = options_given(options, "edits")};
    struct journal_listing *listing = &audit.listing;
    int result = EXIT_FAILED;

    journal_listing_init(listing, context->state, options,
                         USUALLY_HOURS * hour_ms);
    listing->wants = wants;
    listing->choose = choose;
    listing->pass = pass;
    listing->arg = &audit;
    strbuf_init(&audit.text, TEXT_MAX_BYTES);
    audit.copies = copy_watch_new(listing->walk.since, tell_news, &audit);
    if (audit.copies == NULL)
        say("out of memory");
    else
        result = journal_listing_run(listing);
    copy_watch_free(audit.copies);
    strbuf_clear(&audit.text);
    return result;
}

const struct command command_audit = {
    .name = "audit",
    .operands = "",
    .purpose = "tell who edited the database, and what servers did",
    .text =
        "Tells the edits of the database by dyndb: who, when, with which "
        "command,\n"
        "and which hosts; and what the servers did: records that they changed "
        "or\n"
        "removed, their starts and ends. The oldest comes first. All of it is "
        "in\n"
        "DYNDNS_STATE, where servers and dyndb write it.\n",
    .options = {OPTION_SINCE("24h"),
                OPTION_UNTIL,
                {0, "edits", NULL, "the edits of the database alone"},
                OPTION_JSON},
    .operand = OPERAND_NONE,
    .needs = NEEDS_STATE,
    .check = journal_listing_options_are_good,
    .run = run,
};
