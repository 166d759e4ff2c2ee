#include "server/history/day_sums.h"

#include <string.h>

static int64_t five_minutes_of(int64_t at)
{
    return at / (DAY_SUM_SECONDS * INT64_C(1000));
}

static struct day_sum *place_of(struct day_sums *sums, int64_t five_minutes)
{
    return &sums->ring[five_minutes % DAY_SUMS];
}

/* What was so long ago is forgotten. */
static void go_on_to(struct day_sums *sums, int64_t five_minutes)
{
    if (five_minutes - sums->last >= DAY_SUMS)
        sums->last = five_minutes - DAY_SUMS;
    while (sums->last < five_minutes)
        *place_of(sums, ++sums->last) = (struct day_sum){.calls = 0};
}

static void add(struct day_sum *sum, const struct day_sum *more)
{
    sum->calls += more->calls;
    sum->refused += more->refused;
    sum->changes += more->changes;
    sum->route53_calls += more->route53_calls;
    sum->throttled += more->throttled;
    sum->lost += more->lost;
}

void day_sums_add(struct day_sums *sums, int64_t now, int64_t at,
                  const struct event_copy *copy)
{
    int64_t five_minutes = five_minutes_of(at < now ? at : now);
    const struct day_sum more = {copy->calls,     copy->refused,
                                 copy->changes,   copy->route53_calls,
                                 copy->throttled, copy->lost};

    go_on_to(sums, five_minutes_of(now));
    if (five_minutes < 0 || sums->last - five_minutes >= DAY_SUMS)
        return;
    add(place_of(sums, five_minutes), &more);
}

void day_sums_merge(struct day_sums *sums, const struct day_sums *more)
{
    go_on_to(sums, more->last);
    for (int64_t i = 0; i < DAY_SUMS && i <= more->last; i++) {
        int64_t five_minutes = more->last - i;
        const struct day_sum *from = &more->ring[five_minutes % DAY_SUMS];

        if (sums->last - five_minutes < DAY_SUMS)
            add(place_of(sums, five_minutes), from);
    }
}

int64_t day_sums_list(const struct day_sums *sums, int64_t now,
                      struct day_sum out[DAY_SUMS])
{
    int64_t first = five_minutes_of(now) - DAY_SUMS + 1;

    memset(out, 0, DAY_SUMS * sizeof *out);
    for (int64_t i = 0; i < DAY_SUMS; i++) {
        int64_t five_minutes = first + i;

        if (five_minutes >= 0 && five_minutes <= sums->last &&
            sums->last - five_minutes < DAY_SUMS)
            out[i] = sums->ring[five_minutes % DAY_SUMS];
    }
    return first * DAY_SUM_SECONDS * 1000;
}
