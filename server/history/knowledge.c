#include "server/history/knowledge.h"

#include <stdlib.h>

struct knowledge *knowledge_new(const char *self, int64_t interval_ms)
{
    struct knowledge *knowledge = calloc(1, sizeof *knowledge);

    if (knowledge == NULL)
        return NULL;
    knowledge->states = host_states_new();
    knowledge->recent = recent_events_new(RECENT_EVENTS_BYTES);
    knowledge->copies = copies_new(self, interval_ms);
    if (knowledge->states != NULL && knowledge->recent != NULL &&
        knowledge->copies != NULL)
        return knowledge;
    knowledge_free(knowledge);
    return NULL;
}

void knowledge_free(struct knowledge *knowledge)
{
    if (knowledge == NULL)
        return;
    host_states_free(knowledge->states);
    recent_events_free(knowledge->recent);
    copies_free(knowledge->copies);
    free(knowledge);
}

size_t knowledge_bytes(const struct knowledge *knowledge)
{
    return host_states_bytes(knowledge->states) +
           recent_events_bytes(knowledge->recent);
}

void knowledge_take_over(struct knowledge *knowledge,
                         const struct knowledge *before)
{
    day_sums_merge(&knowledge->sums, &before->sums);
}

static bool apply_addition(void *arg, const struct event *event)
{
    /* It makes no host known, so it needs no memory. */
    return host_states_apply(arg, event) == STATUS_OK &&
           !span_is(event->edit.effect, "added");
}

/* Of a host that was not known when the edit was heard of. */
static enum status find_addition(struct knowledge *knowledge, struct span host)
{
    const struct recent_query edits = {
        .kinds = RECENT_EDITS, .host = host, .count = SIZE_MAX};

    return recent_events_each(knowledge->recent, &edits, apply_addition,
                              knowledge->states);
}

static enum status apply(struct knowledge *knowledge, const struct event *event)
{
    size_t known = host_states_count(knowledge->states);
    enum status status = host_states_apply(knowledge->states, event);

    if (status != STATUS_OK || host_states_count(knowledge->states) == known)
        return status;
    return find_addition(knowledge, event->kind == EVENT_CALLS
                                        ? event->calls.host
                                        : event->change.host);
}

enum status knowledge_add(struct knowledge *knowledge, int64_t now,
                          const struct event *event)
{
    enum status status;

    if (event->kind == EVENT_COPY) {
        copies_note(knowledge->copies, now, event);
        day_sums_add(&knowledge->sums, now, event->at, &event->copy);
        return STATUS_OK;
    }
    status = apply(knowledge, event);
    return status == STATUS_OK ? recent_events_add(knowledge->recent, event)
                               : status;
}
