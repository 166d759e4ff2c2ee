#include "server/http/owner_past.h"

static bool is_addition(const struct event *event)
{
    return event->kind == EVENT_EDIT && span_is(event->edit.effect, "added");
}

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
    state->refusals = 0;
    state->client = nobody;
    state->agent = state->outcome = state->reason = nothing;
}

static void forget_former(struct host_state *state, uint32_t begin)
{
    if (state->called_at < begin)
        forget_last_call(state);
    forget_before(&state->accessed_at, begin);
    forget_before(&state->checked_at, begin);
    forget_before(&state->succeeded_at, begin);
    for (size_t i = 0; i < 2; i++)
        forget_before(&state->updated_at[i], begin);
}

struct owner_past owner_past_of(const struct history_query *answer)
{
    struct owner_past past = {.host = answer->hosts[0]};
    const struct event *events = answer->events;

    while (past.event_count < answer->event_count &&
           !is_addition(&events[past.event_count]))
        past.event_count++;
    if (past.event_count < answer->event_count)
        forget_former(&past.host.state,
                      (uint32_t)(events[past.event_count].at / 1000));
    return past;
}
