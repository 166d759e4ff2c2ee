#include "server/expiry.h"

static size_t index_of(enum rrset_type type)
{
    return type == RRSET_AAAA;
}

static uint32_t later(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

uint32_t expiry_silence_s(const struct host *row,
                          const struct expiry_rules *rules)
{
    uint32_t after_s = rules->after_s;

    (void)host_expire_after(row, &after_s);
    return after_s == 0 ? 0 : later(after_s, rules->nochg_s) + rules->margin_s;
}

const char *expiry_doubt(const struct history_view *view, int64_t now,
                         const struct expiry_rules *rules)
{
    int64_t news_ms = (int64_t)rules->news_s * 1000;

    if (view->as_of == 0)
        return "the journal has not been read yet";
    if (view->in_touch_since == 0)
        return "this server is not in touch with DYNDNS_STATE";
    if (now - view->as_of > news_ms)
        return "what others wrote to DYNDNS_STATE has not been read of late";
    if (view->as_of - now > news_ms)
        return "this machine's clock was set back";
    if (view->unsure_since != 0)
        return "a copy of the server has fallen silent without having been "
               "stopped";
    return NULL;
}

uint32_t expiry_last_sign(const struct host_state *state, enum rrset_type type)
{
    return later(later(state->accessed_at, state->checked_at),
                 state->updated_at[index_of(type)]);
}

bool expiry_is_due(const struct history_view *view, uint32_t last_sign_s,
                   uint32_t silence_s)
{
    int64_t silence_ms = (int64_t)silence_s * 1000;
    int64_t last_sign = ((int64_t)last_sign_s + 1) * 1000; /* rounded down */

    return silence_s > 0 && view->as_of - last_sign > silence_ms &&
           view->as_of - view->in_touch_since > silence_ms;
}

bool expiry_is_over(const struct host_state *state, enum rrset_type type)
{
    size_t i = index_of(type);

    return state->addresses[i].family == ADDRESS_NONE &&
           state->updated_at[i] != 0;
}
