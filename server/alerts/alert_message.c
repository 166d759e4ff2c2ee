#include "server/alerts/alert_message.h"

#include "base/utc.h"

#include <jansson.h>
#include <stdlib.h>

enum { TITLE_NAMES_MAX = 3 };

#define MANUAL "docs/OPERATING.md"

static size_t named(const struct alert_message *message)
{
    return message->count < ALERT_NAMED_MAX ? message->count : ALERT_NAMED_MAX;
}

/* --- for people ------------------------------------------------------------------
 */

void alert_message_title(const struct alert_message *message,
                         struct strbuf *out)
{
    size_t count = message->count;

    alert_append_title(out, message->kind, message->phase,
                       span_from_string(message->entries[0]->subject), count);
    if (count == 1)
        return;
    for (size_t i = 0; i < count && i < TITLE_NAMES_MAX; i++)
        strbuf_printf(out, "%s%s", i == 0 ? ": " : ", ",
                      message->entries[i]->subject);
    if (count > TITLE_NAMES_MAX)
        strbuf_append_string(out, ", ...");
}

static void append_times(struct strbuf *out, const struct alert_entry *entry)
{
    char since[UTC_TEXT_MAX], ended[UTC_TEXT_MAX];

    utc_format((time_t)entry->since, since);
    utc_format((time_t)entry->ended, ended);
    if (entry->ended == 0 && entry->since != 0)
        strbuf_printf(out, "since %s", since);
    else if (entry->ended == 0)
        strbuf_append_string(out, "since before anything is known of it");
    else if (entry->since != 0)
        strbuf_printf(out, "from %s until %s", since, ended);
    else
        strbuf_printf(out, "until %s", ended);
}

static void append_line(struct strbuf *out, const struct alert_entry *entry)
{
    strbuf_append_string(out, "  ");
    if (entry->subject[0] != '\0')
        strbuf_printf(out, "%s: ", entry->subject);
    append_times(out, entry);
    if (entry->detail[0] != '\0')
        strbuf_printf(out, " (%s)", entry->detail);
    strbuf_append_char(out, '\n');
}

void alert_message_text(const struct alert_message *message, struct strbuf *out)
{
    char now[UTC_TEXT_MAX];

    alert_append_title(out, message->kind, message->phase,
                       span_from_string(message->entries[0]->subject),
                       message->count);
    strbuf_append_string(out, ".\n\n");
    for (size_t i = 0; i < named(message); i++)
        append_line(out, message->entries[i]);
    if (message->count > named(message))
        strbuf_printf(out, "  and %zu more\n", message->count - named(message));
    if (message->phase == ALERT_BEGUN)
        strbuf_printf(out,
                      "\nWhat to do: %s\nMore about it: " MANUAL
                      "%s\n\nYou will be told when it is over, and not "
                      "before.\n",
                      alert_advice(message->kind),
                      alert_chapter(message->kind));
    strbuf_printf(out, "\ndyndns53 on %s, %s\n", message->machine,
                  utc_format((time_t)message->now, now));
}

/* --- for programs -------------------------------------------------------------- */

/* null for 0. */
static json_t *moment(int64_t at)
{
    char text[UTC_TEXT_MAX];

    return at == 0 ? json_null() : json_string(utc_format((time_t)at, text));
}

static json_t *make_alerts(const struct alert_message *message)
{
    json_t *list = json_array();

    for (size_t i = 0; i < named(message); i++) {
        const struct alert_entry *entry = message->entries[i];

        if (json_array_append_new(
                list, json_pack("{s:s, s:s, s:o, s:o}", "subject",
                                entry->subject, "detail", entry->detail,
                                "since", moment(entry->since), "ended",
                                moment(entry->ended))) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *make_document(const struct alert_message *message,
                             const struct strbuf *title,
                             const struct strbuf *text)
{
    if (!strbuf_ok(title) || !strbuf_ok(text))
        return NULL;
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s+, s:o, s:s, s:I, s:o}", "event",
        alert_phase_word(message->phase), "kind",
        alert_kind_word(message->kind), "title", strbuf_string(title), "text",
        strbuf_string(text), "advice", alert_advice(message->kind), "chapter",
        MANUAL, alert_chapter(message->kind), "at", moment(message->now),
        "machine", message->machine, "count", (json_int_t)message->count,
        "alerts", make_alerts(message));
}

bool alert_message_json(const struct alert_message *message, struct strbuf *out)
{
    struct strbuf title, text;
    json_t *document;
    char *dumped;

    strbuf_init(&title, ALERT_MESSAGE_MAX_BYTES);
    strbuf_init(&text, ALERT_MESSAGE_MAX_BYTES);
    alert_message_title(message, &title);
    alert_message_text(message, &text);
    document = make_document(message, &title, &text);
    dumped = document == NULL
                 ? NULL
                 : json_dumps(document, JSON_ENSURE_ASCII | JSON_COMPACT);
    json_decref(document);
    strbuf_clear(&title);
    strbuf_clear(&text);
    if (dumped == NULL)
        return false;
    strbuf_append_string(out, dumped);
    free(dumped);
    return strbuf_ok(out);
}
