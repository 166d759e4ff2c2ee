/* agenda -- what is to happen when: a heap of events in virtual time. Events of
 * one moment happen in the order in which they were planned.
 */
#ifndef TESTS_SIM_AGENDA_H
#define TESTS_SIM_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void agenda_fn(void *arg, int64_t now, void *subject);

struct agenda_event {
    int64_t at;
    uint64_t order;
    agenda_fn *happen;
    void *subject;
};

struct agenda {
    struct agenda_event *events;
    size_t count, capacity;
    uint64_t planned;
};

/* Plans happen(arg of agenda_run_one(), at, subject). Ends the program when
 * memory is short. */
void agenda_plan(struct agenda *agenda, int64_t at, agenda_fn *happen,
                 void *subject);

/* INT64_MAX when nothing is planned. */
int64_t agenda_next_at(const struct agenda *agenda);

void agenda_run_one(struct agenda *agenda, void *arg);
void agenda_clear(struct agenda *agenda);

#endif
