#include "server/history/history.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/history/answers.h"
#include "server/history/shared_knowledge.h"
#include "server/history/tally.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    QUEUES_MAX = 72, /* the loops, and whoever else sees things happen */
    QUEUE_BYTES = 2 * 1024 * 1024,
    TICK_MS = 500,
};

struct history {
    const struct history_settings *settings;
    history_describe_fn *describe;
    void *describe_arg;
    char copy[COPY_NAME_MAX];
    char machine[EVENT_MACHINE_MAX_BYTES + 1];
    struct shared_knowledge shared;
    struct event_queue *queues[QUEUES_MAX];
    size_t queue_count;
    pthread_t thread;
    bool is_started;

    /* The keeper's alone. */
    struct tally *minute;   /* since the last object */
    int64_t sealed_at;      /* clock_now_ms() */
    int64_t up_since;       /* ms since 1970 */
    struct event_copy sums; /* as describe() had them at the last object */
    uint64_t lost, lost_told;

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t news;
    struct list inbox; /* of questions */
    bool is_woken, is_stopping;
};

/* --- what has happened ------------------------------------------------------------
 */

/* When the host of a call last had what it asked for. Under the lock. */
static int64_t succeeded_at(const struct history *history, struct span host)
{
    const struct host_states *states = history->shared.known->states;
    struct host_state state;
    uint32_t index;

    if (!host_states_find(states, host, &index))
        return 0;
    host_states_get(states, index, &state);
    return host_state_succeeded(&state);
}

static bool add(struct history *history, const struct happening *happening)
{
    int64_t last = happening->kind == HAPPENED_CALL
                       ? succeeded_at(history, happening->host)
                       : 0;
    struct event event;

    tally_event_of(happening, last, &event);
    return tally_add(history->minute, happening, last) == STATUS_OK &&
           knowledge_add(history->shared.known, happening->at, &event) ==
               STATUS_OK;
}

static void on_happening(void *arg, const struct happening *happening)
{
    struct history *history = arg;

    history->lost += !add(history, happening);
}

static void take_all(struct history *history)
{
    pthread_mutex_lock(&history->shared.lock);
    for (size_t i = 0; i < history->queue_count; i++)
        event_queue_take(history->queues[i], on_happening, history);
    pthread_mutex_unlock(&history->shared.lock);
}

static uint64_t count_lost(const struct history *history)
{
    uint64_t lost = history->lost;

    for (size_t i = 0; i < history->queue_count; i++)
        lost += event_queue_lost(history->queues[i]);
    return lost;
}

/* --- each minute ------------------------------------------------------------------
 */

/* What this server says of itself. */
static struct event describe(struct history *history, int64_t now,
                             bool is_stopping)
{
    struct tally_sums sums = tally_sums(history->minute);
    struct event event = {.kind = EVENT_COPY, .at = now};
    struct event_copy *copy = &event.copy, before = history->sums;
    const struct host_table *table = history->shared.rows.table;

    copy->copy = span_from_string(history->copy);
    copy->machine = span_from_string(history->machine);
    copy->version = span_from_string(DYNDNS53_VERSION);
    copy->up_since = history->up_since;
    copy->is_stopping = is_stopping;
    if (table != NULL) {
        copy->table_hosts = hostdb_count(table->hosts);
        if (table->origin != NULL) {
            copy->rows_left_out = table->origin->rows_left_out;
            copy->table_version = span_from_string(table->origin->version);
        }
    }
    if (history->describe != NULL)
        history->describe(history->describe_arg, copy);
    history->sums = *copy;
    copy->route53_calls -= before.route53_calls;
    copy->throttled -= before.throttled;
    copy->calls = sums.calls;
    copy->refused = sums.refused;
    copy->changes = sums.changes;
    copy->lost = count_lost(history) - history->lost_told;
    history->lost_told += copy->lost;
    return event;
}

static void seal(struct history *history, bool is_stopping)
{
    int64_t now = clock_date_ms();
    enum status status;
    struct event self;

    pthread_mutex_lock(&history->shared.lock);
    self = describe(history, now, is_stopping);
    status = knowledge_add(history->shared.known, now, &self);
    pthread_mutex_unlock(&history->shared.lock);
    history->lost += status != STATUS_OK;
    tally_clear(history->minute);
    history->sealed_at = clock_now_ms();
}

static bool is_time(const struct history *history)
{
    return clock_now_ms() - history->sealed_at >=
           (int64_t)history->settings->seconds * 1000;
}

/* --- the keeper -------------------------------------------------------------------
 */

static void answer_all(struct history *history, struct list *questions)
{
    while (!list_is_empty(questions)) {
        struct history_query *query =
            list_entry(questions->next, struct history_query, in_inbox);

        list_remove(&query->in_inbox);
        answers_give(&history->shared, NULL, query, clock_date_ms());
        query->done(query);
    }
}

static void wait_for_news(struct history *history)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (!history->is_woken && !history->is_stopping &&
           list_is_empty(&history->inbox))
        if (pthread_cond_timedwait(&history->news, &history->lock, &until) != 0)
            return;
}

/* Returns whether it is to go on. */
static bool turn(struct history *history)
{
    struct list questions;
    bool goes_on;

    list_init(&questions);
    pthread_mutex_lock(&history->lock);
    wait_for_news(history);
    list_take_all(&questions, &history->inbox);
    history->is_woken = false;
    goes_on = !history->is_stopping;
    pthread_mutex_unlock(&history->lock);

    take_all(history);
    answer_all(history, &questions);
    if (!goes_on || is_time(history))
        seal(history, !goes_on);
    return goes_on;
}

static void *run(void *arg)
{
    struct history *history = arg;

    pthread_setname_np(pthread_self(), "history");
    while (turn(history))
        continue;
    return NULL;
}

/* --- from other threads -----------------------------------------------------------
 */

static bool set_up(struct history *history)
{
    struct knowledge *known;
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&history->news, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&history->lock, NULL);
    list_init(&history->inbox);
    (void)gethostname(history->machine, sizeof history->machine - 1);
    history->up_since = clock_date_ms();
    history->sealed_at = clock_now_ms();
    history->minute = tally_new();
    known = copy_name_draw(history->copy)
                ? knowledge_new(history->copy,
                                (int64_t)history->settings->seconds * 1000)
                : NULL;
    shared_knowledge_init(&history->shared, known, false);
    history->shared.in_touch_since = history->up_since;
    return known != NULL && history->minute != NULL;
}

struct history *history_new(const struct history_settings *settings,
                            const struct aws_config *aws,
                            struct metric_registry *metrics,
                            history_describe_fn *describe_fn, void *arg)
{
    struct history *history = calloc(1, sizeof *history);

    (void)aws;
    (void)metrics;
    if (history == NULL)
        return NULL;
    history->settings = settings;
    history->describe = describe_fn;
    history->describe_arg = arg;
    if (set_up(history))
        return history;
    history_free(history);
    return NULL;
}

static void wake(void *arg)
{
    struct history *history = arg;

    pthread_mutex_lock(&history->lock);
    history->is_woken = true;
    pthread_cond_signal(&history->news);
    pthread_mutex_unlock(&history->lock);
}

struct event_queue *history_add_queue(struct history *history)
{
    struct event_queue *queue;

    if (history->queue_count == QUEUES_MAX)
        return NULL;
    queue = event_queue_new(QUEUE_BYTES, wake, history);
    if (queue != NULL)
        history->queues[history->queue_count++] = queue;
    return queue;
}

enum status history_start(struct history *history)
{
    if (pthread_create(&history->thread, NULL, run, history) != 0)
        return STATUS_NOMEM;
    history->is_started = true;
    return STATUS_OK;
}

void history_use_table(struct history *history, struct host_table *host_table)
{
    shared_knowledge_use_table(&history->shared, host_table);
}

void history_stop(struct history *history, int64_t deadline_at)
{
    (void)deadline_at;
    if (!history->is_started)
        return;
    pthread_mutex_lock(&history->lock);
    history->is_stopping = true;
    pthread_cond_signal(&history->news);
    pthread_mutex_unlock(&history->lock);
    pthread_join(history->thread, NULL);
    history->is_started = false;
}

void history_free(struct history *history)
{
    if (history == NULL)
        return;
    for (size_t i = 0; i < history->queue_count; i++)
        event_queue_free(history->queues[i]);
    tally_free(history->minute);
    shared_knowledge_clear(&history->shared);
    pthread_mutex_destroy(&history->lock);
    pthread_cond_destroy(&history->news);
    free(history);
}

void history_ask(struct history *history, struct history_query *query)
{
    pthread_mutex_lock(&history->lock);
    list_append(&history->inbox, &query->in_inbox);
    pthread_cond_signal(&history->news);
    pthread_mutex_unlock(&history->lock);
}

struct history_view history_look(struct history *history)
{
    int64_t now = clock_date_ms();
    struct shared_knowledge *shared = &history->shared;
    struct history_view view;

    pthread_mutex_lock(&shared->lock);
    view.as_of = shared_knowledge_as_of(shared, now);
    view.in_touch_since = shared->in_touch_since;
    view.unsure_since = copies_unsure_since(shared->known->copies, now);
    pthread_mutex_unlock(&shared->lock);
    return view;
}

/* Whom a scan is for. */
struct scan {
    const struct shared_knowledge *shared;
    enum host_attribute attribute;
    host_rows_each_fn *each;
    void *arg;
};

static bool has_attribute(const struct host *host, enum host_attribute which)
{
    struct span value;

    return which == HOST_ATTRIBUTE_COUNT ||
           host_attributes_value(host->attributes, which, &value);
}

/* By the row of its name that has the attribute. */
static bool scan_one(void *arg, const struct host *host,
                     const struct host_state *state)
{
    const struct scan *scan = arg;
    const struct hostdb *hosts = scan->shared->rows.table->hosts;
    struct host other;

    if (has_attribute(host, scan->attribute))
        return scan->each(scan->arg, host, state);
    if (!hostdb_other_row(hosts, host, &other) ||
        !has_attribute(&other, scan->attribute))
        return true;
    return scan->each(scan->arg, &other, state);
}

struct history_view history_scan(struct history *history,
                                 enum host_attribute attribute,
                                 host_rows_each_fn *each, void *arg)
{
    struct history_view view = history_look(history);
    struct scan scan = {&history->shared, attribute, each, arg};

    if (view.as_of != 0)
        (void)shared_knowledge_walk(&history->shared, scan_one, &scan);
    return view;
}
