#include "server/http/guess_limit.h"

#include "base/siphash.h"
#include "server/http/budgets.h"

#include <stdatomic.h>
#include <stdlib.h>

struct guess_limit {
    unsigned most; /* 0: no limit, and the rest is empty */
    struct siphash_key key;
    struct budgets *budgets;
    /* When the last of those who are turned away will be no more; 0: there was
     * none. */
    atomic_int_least64_t quiet_at_ms;
};

static bool set_up(struct guess_limit *limit)
{
    struct budget_terms terms = {
        .most = limit->most,
        .rest = limit->most / 2,
        .repeat = 1.0 / GUESS_LIMIT_REPEATS,
        .memory = GUESS_LIMIT_MEMORY,
        .sets = GUESS_LIMIT_ADDRESSES / BUDGETS_WAYS,
    };

    if (limit->most == 0)
        return true;
    limit->budgets = budgets_new(&terms);
    return limit->budgets != NULL && siphash_key_init(&limit->key);
}

struct guess_limit *guess_limit_new(unsigned most)
{
    struct guess_limit *limit = calloc(1, sizeof *limit);

    if (limit == NULL)
        return NULL;
    limit->most = most;
    if (set_up(limit))
        return limit;
    guess_limit_free(limit);
    return NULL;
}

void guess_limit_free(struct guess_limit *limit)
{
    if (limit == NULL)
        return;
    budgets_free(limit->budgets);
    free(limit);
}

static uint64_t hash(const struct guess_limit *limit, const void *bytes,
                     size_t len)
{
    return siphash(&limit->key, span_from(bytes, len));
}

uint64_t guess_limit_key(const struct guess_limit *limit,
                         const struct address *client, struct span host)
{
    struct address network = address_network(client);
    uint64_t parts[2];

    if (limit->most == 0)
        return 0;
    parts[0] = hash(limit, network.bytes, sizeof network.bytes) ^
               (uint64_t)network.family;
    parts[1] = siphash(&limit->key, host);
    return hash(limit, parts, sizeof parts);
}

bool guess_limit_is_quiet(const struct guess_limit *limit)
{
    return atomic_load_explicit(&limit->quiet_at_ms, memory_order_relaxed) == 0;
}

unsigned guess_limit_wait_s(struct guess_limit *limit, uint64_t key,
                            int64_t now_ms)
{
    int64_t quiet_at = atomic_load(&limit->quiet_at_ms);

    if (quiet_at <= now_ms) {
        /* Unless somebody is turned away meanwhile. */
        atomic_compare_exchange_strong(&limit->quiet_at_ms, &quiet_at, 0);
        return 0;
    }
    return (unsigned)((budgets_wait_ms(limit->budgets, key, now_ms) + 999) /
                      1000);
}

/* Somebody is turned away until then. */
static void end_quiet(struct guess_limit *limit, int64_t until_ms)
{
    int64_t before = atomic_load(&limit->quiet_at_ms);

    while (before < until_ms && !atomic_compare_exchange_weak(
                                    &limit->quiet_at_ms, &before, until_ms))
        continue;
}

static uint64_t tag_of(const struct guess_limit *limit,
                       const struct span *texts, size_t count)
{
    uint64_t parts[2] = {0, 0};

    for (size_t i = 0; i < count; i++) {
        parts[1] = siphash(&limit->key, texts[i]);
        parts[0] = hash(limit, parts, sizeof parts);
    }
    return parts[0];
}

enum guess_verdict guess_limit_count(struct guess_limit *limit, uint64_t key,
                                     const struct span *texts, size_t count,
                                     int64_t now_ms)
{
    struct budget_spent spent;

    if (limit->most == 0)
        return GUESS_COUNTED;
    spent =
        budgets_spend(limit->budgets, key, tag_of(limit, texts, count), now_ms);
    if (spent.is_last) {
        end_quiet(limit, now_ms + budgets_wait_ms(limit->budgets, key, now_ms));
        return GUESS_LAST;
    }
    return spent.spent * 2 > limit->most ? GUESS_SLOW : GUESS_COUNTED;
}
