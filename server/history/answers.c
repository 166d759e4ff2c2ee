#include "server/history/answers.h"

#include "base/dns_name.h"
#include "server/history/host_page.h"

/* A table may be replaced while its hosts are gone through; hardly again and
 * again. */
enum { ATTEMPTS = 5 };

/* What every answer says. */
static void begin(struct shared_knowledge *shared, struct history_query *query,
                  int64_t now)
{
    host_table_release(query->table);
    query->table = NULL;
    query->status = STATUS_OK;
    pthread_mutex_lock(&shared->lock);
    if (shared->rows.table != NULL)
        query->table = host_table_acquire(shared->rows.table);
    query->as_of = shared_knowledge_as_of(shared, now);
    query->in_touch_since = shared->in_touch_since;
    pthread_mutex_unlock(&shared->lock);
    if (query->table == NULL &&
        (query->question == HISTORY_HOSTS || query->question == HISTORY_HOST))
        query->status = STATUS_NOT_FOUND;
}

static void give_hosts(struct shared_knowledge *shared,
                       struct history_query *query, int64_t now)
{
    for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (host_page_make(shared, query, now))
            return;
        begin(shared, query, now);
    }
    query->status = STATUS_UNAVAILABLE;
}

/* Under the lock. */
static enum status find_host(const struct shared_knowledge *shared,
                             const struct history_query *query,
                             struct history_host *out)
{
    char normal[DNS_NAME_MAX];
    struct span name = span_from_string(query->search);
    uint32_t row;

    name = span_from(normal, dns_name_normalize(name, normal));
    return host_rows_find(&shared->rows, name, &row) &&
                   host_rows_get(&shared->rows, shared->known->states, row,
                                 &out->host, &out->state)
               ? STATUS_OK
               : STATUS_NOT_FOUND;
}

/* Under the lock. */
static void copy_host(const struct shared_knowledge *shared,
                      struct history_query *query, int64_t now)
{
    struct history_host *host = query->hosts;

    query->status = find_host(shared, query, host);
    if (query->status != STATUS_OK)
        return;
    history_query_keep_state(query, &host->state);
    host->is_silent = host_page_is_silent(&host->host, &host->state,
                                          query->in_touch_since, now);
    query->host_count = 1;
}

static void give_host(struct shared_knowledge *shared,
                      struct history_query *query, int64_t now)
{
    bool is_given = false;

    query->hosts = history_query_alloc(query, sizeof *query->hosts);
    for (unsigned i = 0; i < ATTEMPTS && !is_given; i++) {
        if (query->table == NULL || query->hosts == NULL)
            return;
        pthread_mutex_lock(&shared->lock);
        shared_knowledge_follow(shared);
        is_given = shared->rows.table == query->table;
        if (is_given)
            copy_host(shared, query, now);
        pthread_mutex_unlock(&shared->lock);
        if (!is_given)
            begin(shared, query, now);
    }
    if (!is_given)
        query->status = STATUS_UNAVAILABLE;
}

static bool add_event(void *arg, const struct event *event)
{
    struct history_query *query = arg;
    struct event *to = &query->events[query->event_count++];

    *to = *event;
    history_query_keep_event(query, to);
    return query->status == STATUS_OK;
}

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Under the lock. */
static void copy_events(struct recent_events *recent,
                        struct history_query *query,
                        struct recent_query *wanted)
{
    size_t all = recent_events_count(recent, wanted);

    query->events_in_all = all;
    wanted->offset = lesser(query->offset, all);
    wanted->count =
        lesser(lesser(query->count, HISTORY_PAGE_MAX), all - wanted->offset);
    query->events =
        history_query_alloc(query, wanted->count * sizeof *query->events);
    if (query->events != NULL &&
        recent_events_each(recent, wanted, add_event, query) != STATUS_OK)
        query->status = STATUS_NOMEM;
}

/* What happened lately to `host`, or to all. */
static void give_events(struct shared_knowledge *shared,
                        struct history_query *query, struct span host)
{
    struct recent_query wanted = {
        .kinds = query->kinds == 0 ? RECENT_ALL : query->kinds, .host = host};

    pthread_mutex_lock(&shared->lock);
    copy_events(shared->known->recent, query, &wanted);
    pthread_mutex_unlock(&shared->lock);
}

static void add_copy(void *arg, const struct copy_word *word)
{
    struct history_query *query = arg;
    struct copy_word *to = &query->copies[query->copy_count++];

    *to = *word;
    history_query_keep_copy(query, &to->copy);
}

static void give_service(struct shared_knowledge *shared,
                         struct history_query *query, int64_t now)
{
    query->copies =
        history_query_alloc(query, COPIES_MAX * sizeof *query->copies);
    query->sums = history_query_alloc(query, DAY_SUMS * sizeof *query->sums);
    if (query->copies == NULL || query->sums == NULL)
        return;
    pthread_mutex_lock(&shared->lock);
    query->day_begin = day_sums_list(&shared->known->sums, now, query->sums);
    copies_each(shared->known->copies, now, add_copy, query);
    pthread_mutex_unlock(&shared->lock);
}

static void add_store(struct history_query *query, struct outbox *outbox)
{
    struct outbox_state state;

    if (outbox == NULL)
        return;
    state = outbox_look(outbox);
    query->objects_waiting = state.objects;
    query->bytes_waiting = state.bytes;
    query->objects_dropped = state.dropped;
}

void answers_give(struct shared_knowledge *shared, struct outbox *outbox,
                  struct history_query *query, int64_t now)
{
    begin(shared, query, now);
    switch (query->question) {
    case HISTORY_HOSTS:
        give_hosts(shared, query, now);
        break;
    case HISTORY_HOST:
        give_host(shared, query, now);
        if (query->status == STATUS_OK)
            give_events(shared, query, query->hosts[0].host.name);
        break;
    case HISTORY_RECENT:
        give_events(shared, query, span_from("", 0));
        break;
    case HISTORY_SERVICE:
        give_service(shared, query, now);
        add_store(query, outbox);
        break;
    }
}
