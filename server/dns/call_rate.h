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
 * three tenths of the rate, each call that AWS takes gives a little back, the
 * same to everybody. Who calls more often is throttled more often, and all end
 * near the same rate. The steps are small, so that few calls are spent on
 * finding out; they grow once nobody was throttled for twice as long as the
 * last cut should have lasted, for then the others have gone. The last tenth
 * comes back slowest.
 *
 * Below its maximum a copy keeps to a beat, the maximum's interval times a power
 * of two, and leaves beats out. So the beats of two copies do not drift
 * against each other; and a copy that finds a hosted zone busy with another's
 * batch (PriorRequestNotComplete) moves its beat, and stays where it meets
 * nobody. Where that happens often it leaves no beats out, but takes the next
 * longer beat, so that the copies take turns.
 *
 * Pure: `now` is in milliseconds of any clock that never goes back.
 */
#ifndef SERVER_DNS_CALL_RATE_H
#define SERVER_DNS_CALL_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct call_rate {
    double max_per_second;
    double per_second; /* what we allow ourselves at present */
    double next_at;    /* ms; the next call may leave then */
    double owed_ms;    /* by how much the beats so far were too fast */
    double cut_at;     /* ms; when the rate was cut last */
    double cut_from;   /* what it was before */
    double since_cut;  /* calls that AWS took since */
    double met_lately; /* share of calls that met another's batch, 0 to 1 */
};

/* INFINITY: there is no limit. */
void call_rate_init(struct call_rate *rate, double max_per_second);

/* Milliseconds until a call may leave; 0: now. */
int64_t call_rate_wait_ms(const struct call_rate *rate, int64_t now);

/* Spends a call. Only when call_rate_wait_ms() is 0. */
void call_rate_spend(struct call_rate *rate, int64_t now);

/* AWS took a call: the rate grows by a small step, up to its maximum. */
void call_rate_accepted(struct call_rate *rate);

/* It took it, but found another's batch under way: the beat moves by a quarter
 * to three quarters of the shortest interval, as `dice` says, from 0 to 1. */
void call_rate_met_another(struct call_rate *rate, double dice);

/* AWS throttled a call that left at `sent_at`: the rate is cut, once for all
 * calls that left before the last cut, and the next call waits for one
 * interval of the new rate. */
void call_rate_throttled(struct call_rate *rate, int64_t now, int64_t sent_at);

#endif
