#include "server/http/status_page.h"

#include "base/utc.h"
#include "server/http/ago.h"
#include "server/http/alert_words.h"
#include "server/http/day_plot.h"
#include "server/http/host_words.h"

#include <stdio.h>

enum {
    QUERY_MAX_BYTES = 4096, /* of a link, every byte encoded */
    PATH_MAX_BYTES = 16 * 1024,
    HOUR_SUMS = 3600 / DAY_SUM_SECONDS,
    CERTIFICATE_SOON_SECONDS = 14 * 86400,
    DAY_SECONDS = 86400,
};

static const char *const good = "good", *const warn = "warn",
                         *const bad = "bad";

/* --- links ----------------------------------------------------------------------
 */

/* Sets `name` to the query of a URL that says this. */
static void set_query(json_t *object, const char *name,
                      const struct status_query *query)
{
    struct strbuf text;

    strbuf_init(&text, QUERY_MAX_BYTES);
    status_query_write(query, &text);
    page_set_string(object, name, strbuf_string(&text));
    strbuf_clear(&text);
}

/* A section with a `query` of its own, which may be empty. */
static void set_link(json_t *object, const char *name,
                     const struct status_query *query)
{
    json_t *link = json_object();

    set_query(link, "query", query);
    json_object_set_new(object, name, link);
}

static void set_host_page(json_t *object, const char *name,
                          const struct status_query *query, uint32_t page)
{
    struct status_query other = *query;

    other.page = page;
    set_link(object, name, &other);
}

static void set_event_page(json_t *object, const char *name,
                           const struct status_query *query, uint32_t page)
{
    struct status_query other = *query;

    other.event_page = page;
    set_link(object, name, &other);
}

/* --- the summary ------------------------------------------------------------------
 */

/* A fact, to which a detail may be added. */
static json_t *add_fact(json_t *facts, const char *name, const char *state)
{
    json_t *fact = page_list_add(facts);

    page_set_string(fact, "name", name);
    page_set_string(fact, "state", state);
    page_set_string(fact, "detail", "");
    return fact;
}

/* After a start the alerts know of more than was heard since. */
static size_t count_silent(const struct status_view *view)
{
    size_t told = view->alerts == NULL ? 0 : view->alerts->silent;

    return told > view->hosts->silent ? told : view->hosts->silent;
}

static void add_hosts(json_t *facts, const struct status_view *view)
{
    const struct history_query *hosts = view->hosts;
    size_t silent = count_silent(view);
    json_t *fact = add_fact(facts, "Hosts",
                            silent > 0 || hosts->refused > 0 ? warn : good);

    page_set_number(fact, "value", hosts->hosts_in_all);
    page_set_words(fact, "detail",
                   "%zu silent for too long, %zu refused at present, %zu never "
                   "heard",
                   silent, hosts->refused, hosts->never_called);
}

static const char *rows(size_t count)
{
    return count == 1 ? "row" : "rows";
}

static void add_table(json_t *facts, const struct status_view *view)
{
    bool is_loaded = atomic_load(&view->health->table_loaded);
    bool is_stale = atomic_load(&view->health->table_stale);
    size_t left_out = view->origin == NULL ? 0 : view->origin->rows_left_out;
    const char *state = !is_loaded                 ? bad
                        : is_stale || left_out > 0 ? warn
                                                   : good;
    json_t *fact = add_fact(facts, "Host table", state);
    char ago[AGO_TEXT_MAX];

    page_set_string(fact, "value",
                    !is_loaded ? "none"
                    : is_stale ? "an older one serves"
                               : "current");
    if (!is_loaded)
        return;
    page_set_words(fact, "detail", "%zu %s left out; confirmed %s; version %s",
                   left_out, rows(left_out),
                   ago_format(atomic_load(&view->health->table_confirmed_at),
                              view->now, ago),
                   view->origin == NULL || view->origin->version[0] == '\0'
                       ? "unknown"
                       : view->origin->version);
}

static struct day_sum last_hour(const struct history_query *service)
{
    struct day_sum sum = {0};

    for (size_t i = DAY_SUMS - HOUR_SUMS; service->sums != NULL && i < DAY_SUMS;
         i++) {
        sum.calls += service->sums[i].calls;
        sum.refused += service->sums[i].refused;
        sum.route53_calls += service->sums[i].route53_calls;
        sum.throttled += service->sums[i].throttled;
    }
    return sum;
}

static void add_services(json_t *facts, const struct status_view *view)
{
    struct day_sum hour = last_hour(view->service);
    enum aws_condition route53 = health_condition(view->health, HEALTH_ROUTE53);
    bool is_ill = health_route53_is_ill(view->health);
    json_t *fact =
        add_fact(facts, "Route 53",
                 is_ill                                           ? bad
                 : route53 == AWS_THROTTLED || hour.throttled > 0 ? warn
                                                                  : good);

    page_set_string(fact, "value", health_condition_name(route53));
    page_set_words(fact, "detail",
                   "%llu calls in the last hour, of which %llu throttled",
                   (unsigned long long)hour.route53_calls,
                   (unsigned long long)hour.throttled);
    if (!view->health->has_s3)
        return;
    fact = add_fact(
        facts, "S3",
        health_condition(view->health, HEALTH_S3) == AWS_WELL ? good : warn);
    page_set_string(
        fact, "value",
        health_condition_name(health_condition(view->health, HEALTH_S3)));
}

static void add_copies(json_t *facts, const struct status_view *view)
{
    uint64_t pending = 0;
    size_t late = 0, there = 0;
    json_t *fact;

    for (size_t i = 0; i < view->service->copy_count; i++) {
        const struct copy_word *copy = &view->service->copies[i];

        late += copy->is_silent;
        there += !copy->copy.is_stopping;
        pending += copy->copy.is_stopping ? 0 : copy->copy.pending;
    }
    fact = add_fact(facts, "Queue", good);
    page_set_words(fact, "value", "%llu", (unsigned long long)pending);
    page_set_string(fact, "detail", "changes that wait for Route 53");
    fact = add_fact(facts, "Copies", late > 0 ? bad : good);
    page_set_number(fact, "value", there);
    page_set_words(fact, "detail", "%zu of them silent without a farewell",
                   late);
}

static void add_certificate(json_t *facts, const struct status_view *view)
{
    int64_t not_after = atomic_load(&view->health->certificate_not_after);
    int64_t left = not_after - view->now;
    char utc[UTC_TEXT_MAX], ago[AGO_TEXT_MAX];
    json_t *fact = add_fact(facts, "Certificate",
                            not_after == 0                    ? ""
                            : left <= 0                       ? bad
                            : left < CERTIFICATE_SOON_SECONDS ? warn
                                                              : good);

    if (not_after == 0) {
        page_set_string(fact, "value", "none");
        page_set_string(fact, "detail", "no TLS is spoken here");
        return;
    }
    page_set_words(fact, "value", "%s %s", left <= 0 ? "expired" : "expires",
                   ago_format(not_after, view->now, ago));
    page_set_string(fact, "detail", utc_format((time_t)not_after, utc));
}

static void add_journal(json_t *facts, const struct status_view *view)
{
    const struct history_query *service = view->service;
    json_t *fact = add_fact(facts, "Objects for the state's store",
                            service->objects_dropped > 0   ? bad
                            : service->objects_waiting > 2 ? warn
                                                           : good);

    page_set_words(fact, "value", "%zu waiting", service->objects_waiting);
    page_set_words(fact, "detail", "%llu dropped since the start",
                   (unsigned long long)service->objects_dropped);
}

static void set_summary(json_t *page, const struct status_view *view)
{
    struct strbuf health;
    json_t *facts = page_set_list(page, "facts");

    strbuf_init(&health, HEALTH_JSON_MAX_BYTES);
    health_write_line(view->health, &health);
    page_set_string(page, "health", strbuf_string(&health));
    strbuf_clear(&health);
    page_set_string(page, "state", health_is_ready(view->health) ? good : bad);
    add_hosts(facts, view);
    add_table(facts, view);
    add_services(facts, view);
    add_copies(facts, view);
    add_certificate(facts, view);
    add_journal(facts, view);
}

/* --- what is left out --------------------------------------------------------------
 */

static void set_left_out(json_t *page, const struct table_origin *origin)
{
    json_t *list = page_set_list(page, "left_out");

    page_set_flag(page, "has_left_out",
                  origin != NULL && origin->rows_left_out > 0);
    if (origin == NULL)
        return;
    page_set_words(
        page, "left_out_caption", "%zu %s of %s%s", origin->rows_left_out,
        rows(origin->rows_left_out), origin->where,
        origin->rows_left_out > origin->count ? "; the first of them" : "");
    for (size_t i = 0; i < origin->count; i++) {
        const struct left_out_row *row = &origin->rows[i];
        json_t *one = page_list_add(list);

        page_set_number(one, "line", row->line);
        page_set_text(one, "host", span_from(row->name, row->name_len));
        page_set_string(one, "reason", row->reason);
    }
}

/* --- what happened ------------------------------------------------------------------
 */

static void set_recent(json_t *page, const struct status_view *view)
{
    uint32_t shown = view->query->event_page;

    host_words_set_events(page, view->recent->events, view->recent->event_count,
                          HOST_WORDS_OPERATOR, view->now);
    page_set_flag(page, "with_hosts", true);
    page_set_string(page, "happenings_caption",
                    "Changes of records, refused calls and edits of the "
                    "database, the latest first");
    if (shown > 1)
        set_event_page(page, "newer", view->query, shown - 1);
    if ((uint64_t)shown * STATUS_EVENTS_PER_PAGE < view->recent->events_in_all)
        set_event_page(page, "older", view->query, shown + 1);
}

/* --- hosts ---------------------------------------------------------------------------
 */

static const struct column {
    const char *name;
    enum history_order order;
    bool is_sorted;     /* there is such an order */
    bool is_descending; /* what that order has first is the largest */
} columns[] = {
    {"Host", HISTORY_BY_NAME, true, false},
    {"Last right call", HISTORY_BY_SILENCE, true, false},
    {"Last call", HISTORY_BY_CALL, true, true},
    {"Last change", HISTORY_BY_CHANGE, true, true},
    {"Addresses", HISTORY_BY_NAME, false, false},
    {"Refusals in a row", HISTORY_BY_REFUSALS, true, true},
};

/* A link to the order of a column; of the one that is in force, to its
 * reverse. */
static void set_columns(json_t *page, const struct status_query *query)
{
    json_t *list = page_set_list(page, "columns");

    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        const struct column *column = &columns[i];
        json_t *one = page_list_add(list);
        bool is_in_force = column->is_sorted && query->order == column->order;
        bool is_down = column->is_descending != query->is_reversed;
        struct status_query other = *query;

        other.order = column->order;
        other.is_reversed = is_in_force && !query->is_reversed;
        other.page = 1;
        page_set_string(one, "name", column->name);
        page_set_string(one, "direction",
                        !is_in_force ? ""
                        : is_down    ? "descending"
                                     : "ascending");
        page_set_string(one, "arrow",
                        !is_in_force ? ""
                        : is_down    ? "\xe2\x96\xbc"
                                     : "\xe2\x96\xb2");
        page_set_string(one, "query", "");
        if (column->is_sorted)
            set_query(one, "query", &other);
        /* The order that is there by itself has no query to write. */
        if (column->is_sorted && other.order == HISTORY_BY_SILENCE &&
            !other.is_reversed && other.search_len == 0)
            page_set_string(one, "query", "sort=silence");
    }
}

/* What is shown of it says that a host is silent if the alerts do, too. */
static void set_host_state(json_t *object, const struct history_host *host,
                           const struct alert_list *alerts, int64_t now)
{
    struct history_host judged = *host;

    if (alerts != NULL &&
        alert_list_is_silent(alerts, host->host.name, host->state.accessed_at))
        judged.is_silent = true;
    host_words_set_state(object, &judged, now);
}

static void add_host(json_t *list, const struct history_host *host,
                     const struct status_view *view)
{
    struct status_query alone = {.page = 1, .event_page = 1};
    json_t *one = page_list_add(list);

    alone.host_len = host->host.name.len;
    memcpy(alone.host, host->host.name.ptr, alone.host_len);
    set_query(one, "query", &alone);
    page_set_text(one, "host", host->host.name);
    set_host_state(one, host, view->alerts, view->now);
}

static void set_pages(json_t *page, const struct status_query *query,
                      size_t matching)
{
    uint32_t last = (uint32_t)((matching + STATUS_HOSTS_PER_PAGE - 1) /
                               STATUS_HOSTS_PER_PAGE);

    if (query->page > 1) {
        set_host_page(page, "first_page", query, 1);
        set_host_page(page, "previous_page", query,
                      query->page <= last ? query->page - 1
                      : last > 0          ? last
                                          : 1);
    }
    if (query->page < last) {
        set_host_page(page, "next_page", query, query->page + 1);
        set_host_page(page, "last_page", query, last);
    }
}

static void set_hosts(json_t *page, const struct status_view *view)
{
    const struct history_query *hosts = view->hosts;
    json_t *list = page_set_list(page, "hosts");
    size_t before = (size_t)(view->query->page - 1) * STATUS_HOSTS_PER_PAGE;

    for (size_t i = 0; i < hosts->host_count; i++)
        add_host(list, &hosts->hosts[i], view);
    page_set_flag(page, "hosts_any", hosts->host_count > 0);
    page_set_string(page, "no_hosts",
                    hosts->hosts_in_all == 0 ? "There are no hosts."
                    : hosts->matching == 0   ? "No host matches."
                                             : "There is no such page.");
    page_set_words(page, "hosts_caption", "%zu to %zu of %zu hosts%s",
                   before + 1, before + hosts->host_count, hosts->matching,
                   view->query->search_len > 0 ? " that match" : "");
    set_columns(page, view->query);
    set_pages(page, view->query, hosts->matching);
}

static void set_search(json_t *page, const struct status_query *query)
{
    struct status_query all = *query, sorted = {.order = query->order,
                                                .page = 1,
                                                .event_page = 1};
    struct strbuf text;

    page_set_text(page, "search", span_from(query->search, query->search_len));
    strbuf_init(&text, QUERY_MAX_BYTES);
    status_query_write(&sorted, &text);
    /* "sort=name" */
    page_set_string(page, "sort",
                    text.len == 0 ? "" : strchr(strbuf_string(&text), '=') + 1);
    strbuf_clear(&text);
    all.search_len = 0;
    all.page = 1;
    if (query->search_len > 0)
        set_link(page, "all", &all);
}

/* --- the last day ----------------------------------------------------------------------
 */

#define SERIES(name, member)                                                   \
    {                                                                          \
        name, offsetof(struct day_sum, member)                                 \
    }

static const struct series {
    const char *name;
    size_t place;
} series[] = {
    SERIES("Calls", calls),         SERIES("Refused", refused),
    SERIES("Changes", changes),     SERIES("Calls of Route 53", route53_calls),
    SERIES("Throttled", throttled),
};

static void add_series(json_t *plots, const struct series *one,
                       const struct history_query *service)
{
    uint64_t numbers[DAY_SUMS] = {0}, total = 0, peak = 0;
    json_t *plot = page_list_add(plots);
    struct strbuf path;

    for (size_t i = 0; service->sums != NULL && i < DAY_SUMS; i++) {
        memcpy(&numbers[i], (const char *)&service->sums[i] + one->place,
               sizeof numbers[i]);
        total += numbers[i];
        peak = numbers[i] > peak ? numbers[i] : peak;
    }
    strbuf_init(&path, PATH_MAX_BYTES);
    day_plot_append(&path, numbers, DAY_SUMS);
    page_set_string(plot, "path", strbuf_string(&path));
    strbuf_clear(&path);
    page_set_string(plot, "name", one->name);
    page_set_number(plot, "total", total);
    page_set_number(plot, "peak", peak);
    page_set_words(plot, "label",
                   "%s in the last day: %llu in all, at most %llu in five "
                   "minutes",
                   one->name, (unsigned long long)total,
                   (unsigned long long)peak);
}

static void set_day(json_t *page, const struct history_query *service)
{
    json_t *plots = page_set_list(page, "plots");

    for (size_t i = 0; i < sizeof series / sizeof series[0]; i++)
        add_series(plots, &series[i], service);
}

/* --- copies ------------------------------------------------------------------------------
 */

static void add_copy(json_t *list, const struct copy_word *copy, int64_t now)
{
    const struct event_copy *event = &copy->copy;
    json_t *one = page_list_add(list);

    page_set_text(one, "machine", event->machine);
    page_set_text(one, "copy", event->copy);
    page_set_text(one, "version", event->version);
    page_set_text(one, "table_version", event->table_version);
    page_set_flag(one, "is_self", copy->is_self);
    page_set_flag(one, "is_stopping", event->is_stopping);
    page_set_string(one, "state", copy->is_silent ? bad : "");
    page_set_when(one, "heard", copy->heard_at / 1000, now);
    page_set_when(one, "up", event->up_since / 1000, now);
    page_set_number(one, "table_hosts", event->table_hosts);
    page_set_number(one, "rows_left_out", event->rows_left_out);
    page_set_number(one, "pending", event->pending);
}

static void set_copies(json_t *page, const struct status_view *view)
{
    json_t *list = page_set_list(page, "copies");

    for (size_t i = 0; i < view->service->copy_count; i++)
        add_copy(list, &view->service->copies[i], view->now);
    page_set_words(page, "copies_caption",
                   "%zu copies, as each spoke of itself when it was last heard",
                   view->service->copy_count);
}

/* --- the pages ------------------------------------------------------------------------------
 */

enum status status_page_write(const struct status_view *view,
                              struct strbuf *out)
{
    json_t *page = json_object();
    char utc[UTC_TEXT_MAX];

    page_set_string(page, "title", "Status of dyndns53");
    page_set_string(page, "version", DYNDNS53_VERSION);
    page_set_string(page, "now", utc_format((time_t)view->now, utc));
    page_set_when(page, "known_since", view->service->in_touch_since / 1000,
                  view->now);
    alert_words_set(page, view->alerts, view->now);
    set_summary(page, view);
    set_left_out(page, view->origin);
    set_recent(page, view);
    set_hosts(page, view);
    set_search(page, view->query);
    set_day(page, view->service);
    set_copies(page, view);
    return page_fill("status", page, out);
}

enum status status_page_write_host(const struct status_query *query,
                                   const struct history_query *answer,
                                   const struct alert_list *alerts, int64_t now,
                                   struct strbuf *out)
{
    const struct history_host *host = &answer->hosts[0];
    struct status_query back = *query;
    json_t *page = json_object();
    struct strbuf title;

    strbuf_init(&title, QUERY_MAX_BYTES);
    strbuf_append(&title, host->host.name);
    strbuf_append_string(&title, " \xe2\x80\x93 status of dyndns53");
    page_set_text(page, "title", strbuf_span(&title));
    strbuf_clear(&title);
    page_set_text(page, "host", host->host.name);
    back.host_len = 0;
    set_query(page, "back", &back);
    set_host_state(page, host, alerts, now);
    host_words_set_events(page, answer->events, answer->event_count,
                          HOST_WORDS_OPERATOR, now);
    page_set_flag(page, "with_hosts", false);
    page_set_string(page, "happenings_caption",
                    "Changes of its records and refused calls, the latest "
                    "first");
    return page_fill("host", page, out);
}
