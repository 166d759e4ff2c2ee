#include "server/history/history_query.h"

#include <stdlib.h>

struct answer_memory {
    struct answer_memory *next;
    max_align_t bytes[];
};

struct history_query *history_query_new(enum history_question question,
                                        history_done_fn *done, void *owner)
{
    struct history_query *query = calloc(1, sizeof *query);

    if (query == NULL)
        return NULL;
    query->question = question;
    query->done = done;
    query->owner = owner;
    list_init(&query->in_inbox);
    return query;
}

void history_query_free(struct history_query *query)
{
    if (query == NULL)
        return;
    while (query->memory != NULL) {
        struct answer_memory *memory = query->memory;

        query->memory = memory->next;
        free(memory);
    }
    host_table_release(query->table);
    free(query);
}

void *history_query_alloc(struct history_query *query, size_t bytes)
{
    struct answer_memory *memory = calloc(1, sizeof *memory + bytes);

    if (memory == NULL) {
        query->status = STATUS_NOMEM;
        return NULL;
    }
    memory->next = query->memory;
    query->memory = memory;
    return memory->bytes;
}

struct span history_query_copy(struct history_query *query, struct span text)
{
    char *copy = text.len == 0 ? NULL : history_query_alloc(query, text.len);

    if (copy == NULL)
        return span_from("", 0);
    memcpy(copy, text.ptr, text.len);
    return span_from(copy, text.len);
}

static void keep(struct history_query *query, struct span *text)
{
    *text = history_query_copy(query, *text);
}

void history_query_keep_state(struct history_query *query,
                              struct host_state *state)
{
    keep(query, &state->name);
    keep(query, &state->agent);
    keep(query, &state->outcome);
    keep(query, &state->reason);
}

static void keep_calls(struct history_query *query, struct event_calls *calls)
{
    keep(query, &calls->host);
    keep(query, &calls->agent);
    keep(query, &calls->outcome);
    keep(query, &calls->reason);
}

static void keep_edit(struct history_query *query, struct event_edit *edit)
{
    keep(query, &edit->by);
    keep(query, &edit->action);
    keep(query, &edit->effect);
    keep(query, &edit->table_version);
    for (size_t i = 0; i < edit->named; i++)
        keep(query, &edit->hosts[i]);
}

void history_query_keep_copy(struct history_query *query,
                             struct event_copy *copy)
{
    keep(query, &copy->copy);
    keep(query, &copy->machine);
    keep(query, &copy->version);
    keep(query, &copy->table_version);
}

void history_query_keep_event(struct history_query *query, struct event *event)
{
    switch (event->kind) {
    case EVENT_CALLS:
        keep_calls(query, &event->calls);
        break;
    case EVENT_CHANGE:
        keep(query, &event->change.host);
        keep(query, &event->change.why);
        break;
    case EVENT_EDIT:
        keep_edit(query, &event->edit);
        break;
    case EVENT_COPY:
        history_query_keep_copy(query, &event->copy);
        break;
    }
}
