/* simulation_state -- what the simulation's files share; nobody else includes
 * this.
 *
 *   simulation.c          a run: the coalescer's owner, and the checks
 *   random_schedules.c    schedules that are drawn from a seed
 *   fixed_schedules.c     schedules that are not random
 */
#ifndef TESTS_SIM_SIMULATION_STATE_H
#define TESTS_SIM_SIMULATION_STATE_H

#include "agenda.h"
#include "route53_model.h"
#include "server/dns/coalescer.h"
#include "simulation.h"

enum {
    DEADLINE_MS = 20000,
    ADDRESSES = 40,     /* few, so that hosts come back to old ones */
    SETTLE_MS = 240000, /* after the last ask, mostly, all is quiet */
};

struct simulation {
    const struct sim_options *options;
    struct sim_result *result;
    struct jitter random;
    struct world world;
    struct route53_model model;
    struct agenda agenda;
    struct coalescer *coalescer;
    int64_t now, settled_at, last_ask_at;
    int64_t settle_ms; /* after the last ask, all is quiet within this */
    struct sim_call *replying; /* its reply is being reported */
    bool listing, fresh;       /* a listing is under way; in force */
    size_t waiting;
    size_t alone_calls; /* that tried a refused record again */
};

/* Sets a run up, with all hosts and zones unknown to Route 53. */
void simulation_begin(struct simulation *sim, const struct sim_options *options,
                      struct sim_result *result, size_t hosts, size_t zones,
                      double calls_per_second);

/* Runs it until nothing is left to be done, and checks. */
void simulation_run_out(struct simulation *sim);

/* Frees what simulation_begin() made. */
void simulation_take_down(struct simulation *sim);

/* A caller asks at that time for the address of this number. */
void simulation_plan_ask(struct simulation *sim, int64_t at,
                         struct sim_host *host, enum rrset_type type, int wish);

/* At that time somebody looks at the record, and has it removed a moment later,
 * if it was there. */
void simulation_plan_removal(struct simulation *sim, int64_t at,
                             struct sim_host *host, enum rrset_type type);

/* The first failure is kept. `name` tells of whom, or is "". */
void simulation_fail(struct simulation *sim, const char *what,
                     const char *name);

/* With --verbose: one line. */
void simulation_tell(const struct simulation *sim, const char *what,
                     const char *name, int number);

/* A number from 0 to max, both included, from the seed. */
int64_t simulation_draw(struct simulation *sim, int64_t max);

#endif
