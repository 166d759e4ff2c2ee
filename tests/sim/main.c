/* sim -- runs many random schedules against the coalescer in virtual time and
 * stops at the first that breaks a promise. See README.md.
 */
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
           "calls %5zu changes %6zu\n",
           what, result->asked, result->good, result->known,
           result->unavailable, result->refused, result->calls,
           result->changes);
    if (result->failure[0] == '\0')
        return 0;
    printf("FAILED %s: %s\n", what, result->failure);
    return 1;
}

/* Route 53's own limits for n changes at 5 calls of 500 a second, which are
 * what issueless promises are measured against. */
static int64_t limit_of(size_t hosts)
{
    return (int64_t)hosts * 1000 / (5 * 500);
}

static int run_fixed(void)
{
    struct sim_result result;
    int failures = 0;

    simulation_run_rush(5000, 200, limit_of(5000) * 5 / 4, &result);
    failures += report("5,000 hosts at once", &result);
    simulation_run_rush(100000, 60000, 60000 + 10000, &result);
    failures += report("100,000 hosts within a minute", &result);
    simulation_run_rush(100000, 1000, limit_of(100000) + 10000, &result);
    failures += report("100,000 hosts at once", &result);
    simulation_run_outage(1, 120000, 60, 10000, &result);
    failures += report("two minutes away, 1 zone", &result);
    simulation_run_outage(200, 120000, 60, 50000, &result);
    failures += report("two minutes away, 200 zones", &result);
    return failures;
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
        failures += run_fixed();
    failures += run_seeds(first, seeds, verbose);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
