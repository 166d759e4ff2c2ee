#include "server/dns/call_rate.h"

#include <math.h>

/* What throttling leaves of the rate, and what a call gives back, of the
 * maximum. A lone server that was throttled once has nine tenths back after
 * sixty-four calls, some sixteen seconds. Of eight copies' calls one in sixteen
 * is throttled; larger steps learn faster, and cost as much more. */
static const double LEFT_BY_A_CUT = 0.7;
static const double GROWTH_STEP = 1.0 / 320;
/* After so many times the calls that undo a cut, nobody else seems to be there. */
static const double PATIENCE = 2;
/* The last tenth comes back slowly: a copy that takes every call there is leaves
 * none to another one, by which that could show that it is there. */
static const double LAST_SHARE = 0.1;
static const double LAST_SHARE_HASTE = 1.0 / 64;
/* One call in ten seconds is enough to notice that AWS has relented. */
static const double MIN_PER_SECOND = 0.1;
/* A call that is late by up to this much of a beat is on it. */
static const double LATE = 0.25;
/* From this share of calls on, of the last thirty or so, that met another
 * copy's batch, copies are to take turns. */
static const double CROWDED = 1.0 / 16;
static const double CALLS_REMEMBERED = 32;

void call_rate_init(struct call_rate *rate, double max_per_second)
{
    *rate = (struct call_rate){
        .max_per_second = max_per_second,
        .per_second = max_per_second,
        .next_at = -INFINITY,
        .cut_at = -INFINITY,
        .cut_from = max_per_second,
    };
}

int64_t call_rate_wait_ms(const struct call_rate *rate, int64_t now)
{
    double wait = rate->next_at - (double)now;

    return wait <= 0 ? 0 : (int64_t)ceil(wait);
}

static bool is_crowded(const struct call_rate *rate)
{
    return rate->met_lately > CROWDED;
}

/* The shortest interval, times the power of two that is nearest to the rate's
 * own interval: not longer, or in a crowd, not shorter. */
static double beat_ms(const struct call_rate *rate)
{
    double beat = 1000 / rate->max_per_second;

    while (2 * beat <= 1000 / rate->per_second)
        beat *= 2;
    if (is_crowded(rate) && beat < 1000 / rate->per_second)
        beat *= 2;
    return beat;
}

/* The beats that are left out, in the long run, make the rate what it is. */
static double beats_to_wait(struct call_rate *rate, double beat)
{
    double beats;

    if (is_crowded(rate))
        return 1;
    rate->owed_ms += 1000 / rate->per_second - beat;
    beats = floor(rate->owed_ms / beat);
    rate->owed_ms -= beats * beat;
    return 1 + beats;
}

void call_rate_spend(struct call_rate *rate, int64_t now)
{
    double shortest = 1000 / rate->max_per_second, beat;
    double from = (double)now;

    if (rate->per_second >= rate->max_per_second) {
        rate->owed_ms = 0;
        rate->next_at = from + shortest;
        return;
    }
    beat = beat_ms(rate);
    if (from - rate->next_at < beat * LATE)
        from = rate->next_at;
    rate->next_at =
        fmax(from + beat * beats_to_wait(rate, beat), (double)now + shortest);
}

/* How many calls undo the last cut. */
static double calls_to_undo(const struct call_rate *rate)
{
    return (1 - LEFT_BY_A_CUT) * rate->cut_from /
           (GROWTH_STEP * rate->max_per_second);
}

/* How many steps the rate grows at once. */
static double haste(const struct call_rate *rate)
{
    if (rate->per_second >= rate->max_per_second * (1 - LAST_SHARE))
        return LAST_SHARE_HASTE;
    return fmax(1, rate->since_cut / (PATIENCE * fmax(calls_to_undo(rate), 1)));
}

void call_rate_accepted(struct call_rate *rate)
{
    double step = rate->max_per_second * GROWTH_STEP;

    rate->since_cut++;
    rate->met_lately -= rate->met_lately / CALLS_REMEMBERED;
    rate->per_second =
        fmin(rate->max_per_second, rate->per_second + step * haste(rate));
}

void call_rate_met_another(struct call_rate *rate, double dice)
{
    rate->met_lately += 1 / CALLS_REMEMBERED;
    rate->next_at += (0.25 + dice / 2) * 1000 / rate->max_per_second;
}

void call_rate_throttled(struct call_rate *rate, int64_t now, int64_t sent_at)
{
    if ((double)sent_at < rate->cut_at)
        return;
    rate->cut_from = rate->per_second;
    rate->since_cut = 0;
    rate->per_second = fmax(fmin(MIN_PER_SECOND, rate->max_per_second),
                            rate->per_second * LEFT_BY_A_CUT);
    rate->cut_at = (double)now;
    rate->next_at = (double)now + 1000 / rate->per_second;
}
