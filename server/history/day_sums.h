/* day_sums -- what all copies did, in sums of five minutes, for the last day: a
 * ring in which what is newer takes the place of what is older than a day. What
 * is said of a time lands in its own sum, however late it is heard. One thread at
 * a time.
 */
#ifndef SERVER_HISTORY_DAY_SUMS_H
#define SERVER_HISTORY_DAY_SUMS_H

#include "journal/event.h"

enum { DAY_SUMS = 288, DAY_SUM_SECONDS = 300 };

struct day_sum {
    uint64_t calls, refused, changes, route53_calls, throttled, lost;
};

struct day_sums {
    int64_t last; /* which five minutes since 1970 the newest sum is for */
    struct day_sum ring[DAY_SUMS]; /* of `n` at n modulo DAY_SUMS */
};

/* All zero is the start. Adds what a copy says of itself, by the time at which
 * it said it; what is older than a day is left out, and what comes from a clock
 * that is ahead counts for now. */
void day_sums_add(struct day_sums *sums, int64_t now, int64_t at,
                  const struct event_copy *copy);

/* Adds all that `more` holds. */
void day_sums_merge(struct day_sums *sums, const struct day_sums *more);

/* The sums of the day until `now`, the oldest first; the last one is that of now
 * and goes on. Returns when the first one begins. Times: ms since 1970. */
int64_t day_sums_list(const struct day_sums *sums, int64_t now,
                      struct day_sum out[DAY_SUMS]);

#endif
