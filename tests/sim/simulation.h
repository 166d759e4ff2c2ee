/* simulation -- one random schedule of callers, faults and replies in virtual
 * time, and the promises that must hold in each.
 */
#ifndef TESTS_SIM_SIMULATION_H
#define TESTS_SIM_SIMULATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_options {
    uint64_t seed;
    bool verbose; /* tell each event, for whoever looks at one seed */
};

/* What one run came to. */
struct sim_result {
    char failure[256]; /* "" when all promises held */
    size_t asked, good, unavailable, refused, known, calls, changes, removed;
    size_t alone;          /* calls that tried a refused record again */
    int64_t worst_wait_ms; /* of whoever asked for what Route 53 would have */
    int64_t worst_proven_wait_ms; /* of those whose record it had had before */
};

/* Draws a schedule from the seed, runs it to its end and checks. */
void simulation_run(const struct sim_options *options,
                    struct sim_result *result);

/* A schedule that is not random: `hosts` in one zone ask once, evenly over
 * `spread_ms`, each for a new address; 5 calls a second of 100 ms; no faults.
 * Fails when they are not all settled within `limit_ms`, when fewer than
 * `least_good` heard `good`, or when a call was throttled. */
struct sim_rush {
    size_t hosts;
    bool ipv6; /* addresses of nearly full length: the other budget */
    int64_t spread_ms, limit_ms;
    size_t least_good;
};
void simulation_run_rush(const struct sim_rush *rush,
                         struct sim_result *result);

/* A schedule with Route 53 away for `outage_ms`: fails when that costs it more
 * than `most_calls`, or does not end by itself within `recovery_ms`. */
void simulation_run_outage(size_t zones, int64_t outage_ms, size_t most_calls,
                           int64_t recovery_ms, struct sim_result *result);

/* Hosts that Route 53 refuses for ever ask with patience, and others beside
 * them. Fails when the refused ones get more than one call in four of those
 * allowed, when one of them is tried less often or more often than stated, or
 * when another one waits longer. */
struct sim_refused {
    size_t refused, others, zones;
    int rounds;
    int64_t every_ms;
    unsigned least_tries, most_tries;
    int64_t most_wait_ms;
};
void simulation_run_refused(const struct sim_refused *wanted,
                            struct sim_result *result);

/* Hosts of one zone ask at once, and Route 53 refuses some without naming
 * them. Those that are new to Route 53 are `new_in_hundred` of a hundred, and
 * the culprits among them. Fails when fewer hear `good`, or when one whose
 * record Route 53 has had before waits longer. */
struct sim_culprits {
    size_t hosts, culprits, new_in_hundred, least_good;
    int64_t most_proven_wait_ms;
};
void simulation_run_culprits(const struct sim_culprits *wanted,
                             struct sim_result *result);

#endif
