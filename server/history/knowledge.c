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

void knowledge_take_over(struct knowledge *knowledge,
                         const struct knowledge *before)
{
    day_sums_merge(&knowledge->sums, &before->sums);
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
    status = host_states_apply(knowledge->states, event);
    return status == STATUS_OK ? recent_events_add(knowledge->recent, event)
                               : status;
}
