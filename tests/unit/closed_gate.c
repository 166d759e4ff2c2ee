#include "tests/unit/closed_gate.h"

#include <stdlib.h>

enum { NOW = 1000 };

struct login_gate closed_gate(const struct hostdb *hosts,
                              const struct address *client)
{
    static struct rrset_cache *nothing_known;
    struct login_gate gate = {
        .limit = guess_limit_new(1),
        .hosts = hosts,
        .client = *client,
        .now_ms = NOW,
    };
    struct span guess = SPAN_LITERAL("guess");

    if (nothing_known == NULL)
        nothing_known = rrset_cache_new(1000);
    gate.known = nothing_known;
    if (gate.limit == NULL || gate.known == NULL ||
        login_gate_count(&gate, &guess, 1, NOW) != GUESS_LAST)
        abort();
    return gate;
}
