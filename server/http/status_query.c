#include "server/http/status_query.h"

#include "base/decimal.h"
#include "server/http/query.h"

#include <stdio.h>

enum { WORD_MAX_BYTES = 16 };

static const char *const orders[] = {
    [HISTORY_BY_SILENCE] = "silence",   [HISTORY_BY_NAME] = "name",
    [HISTORY_BY_CALL] = "call",         [HISTORY_BY_CHANGE] = "change",
    [HISTORY_BY_REFUSALS] = "refusals",
};

static enum history_order read_order(struct span query)
{
    char text[WORD_MAX_BYTES];
    struct span word;

    if (query_find(query, "sort", text, sizeof text, &word) == QUERY_FOUND)
        for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
            if (span_is(word, orders[i]))
                return (enum history_order)i;
    return HISTORY_BY_SILENCE;
}

static uint32_t read_page(struct span query, const char *name)
{
    char text[WORD_MAX_BYTES];
    struct span digits;
    uint32_t page;

    if (query_find(query, name, text, sizeof text, &digits) == QUERY_FOUND &&
        decimal_parse(digits, STATUS_PAGE_MAX, &page) && page > 0)
        return page;
    return 1;
}

/* What can be no host stays as it is given: so it is read again the same, which
 * "a.." normalised to "a." would not be. */
static size_t read_host(struct span query, char out[DNS_NAME_MAX])
{
    char text[DNS_NAME_MAX + 1];
    struct span name;
    size_t len;

    if (query_find(query, "host", text, sizeof text, &name) != QUERY_FOUND)
        return 0;
    name = span_trim(name);
    len = dns_name_normalize(name, out);
    if (dns_name_fault(span_from(out, len)) == NULL)
        return len;
    if (name.len > DNS_NAME_MAX)
        return 0;
    memcpy(out, name.ptr, name.len);
    return name.len;
}

void status_query_read(struct span query, struct status_query *out)
{
    char text[sizeof out->search];
    struct span search = {text, 0};
    char word[WORD_MAX_BYTES];
    struct span reversed;

    *out = (struct status_query){
        .order = read_order(query),
        .page = read_page(query, "page"),
        .event_page = read_page(query, "events"),
    };
    out->is_reversed = query_find(query, "reversed", word, sizeof word,
                                  &reversed) == QUERY_FOUND &&
                       span_is(reversed, "1");
    if (query_find(query, "search", text, sizeof text, &search) != QUERY_FOUND)
        search.len = 0;
    search = span_trim(search);
    memcpy(out->search, search.ptr, search.len);
    out->search_len = search.len;
    out->host_len = read_host(query, out->host);
}

static void write_page(struct strbuf *out, const char *name, uint32_t page)
{
    char text[WORD_MAX_BYTES];
    int len = snprintf(text, sizeof text, "%u", page);

    if (page > 1)
        query_append(out, name, span_from(text, (size_t)len));
}

void status_query_write(const struct status_query *query, struct strbuf *out)
{
    if (query->host_len > 0)
        query_append(out, "host", span_from(query->host, query->host_len));
    if (query->search_len > 0)
        query_append(out, "search",
                     span_from(query->search, query->search_len));
    if (query->order != HISTORY_BY_SILENCE)
        query_append(out, "sort", span_from_string(orders[query->order]));
    if (query->is_reversed)
        query_append(out, "reversed", span_from_string("1"));
    write_page(out, "page", query->page);
    write_page(out, "events", query->event_page);
}
