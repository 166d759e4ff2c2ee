#include "cli/object_ahead.h"

#include "journal/journal_reader.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct slot {
    bool is_done;
    enum status status;
    char reason[OBJECT_REASON_MAX_BYTES];
    struct strbuf body;
};

struct worker {
    struct object_ahead *ahead;
    struct state_store *store;
    pthread_t thread;
};

/* An object has the slot of its number. Between `handed` and `begun` they are
 * being read, or wait to be handed out. */
struct object_ahead {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    char *const *keys;
    size_t count, begun, handed;
    bool holds; /* the one that was handed out last is still looked at */
    bool is_over;
    struct slot slots[OBJECT_AHEAD_KEPT];
    struct worker workers[OBJECT_AHEAD_THREADS];
    size_t threads;
};

/* ---- the threads ---- */

static struct slot *slot_of(struct object_ahead *ahead, size_t number)
{
    return &ahead->slots[number % OBJECT_AHEAD_KEPT];
}

static bool has_work(const struct object_ahead *ahead)
{
    return ahead->begun < ahead->count &&
           ahead->begun < ahead->handed + OBJECT_AHEAD_KEPT;
}

/* The number of the next object that is to be read; false: it is over. */
static bool take_work(struct object_ahead *ahead, size_t *number)
{
    while (!ahead->is_over && !has_work(ahead))
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    *number = ahead->begun;
    ahead->begun += !ahead->is_over;
    return !ahead->is_over;
}

static void read_object(struct state_store *store, const char *key,
                        struct slot *slot)
{
    strbuf_rewind(&slot->body);
    slot->status = state_store_get(store, key, &slot->body);
    slot->reason[0] = '\0';
    if (slot->status != STATUS_OK)
        strncat(slot->reason, state_store_reason(store),
                sizeof slot->reason - 1);
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct object_ahead *ahead = worker->ahead;
    size_t number;

    pthread_mutex_lock(&ahead->lock);
    while (take_work(ahead, &number)) {
        struct slot *slot = slot_of(ahead, number);
        const char *key = ahead->keys[number];

        pthread_mutex_unlock(&ahead->lock);
        read_object(worker->store, key, slot);
        pthread_mutex_lock(&ahead->lock);
        slot->is_done = true;
        pthread_cond_broadcast(&ahead->changed);
    }
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

/* ---- its life ---- */

static bool start_worker(struct object_ahead *ahead,
                         const struct state_store *store)
{
    struct worker *worker = &ahead->workers[ahead->threads];

    worker->ahead = ahead;
    worker->store = state_store_again(store);
    if (worker->store == NULL)
        return false;
    if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
        state_store_close(worker->store);
        return false;
    }
    ahead->threads++;
    return true;
}

struct object_ahead *object_ahead_new(const struct state_store *store)
{
    struct object_ahead *ahead = calloc(1, sizeof *ahead);

    if (ahead == NULL)
        return NULL;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    for (size_t i = 0; i < OBJECT_AHEAD_KEPT; i++)
        strbuf_init(&ahead->slots[i].body, JOURNAL_OBJECT_MAX_BYTES);
    while (ahead->threads < OBJECT_AHEAD_THREADS && start_worker(ahead, store))
        ;
    if (ahead->threads > 0)
        return ahead;
    object_ahead_free(ahead);
    return NULL;
}

void object_ahead_free(struct object_ahead *ahead)
{
    if (ahead == NULL)
        return;
    pthread_mutex_lock(&ahead->lock);
    ahead->is_over = true;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    for (size_t i = 0; i < ahead->threads; i++) {
        object_store_interrupt(state_store_plain(ahead->workers[i].store));
        pthread_join(ahead->workers[i].thread, NULL);
        state_store_close(ahead->workers[i].store);
    }
    for (size_t i = 0; i < OBJECT_AHEAD_KEPT; i++)
        strbuf_clear(&ahead->slots[i].body);
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->lock);
    free(ahead);
}

/* ---- what is handed out ---- */

void object_ahead_begin(struct object_ahead *ahead, char *const *keys,
                        size_t count)
{
    pthread_mutex_lock(&ahead->lock);
    ahead->keys = keys;
    ahead->count = count;
    ahead->begun = ahead->handed = 0;
    ahead->holds = false;
    for (size_t i = 0; i < OBJECT_AHEAD_KEPT; i++)
        ahead->slots[i].is_done = false;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
}

/* What was handed out before is given up: its slot is free. */
static void give_up_last(struct object_ahead *ahead)
{
    if (!ahead->holds)
        return;
    slot_of(ahead, ahead->handed)->is_done = false;
    ahead->handed++;
    ahead->holds = false;
    pthread_cond_broadcast(&ahead->changed);
}

/* The lock is not held while `waiting` runs. */
static void wait_a_moment(struct object_ahead *ahead,
                          object_ahead_waiting_fn *waiting, void *arg)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1;
    if (pthread_cond_timedwait(&ahead->changed, &ahead->lock, &until) == 0 ||
        waiting == NULL)
        return;
    pthread_mutex_unlock(&ahead->lock);
    waiting(arg);
    pthread_mutex_lock(&ahead->lock);
}

bool object_ahead_next(struct object_ahead *ahead, struct fetched_object *out,
                       object_ahead_waiting_fn *waiting, void *arg)
{
    struct slot *slot;

    pthread_mutex_lock(&ahead->lock);
    give_up_last(ahead);
    slot = slot_of(ahead, ahead->handed);
    ahead->holds = ahead->handed < ahead->count;
    while (ahead->holds && !slot->is_done)
        wait_a_moment(ahead, waiting, arg);
    if (ahead->holds)
        *out = (struct fetched_object){
            .key = ahead->keys[ahead->handed],
            .status = slot->status,
            .reason = slot->reason,
            .body = strbuf_span(&slot->body),
        };
    pthread_mutex_unlock(&ahead->lock);
    return ahead->holds;
}
