#include "server/state/event_queue.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Before each happening's bytes: those of its host, then of its agent. */
struct entry {
    struct happening happening; /* its spans are set when it is read */
    int64_t put_at;             /* clock_now_ns */
    unsigned char host_len, agent_len;
};

struct event_queue {
    size_t max_bytes;
    event_queue_wake_fn *wake;
    void *wake_arg;
    char *reading; /* the reader's alone, and the next too */
    size_t taken;
    _Atomic uint64_t lost;

    pthread_mutex_t lock; /* guards the rest */
    char *writing;
    size_t used;
    bool has_woken;
};

/* So that each entry stands where a struct may. */
static size_t aligned(size_t bytes)
{
    size_t unit = _Alignof(struct entry);

    return (bytes + unit - 1) / unit * unit;
}

struct event_queue *event_queue_new(size_t max_bytes, event_queue_wake_fn *wake,
                                    void *arg)
{
    struct event_queue *queue = calloc(1, sizeof *queue);

    if (queue == NULL)
        return NULL;
    pthread_mutex_init(&queue->lock, NULL);
    queue->max_bytes = max_bytes;
    queue->wake = wake;
    queue->wake_arg = arg;
    /* Pages that are never reached are never had. */
    queue->writing = calloc(1, max_bytes);
    queue->reading = calloc(1, max_bytes);
    if (queue->writing != NULL && queue->reading != NULL)
        return queue;
    event_queue_free(queue);
    return NULL;
}

void event_queue_free(struct event_queue *queue)
{
    if (queue == NULL)
        return;
    pthread_mutex_destroy(&queue->lock);
    free(queue->writing);
    free(queue->reading);
    free(queue);
}

static void append(struct event_queue *queue, const struct entry *entry)
{
    const struct happening *happening = &entry->happening;
    char *to = queue->writing + queue->used;

    memcpy(to, entry, sizeof *entry);
    to += sizeof *entry;
    memcpy(to, happening->host.ptr, entry->host_len);
    if (entry->agent_len > 0)
        memcpy(to + entry->host_len, happening->agent.ptr, entry->agent_len);
}

/* Whether the reader is to be woken. */
static bool put(struct event_queue *queue, const struct entry *entry)
{
    size_t bytes = aligned(sizeof *entry + entry->host_len + entry->agent_len);
    bool wakes;

    pthread_mutex_lock(&queue->lock);
    if (bytes <= queue->max_bytes - queue->used) {
        append(queue, entry);
        queue->used += bytes;
    } else {
        atomic_fetch_add_explicit(&queue->lost, 1, memory_order_relaxed);
    }
    wakes = !queue->has_woken && queue->used > queue->max_bytes / 2;
    queue->has_woken |= wakes;
    pthread_mutex_unlock(&queue->lock);
    return wakes;
}

void event_queue_put(struct event_queue *queue,
                     const struct happening *happening)
{
    struct entry entry;
    size_t agent_len;

    if (queue == NULL)
        return;
    agent_len = happening->kind == HAPPENED_CALL ? happening->agent.len : 0;
    if (agent_len > HAPPENING_AGENT_MAX_BYTES)
        agent_len = HAPPENING_AGENT_MAX_BYTES;
    memset(&entry, 0, sizeof entry);
    entry.happening = *happening;
    entry.put_at = clock_now_ns();
    entry.host_len = (unsigned char)happening->host.len;
    entry.agent_len = (unsigned char)agent_len;
    if (put(queue, &entry) && queue->wake != NULL)
        queue->wake(queue->wake_arg);
}

/* Under the lock. */
static void take(struct event_queue *queue)
{
    char *taken = queue->writing;

    queue->taken = queue->used;
    queue->writing = queue->reading;
    queue->used = 0;
    queue->has_woken = false;
    queue->reading = taken;
}

/* A writer holds one lock at most, so that it does not matter in which order they
 * are had here. */
void event_queues_take(struct event_queue *const *queues, size_t count)
{
    for (size_t i = 0; i < count; i++)
        pthread_mutex_lock(&queues[i]->lock);
    for (size_t i = 0; i < count; i++)
        take(queues[i]);
    for (size_t i = 0; i < count; i++)
        pthread_mutex_unlock(&queues[i]->lock);
}

/* What comes next of one queue. */
struct head {
    struct happening happening;
    int64_t put_at;
    const char *next; /* what is behind it */
};

/* False: there is nothing more. */
static bool advance(const struct event_queue *queue, struct head *head)
{
    const char *bytes = head->next + sizeof(struct entry);
    struct entry entry;

    if (head->next == queue->reading + queue->taken)
        return false;
    memcpy(&entry, head->next, sizeof entry);
    head->happening = entry.happening;
    head->put_at = entry.put_at;
    head->happening.host = span_from(bytes, entry.host_len);
    head->happening.agent = span_from(bytes + entry.host_len, entry.agent_len);
    head->next += aligned(sizeof entry + entry.host_len + entry.agent_len);
    return true;
}

/* The queues that have something, and the place of the first of all. */
struct heads {
    struct head of[EVENT_QUEUES_MAX];
    bool is_there[EVENT_QUEUES_MAX];
};

/* `count`: there is none. */
static size_t first_of(const struct heads *heads, size_t count)
{
    size_t first = count;

    for (size_t i = 0; i < count; i++)
        if (heads->is_there[i] &&
            (first == count || heads->of[i].put_at < heads->of[first].put_at))
            first = i;
    return first;
}

void event_queues_each(struct event_queue *const *queues, size_t count,
                       event_queue_each_fn *each, void *arg)
{
    struct heads heads;
    size_t first;

    for (size_t i = 0; i < count; i++) {
        heads.of[i].next = queues[i]->reading;
        heads.is_there[i] = advance(queues[i], &heads.of[i]);
    }
    while ((first = first_of(&heads, count)) < count) {
        each(arg, &heads.of[first].happening);
        heads.is_there[first] = advance(queues[first], &heads.of[first]);
    }
}

uint64_t event_queue_lost(const struct event_queue *queue)
{
    return atomic_load_explicit(&queue->lost, memory_order_relaxed);
}
