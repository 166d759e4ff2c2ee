#include "server/expirer.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/expiry_memory.h"

#include <pthread.h>
#include <stdlib.h>

/* What is remembered of a record. */
enum {
    SEEN,    /* since when its row has been in the table, never having called */
    SETTLED, /* the last sign of life when it was left alone */
    MISSING, /* since when it has been absent, nobody knowing why */
    KINDS,
};

struct expirer {
    struct expirer_parts parts;
    struct expiry_rules rules;
    bool is_dry_run;
    struct expiry_memory *memory;
    unsigned known_table;           /* whose names are in it: `tables` then */
    int64_t look_at;                /* when the next round is due */
    const char *doubt;              /* that the log was told of; NULL: none */
    int64_t denied_until;           /* of clock_now_ms() */
    struct expiry_request *request; /* being filled, or with the updater */
    bool is_started;
    pthread_t thread;

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t news;
    struct host_table *table;
    unsigned tables; /* that there were */
    bool is_back;    /* the request is */
    bool is_stopping;
};

static bool find(const struct expirer *expirer, unsigned kind, struct span name,
                 enum rrset_type type, uint32_t *moment)
{
    return expiry_memory_find(expirer->memory, kind, name, type, moment);
}

static enum status keep(struct expirer *expirer, unsigned kind,
                        struct span name, enum rrset_type type, uint32_t moment)
{
    return expiry_memory_keep(expirer->memory, kind, name, type, moment);
}

struct expirer *expirer_new(const struct expirer_parts *parts,
                            const struct expiry_rules *rules, bool is_dry_run)
{
    struct expirer *expirer = calloc(1, sizeof *expirer);
    pthread_condattr_t attributes;

    if (expirer == NULL)
        return NULL;
    expirer->memory = expiry_memory_new();
    if (expirer->memory == NULL) {
        free(expirer);
        return NULL;
    }
    expirer->parts = *parts;
    expirer->rules = *rules;
    expirer->is_dry_run = is_dry_run;
    expirer->denied_until = INT64_MIN;
    pthread_mutex_init(&expirer->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&expirer->news, &attributes);
    pthread_condattr_destroy(&attributes);
    return expirer;
}

void expirer_free(struct expirer *expirer)
{
    if (expirer == NULL)
        return;
    host_table_release(expirer->table);
    expiry_request_free(expirer->request);
    expiry_memory_free(expirer->memory);
    pthread_mutex_destroy(&expirer->lock);
    pthread_cond_destroy(&expirer->news);
    free(expirer);
}

void expirer_use_table(struct expirer *expirer, struct host_table *host_table)
{
    struct host_table *before;

    pthread_mutex_lock(&expirer->lock);
    before = expirer->table;
    expirer->table = host_table_acquire(host_table);
    expirer->tables++;
    pthread_mutex_unlock(&expirer->lock);
    host_table_release(before);
}

/* --- what came of it ------------------------------------------------------------- */

/* The host has not called since; until it does, that is the last word. */
static void settle(struct expirer *expirer, const struct expired_rrset *rrset)
{
    /* Without memory for it the record is looked at once more. */
    (void)!keep(expirer, SETTLED, expired_rrset_name(rrset), rrset->type,
                rrset->last_sign_s);
}

/* True if the record was missing after its last sign of life; then *missing_s is
 * for how long that has been known. */
static bool was_missing(const struct expirer *expirer, struct span name,
                        enum rrset_type type, uint32_t last_sign_s, int64_t now,
                        int64_t *missing_s)
{
    uint32_t since;

    if (!find(expirer, MISSING, name, type, &since) || since <= last_sign_s)
        return false;
    *missing_s = now / 1000 - since;
    return true;
}

/* A record that the history knows of is not there: another copy has just removed
 * it, which is heard within news_s, and otherwise nobody will tell. */
static void miss(struct expirer *expirer, const struct expired_rrset *rrset,
                 int64_t now)
{
    int64_t missing_s;

    if (!was_missing(expirer, expired_rrset_name(rrset), rrset->type,
                     rrset->last_sign_s, now, &missing_s))
        (void)!keep(expirer, MISSING, expired_rrset_name(rrset), rrset->type,
                    (uint32_t)(now / 1000));
}

static void tell(const struct expired_rrset *rrset)
{
    char shown[ADDRESS_TEXT_MAX] = "";
    struct log_field host = log_span("host", expired_rrset_name(rrset));
    struct log_field type = log_str("type", rrset_type_name(rrset->type));
    struct log_field silent_s = log_uint("silent_s", rrset->silent_s);
    struct log_field address;

    if (rrset->shown.family != ADDRESS_NONE)
        address_format(&rrset->shown, shown);
    address = log_span_if_any("address", span_from_string(shown));
    if (rrset->outcome == EXPIRY_WOULD_GO)
        log_event(LOG_LEVEL_INFO, "record_would_expire", host, type, address,
                  silent_s);
    else
        log_event(LOG_LEVEL_INFO, "record_kept", host, type, address, silent_s,
                  log_str("reason", expiry_outcome_reason(rrset->outcome)));
}

static void note_outcome(struct expirer *expirer,
                         const struct expired_rrset *rrset, int64_t now,
                         bool *is_denied)
{
    switch (rrset->outcome) {
    case EXPIRY_WOULD_GO:
    case EXPIRY_SPECIAL:
    case EXPIRY_OTHER_VALUE:
    case EXPIRY_LOCKED:
    case EXPIRY_REFUSED:
    case EXPIRY_NO_ZONE:
        tell(rrset);
        break;
    case EXPIRY_REMOVED:
        break;
    case EXPIRY_ABSENT:
        if (rrset->expected.family == ADDRESS_NONE || rrset->is_missing ||
            expirer->is_dry_run)
            break;
        miss(expirer, rrset, now);
        return;
    case EXPIRY_DENIED:
        *is_denied = true;
        return;
    default: /* to be tried again */
        return;
    }
    settle(expirer, rrset);
}

static void note_outcomes(struct expirer *expirer, int64_t now,
                          int64_t clock_now)
{
    struct expiry_request *request = expirer->request;
    bool is_denied = false;

    for (size_t i = 0; i < request->count; i++)
        note_outcome(expirer, &request->rrsets[i], now, &is_denied);
    if (is_denied) {
        expirer->denied_until = clock_now + EXPIRER_DENIED_PAUSE_MS;
        log_event(LOG_LEVEL_WARN, "expiry_denied",
                  log_str("advice",
                          "allow route53:ListResourceRecordSets, and DELETE "
                          "among route53:ChangeResourceRecordSetsActions, or "
                          "unset DYNDNS_EXPIRE_AFTER and expire_after"));
    }
    expiry_request_free(request);
    expirer->request = NULL;
}

/* On the updater's thread. */
static void on_done(struct expiry_request *request)
{
    struct expirer *expirer = request->owner;

    pthread_mutex_lock(&expirer->lock);
    expirer->is_back = true;
    pthread_cond_signal(&expirer->news);
    pthread_mutex_unlock(&expirer->lock);
}

/* --- who is silent ----------------------------------------------------------------- */

struct round {
    struct expirer *expirer;
    const struct hostdb *hosts;
    struct history_view view;
    int64_t now;
    struct expiry_request *request;
};

/* The last sign of life; of a host that never called, when its row was first seen
 * in the table. Its record may be from before the journal began, or have been made
 * by hand a moment ago. */
static bool find_last_sign(const struct round *round,
                           const struct host_state *state, enum rrset_type type,
                           uint32_t *last_sign_s)
{
    *last_sign_s = expiry_last_sign(state, type);
    if (*last_sign_s != 0 ||
        find(round->expirer, SEEN, state->name, type, last_sign_s))
        return true;
    *last_sign_s = (uint32_t)(round->now / 1000);
    return keep(round->expirer, SEEN, state->name, type, *last_sign_s) ==
           STATUS_OK;
}

static void add(struct round *round, const struct host_state *state,
                enum rrset_type type, uint32_t last_sign_s, uint32_t silence_s,
                bool is_missing)
{
    struct expired_rrset *rrset =
        &round->request->rrsets[round->request->count++];

    rrset->name_len = state->name.len;
    memcpy(rrset->name, state->name.ptr, state->name.len);
    rrset->type = type;
    rrset->expected = state->addresses[type == RRSET_AAAA];
    rrset->last_sign_s = last_sign_s;
    rrset->limit_s = silence_s;
    rrset->silent_s = (uint32_t)(round->now / 1000) - last_sign_s;
    rrset->is_missing = is_missing;
}

static void look_at_record(struct round *round, const struct host *row,
                           const struct host_state *state, enum rrset_type type)
{
    const struct expirer *expirer = round->expirer;
    uint32_t silence_s = expiry_silence_s(row, &expirer->rules);
    uint32_t last_sign_s, settled_at;
    int64_t missing_s;
    bool is_missing;

    if (silence_s == 0 || expiry_is_over(state, type) ||
        !find_last_sign(round, state, type, &last_sign_s) ||
        !expiry_is_due(&round->view, last_sign_s, silence_s))
        return;
    if (find(expirer, SETTLED, state->name, type, &settled_at) &&
        settled_at == last_sign_s)
        return;
    is_missing = state->addresses[type == RRSET_AAAA].family != ADDRESS_NONE &&
                 was_missing(expirer, state->name, type, last_sign_s,
                             round->now, &missing_s);
    if (is_missing && missing_s <= (int64_t)expirer->rules.news_s)
        return;
    add(round, state, type, last_sign_s, silence_s, is_missing);
}

/* The scan names a host once, by one of its rows. */
static bool look_at_host(void *arg, const struct host *host,
                         const struct host_state *state)
{
    static const enum rrset_type types[] = {RRSET_A, RRSET_AAAA};
    struct round *round = arg;

    for (size_t i = 0; i < 2; i++) {
        struct host row;

        if (round->request->count == EXPIRER_ROUND_MAX)
            return false;
        if (hostdb_lookup_type(round->hosts, host->name,
                               rrset_type_family(types[i]), &row))
            look_at_record(round, &row, state, types[i]);
    }
    return true;
}

static void note_doubt(struct expirer *expirer, const char *doubt)
{
    if (doubt == expirer->doubt)
        return;
    if (doubt == NULL)
        log_event(LOG_LEVEL_INFO, "expiry_goes_on",
                  log_str("waited", expirer->doubt));
    else
        log_event(LOG_LEVEL_INFO, "expiry_waits", log_str("reason", doubt));
    expirer->doubt = doubt;
}

/* Doubts are about all hosts, so nobody needs to be looked at. */
static bool may_look(struct expirer *expirer, const struct history_view *view,
                     int64_t now, int64_t clock_now)
{
    const char *doubt = expiry_doubt(view, now, &expirer->rules);

    note_doubt(expirer, doubt);
    return doubt == NULL && clock_now >= expirer->denied_until;
}

static struct host_table *acquire_table(struct expirer *expirer,
                                        unsigned *number)
{
    struct host_table *table;

    pthread_mutex_lock(&expirer->lock);
    table = expirer->table == NULL ? NULL : host_table_acquire(expirer->table);
    *number = expirer->tables;
    pthread_mutex_unlock(&expirer->lock);
    return table;
}

/* A record whose row is gone is forgotten, so that it is as new when the row is
 * back. Without memory for that it is tried again at the next round. */
static void forget_who_left(struct expirer *expirer,
                            const struct host_table *table, unsigned number)
{
    struct expiry_memory *kept;

    if (number == expirer->known_table ||
        expiry_memory_count(expirer->memory) == 0)
        return;
    kept = expiry_memory_of_hosts(expirer->memory, KINDS, table->hosts);
    if (kept == NULL)
        return;
    expiry_memory_free(expirer->memory);
    expirer->memory = kept;
    expirer->known_table = number;
}

static void find_silent(struct expirer *expirer, struct expiry_request *request,
                        const struct host_table *table,
                        const struct history_view *view, int64_t now)
{
    struct round round = {
        .expirer = expirer,
        .hosts = table->hosts,
        .view = *view,
        .now = now,
        .request = request,
    };

    expirer->parts.scan(expirer->parts.arg,
                        expirer->rules.after_s == 0
                            ? HOST_ATTRIBUTE_EXPIRE_AFTER
                            : HOST_ATTRIBUTE_COUNT,
                        look_at_host, &round);
}

static void hand_over(struct expirer *expirer, struct expiry_request *request,
                      int64_t clock_now)
{
    request->is_dry_run = expirer->is_dry_run;
    request->good_until = clock_now + (int64_t)expirer->rules.news_s * 1000;
    request->done = on_done;
    request->owner = expirer;
    expirer->request = request;
    expirer->parts.expire(expirer->parts.arg, request);
}

static void look_for_silent(struct expirer *expirer,
                            const struct host_table *table, int64_t now,
                            int64_t clock_now)
{
    struct history_view view = expirer->parts.look(expirer->parts.arg);
    struct expiry_request *request;

    if (!may_look(expirer, &view, now, clock_now))
        return;
    request = expiry_request_new(EXPIRER_ROUND_MAX);
    if (request != NULL)
        find_silent(expirer, request, table, &view, now);
    if (request != NULL && request->count > 0)
        hand_over(expirer, request, clock_now);
    else
        expiry_request_free(request);
}

static void go_round(struct expirer *expirer, int64_t now, int64_t clock_now)
{
    unsigned number;
    struct host_table *table = acquire_table(expirer, &number);

    if (table == NULL)
        return;
    forget_who_left(expirer, table, number);
    if (expirer->request == NULL)
        look_for_silent(expirer, table, now, clock_now);
    host_table_release(table);
}

static int64_t interval_ms(const struct expirer *expirer)
{
    return (int64_t)expirer->rules.news_s * 1000 / 2;
}

void expirer_turn(struct expirer *expirer, int64_t now, int64_t clock_now)
{
    bool is_back;

    pthread_mutex_lock(&expirer->lock);
    is_back = expirer->is_back;
    expirer->is_back = false;
    pthread_mutex_unlock(&expirer->lock);
    if (is_back)
        note_outcomes(expirer, now, clock_now);
    if (clock_now < expirer->look_at)
        return;
    expirer->look_at = clock_now + interval_ms(expirer);
    go_round(expirer, now, clock_now);
}

/* --- the thread -------------------------------------------------------------------- */

/* Until the next round, or until a request is back. False: the thread is to
 * end. */
static bool wait_for_turn(struct expirer *expirer)
{
    int64_t wait = expirer->look_at - clock_now_ms(), at;
    struct timespec until;
    bool goes_on;

    clock_gettime(CLOCK_MONOTONIC, &until);
    at = (int64_t)until.tv_sec * 1000 + until.tv_nsec / 1000000 +
         (wait > 0 ? wait : 0);
    until = (struct timespec){.tv_sec = (time_t)(at / 1000),
                              .tv_nsec = (long)(at % 1000) * 1000000};
    pthread_mutex_lock(&expirer->lock);
    while (!expirer->is_stopping && !expirer->is_back &&
           pthread_cond_timedwait(&expirer->news, &expirer->lock, &until) == 0)
        ;
    goes_on = !expirer->is_stopping;
    pthread_mutex_unlock(&expirer->lock);
    return goes_on;
}

static void *run(void *arg)
{
    struct expirer *expirer = arg;

    pthread_setname_np(pthread_self(), "expirer");
    expirer->look_at = clock_now_ms() + interval_ms(expirer);
    while (wait_for_turn(expirer))
        expirer_turn(expirer, clock_date_ms(), clock_now_ms());
    return NULL;
}

enum status expirer_start(struct expirer *expirer)
{
    if (pthread_create(&expirer->thread, NULL, run, expirer) != 0)
        return STATUS_NOMEM;
    expirer->is_started = true;
    return STATUS_OK;
}

void expirer_stop(struct expirer *expirer)
{
    if (!expirer->is_started)
        return;
    pthread_mutex_lock(&expirer->lock);
    expirer->is_stopping = true;
    pthread_cond_signal(&expirer->news);
    pthread_mutex_unlock(&expirer->lock);
    pthread_join(expirer->thread, NULL);
    expirer->is_started = false;
}
