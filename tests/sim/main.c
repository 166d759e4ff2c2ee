/* sim -- runs many random schedules against the coalescer in virtual time and
 * stops at the first that breaks a promise. See README.md.
 */
#include "copies.h"
#include "simulation.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
    "Usage: sim [--seeds N] [--first N] [--verbose]\n"
    "Runs N random schedules (1000), the first with the seed --first (1).\n";

static int report(const char *what, const struct sim_result *result)
{
    printf("%-34s asked %6zu good %6zu nochg %6zu 911 %6zu dnserr %5zu "
           "calls %5zu alone %5zu changes %6zu worst wait %5lld ms "
           "(proven: %lld)\n",
           what, result->asked, result->good, result->known,
           result->unavailable, result->refused, result->calls, result->alone,
           result->changes, (long long)result->worst_wait_ms,
           (long long)result->worst_proven_wait_ms);
    if (result->failure[0] == '\0')
        return 0;
    printf("FAILED %s: %s\n", what, result->failure);
    return 1;
}

/* Route 53's own limit is 2,500 hosts a second with IPv4 (500 in a call, 5
 * calls), and with these IPv6 addresses of 38 characters 2,105 (421). */
static const struct {
    const char *what;
    struct sim_rush rush;
} rushes[] = {
    {"5,000 hosts at once", {5000, false, 200, 2000 * 5 / 4, 5000}},
    {"5,000 hosts at once, IPv6", {5000, true, 200, 2375 * 5 / 4, 5000}},
    {"100,000 hosts within a minute", {100000, false, 60000, 70000, 100000}},
    /* 20 seconds, the deadline, are good for 50,000 of them. */
    {"100,000 hosts at once", {100000, false, 1000, 50000, 50000}},
    /* Whoever is served must be somebody who still waits. */
    {"twice the limit for a minute", {300000, false, 60000, 130000, 105000}},
};

/* Five asks a second that Route 53 refuses are what the whole account may
 * call: the hosts beside them must not notice. */
static const struct {
    const char *what;
    struct sim_refused refused;
} refusals[] = {
    {"1,500 refused hosts, 1 zone", {1500, 300, 1, 12, 300000, 1, 5, 1000}},
    {"1,500 refused hosts, 50 zones", {1500, 300, 50, 12, 300000, 1, 5, 1000}},
};

/* To find 50 culprits of 5,000 takes 400 yes-or-no answers at least, which is
 * four times what the account may ask within the deadline. So what counts is
 * how many neighbours are served meanwhile. */
static const struct {
    const char *what;
    struct sim_culprits culprits;
} searches[] = {
    {"50 unnamed culprits, 2% new", {5000, 50, 2, 4880, 3000}},
    {"50 unnamed culprits, 20% new", {5000, 50, 5, 4400, 3000}},
    {"50 unnamed culprits, all new", {5000, 50, 100, 2500, 0}},
    {"1 unnamed culprit, all new", {5000, 1, 100, 4999, 0}},
};

/* Copies of the server that share the account, with more to do than it admits.
 * In one zone they also meet each other's batches: with calls of 140 ms, five a
 * second occupy it for seven tenths of the time, with 200 ms for all of it. Who
 * called there at random would have 0.59 and 0.50 of the calls. */
static const struct {
    const char *what;
    size_t copies, zones;
    int64_t latency_min_ms, latency_max_ms;
    int64_t others_come_ms, others_leave_ms;
    double least_used, most_throttled, least_fair;
} together[] = {
    {"1 copy, 1 zone", 1, 1, 50, 100, 0, 0, 0.99, 0, 1},
    {"2 copies, 1 zone", 2, 1, 50, 100, 0, 0, 0.88, 0.03, 0.7},
    {"8 copies, 1 zone", 8, 1, 50, 100, 0, 0, 0.9, 0.06, 0.7},
    {"2 copies, 1 zone, 100 ms", 2, 1, 90, 110, 0, 0, 0.88, 0.03, 0.7},
    {"8 copies, 1 zone, 100 ms", 8, 1, 90, 110, 0, 0, 0.88, 0.06, 0.7},
    {"2 copies, 1 zone, 140 ms", 2, 1, 130, 150, 0, 0, 0.88, 0.03, 0.7},
    {"8 copies, 1 zone, 140 ms", 8, 1, 130, 150, 0, 0, 0.85, 0.03, 0.7},
    {"12 copies, 1 zone, 140 ms", 12, 1, 130, 150, 0, 0, 0.78, 0.06, 0.7},
    {"8 copies, 1 zone, 200 ms", 8, 1, 190, 210, 0, 0, 0.65, 0.03, 0.7},
    {"1 copy, 5 zones", 1, 5, 50, 100, 0, 0, 0.99, 0, 1},
    {"2 copies, 5 zones", 2, 5, 50, 100, 0, 0, 0.85, 0.03, 0.5},
    {"8 copies, 5 zones", 8, 5, 50, 100, 0, 0, 0.9, 0.08, 0.7},
    {"8 copies, 5 zones, 140 ms", 8, 5, 130, 150, 0, 0, 0.88, 0.06, 0.7},
    {"1 copy, and then 8, 1 zone, 140 ms", 8, 1, 130, 150, 60000, 0, 0.85, 0.06,
     0.6},
    {"1 copy, and then 8, 5 zones", 8, 5, 50, 100, 60000, 0, 0.9, 0.08, 0.6},
    {"8 copies, and then 1, 5 zones", 8, 5, 50, 100, 0, 240000, 0.75, 0.06, 0},
};

enum { TOGETHER_WARM_UP_MS = 120000, TOGETHER_UNTIL_MS = 600000 };

static int run_together(uint64_t seed)
{
    int failures = 0;

    for (size_t i = 0; i < sizeof together / sizeof together[0]; i++) {
        struct copies_wanted wanted = {
            .copies = together[i].copies,
            .zones = together[i].zones,
            /* Full batches, for whichever zone is next. */
            .hosts_a_copy = 600 * together[i].zones,
            .seed = seed,
            .latency_min_ms = together[i].latency_min_ms,
            .latency_max_ms = together[i].latency_max_ms,
            .warm_up_ms = TOGETHER_WARM_UP_MS,
            .until_ms = TOGETHER_UNTIL_MS,
            .others_come_ms = together[i].others_come_ms,
            .others_leave_ms = together[i].others_leave_ms,
        };
        struct copies_result result;
        double throttled;

        simulation_run_copies(&wanted, &result);
        throttled = (double)result.throttled / (double)result.calls;
        printf("%-34s used %.2f throttled %.3f busy %.3f fairness %.2f "
               "least share %.2f calls %zu changes %zu\n",
               together[i].what, result.used, throttled,
               (double)result.busy / (double)result.calls, result.fairness,
               result.least_share, result.calls, result.changes);
        if (result.used < together[i].least_used ||
            throttled > together[i].most_throttled ||
            result.fairness < together[i].least_fair) {
            printf("FAILED %s\n", together[i].what);
            failures++;
        }
    }
    return failures;
}

static int run_refusals(void)
{
    struct sim_result result;
    int failures = 0;

    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        simulation_run_refused(&refusals[i].refused, &result);
        failures += report(refusals[i].what, &result);
    }
    for (size_t i = 0; i < sizeof searches / sizeof searches[0]; i++) {
        simulation_run_culprits(&searches[i].culprits, &result);
        failures += report(searches[i].what, &result);
    }
    return failures;
}

static int run_fixed(void)
{
    struct sim_result result;
    int failures = 0;

    for (size_t i = 0; i < sizeof rushes / sizeof rushes[0]; i++) {
        simulation_run_rush(&rushes[i].rush, &result);
        failures += report(rushes[i].what, &result);
    }
    simulation_run_outage(1, 120000, 60, 10000, &result);
    failures += report("two minutes away, 1 zone", &result);
    simulation_run_outage(200, 120000, 60, 50000, &result);
    failures += report("two minutes away, 200 zones", &result);
    return failures + run_refusals();
}

static int run_seeds(uint64_t first, uint64_t count, bool verbose)
{
    struct sim_result total = {.failure = ""}, result;

    for (uint64_t seed = first; seed < first + count; seed++) {
        struct sim_options options = {seed, verbose};

        simulation_run(&options, &result);
        total.asked += result.asked;
        total.good += result.good;
        total.known += result.known;
        total.unavailable += result.unavailable;
        total.refused += result.refused;
        total.calls += result.calls;
        total.changes += result.changes;
        total.removed += result.removed;
        if (result.failure[0] != '\0') {
            printf("FAILED seed %llu: %s\nrun it alone: sim --first %llu "
                   "--seeds 1 --verbose\n",
                   (unsigned long long)seed, result.failure,
                   (unsigned long long)seed);
            return 1;
        }
    }
    return report("random schedules", &total);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"seeds", required_argument, NULL, 's'},
        {"first", required_argument, NULL, 'f'},
        {"verbose", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    uint64_t seeds = 1000, first = 1;
    bool verbose = false;
    int option, failures = 0;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 's')
            seeds = strtoull(optarg, NULL, 10);
        else if (option == 'f')
            first = strtoull(optarg, NULL, 10);
        else if (option == 'v')
            verbose = true;
        else {
            fputs(usage, stderr);
            return 2;
        }
    }
    if (!verbose)
        failures += run_fixed() + run_together(first);
    failures += run_seeds(first, seeds, verbose);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
