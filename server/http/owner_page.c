#include "server/http/owner_page.h"

#include "server/http/host_words.h"
#include "server/http/owner_past.h"
#include "server/http/owner_register.h"
#include "server/http/query.h"

#include <stdlib.h>

enum {
    QUERY_MAX_BYTES = 1024,
    QUOTED_MAX_BYTES = 4096,
    TOLD_MAX_BYTES = 32,
};

static const struct record_type {
    const char *name;
    enum address_family family;
    enum rrset_type rrset;
} types[NAME_LOOKUP_TYPES] = {
    [NAME_LOOKUP_A] = {"A", ADDRESS_IPV4, RRSET_A},
    [NAME_LOOKUP_AAAA] = {"AAAA", ADDRESS_IPV6, RRSET_AAAA},
};

/* --- which host -------------------------------------------------------------------
 */

static struct span first_of_user(const struct account *account)
{
    struct host first;
    bool is_sole;

    return hostdb_lookup_user(account->hosts, account->login, &first, &is_sole)
               ? first.name
               : span_from("", 0);
}

void owner_page_choose(const struct owner_view *view, struct owner_host *host)
{
    char text[DNS_NAME_MAX + 1], normal[DNS_NAME_MAX];
    struct span name = {text, 0};

    host->count = 0;
    if (query_find(view->query, "host", text, sizeof text, &name) ==
        QUERY_FOUND)
        host->count = account_find(
            view->account, span_from(normal, dns_name_normalize(name, normal)),
            host->rows);
    if (name.len > 0 || host->count > 0)
        return;
    name = view->account->is_host ? view->account->host.name
                                  : first_of_user(view->account);
    host->count = account_find(view->account, name, host->rows);
}

/* --- what stands fast ---------------------------------------------------------------
 */

/* For a shell, between single quotes. */
static void set_quoted(json_t *page, const char *name, struct span text)
{
    struct strbuf quoted;

    strbuf_init(&quoted, QUOTED_MAX_BYTES);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\'')
            strbuf_append_string(&quoted, "'\\''");
        else
            strbuf_append_char(&quoted, text.ptr[i]);
    page_set_text(page, name, strbuf_span(&quoted));
    strbuf_clear(&quoted);
}

static void set_url(json_t *page, const struct owner_view *view)
{
    struct strbuf url;

    strbuf_init(&url, QUOTED_MAX_BYTES);
    strbuf_append_string(&url, view->is_https ? "https://" : "http://");
    strbuf_append(&url, view->authority.len > 0
                            ? view->authority
                            : span_from_string("dyndns.example.org"));
    page_set_text(page, "url", strbuf_span(&url));
    set_quoted(page, "url_quoted", strbuf_span(&url));
    strbuf_clear(&url);
}

static bool holds(const struct owner_host *host, enum address_family family)
{
    for (size_t i = 0; i < host->count; i++)
        if (host_holds(&host->rows[i], family))
            return true;
    return false;
}

static void set_settings(json_t *page, const struct owner_view *view,
                         const struct owner_host *host)
{
    bool is_a = holds(host, ADDRESS_IPV4), is_aaaa = holds(host, ADDRESS_IPV6);

    set_url(page, view);
    page_set_text(page, "login", view->account->login);
    set_quoted(page, "login_quoted", view->account->login);
    page_set_string(page, "placeholders",
                    is_a && is_aaaa ? "<ipaddr>,<ip6addr>"
                    : is_a          ? "<ipaddr>"
                                    : "<ip6addr>");
}

static void add_other(json_t *list, struct span name, struct span shown)
{
    json_t *one = page_list_add(list);
    struct strbuf query;

    page_set_text(one, "name", name);
    strbuf_init(&query, QUERY_MAX_BYTES);
    if (!span_equal(name, shown))
        query_append(&query, "host", name);
    page_set_string(one, "query", strbuf_string(&query));
    strbuf_clear(&query);
}

/* All hosts of a user; who signs in by the name of a host has that one. */
static void set_others(json_t *page, const struct account *account,
                       struct span shown)
{
    struct host *rows = calloc(OWNER_HOSTS_MAX, sizeof *rows);
    json_t *list = page_set_list(page, "others");
    size_t count = rows == NULL
                       ? 0
                       : hostdb_lookup_user_rows(account->hosts, account->login,
                                                 rows, OWNER_HOSTS_MAX);
    struct span before = {"", 0};

    for (size_t i = 0; i < count && i < OWNER_HOSTS_MAX; i++) {
        if (!span_equal(rows[i].name, before))
            add_other(list, rows[i].name, shown);
        before = rows[i].name;
    }
    page_set_flag(page, "others_any", json_array_size(list) > 1);
    page_set_string(page, "others_more",
                    count > OWNER_HOSTS_MAX
                        ? "There are more; the others can be signed in to by "
                          "their names."
                        : "");
    free(rows);
}

static void set_told(json_t *page, struct span query)
{
    char text[TOLD_MAX_BYTES];
    const char *sentence = NULL;
    bool is_good = false;
    struct span word;

    if (query_find(query, "told", text, sizeof text, &word) == QUERY_FOUND)
        sentence = owner_register_told(word, &is_good);
    page_set_string(page, "told", sentence == NULL ? "" : sentence);
    page_set_string(page, "told_state", is_good ? "good" : "bad");
}

/* What the updater knows of a record, whether there is a history or not. */
static struct address known_of(const struct owner_view *view,
                               const struct owner_host *host,
                               const struct record_type *type)
{
    struct address known = {.family = ADDRESS_NONE};

    for (size_t i = 0; view->known != NULL && i < host->count; i++)
        if (host_holds(&host->rows[i], type->family))
            known =
                rrset_cache_last(view->known, host->rows[i].index, type->rrset);
    return known;
}

static void set_records(json_t *page, const struct owner_view *view,
                        const struct owner_host *host)
{
    json_t *list = page_set_list(page, "records");
    bool is_locked = false;

    for (size_t i = 0; i < NAME_LOOKUP_TYPES; i++) {
        struct address known = known_of(view, host, &types[i]);
        json_t *record;

        if (!holds(host, types[i].family))
            continue;
        record = page_list_add(list);
        page_set_string(record, "type", types[i].name);
        page_set_address(record, "known", &known);
    }
    for (size_t i = 0; i < host->count; i++)
        is_locked |= host_is_locked(&host->rows[i]);
    page_set_flag(page, "locked", is_locked);
}

json_t *owner_page_begin(const struct owner_view *view,
                         const struct owner_host *host)
{
    json_t *page = json_object();
    struct span name = host->rows[0].name;

    page_set_text(page, "title", name);
    page_set_text(page, "host", name);
    page_set_address(page, "own_address", &view->client);
    set_others(page, view->account, name);
    set_told(page, view->query);
    set_records(page, view, host);
    set_settings(page, view, host);
    return page;
}

/* --- what came ------------------------------------------------------------------------
 */

static bool names(const struct name_answer *answer,
                  const struct address *address)
{
    for (size_t i = 0; i < answer->count; i++)
        if (address_equal(&answer->addresses[i], address))
            return true;
    return false;
}

/* Beside the addresses, which speak for themselves. */
static void set_dns_words(json_t *record, const struct name_answer *answer,
                          const struct address *known)
{
    const char *words = "", *state = "";

    if (answer == NULL)
        words = "too many ask now";
    else if (answer->result == NAME_UNANSWERED)
        words = "no name server answered";
    else if (answer->result == NAME_FAILED)
        words = "the name server could not tell";
    else if (known->family != ADDRESS_NONE && !names(answer, known)) {
        words =
            answer->count == 0 ? "no such record yet" : "not the new one yet";
        state = "warn";
    } else if (answer->result == NAME_ABSENT) {
        words = "no such record";
    } else if (known->family != ADDRESS_NONE) {
        words = "the same";
        state = "good";
    }
    page_set_string(record, "dns_words", words);
    page_set_string(record, "state", state);
}

static void set_dns(json_t *record, const struct name_answer *answer,
                    const struct address *known)
{
    json_t *list = page_set_list(record, "dns");

    for (size_t i = 0; answer != NULL && i < answer->count; i++)
        page_set_address(page_list_add(list), "address", &answer->addresses[i]);
    set_dns_words(record, answer, known);
}

/* The history knows when it was, and what other servers set. */
static void end_record(json_t *record, const struct host_state *state,
                       const struct name_lookup *dns, int64_t now)
{
    const char *type = json_string_value(json_object_get(record, "type"));
    size_t i = type != NULL && strcmp(type, "AAAA") == 0 ? NAME_LOOKUP_AAAA
                                                         : NAME_LOOKUP_A;
    struct address known = {.family = ADDRESS_NONE};

    if (state != NULL && state->addresses[i].family != ADDRESS_NONE) {
        page_set_address(record, "known", &state->addresses[i]);
        page_set_when(record, "since", state->updated_at[i], now);
    }
    (void)address_parse(
        span_from_string(json_string_value(json_object_get(record, "known"))),
        &known);
    set_dns(record, dns == NULL ? NULL : &dns->answers[i], &known);
}

static void set_calls(json_t *page, const struct history_query *answer,
                      bool is_told, int64_t now)
{
    page_set_flag(page, "has_state", is_told);
    page_set_string(page, "no_state",
                    answer == NULL
                        ? "This server keeps no history of calls."
                        : "The history of calls cannot be told now.");
    page_set_flag(page, "with_hosts", false);
    page_set_string(page, "happenings_caption",
                    "Changes of its records and refused calls, the latest "
                    "first");
    if (!is_told)
        return;
    host_words_set_state(page, &answer->hosts[0], now);
    host_words_set_events(page, answer->events, answer->event_count,
                          HOST_WORDS_OWNER, now);
}

enum status owner_page_end(json_t *page, struct history_query *answer,
                           const struct name_lookup *dns, int64_t now,
                           struct strbuf *out)
{
    bool is_told =
        answer != NULL && answer->status == STATUS_OK && answer->host_count > 0;
    json_t *records = json_object_get(page, "records");

    if (is_told)
        owner_past_forget(answer);
    for (size_t i = 0; i < json_array_size(records); i++)
        end_record(json_array_get(records, i),
                   is_told ? &answer->hosts[0].state : NULL, dns, now);
    set_calls(page, answer, is_told, now);
    return page_fill("owner", page, out);
}
