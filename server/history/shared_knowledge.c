#include "server/history/shared_knowledge.h"

#include "base/log.h"

void shared_knowledge_init(struct shared_knowledge *shared,
                           struct knowledge *known, bool has_store)
{
    *shared = (struct shared_knowledge){
        .known = known,
        .has_store = has_store,
        .is_read = !has_store,
    };
    pthread_mutex_init(&shared->lock, NULL);
}

void shared_knowledge_clear(struct shared_knowledge *shared)
{
    host_rows_clear(&shared->rows);
    knowledge_free(shared->known);
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

void shared_knowledge_replace(struct shared_knowledge *shared,
                              struct knowledge *known)
{
    knowledge_free(shared->known);
    shared->known = known;
    shared->turns++;
    host_rows_forget(&shared->rows);
}

int64_t shared_knowledge_as_of(const struct shared_knowledge *shared,
                               int64_t now)
{
    if (!shared->is_read)
        return 0;
    return shared->has_store ? shared->as_of : now;
}

/* Has all states find their rows, letting go of the lock in between. */
static void follow(struct shared_knowledge *shared)
{
    while (host_rows_follow(&shared->rows, shared->known->states,
                            SHARED_KNOWLEDGE_CHUNK)) {
        pthread_mutex_unlock(&shared->lock);
        pthread_mutex_lock(&shared->lock);
    }
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

    follow(shared);
    count = host_rows_count(&shared->rows);
    turn = shared->turns;
    for (uint32_t row = 0; row < count; row++) {
        if (row > 0 && row % SHARED_KNOWLEDGE_CHUNK == 0) {
            pthread_mutex_unlock(&shared->lock);
            pthread_mutex_lock(&shared->lock);
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
