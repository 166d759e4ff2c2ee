#include "server/history/knowledge_snapshot.h"

#include "journal/snapshot.h"

/* --- written ----------------------------------------------------------------------
 */

static void write_hosts(struct snapshot_writer *writer,
                        const struct host_states *states)
{
    uint32_t count = (uint32_t)host_states_count(states);

    for (uint32_t i = 0; i < count; i++) {
        struct host_state state;

        host_states_get(states, i, &state);
        snapshot_writer_host(writer, &state);
    }
}

static bool write_event(void *writer, const struct event *event)
{
    snapshot_writer_event(writer, event);
    return true;
}

/* What it did stands in the sums. */
static void write_copy(void *writer, const struct copy_word *word)
{
    struct event event = {
        .kind = EVENT_COPY, .at = word->heard_at, .copy = word->copy};

    snapshot_writer_event(writer, &event);
}

static void write_sums(struct snapshot_writer *writer,
                       const struct day_sums *sums, int64_t now)
{
    struct day_sum list[DAY_SUMS];
    int64_t at = day_sums_list(sums, now, list);

    for (size_t i = 0; i < DAY_SUMS; i++, at += DAY_SUM_SECONDS * 1000) {
        struct snapshot_sum sum = {
            .sum_at = at,
            .calls = list[i].calls,
            .refused = list[i].refused,
            .changes = list[i].changes,
            .route53_calls = list[i].route53_calls,
            .throttled = list[i].throttled,
            .lost = list[i].lost,
        };

        snapshot_writer_sum(writer, &sum);
    }
}

enum status knowledge_snapshot_write(struct knowledge *known,
                                     pthread_mutex_t *lock,
                                     const struct applied_objects *applied,
                                     int64_t at, struct strbuf *out)
{
    struct snapshot_writer *writer = snapshot_writer_new(out, at);
    enum status status;

    if (writer == NULL)
        return STATUS_NOMEM;
    snapshot_writer_applied(writer, applied);
    write_hosts(writer, known->states);
    pthread_mutex_lock(lock);
    status = recent_events_replay(known->recent, write_event, writer);
    copies_each(known->copies, at, write_copy, writer);
    write_sums(writer, &known->sums, at);
    pthread_mutex_unlock(lock);
    if (status == STATUS_OK)
        return snapshot_writer_finish(writer);
    snapshot_writer_free(writer);
    return status;
}

/* --- read -------------------------------------------------------------------------
 */

struct reading {
    struct knowledge *known;
    struct applied_objects *applied;
    int64_t at;
};

static enum status on_begin(void *arg, int64_t at)
{
    ((struct reading *)arg)->at = at;
    return STATUS_OK;
}

static enum status on_applied(void *arg, const struct object_name *newest)
{
    return applied_objects_add(((struct reading *)arg)->applied, newest);
}

static enum status on_host(void *arg, const struct host_state *state)
{
    enum status status =
        host_states_restore(((struct reading *)arg)->known->states, state);

    /* Whoever wrote a host twice, said it at first. */
    return status == STATUS_CONFLICT ? STATUS_OK : status;
}

static enum status on_event(void *arg, const struct event *event)
{
    const struct reading *reading = arg;
    enum status status = STATUS_OK;

    if (event->kind == EVENT_COPY) {
        copies_note(reading->known->copies, reading->at, event);
        return STATUS_OK;
    }
    /* An older version's hosts do not say when they were added. */
    if (event->kind == EVENT_EDIT)
        status = host_states_apply(reading->known->states, event);
    return status == STATUS_OK
               ? recent_events_add(reading->known->recent, event)
               : status;
}

static enum status on_sum(void *arg, const struct snapshot_sum *sum)
{
    const struct reading *reading = arg;
    const struct event_copy did = {
        .calls = sum->calls,
        .refused = sum->refused,
        .changes = sum->changes,
        .route53_calls = sum->route53_calls,
        .throttled = sum->throttled,
        .lost = sum->lost,
    };

    day_sums_add(&reading->known->sums, reading->at, sum->sum_at, &did);
    return STATUS_OK;
}

enum status knowledge_snapshot_read(struct span packed, struct knowledge *known,
                                    struct applied_objects *applied,
                                    int64_t *at, const char **reason)
{
    struct reading reading = {known, applied, 0};
    const struct snapshot_listener listener = {on_begin, on_applied, on_host,
                                               on_event, on_sum,     &reading};
    enum status status = snapshot_read(packed, &listener, reason);

    *at = reading.at;
    return status;
}
