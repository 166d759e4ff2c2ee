/* call_rate -- when the account may be called next.
 *
 * Route 53 limits the calls a second of a whole AWS account. Ours go out
 * evenly spaced: that keeps below the limit however AWS counts (a fixed
 * second, a sliding one, a bucket), and a caller after an idle spell still
 * goes at once. Other programs and other copies of this server spend from the
 * same account, so the spacing adapts: Throttling halves the rate, each call
 * that AWS takes gives a little back (additive increase, multiplicative
 * decrease, as TCP shares a link).
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
    double cut_at;     /* ms; when the rate was cut last */
};

void call_rate_init(struct call_rate *rate, double max_per_second);

/* Milliseconds until a call may leave; 0: now. */
int64_t call_rate_wait_ms(const struct call_rate *rate, int64_t now);

/* Spends a call. Only when call_rate_wait_ms() is 0. */
void call_rate_spend(struct call_rate *rate, int64_t now);

/* AWS took a call: the rate grows by a small step, up to its maximum. */
void call_rate_accepted(struct call_rate *rate);

/* AWS throttled a call that left at `sent_at`: the rate is halved, once for
 * all calls that left before the last cut, and the next call waits for one
 * interval of the new rate. */
void call_rate_throttled(struct call_rate *rate, int64_t now, int64_t sent_at);

#endif
