/* backoff -- how long to stay away after failures: exponential, with full
 * jitter, so that copies of this server that fail together do not come back
 * together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 *
 * Pure: randomness comes from the caller's seed, time from the caller.
 */
#ifndef BASE_BACKOFF_H
#define BASE_BACKOFF_H

#include <stdint.h>

/* A pseudo-random stream (SplitMix64): good for jitter, not for secrets. */
struct jitter {
    uint64_t state;
};

/* A number from 0 to max, both included. */
int64_t jitter_up_to(struct jitter *jitter, int64_t max);

struct backoff {
    int64_t first_ms; /* the longest wait after one failure */
    int64_t cap_ms;   /* the longest wait at all */
    unsigned failures;
};

/* The longest wait after `failures` earlier ones and one more:
 * first_ms * 2^failures, at most cap_ms. */
int64_t backoff_longest(int64_t first_ms, int64_t cap_ms, unsigned failures);

/* Counts a failure; returns the wait in milliseconds: anything from 0 to
 * first_ms * 2^(failures - 1), at most cap_ms. */
int64_t backoff_fail(struct backoff *backoff, struct jitter *jitter);

void backoff_reset(struct backoff *backoff);

#endif
