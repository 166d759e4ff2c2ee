#include "server/history/history.h"

#include "base/clock.h"
#include "journal/journal_reader.h"
#include "server/history/answers.h"
#include "server/history/carrier.h"
#include "server/history/history_metrics.h"
#include "server/history/minute_object.h"
#include "server/history/shared_knowledge.h"
#include "server/history/tally.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    QUEUE_BYTES = 2 * 1024 * 1024,
    TICK_MS = 500,
};

struct history {
    const struct history_settings *settings;
    history_describe_fn *describe;
    void *describe_arg;
    char machine[EVENT_MACHINE_MAX_BYTES + 1];
    struct shared_knowledge shared;
    struct outbox *outbox; /* NULL, and the next too: there is no store */
    struct carrier *carrier;
    struct event_queue *queues[EVENT_QUEUES_MAX];
    size_t queue_count;
    pthread_t thread;
    bool is_started;

    /* The keeper's alone. */
    struct tally *minute;    /* since the last object */
    int64_t sealed_at;       /* clock_now_ms() */
    struct object_name name; /* of the last object; its `copy` is this one */
    int64_t up_since;        /* ms since 1970 */
    struct event_copy sums;  /* as describe() had them at the last object */
    char table_version[TABLE_ORIGIN_VERSION_MAX + 1]; /* likewise */
    uint64_t lost, lost_told;
    /* As of the keeper's last look, for whoever may not wait for a lock. */
    _Atomic uint64_t lost_in_all;
    atomic_size_t hosts, known_bytes;
    atomic_int_least64_t as_of;

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t news;
    struct list inbox; /* of questions */
    bool is_woken, is_stopping;
};

/* --- what has happened ------------------------------------------------------------
 */

static bool add(struct history *history, struct happening *happening)
{
    bool is_call = happening->kind == HAPPENED_CALL;
    int64_t last = is_call ? shared_knowledge_succeeded_at(&history->shared,
                                                           happening->host)
                           : 0;

    if (!is_call && shared_knowledge_is_no_change(&history->shared, happening))
        return true;
    return tally_add(history->minute, happening, last) == STATUS_OK &&
           shared_knowledge_add(&history->shared, happening, last) == STATUS_OK;
}

/* A call was told that the record says something else than the journal, which is
 * true at least of the time since which `nochg` may have been relied on. If the last
 * change is from long before, there was another one, of which nobody told: as when a
 * server was killed. It is dated back so that what others have changed since, and
 * what we shall hear of, is newer. */
static bool add_untold(struct history *history, const struct happening *call,
                       const struct address *told)
{
    const struct history_settings *settings = history->settings;
    int64_t at = call->at - (int64_t)settings->nochg_seconds * 1000;
    struct happening found = {
        .kind = HAPPENED_CHANGE,
        .at = at,
        .host = call->host,
        .after = *told,
        .family = told->family,
        .why = "found",
    };

    return told->family == ADDRESS_NONE ||
           !shared_knowledge_says_other(&history->shared, call->host, told,
                                        at - (int64_t)settings->seconds *
                                                 2000) ||
           add(history, &found);
}

static void on_happening(void *arg, const struct happening *happening)
{
    struct history *history = arg;
    struct happening noted = *happening;

    history->lost += !add(history, &noted);
    for (size_t i = 0; happening->kind == HAPPENED_CALL && i < 2; i++)
        history->lost += !add_untold(history, happening, &noted.records[i]);
}

static uint64_t count_lost(const struct history *history)
{
    uint64_t lost = history->lost;

    for (size_t i = 0; i < history->queue_count; i++)
        lost += event_queue_lost(history->queues[i]);
    return lost;
}

/* In the order in which it happened, lest a refusal on one loop be lost to a
 * success before it on another. */
static void take_all(struct history *history)
{
    event_queues_take(history->queues, history->queue_count);
    pthread_mutex_lock(&history->shared.lock);
    event_queues_each(history->queues, history->queue_count, on_happening,
                      history);
    if (count_lost(history) != atomic_load(&history->lost_in_all)) {
        atomic_store(&history->lost_in_all, count_lost(history));
        shared_knowledge_lose_touch(&history->shared);
    }
    atomic_store(&history->hosts,
                 host_states_count(history->shared.known->states));
    atomic_store(&history->known_bytes, knowledge_bytes(history->shared.known));
    atomic_store(&history->as_of,
                 shared_knowledge_as_of(&history->shared, clock_date_ms()));
    pthread_mutex_unlock(&history->shared.lock);
}

/* --- each minute ------------------------------------------------------------------
 */

/* What this server says of itself. The table may be gone before that is written,
 * so of its version a copy is told. */
static struct event describe(struct history *history, int64_t now,
                             bool is_stopping)
{
    struct tally_sums sums = tally_sums(history->minute);
    struct event event = {.kind = EVENT_COPY, .at = now};
    struct event_copy *copy = &event.copy, before = history->sums;
    const struct host_table *table = history->shared.rows.table;

    copy->copy = span_from_string(history->name.copy);
    copy->machine = span_from_string(history->machine);
    copy->version = span_from_string(DYNDNS53_VERSION);
    copy->up_since = history->up_since;
    copy->is_stopping = is_stopping;
    if (table != NULL) {
        copy->table_hosts = hostdb_count(table->hosts);
        if (table->origin != NULL) {
            copy->rows_left_out = table->origin->rows_left_out;
            memcpy(history->table_version, table->origin->version,
                   sizeof history->table_version);
            copy->table_version = span_from_string(history->table_version);
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

/* A copy's objects are named in their order, whatever the clock does. */
static struct object_name next_name(struct history *history, int64_t now)
{
    struct object_name *name = &history->name;

    name->number++;
    name->made_at = now > name->made_at ? now : name->made_at;
    return *name;
}

/* What cannot be packed is as lost as what finds no room. */
static void pack(struct history *history, const struct event *self)
{
    struct object_name name = next_name(history, self->at);
    struct strbuf body;

    strbuf_init(&body, JOURNAL_OBJECT_MAX_BYTES);
    if (minute_object_pack(self, history->minute, &body) != STATUS_OK) {
        history->lost += tally_sums(history->minute).calls +
                         tally_sums(history->minute).changes;
        strbuf_clear(&body);
        return;
    }
    outbox_add(history->outbox, &name, &body);
}

/* What this server says of itself is known to itself as well. */
static void seal(struct history *history, bool is_stopping)
{
    struct shared_knowledge *shared = &history->shared;
    int64_t now = clock_date_ms();
    struct event self;

    pthread_mutex_lock(&shared->lock);
    self = describe(history, now, is_stopping);
    history->lost += !shared->is_frozen &&
                     knowledge_add(shared->known, now, &self) != STATUS_OK;
    pthread_mutex_unlock(&shared->lock);
    if (history->outbox != NULL) {
        pack(history, &self);
        pthread_mutex_lock(&shared->lock);
        shared_knowledge_freeze(shared, &history->name);
        pthread_mutex_unlock(&shared->lock);
        carrier_wake(history->carrier);
    }
    tally_clear(history->minute);
    history->sealed_at = clock_now_ms();
}

/* While all stands still, no object is made: it would not be in the snapshot, nor
 * known to be behind it. */
static bool is_time(struct history *history)
{
    bool is_frozen;

    if (clock_now_ms() - history->sealed_at <
        (int64_t)history->settings->seconds * 1000)
        return false;
    pthread_mutex_lock(&history->shared.lock);
    is_frozen = history->shared.is_frozen;
    pthread_mutex_unlock(&history->shared.lock);
    return !is_frozen;
}

/* --- the keeper -------------------------------------------------------------------
 */

/* An answer about many hosts takes a while, in which the queues fill: they are
 * taken after each. */
static void answer_all(struct history *history, struct list *questions)
{
    while (!list_is_empty(questions)) {
        struct history_query *query =
            list_entry(questions->next, struct history_query, in_inbox);

        list_remove(&query->in_inbox);
        answers_give(&history->shared, history->outbox, query, clock_date_ms());
        query->done(query);
        take_all(history);
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

static void init_waiting(struct history *history)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&history->news, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&history->lock, NULL);
    list_init(&history->inbox);
}

/* False when memory, or the kernel's randomness, is short. */
static bool make_knowledge(struct history *history)
{
    const struct history_settings *settings = history->settings;
    struct knowledge *known = NULL;
    enum status status;

    if (copy_name_draw(history->name.copy))
        known = knowledge_new(history->name.copy,
                              (int64_t)settings->seconds * 1000);
    status =
        shared_knowledge_init(&history->shared, known, settings->state != NULL);
    if (settings->state == NULL)
        history->shared.in_touch_since = history->up_since;
    history->minute = tally_new();
    return known != NULL && status == STATUS_OK && history->minute != NULL;
}

static bool make_store(struct history *history, const struct aws_config *aws)
{
    const struct history_settings *settings = history->settings;

    if (settings->state == NULL)
        return true;
    history->outbox =
        outbox_new((size_t)settings->waiting_megabytes * 1024 * 1024);
    if (history->outbox != NULL)
        history->carrier = carrier_new(settings, aws, history->name.copy,
                                       &history->shared, history->outbox);
    return history->carrier != NULL;
}

/* On the loop that is asked for them. */
static void fill_metrics(void *arg, void *to)
{
    struct history *history = arg;
    struct history_figures figures = {
        .has_store = history->carrier != NULL,
        .lost = atomic_load(&history->lost_in_all),
        .hosts = atomic_load(&history->hosts),
        .known_bytes = atomic_load(&history->known_bytes),
        .as_of = atomic_load(&history->as_of),
    };

    if (figures.has_store) {
        figures.outbox = outbox_look(history->outbox);
        figures.carrier = carrier_look(history->carrier);
    }
    history_metrics_fill(&figures, clock_date_ms(), to);
}

struct history *history_new(const struct history_settings *settings,
                            const struct aws_config *aws,
                            struct metric_registry *metrics,
                            history_describe_fn *describe_fn, void *arg)
{
    struct history *history = calloc(1, sizeof *history);

    if (history == NULL)
        return NULL;
    init_waiting(history);
    history->settings = settings;
    history->describe = describe_fn;
    history->describe_arg = arg;
    (void)gethostname(history->machine, sizeof history->machine - 1);
    history->up_since = clock_date_ms();
    history->sealed_at = clock_now_ms();
    if (!make_knowledge(history) || !make_store(history, aws)) {
        history_free(history);
        return NULL;
    }
    metric_register_filled(metrics, &history_metric_table, fill_metrics,
                           history);
    return history;
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

    if (history->queue_count == EVENT_QUEUES_MAX)
        return NULL;
    queue = event_queue_new(QUEUE_BYTES, wake, history);
    if (queue != NULL)
        history->queues[history->queue_count++] = queue;
    return queue;
}

enum status history_start(struct history *history)
{
    enum status status = STATUS_OK;

    if (history->carrier != NULL)
        status = carrier_start(history->carrier);
    if (status != STATUS_OK)
        return status;
    if (pthread_create(&history->thread, NULL, run, history) != 0)
        return STATUS_NOMEM;
    history->is_started = true;
    return STATUS_OK;
}

void history_use_table(struct history *history, struct host_table *host_table)
{
    shared_knowledge_use_table(&history->shared, host_table);
}

static void stop_keeper(struct history *history)
{
    pthread_mutex_lock(&history->lock);
    history->is_stopping = true;
    pthread_cond_signal(&history->news);
    pthread_mutex_unlock(&history->lock);
    pthread_join(history->thread, NULL);
    history->is_started = false;
}

void history_stop(struct history *history, int64_t deadline_at)
{
    if (history->is_started)
        stop_keeper(history);
    if (history->carrier != NULL)
        carrier_stop(history->carrier, deadline_at);
}

void history_free(struct history *history)
{
    if (history == NULL)
        return;
    carrier_free(history->carrier);
    outbox_free(history->outbox);
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
    struct history_view view = {.is_whole = false};

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

    view.is_whole = view.as_of != 0 &&
                    shared_knowledge_walk(&history->shared, scan_one, &scan);
    return view;
}
