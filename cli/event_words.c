#include "cli/event_words.h"

static void append_address(struct strbuf *out, const char *before,
                           const struct address *address)
{
    char text[ADDRESS_TEXT_MAX];

    if (address->family == ADDRESS_NONE)
        return;
    address_format(address, text);
    strbuf_printf(out, "%s%s", before, text);
}

static void append_text(struct strbuf *out, const char *before,
                        struct span text, const char *behind)
{
    if (text.len == 0)
        return;
    strbuf_append_string(out, before);
    strbuf_append(out, text);
    strbuf_append_string(out, behind);
}

/* ---- calls ---- */

static void append_times(struct strbuf *out, uint32_t times)
{
    if (times == 2)
        strbuf_append_string(out, " twice");
    else if (times > 2)
        strbuf_printf(out, " %u times", (unsigned)times);
}

/* "called 5 times, at last refused twice, from 192.0.2.1 with curl/8.1: badauth
 * (wrong token)". Client, agent and outcome are those of the last call. */
static void append_calls(struct strbuf *out, const struct event_calls *calls)
{
    uint32_t refused = calls->refused;

    if (refused < calls->calls || calls->calls == 0) {
        strbuf_append_string(out, "called");
        append_times(out, calls->calls);
        if (refused > 0)
            strbuf_append_string(out, ", at last refused");
    } else {
        strbuf_append_string(out, "refused");
    }
    append_times(out, refused);
    if (calls->calls > 1)
        strbuf_append_string(out, ", the last time");
    append_address(out, " from ", &calls->client);
    append_text(out, " with ", calls->agent, "");
    append_text(out, ": ", calls->outcome, "");
    append_text(out, " (", calls->reason, ")");
}

/* ---- changes ---- */

static void append_change(struct strbuf *out, const struct event_change *change)
{
    bool is_removed = change->after.family == ADDRESS_NONE,
         is_caller = address_equal(&change->client, &change->after);

    strbuf_append_string(out, change->family == ADDRESS_IPV4 ? "A" : "AAAA");
    strbuf_append_string(out, is_removed ? " removed" : " changed");
    append_address(out, is_removed ? ", which was " : " from ",
                   &change->before);
    append_address(out, " to ", &change->after);
    if (!span_is(change->why, "call"))
        append_text(out, ": ", change->why, "");
    else if (!is_caller)
        append_address(out, ", by a call from ", &change->client);
}

/* ---- edits ---- */

static void append_hosts(struct strbuf *out, const struct event_edit *edit)
{
    size_t named = edit->named < EVENT_WORDS_HOSTS_MAX ? edit->named
                                                       : EVENT_WORDS_HOSTS_MAX;

    for (size_t i = 0; i < named; i++)
        append_text(out, i == 0 ? ": " : ", ", edit->hosts[i], "");
    if (edit->hosts_in_all > named)
        strbuf_printf(out, "%s%llu more", named == 0 ? ": " : " and ",
                      (unsigned long long)(edit->hosts_in_all - named));
}

static void append_edit(struct strbuf *out, const struct event_edit *edit,
                        enum event_subject subject)
{
    strbuf_append(out, edit->action);
    append_text(out, " by ", edit->by, "");
    if (edit->effect.len > 0 && subject == EVENT_OF_ANY_HOST)
        strbuf_printf(out, ", %llu host%s %.*s",
                      (unsigned long long)edit->hosts_in_all,
                      edit->hosts_in_all == 1 ? "" : "s", (int)edit->effect.len,
                      edit->effect.ptr);
    else
        append_text(out, ", ", edit->effect, "");
    if (subject == EVENT_OF_ANY_HOST)
        append_hosts(out, edit);
}

/* ---- all ---- */

static void append_copy(struct strbuf *out, const struct event_copy *copy)
{
    strbuf_append_string(out, "server");
    append_text(out, " ", copy->machine, "");
    strbuf_append_string(out, " (");
    append_text(out, "", copy->version, ", ");
    strbuf_append(out, copy->copy);
    strbuf_append_char(out, ')');
}

void event_words_append(struct strbuf *out, const struct event *event,
                        enum event_subject subject)
{
    struct span host = event->kind == EVENT_CALLS    ? event->calls.host
                       : event->kind == EVENT_CHANGE ? event->change.host
                                                     : span_from("", 0);

    if (subject == EVENT_OF_ANY_HOST)
        append_text(out, "", host, " ");
    switch (event->kind) {
    case EVENT_CALLS:
        append_calls(out, &event->calls);
        break;
    case EVENT_CHANGE:
        append_change(out, &event->change);
        break;
    case EVENT_EDIT:
        append_edit(out, &event->edit, subject);
        break;
    case EVENT_COPY:
        append_copy(out, &event->copy);
    }
}
