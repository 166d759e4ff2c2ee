#include "server/history/carrier.h"

#include "base/backoff.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/log_quota.h"
#include "journal/journal_reader.h"
#include "journal/snapshot.h"
#include "server/history/knowledge_snapshot.h"
#include "server/history/minute_object.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    RETRY_FIRST_MS = 500,
    RETRY_CAP_MS = 30000,
    RETRY_CAP_AT_THE_END_MS = 1000,
    LONGEST_WAIT_MS = 60000,
    HOURS_MS = 3600 * 1000,
    LOOK_BACK_HOURS = 1, /* before a snapshot, for objects that came late */
    EVENTS_AT_ONCE = 256,
};

static const char journal_advice[] =
    "see that the place of DYNDNS_STATE is there, and may be listed, read and "
    "written; what happens meanwhile is kept in memory";

/* What may work or not by itself. */
enum doing { DOING_PUT, DOING_READ, DOING_SNAPSHOT, DOINGS };

static const char *const doing_names[DOINGS] = {
    [DOING_PUT] = "put",
    [DOING_READ] = "read",
    [DOING_SNAPSHOT] = "snapshot",
};

struct carrier {
    const struct history_settings *settings;
    char self[COPY_NAME_MAX];
    struct shared_knowledge *shared;
    struct outbox *outbox;
    struct object_store *store;
    pthread_t thread;
    bool is_started;

    /* The thread's alone. Moments of clock_now_ms(). */
    struct jitter jitter;
    struct backoff putting, reading;
    int64_t put_at, read_at, snapshot_at; /* not before then */
    struct applied_objects applied;
    struct journal_reader *reader;
    struct object_tag snapshot_tag;
    struct knowledge *fresh;      /* while the journal is read at the start */
    bool is_out_of_reach[DOINGS]; /* and the log was told */
    uint64_t dropped_told;
    struct log_quota damage;
    size_t since_lock; /* events since the lock was let go of */
    bool holds_lock;   /* of what is shared */
    bool is_after_gap; /* the object that is about to be told */
    bool has_missed;   /* something, since the last complete reading */

    _Atomic uint64_t objects_put, failures, damaged, snapshots;
    atomic_int_least64_t contact_at;

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t news;
    bool is_woken, is_over;
    atomic_bool is_stopping; /* written under the lock */
    int64_t deadline_at;
};

static int64_t interval_ms(const struct carrier *carrier)
{
    return (int64_t)carrier->settings->seconds * 1000;
}

/* Three quarters of it at least, so that copies do not act together. */
static int64_t about(struct carrier *carrier, int64_t ms)
{
    return ms - ms / 4 + jitter_up_to(&carrier->jitter, ms / 2);
}

/* --- how the store is -------------------------------------------------------------
 */

static void note_contact(struct carrier *carrier, enum doing doing)
{
    atomic_store(&carrier->contact_at, clock_date_ms());
    if (!carrier->is_out_of_reach[doing])
        return;
    carrier->is_out_of_reach[doing] = false;
    log_event(LOG_LEVEL_INFO, "state_in_reach",
              log_str("where", object_store_where(carrier->store)),
              log_str("doing", doing_names[doing]),
              log_uint("waiting", outbox_look(carrier->outbox).objects));
}

/* Logged at the beginning of each trouble. */
static void note_failure(struct carrier *carrier, enum doing doing,
                         enum status status)
{
    atomic_fetch_add(&carrier->failures, 1);
    if (carrier->is_out_of_reach[doing])
        return;
    carrier->is_out_of_reach[doing] = true;
    log_event(LOG_LEVEL_WARN, "state_out_of_reach",
              log_str("where", object_store_where(carrier->store)),
              log_str("doing", doing_names[doing]),
              log_str("status", status_name(status)),
              log_str("reason", object_store_reason(carrier->store)),
              log_str("advice", journal_advice));
}

static bool is_stopping(struct carrier *carrier)
{
    return atomic_load(&carrier->is_stopping);
}

/* --- objects are put --------------------------------------------------------------
 */

static void tell_dropped(struct carrier *carrier)
{
    struct outbox_state state = outbox_look(carrier->outbox);

    if (state.dropped == carrier->dropped_told)
        return;
    log_event(LOG_LEVEL_WARN, "state_dropped",
              log_uint("objects", state.dropped - carrier->dropped_told),
              log_uint("waiting", state.objects),
              log_str("advice",
                      "what they told of stays unknown to others; see "
                      "that DYNDNS_STATE can be written, or raise "
                      "DYNDNS_STATE_WAITING_MB"));
    carrier->dropped_told = state.dropped;
    pthread_mutex_lock(&carrier->shared->lock);
    shared_knowledge_lose_touch(carrier->shared);
    pthread_mutex_unlock(&carrier->shared->lock);
}

/* That it is there already is the work of a call before, whose answer was
 * lost. */
static enum status put(struct carrier *carrier, const struct object_name *name,
                       struct span body)
{
    char key[OBJECT_NAME_MAX];
    enum status status;

    object_name_write(name, key);
    status = object_store_put(carrier->store, key, body, MINUTE_OBJECT_TYPE,
                              OBJECT_IF_ABSENT, NULL);
    return status == STATUS_CONFLICT ? STATUS_OK : status;
}

static void put_failed(struct carrier *carrier, enum status status)
{
    int64_t wait = backoff_fail(&carrier->putting, &carrier->jitter);

    if (is_stopping(carrier) && wait > RETRY_CAP_AT_THE_END_MS)
        wait = RETRY_CAP_AT_THE_END_MS;
    carrier->put_at = clock_now_ms() + wait;
    note_failure(carrier, DOING_PUT, status);
}

/* As many as the store takes. */
static void put_all(struct carrier *carrier)
{
    struct object_name name;
    struct span body;

    /* What was to rest for long has no time for it at the end. */
    if (is_stopping(carrier) &&
        carrier->put_at > clock_now_ms() + RETRY_CAP_AT_THE_END_MS)
        carrier->put_at = 0;
    while (clock_now_ms() >= carrier->put_at &&
           outbox_borrow(carrier->outbox, &name, &body)) {
        enum status status = put(carrier, &name, body);

        outbox_return(carrier->outbox, status == STATUS_OK);
        if (status != STATUS_OK) {
            put_failed(carrier, status);
            break;
        }
        backoff_reset(&carrier->putting);
        atomic_fetch_add(&carrier->objects_put, 1);
        note_contact(carrier, DOING_PUT);
    }
    tell_dropped(carrier);
}

/* --- objects are read -------------------------------------------------------------
 */

static void lock(struct carrier *carrier)
{
    pthread_mutex_lock(&carrier->shared->lock);
    carrier->holds_lock = true;
}

static void unlock(struct carrier *carrier)
{
    carrier->holds_lock = false;
    pthread_mutex_unlock(&carrier->shared->lock);
}

/* Something happened that will never be known here: at once nobody's silence
 * means anything, for the copy that lost it may have been waited for until now. */
static void miss(struct carrier *carrier)
{
    bool takes_lock = !carrier->holds_lock;

    carrier->has_missed = true;
    if (takes_lock)
        lock(carrier);
    shared_knowledge_lose_touch(carrier->shared);
    if (takes_lock)
        unlock(carrier);
}

/* A copy that drops an object does not use its number again. */
static bool is_after_gap(const struct carrier *carrier,
                         const struct object_name *name)
{
    const struct object_name *newest =
        applied_objects_newest(&carrier->applied, name->copy);

    return name->number > (newest == NULL ? 1 : newest->number + 1);
}

/* At the end there is no time for what others did. */
static bool wants(void *arg, const struct object_name *name)
{
    struct carrier *carrier = arg;

    carrier->is_after_gap = is_after_gap(carrier, name);
    return strcmp(name->copy, carrier->self) != 0 && !is_stopping(carrier);
}

/* What is read at the start is nobody else's yet. */
static void begin_object(void *arg, const struct object_name *name)
{
    struct carrier *carrier = arg;

    (void)name;
    carrier->since_lock = 0;
    if (carrier->fresh == NULL)
        lock(carrier);
    if (carrier->is_after_gap)
        miss(carrier);
}

/* Who asks meanwhile need not wait for the whole object. */
static void let_others_in(struct carrier *carrier)
{
    if (++carrier->since_lock % EVENTS_AT_ONCE != 0)
        return;
    unlock(carrier);
    lock(carrier);
}

static void on_event(void *arg, const struct event *event)
{
    struct carrier *carrier = arg;
    bool is_fresh = carrier->fresh != NULL;
    struct knowledge *known =
        is_fresh ? carrier->fresh : carrier->shared->known;

    if (knowledge_add(known, clock_date_ms(), event) != STATUS_OK) {
        atomic_fetch_add(&carrier->damaged, 1);
        miss(carrier);
    } else if (event->kind == EVENT_COPY && event->copy.lost > 0) {
        miss(carrier);
    }
    if (!is_fresh)
        let_others_in(carrier);
}

static void end_object(void *arg, const struct object_name *name,
                       size_t passed_over)
{
    struct carrier *carrier = arg;

    (void)name;
    (void)passed_over;
    if (carrier->fresh == NULL)
        unlock(carrier);
}

static void on_damaged(void *arg, const char *key, const char *reason)
{
    struct carrier *carrier = arg;

    atomic_fetch_add(&carrier->damaged, 1);
    miss(carrier);
    if (!log_quota_allows(&carrier->damage, clock_now_s()))
        return;
    log_event(LOG_LEVEL_WARN, "state_object_damaged", log_str("key", key),
              log_str("reason", reason),
              log_str("advice", "it is passed over; see who else writes "
                                "there"));
}

static enum status poll(struct carrier *carrier)
{
    const struct journal_listener listener = {
        wants, begin_object, on_event, end_object, on_damaged, carrier};

    return journal_reader_poll(carrier->reader, clock_date_ms(), &listener);
}

static int64_t patience_ms(const struct carrier *carrier)
{
    return interval_ms(carrier) * CARRIER_PATIENCE_INTERVALS;
}

static void read_failed(struct carrier *carrier, enum status status)
{
    carrier->read_at =
        clock_now_ms() + backoff_fail(&carrier->reading, &carrier->jitter);
    note_failure(carrier, DOING_READ, status);
    pthread_mutex_lock(&carrier->shared->lock);
    if (clock_date_ms() - carrier->shared->as_of > patience_ms(carrier))
        carrier->shared->in_touch_since = 0;
    pthread_mutex_unlock(&carrier->shared->lock);
}

/* What was missed by a reading that begins our being in touch may have happened
 * while it went on. */
static void read_ended(struct carrier *carrier)
{
    struct shared_knowledge *shared = carrier->shared;

    carrier->read_at =
        clock_now_ms() + about(carrier, interval_ms(carrier) / 2);
    backoff_reset(&carrier->reading);
    note_contact(carrier, DOING_READ);
    pthread_mutex_lock(&shared->lock);
    shared_knowledge_read_until(shared,
                                journal_reader_complete_at(carrier->reader),
                                patience_ms(carrier));
    if (carrier->has_missed)
        shared_knowledge_lose_touch(shared);
    carrier->has_missed = false;
    pthread_mutex_unlock(&shared->lock);
}

/* --- at the start -----------------------------------------------------------------
 */

static void forget_reading(struct carrier *carrier)
{
    journal_reader_free(carrier->reader);
    carrier->reader = NULL;
    knowledge_free(carrier->fresh);
    carrier->fresh = NULL;
    applied_objects_clear(&carrier->applied);
}

static enum status begin_reading(struct carrier *carrier)
{
    forget_reading(carrier);
    carrier->fresh = knowledge_new(carrier->self, interval_ms(carrier));
    return carrier->fresh == NULL ? STATUS_NOMEM : STATUS_OK;
}

/* *from: since when the journal is to be read. A snapshot that is damaged is as
 * good as none, and will be replaced. */
static enum status read_snapshot(struct carrier *carrier, int64_t *from)
{
    struct object_tag tag = {.text = ""};
    struct strbuf packed;
    const char *reason;
    enum status status;

    strbuf_init(&packed, SNAPSHOT_MAX_BYTES);
    status = object_store_get(carrier->store, SNAPSHOT_KEY, &tag, &packed);
    carrier->snapshot_tag = tag;
    if (status == STATUS_OK) {
        status = knowledge_snapshot_read(strbuf_span(&packed), carrier->fresh,
                                         &carrier->applied, from, &reason);
        *from -= LOOK_BACK_HOURS * HOURS_MS;
        if (status == STATUS_INVALID) {
            on_damaged(carrier, SNAPSHOT_KEY, reason);
            status = begin_reading(carrier);
            *from = 0;
        }
    }
    strbuf_clear(&packed);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Everything that the store has; to be kept if it is whole. */
static enum status read_all(struct carrier *carrier)
{
    int64_t longest_ago = clock_date_ms() -
                          (int64_t)APPLIED_OBJECTS_FORGET_HOURS * HOURS_MS,
            from = 0;
    enum status status;

    if (carrier->reader == NULL) {
        status = begin_reading(carrier);
        if (status == STATUS_OK)
            status = read_snapshot(carrier, &from);
        if (status != STATUS_OK)
            return status;
        carrier->reader =
            journal_reader_new(carrier->store, &carrier->applied,
                               from > longest_ago ? from : longest_ago);
        if (carrier->reader == NULL)
            return STATUS_NOMEM;
    }
    return poll(carrier);
}

static void read_first(struct carrier *carrier)
{
    int64_t begun_at = clock_now_ms();
    enum status status = read_all(carrier);
    size_t hosts;

    if (status != STATUS_OK) {
        read_failed(carrier, status);
        return;
    }
    hosts = host_states_count(carrier->fresh->states);
    shared_knowledge_adopt(carrier->shared, carrier->fresh);
    carrier->fresh = NULL;
    read_ended(carrier);
    log_event(LOG_LEVEL_INFO, "state_read",
              log_str("where", object_store_where(carrier->store)),
              log_uint("hosts", hosts),
              log_int("ms", clock_now_ms() - begun_at));
}

static void read_more(struct carrier *carrier)
{
    enum status status;

    if (clock_now_ms() < carrier->read_at || is_stopping(carrier))
        return;
    if (!carrier->shared->is_read) {
        read_first(carrier);
        return;
    }
    status = poll(carrier);
    if (status == STATUS_OK)
        read_ended(carrier);
    else
        read_failed(carrier, status);
}

/* --- the snapshot -----------------------------------------------------------------
 */

/* Whether somebody else has written one since we looked: then there is no need
 * for ours. *status: how the question went. */
static bool is_replaced(struct carrier *carrier, enum status *status)
{
    struct strbuf packed;

    strbuf_init(&packed, SNAPSHOT_MAX_BYTES);
    *status = object_store_get(carrier->store, SNAPSHOT_KEY,
                               &carrier->snapshot_tag, &packed);
    strbuf_clear(&packed);
    if (*status == STATUS_OK)
        return true;
    if (*status == STATUS_NOT_FOUND)
        carrier->snapshot_tag.text[0] = '\0';
    if (*status == STATUS_UNCHANGED || *status == STATUS_NOT_FOUND)
        *status = STATUS_OK;
    return false;
}

static void plan_snapshot(struct carrier *carrier)
{
    int64_t intervals = carrier->settings->snapshot_intervals;

    if (intervals == 0)
        intervals = HISTORY_SNAPSHOT_INTERVALS;
    carrier->snapshot_at =
        clock_now_ms() + about(carrier, interval_ms(carrier) * intervals);
}

/* Asks the keeper to let all stand still with its next object. */
static void want_snapshot(struct carrier *carrier)
{
    enum status status;
    bool is_needless;

    if (!carrier->shared->is_read || carrier->shared->wants_freeze ||
        clock_now_ms() < carrier->snapshot_at || is_stopping(carrier))
        return;
    is_needless = is_replaced(carrier, &status);
    plan_snapshot(carrier);
    if (status != STATUS_OK) {
        note_failure(carrier, DOING_SNAPSHOT, status);
        return;
    }
    if (is_needless)
        return;
    pthread_mutex_lock(&carrier->shared->lock);
    carrier->shared->wants_freeze = true;
    pthread_mutex_unlock(&carrier->shared->lock);
}

static enum status put_snapshot(struct carrier *carrier, struct span packed)
{
    bool is_first = carrier->snapshot_tag.text[0] == '\0';
    enum status status = object_store_put(
        carrier->store, SNAPSHOT_KEY, packed, SNAPSHOT_CONTENT_TYPE,
        is_first ? OBJECT_IF_ABSENT : OBJECT_IF_UNCHANGED,
        &carrier->snapshot_tag);

    /* Another copy was faster, and its snapshot is as good. */
    if (status == STATUS_CONFLICT)
        return STATUS_OK;
    if (status == STATUS_OK)
        atomic_fetch_add(&carrier->snapshots, 1);
    return status;
}

/* What is frozen nobody changes but this thread, which does not: so it is read
 * without the lock. */
static enum status pack_frozen(struct carrier *carrier, struct strbuf *out)
{
    struct shared_knowledge *shared = carrier->shared;
    enum status status =
        applied_objects_add(&carrier->applied, &shared->frozen_with);

    return status == STATUS_OK
               ? knowledge_snapshot_write(shared->known, &carrier->shared->lock,
                                          &carrier->applied,
                                          shared->frozen_with.made_at, out)
               : status;
}

static void write_snapshot(struct carrier *carrier)
{
    struct strbuf packed;
    enum status status;
    bool is_frozen;

    pthread_mutex_lock(&carrier->shared->lock);
    is_frozen = carrier->shared->is_frozen;
    pthread_mutex_unlock(&carrier->shared->lock);
    if (!is_frozen)
        return;
    if (is_stopping(carrier)) {
        shared_knowledge_thaw(carrier->shared);
        return;
    }
    strbuf_init(&packed, SNAPSHOT_MAX_BYTES);
    status = pack_frozen(carrier, &packed);
    shared_knowledge_thaw(carrier->shared);
    if (status == STATUS_OK)
        status = put_snapshot(carrier, strbuf_span(&packed));
    strbuf_clear(&packed);
    if (status == STATUS_OK)
        note_contact(carrier, DOING_SNAPSHOT);
    else
        note_failure(carrier, DOING_SNAPSHOT, status);
}

/* --- the thread -------------------------------------------------------------------
 */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t next_at(struct carrier *carrier)
{
    int64_t at = clock_now_ms() + LONGEST_WAIT_MS;

    if (outbox_look(carrier->outbox).objects > 0)
        at = earlier(at, carrier->put_at);
    if (is_stopping(carrier))
        return earlier(at, carrier->deadline_at);
    return earlier(at, carrier->read_at);
}

static void wait_for_news(struct carrier *carrier)
{
    int64_t wait = next_at(carrier) - clock_now_ms();
    struct timespec until;

    if (wait < 0)
        wait = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait / 1000;
    until.tv_nsec += wait % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&carrier->lock);
    while (!carrier->is_woken)
        if (pthread_cond_timedwait(&carrier->news, &carrier->lock, &until) != 0)
            break;
    carrier->is_woken = false;
    pthread_mutex_unlock(&carrier->lock);
}

static bool goes_on(struct carrier *carrier)
{
    return !is_stopping(carrier) || (outbox_look(carrier->outbox).objects > 0 &&
                                     clock_now_ms() < carrier->deadline_at);
}

static void *run(void *arg)
{
    struct carrier *carrier = arg;

    pthread_setname_np(pthread_self(), "carrier");
    plan_snapshot(carrier);
    while (goes_on(carrier)) {
        put_all(carrier);
        write_snapshot(carrier);
        read_more(carrier);
        want_snapshot(carrier);
        if (goes_on(carrier))
            wait_for_news(carrier);
    }
    pthread_mutex_lock(&carrier->lock);
    carrier->is_over = true;
    pthread_cond_broadcast(&carrier->news);
    pthread_mutex_unlock(&carrier->lock);
    return NULL;
}

/* --- from other threads -----------------------------------------------------------
 */

static void init_waiting(struct carrier *carrier)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&carrier->news, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&carrier->lock, NULL);
}

struct carrier *carrier_new(const struct history_settings *settings,
                            const struct aws_config *aws, const char *self,
                            struct shared_knowledge *shared,
                            struct outbox *outbox)
{
    struct carrier *carrier = calloc(1, sizeof *carrier);

    if (carrier == NULL)
        return NULL;
    init_waiting(carrier);
    carrier->settings = settings;
    carrier->shared = shared;
    carrier->outbox = outbox;
    memcpy(carrier->self, self, sizeof carrier->self);
    memcpy(&carrier->jitter.state, self, sizeof carrier->jitter.state);
    carrier->putting.first_ms = carrier->reading.first_ms = RETRY_FIRST_MS;
    carrier->putting.cap_ms = carrier->reading.cap_ms = RETRY_CAP_MS;
    carrier->store = object_store_new(settings->state, aws);
    if (carrier->store != NULL)
        return carrier;
    carrier_free(carrier);
    return NULL;
}

enum status carrier_start(struct carrier *carrier)
{
    if (pthread_create(&carrier->thread, NULL, run, carrier) != 0)
        return STATUS_NOMEM;
    carrier->is_started = true;
    return STATUS_OK;
}

void carrier_wake(struct carrier *carrier)
{
    pthread_mutex_lock(&carrier->lock);
    carrier->is_woken = true;
    pthread_cond_broadcast(&carrier->news);
    pthread_mutex_unlock(&carrier->lock);
}

/* Until it has ended, or the deadline. Under the lock. */
static void wait_for_end(struct carrier *carrier)
{
    int64_t wait = carrier->deadline_at - clock_now_ms();
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait > 0 ? wait / 1000 + 1 : 0;
    while (!carrier->is_over)
        if (pthread_cond_timedwait(&carrier->news, &carrier->lock, &until) != 0)
            return;
}

void carrier_stop(struct carrier *carrier, int64_t deadline_at)
{
    struct outbox_state left;

    if (!carrier->is_started)
        return;
    pthread_mutex_lock(&carrier->lock);
    carrier->deadline_at = deadline_at;
    atomic_store(&carrier->is_stopping, true);
    carrier->is_woken = true;
    pthread_cond_broadcast(&carrier->news);
    wait_for_end(carrier);
    pthread_mutex_unlock(&carrier->lock);
    object_store_interrupt(carrier->store);
    pthread_join(carrier->thread, NULL);
    carrier->is_started = false;
    left = outbox_look(carrier->outbox);
    if (left.objects > 0)
        log_event(LOG_LEVEL_ERROR, "state_not_written",
                  log_uint("objects", left.objects),
                  log_uint("bytes", left.bytes),
                  log_str("where", object_store_where(carrier->store)));
}

void carrier_free(struct carrier *carrier)
{
    if (carrier == NULL)
        return;
    forget_reading(carrier);
    object_store_free(carrier->store);
    pthread_mutex_destroy(&carrier->lock);
    pthread_cond_destroy(&carrier->news);
    free(carrier);
}

struct carrier_figures carrier_look(const struct carrier *carrier)
{
    return (struct carrier_figures){
        .objects_put = atomic_load(&carrier->objects_put),
        .failures = atomic_load(&carrier->failures),
        .damaged = atomic_load(&carrier->damaged),
        .snapshots = atomic_load(&carrier->snapshots),
        .contact_at = atomic_load(&carrier->contact_at),
    };
}
