#include "simulation_state.h"

static void recreate_zone(void *arg, int64_t now, void *subject)
{
    struct simulation *sim = arg;
    struct sim_zone *zone = subject;

    (void)now;
    if (zone->busy_until >= sim->now) /* not in the middle of a batch */
        return;
    simulation_tell(sim, "recreate", zone->name, 0);
    world_recreate_zone(&sim->world, zone);
    /* What another has done to a record is what DYNDNS_NOCHG_SECONDS is for. */
    for (size_t i = 0; i < sim->world.host_count; i++)
        for (int type = 0; type < SIM_TYPES; type++)
            if (&sim->world.zones[sim->world.hosts[i].zone] == zone)
                sim->world.hosts[i].records[type].believed = SIM_NO_BELIEF;
}

static void heal(void *arg, int64_t now, void *subject)
{
    (void)arg;
    (void)now;
    ((struct sim_record *)subject)->poisoned = false;
}

static void end_faults(void *arg, int64_t now, void *subject)
{
    struct simulation *sim = arg;

    (void)subject;
    (void)now;
    sim->model.plan =
        (struct fault_plan){.names_culprits = sim->model.plan.names_culprits};
}

static void draw_faults(struct simulation *sim, int64_t duration)
{
    /* A third of all schedules is free of faults, a third mild. */
    int most = (int[]){0, 30, 150}[simulation_draw(sim, 2)];
    struct fault_plan *plan = &sim->model.plan;

    plan->names_culprits = simulation_draw(sim, 1) == 0;
    if (most == 0)
        return;
    plan->throttled = (int)simulation_draw(sim, most);
    plan->busy = (int)simulation_draw(sim, most);
    plan->failed_before = (int)simulation_draw(sim, most);
    plan->failed_after = (int)simulation_draw(sim, most);
    plan->silent_before = (int)simulation_draw(sim, most / 3);
    plan->silent_after = (int)simulation_draw(sim, most / 3);
    plan->denied = (int)simulation_draw(sim, most / 3);
    plan->outage_from = simulation_draw(sim, duration);
    plan->outage_until = plan->outage_from + simulation_draw(sim, duration);
    if (simulation_draw(sim, 3) == 0)
        agenda_plan(&sim->agenda, simulation_draw(sim, duration), recreate_zone,
                    &sim->world.zones[simulation_draw(
                        sim, (int64_t)sim->world.zone_count - 1)]);
}

static void draw_poison(struct simulation *sim, int64_t duration)
{
    size_t count =
        simulation_draw(sim, 1) == 0 ? 0 : (size_t)simulation_draw(sim, 8);

    for (size_t i = 0; i < count; i++) {
        struct sim_host *host = &sim->world.hosts[simulation_draw(
            sim, (int64_t)sim->world.host_count - 1)];
        struct sim_record *record = &host->records[simulation_draw(sim, 1)];

        record->poisoned = true;
        if (simulation_draw(sim, 2) == 0)
            agenda_plan(&sim->agenda, simulation_draw(sim, duration), heal,
                        record);
    }
}

/* Callers come in bursts: some hosts several times within milliseconds. */
static void draw_asks(struct simulation *sim, size_t asks, int64_t duration)
{
    int64_t burst_at = 0;

    for (size_t i = 0; i < asks; i++) {
        struct sim_host *host = &sim->world.hosts[simulation_draw(
            sim, (int64_t)sim->world.host_count - 1)];
        enum rrset_type type =
            simulation_draw(sim, 3) == 0 ? RRSET_AAAA : RRSET_A;

        if (simulation_draw(sim, 49) == 0)
            burst_at = simulation_draw(sim, duration);
        simulation_plan_ask(sim, burst_at + simulation_draw(sim, 300), host,
                            type, (int)simulation_draw(sim, ADDRESSES - 1));
    }
}

/* In half of all schedules records are removed too, whoever asks meanwhile. */
static void draw_removals(struct simulation *sim, size_t most, int64_t duration)
{
    size_t count = simulation_draw(sim, 1) == 0
                       ? 0
                       : (size_t)simulation_draw(sim, (int64_t)most);

    for (size_t i = 0; i < count; i++) {
        struct sim_host *host = &sim->world.hosts[simulation_draw(
            sim, (int64_t)sim->world.host_count - 1)];

        simulation_plan_removal(sim, simulation_draw(sim, duration), host,
                                simulation_draw(sim, 3) == 0 ? RRSET_AAAA
                                                             : RRSET_A);
    }
}

void simulation_run(const struct sim_options *options,
                    struct sim_result *result)
{
    static const size_t sizes[] = {1, 3, 30, 300, 1200};
    struct jitter shape = {options->seed * 2 + 1};
    size_t hosts = sizes[jitter_up_to(&shape, 4)];
    size_t zones = (size_t)(1 + jitter_up_to(&shape, hosts < 30 ? 2 : 40));
    int64_t duration = 1000 + jitter_up_to(&shape, 40000);
    struct simulation sim;

    simulation_begin(&sim, options, result, hosts, zones,
                     (double)(1 + jitter_up_to(&shape, 9)));
    sim.model.latency_ms = 20 + jitter_up_to(&shape, 400);
    draw_faults(&sim, duration);
    draw_poison(&sim, duration);
    draw_asks(&sim, hosts * (size_t)(1 + jitter_up_to(&shape, 4)), duration);
    draw_removals(&sim, hosts * 2, duration);
    agenda_plan(&sim.agenda, duration + 1, end_faults, NULL);
    simulation_run_out(&sim);
    simulation_take_down(&sim);
}
