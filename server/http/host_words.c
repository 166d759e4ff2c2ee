#include "server/http/host_words.h"

#include "base/utc.h"
#include "server/http/ago.h"
#include "server/http/query.h"

#include <stdio.h>

enum {
    QUERY_MAX_BYTES = 1024, /* a name, every byte of it encoded */
    DETAIL_MAX_BYTES = 256,
    NAMED_MAX = 5, /* hosts of an edit */
};

/* --- how it is ------------------------------------------------------------------
 */

static void set_condition(json_t *object, const struct history_host *host)
{
    const struct host_state *state = &host->state;
    const char *condition = "good", *words = "heard";

    if (state->refusals > 0) {
        condition = "bad";
        words = host->is_silent
                    ? "refused, and silent for longer than it may be"
                    : "refused";
    } else if (host->is_silent) {
        condition = "bad";
        words = "silent for longer than it may be";
    } else if (state->accessed_at == 0) {
        condition = "warn";
        words = "never heard";
    } else if (host_is_locked(&host->host)) {
        condition = "warn";
        words = "locked";
    }
    page_set_string(object, "state", condition);
    page_set_string(object, "state_words", words);
}

static void set_addresses(json_t *object, const struct host_state *state,
                          int64_t now)
{
    json_t *list = page_set_list(object, "addresses");

    for (size_t i = 0; i < 2; i++) {
        json_t *one;

        if (state->addresses[i].family == ADDRESS_NONE)
            continue;
        one = page_list_add(list);
        page_set_address(one, "address", &state->addresses[i]);
        page_set_when(one, "since", state->updated_at[i], now);
    }
}

void host_words_set_state(json_t *object, const struct history_host *host,
                          int64_t now)
{
    const struct host_state *state = &host->state;
    uint32_t updated_at = state->updated_at[0] > state->updated_at[1]
                              ? state->updated_at[0]
                              : state->updated_at[1];

    set_condition(object, host);
    set_addresses(object, state, now);
    page_set_when(object, "accessed", state->accessed_at, now);
    page_set_when(object, "checked", state->checked_at, now);
    page_set_when(object, "called", state->called_at, now);
    page_set_when(object, "updated", updated_at, now);
    page_set_address(object, "client", &state->client);
    page_set_text(object, "agent", state->agent);
    page_set_text(object, "outcome", state->outcome);
    page_set_text(object, "reason",
                  state->refusals > 0 ? state->reason : span_from("", 0));
    page_set_number(object, "refusals", state->refusals);
}

/* --- what happened to it ---------------------------------------------------------
 */

static void set_host(json_t *object, struct span host, bool is_linked)
{
    struct strbuf query;

    strbuf_init(&query, QUERY_MAX_BYTES);
    page_set_text(object, "host", host);
    if (is_linked)
        query_append(&query, "host", host);
    page_set_string(object, "query", strbuf_string(&query));
    strbuf_clear(&query);
}

static void set_change(json_t *object, const struct event_change *change,
                       bool is_linked)
{
    const char *type = change->family == ADDRESS_IPV4 ? "A" : "AAAA";
    char before[ADDRESS_TEXT_MAX], after[ADDRESS_TEXT_MAX];
    bool was_removed = change->after.family == ADDRESS_NONE;

    address_format(&change->before, before);
    address_format(&change->after, after);
    set_host(object, change->host, is_linked);
    page_set_string(object, "state", was_removed ? "warn" : "good");
    page_set_words(object, "what", "%s record %s", type,
                   was_removed ? "removed" : "set");
    if (was_removed)
        page_set_words(object, "detail", "it was %s", before);
    else if (change->before.family == ADDRESS_NONE)
        page_set_string(object, "detail", after);
    else
        page_set_words(object, "detail", "%s, before that %s", after, before);
    page_set_address(object, "client", &change->client);
    page_set_string(object, "agent", "");
    page_set_text(object, "why", change->why);
}

static void set_calls(json_t *object, const struct event_calls *calls,
                      bool is_linked)
{
    struct strbuf detail;

    strbuf_init(&detail, DETAIL_MAX_BYTES);
    strbuf_append(&detail, calls->outcome);
    strbuf_printf(&detail, ", %u in a row", calls->refused);
    page_set_text(object, "detail", strbuf_span(&detail));
    strbuf_clear(&detail);
    set_host(object, calls->host, is_linked);
    page_set_string(object, "state", "bad");
    page_set_string(object, "what", "refused");
    page_set_address(object, "client", &calls->client);
    page_set_text(object, "agent", calls->agent);
    page_set_text(object, "why", calls->reason);
}

static void set_edit(json_t *object, const struct event_edit *edit)
{
    struct strbuf names;
    size_t shown = edit->named < NAMED_MAX ? edit->named : NAMED_MAX;

    strbuf_init(&names, NAMED_MAX * QUERY_MAX_BYTES);
    for (size_t i = 0; i < shown; i++) {
        strbuf_append_string(&names, i > 0 ? ", " : "");
        strbuf_append(&names, edit->hosts[i]);
    }
    if (edit->hosts_in_all > shown)
        strbuf_printf(&names, "%s%llu %s", shown > 0 ? " and " : "",
                      (unsigned long long)edit->hosts_in_all - shown,
                      shown > 0 ? "more" : "hosts");
    set_host(object, strbuf_span(&names), false);
    strbuf_clear(&names);
    page_set_string(object, "state", "");
    page_set_string(object, "what", "database edited");
    page_set_text(object, "detail", edit->action);
    page_set_string(object, "client", "");
    page_set_text(object, "agent", edit->by);
    page_set_string(object, "why", "");
}

static bool is_told(const struct event *event, enum host_words_reader reader)
{
    return event->kind == EVENT_CHANGE ||
           (event->kind == EVENT_CALLS && event->calls.refused > 0) ||
           (event->kind == EVENT_EDIT && reader == HOST_WORDS_OPERATOR);
}

static void set_event(json_t *object, const struct event *event,
                      bool is_operator, int64_t now)
{
    char utc[UTC_TEXT_MAX], words[AGO_TEXT_MAX];
    int64_t at = event->at / 1000;

    page_set_string(object, "utc", utc_format((time_t)at, utc));
    page_set_string(object, "words", ago_format(at, now, words));
    if (event->kind == EVENT_CHANGE)
        set_change(object, &event->change, is_operator);
    else if (event->kind == EVENT_CALLS)
        set_calls(object, &event->calls, is_operator);
    else
        set_edit(object, &event->edit);
}

void host_words_set_events(json_t *object, const struct event *events,
                           size_t count, enum host_words_reader reader,
                           int64_t now)
{
    json_t *list = page_set_list(object, "happenings");

    for (size_t i = 0; i < count; i++)
        if (is_told(&events[i], reader))
            set_event(page_list_add(list), &events[i],
                      reader == HOST_WORDS_OPERATOR, now);
    page_set_flag(object, "happenings_any", json_array_size(list) > 0);
}
