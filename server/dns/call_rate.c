#include "server/dns/call_rate.h"

#include <math.h>

/* What throttling leaves of the rate; and what is given back, of the maximum,
 * for each of the maximum's intervals in which AWS takes our calls. At five a
 * second, that adds a turn after some five minutes. */
static const double LEFT_BY_A_CUT = 0.7;
static const double GROWTH_STEP = 1.0 / 24000;
/* After so many intervals, twenty seconds at five calls a second, nobody else
 * seems to be there. */
static const double QUIET = 100;
/* The last tenth comes back slowly, whatever the time: a copy that takes every
 * call there is leaves none to another one, by which that could show that it is
 * there. */
static const double LAST_SHARE = 0.1;
static const double LAST_STEP = 1.0 / 20480;
/* One call in ten seconds is enough to notice that AWS has relented. */
static const double MIN_PER_SECOND = 0.1;
/* What a turn moves by, of the maximum's interval. It comes behind a batch in a
 * few steps; in one long step it might come upon the next. */
static const double MOVE_MIN = 0.2;
static const double MOVE_SPAN = 0.2;

void call_rate_init(struct call_rate *rate, double max_per_second)
{
    *rate = (struct call_rate){
        .max_per_second = max_per_second,
        .per_second = max_per_second,
        .next_at = -INFINITY,
        .called_at = -INFINITY,
        .cut_at = -INFINITY,
    };
}

int64_t call_rate_wait_ms(const struct call_rate *rate, int64_t now)
{
    double wait = rate->next_at - (double)now;

    return wait <= 0 ? 0 : (int64_t)ceil(wait);
}

static double shortest_ms(const struct call_rate *rate)
{
    return 1000 / rate->max_per_second;
}

/* --- the timetable ----------------------------------------------------------- */

static int turns_within(const struct call_rate *rate, double ms)
{
    return (int)round(rate->per_second * ms / 1000);
}

/* Twice as long, or four times, where the rate is too low for one turn. */
static double round_length(const struct call_rate *rate)
{
    double ms = CALL_RATE_MAX_TURNS * shortest_ms(rate);

    while (turns_within(rate, ms) < 1)
        ms *= 2;
    return ms;
}

/* From `from` to the next time that `at`, or a whole number of rounds before or
 * after it, comes: more than 0, and at most a round. */
static double until(double at, double from, double length)
{
    double left = fmod(at - from, length);

    return left <= 0 ? left + length : left;
}

static double gap_after(const struct call_rate *rate, int turn, double length)
{
    double gap = length;

    for (int i = 0; i < rate->turn_count; i++)
        if (i != turn)
            gap = fmin(gap, until(rate->turns[i], rate->turns[turn], length));
    return gap;
}

static void add_turn(struct call_rate *rate, double length)
{
    double widest = 0, at = 0;

    for (int i = 0; i < rate->turn_count; i++) {
        double gap = gap_after(rate, i, length);

        if (gap > widest) {
            widest = gap;
            at = rate->turns[i] + gap / 2;
        }
    }
    rate->turns[rate->turn_count++] = at;
}

/* The turn that a call had which left then; a timetable has one at least. */
static int turn_at(const struct call_rate *rate, double sent_at)
{
    double length = round_length(rate), nearest = INFINITY;
    int turn = 0;

    for (int i = 0; i < rate->turn_count; i++) {
        double off = fabs(remainder(rate->turns[i] - sent_at, length));

        if (off < nearest) {
            nearest = off;
            turn = i;
        }
    }
    return turn;
}

/* The next call waits for the next turn, but never for less than an interval
 * after the last one. */
static void await_turn(struct call_rate *rate)
{
    double next_at = INFINITY;

    for (int i = 0; i < rate->turn_count; i++)
        next_at = fmin(next_at, rate->turns[i]);
    rate->next_at = fmax(next_at, rate->called_at + shortest_ms(rate));
}

static void keep_timetable(struct call_rate *rate, double now)
{
    double length = round_length(rate);
    int wanted = turns_within(rate, length);

    if (rate->turn_count == 0)
        rate->turns[rate->turn_count++] = now;
    if (rate->turn_count > wanted)
        rate->turn_count = wanted;
    while (rate->turn_count < wanted)
        add_turn(rate, length);
    for (int i = 0; i < rate->turn_count; i++)
        rate->turns[i] = now + until(rate->turns[i], now, length);
    await_turn(rate);
}

void call_rate_spend(struct call_rate *rate, int64_t now)
{
    rate->called_at = (double)now;
    if (rate->per_second >= rate->max_per_second) {
        rate->turn_count = 0;
        rate->next_at = rate->called_at + shortest_ms(rate);
        return;
    }
    keep_timetable(rate, rate->called_at);
}

/* --- what AWS answers -------------------------------------------------------- */

/* What a call gives back, of the maximum. One that stands for a longer time
 * gives back as much more. */
static double growth(const struct call_rate *rate, double intervals)
{
    double haste = fmax(1, rate->quiet / QUIET);

    if (rate->per_second >= rate->max_per_second * (1 - LAST_SHARE))
        return LAST_STEP;
    return GROWTH_STEP * intervals * pow(haste, 3);
}

void call_rate_accepted(struct call_rate *rate)
{
    double intervals;

    if (rate->per_second >= rate->max_per_second)
        return;
    intervals = rate->max_per_second / rate->per_second;
    rate->quiet += intervals;
    rate->per_second =
        fmin(rate->max_per_second,
             rate->per_second + rate->max_per_second * growth(rate, intervals));
}

void call_rate_met_another(struct call_rate *rate, int64_t sent_at, double dice)
{
    double move = (MOVE_MIN + dice * MOVE_SPAN) * shortest_ms(rate);

    rate->quiet = 0;
    if (rate->turn_count == 0) {
        rate->next_at += move;
        return;
    }
    rate->turns[turn_at(rate, (double)sent_at)] += move;
    await_turn(rate);
}

void call_rate_throttled(struct call_rate *rate, int64_t now, int64_t sent_at)
{
    int turn;

    if ((double)sent_at < rate->cut_at)
        return;
    rate->quiet = 0;
    rate->cut_at = (double)now;
    rate->per_second = fmax(fmin(MIN_PER_SECOND, rate->max_per_second),
                            rate->per_second * LEFT_BY_A_CUT);
    if (rate->turn_count == 0) {
        rate->next_at = (double)now + 1000 / rate->per_second;
        return;
    }
    turn = turn_at(rate, (double)sent_at);
    if (rate->turn_count > turns_within(rate, round_length(rate)))
        rate->turns[turn] = rate->turns[--rate->turn_count];
    await_turn(rate);
}
