#include "server/alerts/alerts.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/log_quota.h"
#include "base/utc.h"
#include "server/alerts/alert_news.h"
#include "server/alerts/alert_store.h"
#include "server/alerts/alert_teller.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    /* Of after_s: so often the ledger is looked at, but within these. */
    LOOKS_IN_AFTER = 10,
    LOOK_LEAST_SECONDS = 1,
    LOOK_MOST_SECONDS = 30,

    /* When others write at the same time. */
    ATTEMPTS = 8,
    ATTEMPT_AGAIN_MS = 200,

    RETRY_CAP_SPANS = 12, /* of after_s, between two tries of a sender */
    MACHINE_MAX = 255,
};

struct alerts {
    struct alerts_parts parts;
    struct object_store *object_store;
    struct alert_store kept;
    struct alert_senders *senders;
    struct alert_teller teller;
    struct alert_conditions conditions;
    struct alert_observation observed[ALERT_OBSERVATIONS_MAX];
    size_t observed_count;
    struct alert_deeds deeds;
    int64_t word_at; /* clock_now_ms(): not later than the word was taken */
    struct alert_metrics metrics;
    struct alert_list shown;
    struct log_quota quota;
    struct alert_news unlogged; /* the store has it, perhaps */
    char copy[ALERT_COPY_LEN + 1], machine[MACHINE_MAX + 1];
    bool is_lost; /* the ledger, and that was logged */
    pthread_t thread;
    bool started;
    atomic_bool stopping, abandoned;

    pthread_mutex_t lock; /* guards the rest, and waiting */
    pthread_cond_t changed;
    bool ended;
};

/* --- the log -------------------------------------------------------------------
 */

static void log_begun(struct alerts *alerts, const struct alert_entry *entry)
{
    char since[UTC_TEXT_MAX];

    if (!log_quota_allows(&alerts->quota, clock_now_s()))
        return;
    log_event(LOG_LEVEL_WARN, "alert_begun",
              log_str("kind", alert_kind_word(entry->kind)),
              log_str("subject", entry->subject),
              log_str("detail", entry->detail),
              log_str("since", entry->since == 0
                                   ? "never"
                                   : utc_format((time_t)entry->since, since)));
}

static void log_ended(struct alerts *alerts, const struct alert_entry *entry)
{
    if (!log_quota_allows(&alerts->quota, clock_now_s()))
        return;
    log_event(LOG_LEVEL_INFO, "alert_ended",
              log_str("kind", alert_kind_word(entry->kind)),
              log_str("subject", entry->subject));
}

static void log_news(void *arg, const struct alert_entry *entry)
{
    struct alerts *alerts = arg;

    if (alert_goes_on(entry))
        log_begun(alerts, entry);
    else
        log_ended(alerts, entry);
}

static void log_all_news(struct alerts *alerts)
{
    struct alert_ledger *ledger = &alerts->kept.ledger;

    for (size_t i = 0; i < ledger->count; i++) {
        struct alert_entry *entry = ledger->entries[i];

        if (entry->is_news)
            log_news(alerts, entry);
        entry->is_news = false;
    }
}

/* Once for each trouble. */
static void note_store(struct alerts *alerts, enum status status)
{
    bool is_lost = status != STATUS_OK;

    if (is_lost && !alerts->is_lost)
        log_event(LOG_LEVEL_WARN, "alert_ledger_lost",
                  log_str("status", status_name(status)),
                  log_str("reason", object_store_reason(alerts->object_store)));
    else if (!is_lost && alerts->is_lost)
        log_event(LOG_LEVEL_INFO, "alert_ledger_found",
                  log_str("key", ALERT_STORE_KEY));
    alerts->is_lost = is_lost;
}

/* --- what others see -------------------------------------------------------------
 */

static bool is_many(const struct alert_entry *entry)
{
    return strcmp(entry->subject, ALERT_MANY) == 0;
}

static bool is_of_host(const struct alert_entry *entry)
{
    return alert_is_of_host(entry->kind) && !is_many(entry);
}

/* Whoever guesses may do so at a host as well, or at "/status". */
static bool names_host(const struct alert_entry *entry)
{
    return is_of_host(entry) || (entry->kind == ALERT_LOGIN_ATTACKED &&
                                 !is_many(entry) && entry->subject[0] != '/');
}

static void make_notice(struct alert_notice *notice,
                        const struct alert_entry *entry)
{
    struct strbuf title;

    strbuf_init(&title, ALERT_BOARD_TITLE_MAX + 1);
    alert_append_title(&title, entry->kind, ALERT_BEGUN,
                       span_from_string(entry->subject), 1);
    notice->kind = alert_kind_word(entry->kind);
    notice->advice = alert_advice(entry->kind);
    notice->chapter = alert_chapter(entry->kind);
    notice->since = entry->since;
    notice->is_of_host = names_host(entry);
    notice->is_silence = is_of_host(entry) && entry->kind == ALERT_HOST_SILENT;
    snprintf(notice->title, sizeof notice->title, "%s", strbuf_string(&title));
    snprintf(notice->subject, sizeof notice->subject, "%s", entry->subject);
    snprintf(notice->detail, sizeof notice->detail, "%s", entry->detail);
    strbuf_clear(&title);
}

/* However many hosts are silent, or guessed at, they leave room for what may be
 * the reason. */
enum rank { RANK_SERVICE, RANK_GUESSED_AT, RANK_HOST, RANKS };

static enum rank rank_of(const struct alert_entry *entry)
{
    if (is_of_host(entry))
        return RANK_HOST;
    return entry->kind == ALERT_LOGIN_ATTACKED ? RANK_GUESSED_AT : RANK_SERVICE;
}

static void list_those(struct alert_list *list,
                       const struct alert_ledger *ledger, enum rank rank)
{
    for (size_t i = ledger->count; i-- > 0;) {
        const struct alert_entry *entry = ledger->entries[i];

        if (!alert_goes_on(entry) || rank_of(entry) != rank)
            continue;
        list->count++;
        list->silent += rank == RANK_HOST && entry->kind == ALERT_HOST_SILENT;
        if (list->named < ALERT_BOARD_MAX)
            make_notice(&list->notices[list->named++], entry);
    }
}

static void show(struct alerts *alerts)
{
    const struct alert_ledger *ledger = &alerts->kept.ledger;
    struct alert_list *list = &alerts->shown;

    list->named = list->count = list->silent = 0;
    for (enum rank rank = 0; rank < RANKS; rank++)
        list_those(list, ledger, rank);
    list->as_of = clock_date_ms() / 1000;
    alert_board_put(alerts->parts.board, list);
    for (size_t kind = 0; kind < ALERT_KINDS; kind++)
        metric_set(&alerts->metrics.going_on[kind],
                   (double)ledger->of_kind[kind]);
}

/* --- a round -----------------------------------------------------------------------
 */

static void look(struct alerts *alerts)
{
    struct alert_facts facts = {.table_reason = "", .route53_reason = ""};

    alerts->parts.facts(alerts->parts.facts_arg, &facts);
    facts.now_s = clock_now_ms() / 1000;
    facts.date_s = clock_date_ms() / 1000;
    alerts->observed_count =
        alert_conditions_look(&alerts->conditions, &facts, alerts->observed);
}

static bool scan(void *arg, struct alert_hosts_scan *scan)
{
    struct alerts *alerts = arg;

    scan->refusals = alerts->parts.settings->refusals;
    return alerts->parts.scan(alerts->parts.scan_arg, scan);
}

static struct alert_round round_now(struct alerts *alerts)
{
    return (struct alert_round){
        .copy = alerts->copy,
        .date_s = clock_date_ms() / 1000,
        .after_s = alerts->conditions.after_s,
        .senders = alerts->teller.senders,
        .ready_senders = alert_teller_ready(&alerts->teller, clock_now_ms()),
        .observed = alerts->observed,
        .observed_count = alerts->observed_count,
        .deeds = &alerts->deeds,
        .scan = scan,
        .scan_arg = alerts,
    };
}

/* Returns whether to go on. */
static bool wait_ms(struct alerts *alerts, int64_t ms)
{
    struct timespec until;
    int expired = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&alerts->lock);
    while (!atomic_load(&alerts->stopping) && expired == 0)
        expired =
            pthread_cond_timedwait(&alerts->changed, &alerts->lock, &until);
    pthread_mutex_unlock(&alerts->lock);
    return !atomic_load(&alerts->stopping);
}

static void log_unread(struct alerts *alerts)
{
    log_event(LOG_LEVEL_WARN, "alert_ledger_unread",
              log_str("store", object_store_where(alerts->object_store)),
              log_str("key", ALERT_STORE_KEY),
              log_str("advice", "what lies there is no ledger of alerts, and "
                                "is replaced: what was told may be told "
                                "again"));
}

/* Changes the ledger as it is in the store. *has_word: what is owed may be told. */
static enum status change_once(struct alerts *alerts, bool finishes,
                               bool *has_word)
{
    enum status status = alert_store_load(&alerts->kept);
    struct alert_round round;

    if (status == STATUS_INVALID)
        log_unread(alerts);
    else if (status != STATUS_OK)
        return status;
    alert_news_tell(&alerts->unlogged, &alerts->kept.ledger, log_news, alerts);
    alerts->word_at = clock_now_ms();
    round = round_now(alerts);
    *has_word = false;
    if (finishes)
        alert_round_finish(&round, &alerts->kept.ledger);
    else
        *has_word = alert_round_apply(&round, &alerts->kept.ledger);
    if (!alerts->kept.ledger.is_changed)
        return STATUS_OK;
    status = alert_store_save(&alerts->kept);
    if (status == STATUS_OK) {
        alert_deeds_clear(&alerts->deeds);
        log_all_news(alerts);
    } else if (status != STATUS_CONFLICT) {
        alert_news_keep(&alerts->unlogged, &alerts->kept.ledger);
    }
    return status;
}

/* The same, again as long as others are first. A stop ends that too, but for what
 * was told already. */
static bool change(struct alerts *alerts, bool finishes, bool *has_word)
{
    enum status status = STATUS_CONFLICT;

    for (unsigned i = 0; i < ATTEMPTS && status == STATUS_CONFLICT; i++) {
        if (i > 0 &&
            !wait_ms(alerts, jitter_up_to(&alerts->teller.jitter,
                                          ATTEMPT_AGAIN_MS * i)) &&
            !finishes)
            break;
        status = change_once(alerts, finishes, has_word);
    }
    if (status != STATUS_CONFLICT)
        note_store(alerts, status);
    return status == STATUS_OK;
}

static void play_round(struct alerts *alerts)
{
    bool has_word;

    look(alerts);
    if (!change(alerts, false, &has_word))
        return;
    show(alerts);
    if (!has_word)
        return;
    alert_teller_tell(&alerts->teller, &alerts->kept.ledger, &alerts->deeds,
                      clock_date_ms() / 1000, alerts->word_at);
    (void)change(alerts, true, &has_word); /* else the deeds are kept */
}

static void *run(void *arg)
{
    struct alerts *alerts = arg;
    int64_t pause_s = alerts->conditions.after_s / LOOKS_IN_AFTER;

    pthread_setname_np(pthread_self(), "alerts");
    if (pause_s < LOOK_LEAST_SECONDS)
        pause_s = LOOK_LEAST_SECONDS;
    if (pause_s > LOOK_MOST_SECONDS)
        pause_s = LOOK_MOST_SECONDS;
    do
        play_round(alerts);
    while (wait_ms(alerts, pause_s * 1000));
    pthread_mutex_lock(&alerts->lock);
    alerts->ended = true;
    pthread_cond_broadcast(&alerts->changed);
    pthread_mutex_unlock(&alerts->lock);
    return NULL;
}

/* --- from other threads ------------------------------------------------------------
 */

static enum status send(void *arg, enum alert_sender sender,
                        const struct alert_message *message, struct strbuf *why)
{
    return alert_senders_send(arg, sender, message, why);
}

static void set_up_teller(struct alerts *alerts, uint64_t seed)
{
    int64_t after_ms = alerts->conditions.after_s * 1000;

    alerts->teller = (struct alert_teller){
        .send = send,
        .arg = alerts->senders,
        .senders = alert_senders_set(alerts->senders),
        .gap_s = alerts->conditions.after_s,
        .machine = alerts->machine,
        .stopping = &alerts->stopping,
        .metrics = &alerts->metrics,
        .jitter = {seed},
    };
    for (size_t i = 0; i < ALERT_SENDERS; i++)
        alerts->teller.backoff[i] = (struct backoff){
            .first_ms = after_ms / LOOKS_IN_AFTER,
            .cap_ms = after_ms * RETRY_CAP_SPANS,
        };
}

static bool name_itself(struct alerts *alerts, uint64_t *seed)
{
    if (getrandom(seed, sizeof *seed, 0) != (ssize_t)sizeof *seed)
        return false;
    snprintf(alerts->copy, sizeof alerts->copy, "%016llx",
             (unsigned long long)*seed);
    if (gethostname(alerts->machine, MACHINE_MAX) != 0)
        snprintf(alerts->machine, sizeof alerts->machine, "a machine");
    return true;
}

static void init_locks(struct alerts *alerts)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&alerts->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&alerts->changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

static bool set_up(struct alerts *alerts)
{
    const struct alerts_parts *parts = &alerts->parts;
    uint64_t seed;

    alerts->conditions.after_s = parts->settings->after_seconds;
    alerts->object_store = object_store_new(parts->state, parts->aws);
    alerts->senders =
        alert_senders_new(parts->settings, parts->aws, &alerts->abandoned);
    if (alerts->object_store == NULL || alerts->senders == NULL ||
        !name_itself(alerts, &seed) ||
        alert_store_init(&alerts->kept, alerts->object_store) != STATUS_OK)
        return false;
    set_up_teller(alerts, seed);
    return true;
}

struct alerts *alerts_new(const struct alerts_parts *parts,
                          struct metric_registry *metrics)
{
    struct alerts *alerts = calloc(1, sizeof *alerts);

    if (alerts == NULL)
        return NULL;
    alerts->parts = *parts;
    init_locks(alerts);
    if (!set_up(alerts)) {
        alerts_free(alerts);
        return NULL;
    }
    metric_register(metrics, &alert_metric_table, &alerts->metrics);
    metric_register(metrics, &aws_metric_table,
                    alert_senders_metrics(alerts->senders));
    if (object_store_metrics(alerts->object_store) != NULL)
        metric_register(metrics, &aws_metric_table,
                        object_store_metrics(alerts->object_store));
    return alerts;
}

void alerts_free(struct alerts *alerts)
{
    if (alerts == NULL)
        return;
    alert_deeds_clear(&alerts->deeds);
    alert_news_clear(&alerts->unlogged);
    alert_store_clear(&alerts->kept);
    alert_senders_free(alerts->senders);
    object_store_free(alerts->object_store);
    pthread_cond_destroy(&alerts->changed);
    pthread_mutex_destroy(&alerts->lock);
    free(alerts);
}

enum status alerts_start(struct alerts *alerts)
{
    if (pthread_create(&alerts->thread, NULL, run, alerts) != 0)
        return STATUS_NOMEM;
    alerts->started = true;
    return STATUS_OK;
}

void alerts_ask_to_stop(struct alerts *alerts)
{
    pthread_mutex_lock(&alerts->lock);
    atomic_store(&alerts->stopping, true);
    pthread_cond_broadcast(&alerts->changed);
    pthread_mutex_unlock(&alerts->lock);
}

static void wait_for_end(struct alerts *alerts, int64_t deadline_at)
{
    int64_t left = deadline_at - clock_now_ms();
    struct timespec until;
    int expired = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += left > 0 ? left / 1000 : 0;
    pthread_mutex_lock(&alerts->lock);
    while (!alerts->ended && expired == 0)
        expired =
            pthread_cond_timedwait(&alerts->changed, &alerts->lock, &until);
    pthread_mutex_unlock(&alerts->lock);
}

void alerts_stop(struct alerts *alerts, int64_t deadline_at)
{
    if (!alerts->started)
        return;
    alerts_ask_to_stop(alerts);
    wait_for_end(alerts, deadline_at);
    atomic_store(&alerts->abandoned, true);
    object_store_interrupt(alerts->object_store);
    alert_senders_wake(alerts->senders);
    pthread_join(alerts->thread, NULL);
    alerts->started = false;
}
