#include "agenda.h"

#include <stdio.h>
#include <stdlib.h>

static bool is_earlier(const struct agenda_event *a,
                       const struct agenda_event *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void swap(struct agenda_event *a, struct agenda_event *b)
{
    struct agenda_event kept = *a;

    *a = *b;
    *b = kept;
}

void agenda_plan(struct agenda *agenda, int64_t at, agenda_fn *happen,
                 void *subject)
{
    size_t i = agenda->count;

    if (agenda->count == agenda->capacity) {
        agenda->capacity = agenda->capacity == 0 ? 256 : agenda->capacity * 2;
        agenda->events =
            realloc(agenda->events, agenda->capacity * sizeof *agenda->events);
        if (agenda->events == NULL) {
            fputs("sim: memory is short\n", stderr);
            exit(EXIT_FAILURE);
        }
    }
    agenda->events[agenda->count++] =
        (struct agenda_event){at, agenda->planned++, happen, subject};
    for (;
         i > 0 && is_earlier(&agenda->events[i], &agenda->events[(i - 1) / 2]);
         i = (i - 1) / 2)
        swap(&agenda->events[i], &agenda->events[(i - 1) / 2]);
}

int64_t agenda_next_at(const struct agenda *agenda)
{
    return agenda->count == 0 ? INT64_MAX : agenda->events[0].at;
}

void agenda_run_one(struct agenda *agenda, void *arg)
{
    struct agenda_event event = agenda->events[0];
    size_t i = 0, child;

    agenda->events[0] = agenda->events[--agenda->count];
    while ((child = 2 * i + 1) < agenda->count) {
        if (child + 1 < agenda->count &&
            is_earlier(&agenda->events[child + 1], &agenda->events[child]))
            child++;
        if (!is_earlier(&agenda->events[child], &agenda->events[i]))
            break;
        swap(&agenda->events[child], &agenda->events[i]);
        i = child;
    }
    event.happen(arg, event.at, event.subject);
}

void agenda_clear(struct agenda *agenda)
{
    free(agenda->events);
    *agenda = (struct agenda){.events = NULL};
}
