/* call_rate -- when the account may be called next.
 *
 * Route 53 limits the calls a second of a whole AWS account. Ours go out
 * evenly spaced: that keeps below the limit however AWS counts (a fixed
 * second, a sliding one, a bucket), and a caller after an idle spell still
 * goes at once.
 *
 * Other programs and other copies of this server spend from the same account,
 * and nobody tells how many they are. So each learns its share (additive
 * increase, multiplicative decrease, as TCP shares a link): Throttling takes
 * three tenths of the rate, and the time in which AWS takes our calls gives a
 * little back, the same to everybody. Who calls more often is throttled more
 * often, and all end near the same rate. The steps are small, for each of them
 * disturbs others; they grow while nobody is met, for then the others have
 * gone. The last tenth comes back slowest.
 *
 * Below its maximum a copy keeps a timetable. Of a round, sixteen of the
 * maximum's intervals, it has as many turns as make its rate, and each comes
 * again at the same time of every round: so the turns of two copies stand still
 * against each other. A turn that finds a hosted zone busy with another's batch
 * (PriorRequestNotComplete) moves a little, it alone, until it meets nobody;
 * there it stays. A rate that grows adds a turn in the middle of the widest
 * gap; of one that is cut the turn that was throttled goes first.
 *
 * Pure: `now` is in milliseconds of any clock that never goes back.
 */
#ifndef SERVER_DNS_CALL_RATE_H
#define SERVER_DNS_CALL_RATE_H

#include <stdbool.h>
#include <stdint.h>

enum { CALL_RATE_MAX_TURNS = 16 };

struct call_rate {
    double max_per_second;
    double per_second; /* what we allow ourselves at present */
    double next_at;    /* ms; the next call may leave then */
    double called_at;  /* ms; the last one left then */
    double cut_at;     /* ms; when the rate was cut last */
    double quiet;      /* of the maximum's intervals, since somebody was met */
    double turns[CALL_RATE_MAX_TURNS]; /* ms; when each comes next */
    int turn_count;                    /* 0: there is no timetable */
};

/* INFINITY: there is no limit. */
void call_rate_init(struct call_rate *rate, double max_per_second);

/* Milliseconds until a call may leave; 0: now. */
int64_t call_rate_wait_ms(const struct call_rate *rate, int64_t now);

/* Spends a call. Only when call_rate_wait_ms() is 0. */
void call_rate_spend(struct call_rate *rate, int64_t now);

/* AWS took a call: the rate grows by a small step, up to its maximum. */
void call_rate_accepted(struct call_rate *rate);

/* The call that left at `sent_at` found another's batch under way: its turn
 * moves by a fifth to two fifths of the maximum's interval, as `dice` says,
 * from 0 to 1. */
void call_rate_met_another(struct call_rate *rate, int64_t sent_at,
                           double dice);

/* AWS throttled a call that left at `sent_at`: the rate is cut, once for all
 * calls that left before the last cut. The next call waits for one interval of
 * the new rate, or for its turn. */
void call_rate_throttled(struct call_rate *rate, int64_t now, int64_t sent_at);

#endif
