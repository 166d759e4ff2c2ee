#include "server/dns/call_rate.h"

#include <math.h>

/* After a cut to the half, sixteen calls that AWS took bring all of it back:
 * some three seconds at full speed, half a minute at the slowest. */
static const double GROWTH_STEP = 1.0 / 32;
/* One call in ten seconds is enough to notice that AWS has relented. */
static const double MIN_PER_SECOND = 0.1;

void call_rate_init(struct call_rate *rate, double max_per_second)
{
    *rate = (struct call_rate){
        .max_per_second = max_per_second,
        .per_second = max_per_second,
        .next_at = -INFINITY,
        .cut_at = -INFINITY,
    };
}

int64_t call_rate_wait_ms(const struct call_rate *rate, int64_t now)
{
    double wait = rate->next_at - (double)now;

    return wait <= 0 ? 0 : (int64_t)ceil(wait);
}

void call_rate_spend(struct call_rate *rate, int64_t now)
{
    rate->next_at = (double)now + 1000 / rate->per_second;
}

void call_rate_accepted(struct call_rate *rate)
{
    rate->per_second =
        fmin(rate->max_per_second,
             rate->per_second + rate->max_per_second * GROWTH_STEP);
}

void call_rate_throttled(struct call_rate *rate, int64_t now, int64_t sent_at)
{
    if ((double)sent_at < rate->cut_at)
        return;
    rate->per_second =
        fmax(fmin(MIN_PER_SECOND, rate->max_per_second), rate->per_second / 2);
    rate->cut_at = (double)now;
    rate->next_at = (double)now + 1000 / rate->per_second;
}
