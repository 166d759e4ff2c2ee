#include "server/http/owner_past.h"

static void forget_before(uint32_t *moment, uint32_t begin)
{
    if (*moment < begin)
        *moment = 0;
}

static void forget_last_call(struct host_state *state)
{
    static const struct address nobody = {.family = ADDRESS_NONE};
    static const struct span nothing = SPAN_LITERAL("");

    state->called_at = 0;
    state->client = nobody;
    state->agent = state->outcome = state->reason = nothing;
}

static void forget_times(struct host_state *state)
{
    uint32_t begin = state->added_at;

    forget_before(&state->accessed_at, begin);
    forget_before(&state->checked_at, begin);
    forget_before(&state->succeeded_at, begin);
    for (size_t i = 0; i < 2; i++) {
        forget_before(&state->updated_at[i], begin);
        forget_before(&state->seen_at[i], begin);
    }
}

static int64_t first_of(const struct event *event)
{
    return event->calls.first_at > 0 ? event->calls.first_at : event->at;
}

/* They are told from the newest to the oldest. */
static void forget_events(struct history_query *answer, int64_t begin)
{
    size_t count = 0;

    for (; count < answer->event_count && answer->events[count].at >= begin;
         count++) {
        struct event *event = &answer->events[count];

        if (event->kind == EVENT_CALLS && first_of(event) < begin) {
            event->calls.first_at = event->at;
            event->calls.calls = event->calls.refused = 1;
        }
    }
    answer->event_count = answer->events_in_all = count;
}

/* With no success since it was added, all refusals since then are in a row, but
 * those before may have been counted with them. If its last call is from since
 * then, that was one of them, be it remembered or not. */
static void count_refusals(struct history_query *answer)
{
    struct host_state *state = &answer->hosts[0].state;
    uint32_t had = state->refusals;
    uint64_t since = state->called_at > 0 && had > 0 ? 1 : 0, told = 0;

    if (state->succeeded_at > 0)
        return;
    for (size_t i = 0; i < answer->event_count; i++)
        if (answer->events[i].kind == EVENT_CALLS)
            told += answer->events[i].calls.refused;
    if (told > since)
        since = told;
    state->refusals = since < had ? (uint32_t)since : had;
}

void owner_past_forget(struct history_query *answer)
{
    struct history_host *host = &answer->hosts[0];
    struct host_state *state = &host->state;

    if (state->added_at == 0)
        return;
    if (state->called_at < state->added_at)
        forget_last_call(state);
    forget_times(state);
    if (state->accessed_at == 0)
        host->is_silent = false;
    forget_events(answer, (int64_t)state->added_at * 1000);
    count_refusals(answer);
}
