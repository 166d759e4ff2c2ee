#include "base/backoff.h"

int64_t jitter_up_to(struct jitter *jitter, int64_t max)
{
    uint64_t z = (jitter->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (int64_t)((z ^ (z >> 31)) % ((uint64_t)max + 1));
}

int64_t backoff_longest(int64_t first_ms, int64_t cap_ms, unsigned failures)
{
    int64_t longest = first_ms;

    for (unsigned i = 0; i < failures && longest < cap_ms; i++)
        longest *= 2;
    return longest < cap_ms ? longest : cap_ms;
}

int64_t backoff_fail(struct backoff *backoff, struct jitter *jitter)
{
    int64_t longest =
        backoff_longest(backoff->first_ms, backoff->cap_ms, backoff->failures);

    backoff->failures++;
    return jitter_up_to(jitter, longest);
}

void backoff_reset(struct backoff *backoff)
{
    backoff->failures = 0;
}
