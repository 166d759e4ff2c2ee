#include "server/http/alert_words.h"

#include "server/http/query.h"

#include <string.h>

enum { QUERY_MAX_BYTES = 1024 }; /* a name, every byte of it encoded */

static void set_link(json_t *object, const struct alert_notice *notice)
{
    struct strbuf query;

    strbuf_init(&query, QUERY_MAX_BYTES);
    if (notice->is_of_host)
        query_append(&query, "host", span_from_string(notice->subject));
    page_set_string(object, "query", strbuf_string(&query));
    strbuf_clear(&query);
}

/* What it says of hosts was read from where others may write. */
static void add_alert(json_t *alerts, const struct alert_notice *notice,
                      int64_t now)
{
    json_t *one = page_list_add(alerts);

    page_set_text(one, "title", span_from_string(notice->title));
    page_set_string(one, "kind", notice->kind);
    set_link(one, notice);
    page_set_when(one, "since", notice->since, now);
    page_set_text(one, "detail", span_from_string(notice->detail));
}

static bool is_first_of_kind(const struct alert_list *list, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(list->notices[i].kind, list->notices[index].kind) == 0)
            return false;
    return true;
}

static void add_advice(json_t *advice, const struct alert_notice *notice)
{
    json_t *one = page_list_add(advice);

    page_set_string(one, "kind", notice->kind);
    page_set_string(one, "advice", notice->advice);
    page_set_string(one, "chapter", notice->chapter);
}

static void set_list(json_t *page, const struct alert_list *list, int64_t now)
{
    json_t *alerts = page_set_list(page, "alerts");
    json_t *advice = page_set_list(page, "alert_advice");
    size_t shown = list->named < ALERT_WORDS_SHOWN_MAX ? list->named
                                                       : ALERT_WORDS_SHOWN_MAX;

    for (size_t i = 0; i < shown; i++) {
        add_alert(alerts, &list->notices[i], now);
        if (is_first_of_kind(list, i))
            add_advice(advice, &list->notices[i]);
    }
    if (list->count > shown)
        page_set_words(page, "alerts_caption",
                       "%zu of %zu that go on; %zu more not shown", shown,
                       list->count, list->count - shown);
    else
        page_set_words(page, "alerts_caption", "%zu that %s on", shown,
                       shown == 1 ? "goes" : "go");
}

/* Why there is none. */
static void set_none(json_t *page, const struct alert_list *list)
{
    const char *state = "", *words = "";

    if (list == NULL) {
        words = "None is kept: DYNDNS_STATE is not set.";
    } else if (list->as_of == 0) {
        state = "warn";
        words = "Not known: what is kept of them (alerts.json in DYNDNS_STATE) "
                "was not read since the start.";
    } else if (list->count == 0) {
        state = "good";
        words = "None goes on.";
    }
    page_set_string(page, "alerts_state", state);
    page_set_string(page, "alerts_none", words);
}

void alert_words_set(json_t *page, const struct alert_list *list, int64_t now)
{
    set_none(page, list);
    page_set_flag(page, "alerts_any", list != NULL && list->count > 0);
    if (list == NULL)
        return;
    set_list(page, list, now);
    page_set_when(page, "alerts_as_of", list->as_of, now);
    page_set_flag(page, "alerts_old",
                  now - list->as_of > ALERT_WORDS_OLD_SECONDS);
}
