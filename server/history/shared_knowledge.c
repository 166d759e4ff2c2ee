#include "server/history/shared_knowledge.h"

#include "base/clock.h"
#include "base/log.h"

#include <sched.h>

enum status shared_knowledge_init(struct shared_knowledge *shared,
                                  struct knowledge *known, bool has_store)
{
    *shared = (struct shared_knowledge){
        .known = known,
        .has_store = has_store,
        .is_read = !has_store,
        .held = tally_new(),
    };
    pthread_mutex_init(&shared->lock, NULL);
    return shared->held == NULL ? STATUS_NOMEM : STATUS_OK;
}

void shared_knowledge_clear(struct shared_knowledge *shared)
{
    host_rows_clear(&shared->rows);
    knowledge_free(shared->known);
    tally_free(shared->held);
    pthread_mutex_destroy(&shared->lock);
}

void shared_knowledge_use_table(struct shared_knowledge *shared,
                                struct host_table *table)
{
    enum status status;

    pthread_mutex_lock(&shared->lock);
    status = host_rows_use(&shared->rows, table);
    shared->turns++;
    pthread_mutex_unlock(&shared->lock);
    if (status != STATUS_OK)
        log_event(LOG_LEVEL_ERROR, "history_without_table",
                  log_str("reason", "memory is short"),
                  log_str("advice", "send SIGHUP once there is memory"));
}

int64_t shared_knowledge_succeeded_at(const struct shared_knowledge *shared,
                                      struct span host)
{
    const struct host_states *states = shared->known->states;
    struct host_state state;
    uint32_t index;

    if (!host_states_find(states, host, &index))
        return 0;
    host_states_get(states, index, &state);
    return host_state_succeeded(&state);
}

enum status shared_knowledge_add(struct shared_knowledge *shared,
                                 const struct happening *happening,
                                 int64_t succeeded_at)
{
    enum status status = STATUS_OK;
    struct event event;

    if (!shared->is_read || shared->is_frozen)
        status = tally_add(shared->held, happening, succeeded_at);
    if (shared->is_frozen || status != STATUS_OK)
        return status;
    tally_event_of(happening, succeeded_at, &event);
    return knowledge_add(shared->known, happening->at, &event);
}

static bool find_state(const struct shared_knowledge *shared, struct span host,
                       struct host_state *state)
{
    const struct host_states *states = shared->known->states;
    uint32_t index;

    if (!shared->is_read || !host_states_find(states, host, &index))
        return false;
    host_states_get(states, index, state);
    return true;
}

static bool find_record(const struct shared_knowledge *shared, struct span host,
                        size_t i, struct address *says)
{
    struct host_state state;

    if (!find_state(shared, host, &state))
        return false;
    *says = state.addresses[i];
    return says->family != ADDRESS_NONE || state.updated_at[i] != 0;
}

bool shared_knowledge_is_no_change(const struct shared_knowledge *shared,
                                   struct happening *happening)
{
    bool is_known = happening->before.family != ADDRESS_NONE;
    struct address says;

    if (find_record(shared, happening->host, happening->family == ADDRESS_IPV6,
                    &says)) {
        if (shared->is_frozen && !address_equal(&says, &happening->after))
            return false;
        if (!shared->is_frozen) {
            happening->before = says;
            is_known = true;
        }
    }
    return is_known && address_equal(&happening->before, &happening->after);
}

bool shared_knowledge_says_other(const struct shared_knowledge *shared,
                                 struct span host,
                                 const struct address *address, int64_t at)
{
    size_t i = address->family == ADDRESS_IPV6;
    struct host_state state;

    return !shared->is_frozen && find_state(shared, host, &state) &&
           state.updated_at[i] != 0 &&
           ((int64_t)state.updated_at[i] + 1) * 1000 < at &&
           !address_equal(&state.addresses[i], address);
}

static bool add_held(void *arg, const struct event *event)
{
    struct shared_knowledge *shared = arg;

    if (knowledge_add(shared->known, event->at, event) != STATUS_OK)
        shared_knowledge_lose_touch(shared);
    return true;
}

/* Under the lock. */
static void release_held(struct shared_knowledge *shared)
{
    tally_each(shared->held, add_held, shared);
    tally_clear(shared->held);
}

void shared_knowledge_freeze(struct shared_knowledge *shared,
                             const struct object_name *with)
{
    if (!shared->wants_freeze || shared->is_frozen)
        return;
    shared->is_frozen = true;
    shared->frozen_with = *with;
}

void shared_knowledge_thaw(struct shared_knowledge *shared)
{
    pthread_mutex_lock(&shared->lock);
    shared->wants_freeze = shared->is_frozen = false;
    release_held(shared);
    pthread_mutex_unlock(&shared->lock);
}

void shared_knowledge_adopt(struct shared_knowledge *shared,
                            struct knowledge *read)
{
    pthread_mutex_lock(&shared->lock);
    knowledge_take_over(read, shared->known);
    knowledge_free(shared->known);
    shared->known = read;
    shared->turns++;
    host_rows_forget(&shared->rows);
    shared->is_read = true;
    release_held(shared);
    pthread_mutex_unlock(&shared->lock);
}

void shared_knowledge_lose_touch(struct shared_knowledge *shared)
{
    if (shared->in_touch_since != 0)
        shared->in_touch_since = clock_date_ms();
}

void shared_knowledge_read_until(struct shared_knowledge *shared, int64_t as_of,
                                 int64_t patience_ms)
{
    int64_t since_before = as_of - shared->as_of;

    if (shared->as_of != 0 &&
        (since_before > patience_ms || since_before < -patience_ms))
        shared->in_touch_since = 0;
    shared->as_of = as_of;
    if (shared->in_touch_since == 0)
        shared->in_touch_since = as_of;
}

int64_t shared_knowledge_as_of(const struct shared_knowledge *shared,
                               int64_t now)
{
    if (!shared->is_read)
        return 0;
    return shared->has_store ? shared->as_of : now;
}

static void let_others_in(struct shared_knowledge *shared)
{
    pthread_mutex_unlock(&shared->lock);
    sched_yield();
    pthread_mutex_lock(&shared->lock);
}

void shared_knowledge_follow(struct shared_knowledge *shared)
{
    while (host_rows_follow(&shared->rows, shared->known->states,
                            SHARED_KNOWLEDGE_CHUNK))
        let_others_in(shared);
}

static bool tell(const struct shared_knowledge *shared, uint32_t row,
                 host_rows_each_fn *each, void *arg)
{
    struct host_state state;
    struct host host;

    return !host_rows_get(&shared->rows, shared->known->states, row, &host,
                          &state) ||
           each(arg, &host, &state);
}

static bool walk(struct shared_knowledge *shared, host_rows_each_fn *each,
                 void *arg)
{
    uint32_t count;
    uint64_t turn;

    shared_knowledge_follow(shared);
    count = host_rows_count(&shared->rows);
    turn = shared->turns;
    for (uint32_t row = 0; row < count; row++) {
        if (row > 0 && row % SHARED_KNOWLEDGE_CHUNK == 0) {
            let_others_in(shared);
            if (shared->turns != turn)
                return false;
        }
        if (!tell(shared, row, each, arg))
            return true;
    }
    return true;
}

bool shared_knowledge_walk(struct shared_knowledge *shared,
                           host_rows_each_fn *each, void *arg)
{
    bool is_whole;

    pthread_mutex_lock(&shared->lock);
    is_whole = walk(shared, each, arg);
    pthread_mutex_unlock(&shared->lock);
    return is_whole;
}
