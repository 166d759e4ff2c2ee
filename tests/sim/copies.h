/* copies -- several copies of the coalescer on one account of five calls a
 * second, with more to do than it admits.
 */
#ifndef TESTS_SIM_COPIES_H
#define TESTS_SIM_COPIES_H

#include <stddef.h>
#include <stdint.h>

struct copies_wanted {
    size_t copies, zones;
    size_t hosts_a_copy; /* each asks for something new, always */
    uint64_t seed;
    int64_t latency_min_ms, latency_max_ms; /* of a call */
    int64_t warm_up_ms, until_ms;           /* counted is what lies between */
    int64_t others_come_ms;                 /* all but the first */
    int64_t others_leave_ms;                /* 0: never */
};

struct copies_result {
    size_t calls, accepted, throttled, busy, changes;
    double used;        /* of what one copy could have used */
    double fairness;    /* Jain's index: 1 is equal shares, 1/N one has all */
    double least_share; /* the smallest, of an equal one */
};

void simulation_run_copies(const struct copies_wanted *wanted,
                           struct copies_result *result);

#endif
