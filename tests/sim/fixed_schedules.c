#include "simulation_state.h"

/* The zones are known from the start: these are about the batches. */
static void know_zones(struct simulation *sim)
{
    for (size_t i = 0; i < sim->world.zone_count; i++)
        memcpy(sim->world.zones[i].read_id, sim->world.zones[i].id,
               sizeof sim->world.zones[i].id);
}

void simulation_run_rush(const struct sim_rush *rush, struct sim_result *result)
{
    const struct sim_options options = {.seed = 1};
    struct simulation sim;

    simulation_begin(&sim, &options, result, rush->hosts, 1, 5);
    for (size_t i = 0; i < rush->hosts; i++)
        simulation_plan_ask(
            &sim, rush->spread_ms * (int64_t)i / (int64_t)rush->hosts,
            &sim.world.hosts[i], rush->ipv6 ? RRSET_AAAA : RRSET_A, 7);
    know_zones(&sim);
    simulation_run_out(&sim);
    simulation_take_down(&sim);
    if (sim.settled_at > rush->limit_ms)
        simulation_fail(&sim, "not settled within the limit", "");
    if (sim.model.throttled + sim.model.busy > 0)
        simulation_fail(&sim, "a call was throttled or met a prior request",
                        "");
    if (result->good < rush->least_good)
        simulation_fail(&sim, "too few heard good", "");
}

void simulation_run_outage(size_t zones, int64_t outage_ms, size_t most_calls,
                           int64_t recovery_ms, struct sim_result *result)
{
    const struct sim_options options = {.seed = 1};
    struct simulation sim;
    int64_t from = 5000;

    simulation_begin(&sim, &options, result, zones * 2, zones, 5);
    sim.model.plan.outage_from = from;
    sim.model.plan.outage_until = from + outage_ms;
    for (int64_t at = 0; at < from + outage_ms; at += 250)
        simulation_plan_ask(
            &sim, at,
            &sim.world.hosts[simulation_draw(&sim, (int64_t)zones * 2 - 1)],
            RRSET_A, (int)simulation_draw(&sim, ADDRESSES - 1));
    simulation_run_out(&sim);
    simulation_take_down(&sim);
    if (sim.model.calls_in_outage > most_calls)
        simulation_fail(&sim, "the outage cost too many calls", "");
    if (sim.settled_at > from + outage_ms + recovery_ms)
        simulation_fail(&sim, "the outage did not end by itself in time", "");
}

/* The hosts ask in rounds, each host at its own moment of a round. */
static void plan_rounds(struct simulation *sim, size_t first, size_t count,
                        int rounds, int64_t every_ms)
{
    for (size_t i = 0; i < count; i++)
        for (int round = 0; round < rounds; round++)
            simulation_plan_ask(
                sim, round * every_ms + every_ms * (int64_t)i / (int64_t)count,
                &sim->world.hosts[first + i], RRSET_A, round % ADDRESSES);
}

static void check_turns(struct simulation *sim, size_t refused,
                        const struct sim_refused *wanted)
{
    unsigned least = UINT32_MAX, most = 0;

    for (size_t i = 0; i < refused; i++) {
        unsigned tries = sim->world.hosts[i].records[RRSET_A].tries;

        least = tries < least ? tries : least;
        most = tries > most ? tries : most;
    }
    if (least < wanted->least_tries || most > wanted->most_tries)
        simulation_fail(sim, "refused hosts do not have their turns", "");
}

void simulation_run_refused(const struct sim_refused *wanted,
                            struct sim_result *result)
{
    const struct sim_options options = {.seed = 1};
    struct simulation sim;

    simulation_begin(&sim, &options, result, wanted->refused + wanted->others,
                     wanted->zones, 5);
    know_zones(&sim);
    sim.model.plan.names_culprits = true;
    /* What is still queued in the end is too old five minutes later. */
    sim.settle_ms = 400000;
    for (size_t i = 0; i < wanted->refused; i++)
        sim.world.hosts[i].records[RRSET_A].poisoned = true;
    plan_rounds(&sim, 0, wanted->refused, wanted->rounds, wanted->every_ms);
    plan_rounds(&sim, wanted->refused, wanted->others, wanted->rounds,
                wanted->every_ms);
    simulation_run_out(&sim);
    check_turns(&sim, wanted->refused, wanted);
    result->alone = sim.alone_calls;
    if (sim.alone_calls * 1000 * 4 > (size_t)(sim.now + 1000) * 5)
        simulation_fail(&sim, "refused hosts had more than their share", "");
    if (result->worst_wait_ms > wanted->most_wait_ms)
        simulation_fail(&sim, "a neighbour waited too long", "");
    simulation_take_down(&sim);
}

static void poison(struct simulation *sim, size_t culprits)
{
    int64_t last = (int64_t)sim->world.host_count - 1;

    while (culprits > 0) {
        struct sim_record *record =
            &sim->world.hosts[simulation_draw(sim, last)].records[RRSET_A];

        culprits -= !record->poisoned;
        record->poisoned = true;
    }
}

void simulation_run_culprits(const struct sim_culprits *wanted,
                             struct sim_result *result)
{
    const struct sim_options options = {.seed = 1};
    struct simulation sim;

    simulation_begin(&sim, &options, result, wanted->hosts, 1, 5);
    know_zones(&sim);
    sim.model.plan.names_culprits = false;
    poison(&sim, wanted->culprits);
    for (size_t i = 0; i < wanted->hosts; i++) {
        struct sim_record *record = &sim.world.hosts[i].records[RRSET_A];

        record->proven = i % 100 >= wanted->new_in_hundred && !record->poisoned;
        simulation_plan_ask(&sim, 200 * (int64_t)i / (int64_t)wanted->hosts,
                            &sim.world.hosts[i], RRSET_A, 7);
    }
    simulation_run_out(&sim);
    simulation_take_down(&sim);
    if (result->good < wanted->least_good)
        simulation_fail(&sim, "too few neighbours heard good", "");
    if (result->worst_proven_wait_ms > wanted->most_proven_wait_ms)
        simulation_fail(&sim, "a proven neighbour waited too long", "");
}
